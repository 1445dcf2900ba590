package write_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/wire"
)

// noisyLine is an HTTP client under the SDK: of the response that comes next, or of all, a byte changes on its way.
type noisyLine struct {
	engine *ddbmem.Engine
	next   bool
	always bool
	calls  int
}

func (n *noisyLine) Do(r *http.Request) (*http.Response, error) {
	resp, err := n.engine.Do(r)
	if err != nil {
		return nil, err
	}
	n.calls++
	if n.next || n.always {
		n.next = false
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		if at := bytes.Index(body, []byte("129900")); at >= 0 {
			body[at] = '9'
		} else {
			body[len(body)/2] ^= 1
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, nil
}

// Whatever is asked, a response that changed on its way is asked for again: no item comes back as another than is stored.
func TestNoItemChangesOnItsWay(t *testing.T) {
	t.Parallel()
	if wire.Off {
		t.Skip("the path that compares is off")
	}
	for name, opts := range map[string]*ddb.Options{"JSON": nil, "attribute maps": {UseAttributeMaps: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, line := newParcels(t), &noisyLine{engine: ddbmem.New()}
			client := line.engine.Client(func(o *dynamodb.Options) { o.HTTPClient = line })
			db := ddb.New(client, "parcels", p.table, opts)
			require.NoError(t, db.CreateTable(t.Context()))
			repo := ddb.NewRepository(db, p.entity)
			x := p.sample
			x.Weight = 129900
			_, err := repo.Put(t.Context(), x)
			require.NoError(t, err)
			same := func(got parcel, err error) error {
				if err == nil && (got.Weight != 129900 || !got.Sent.Equal(x.Sent)) {
					return fmt.Errorf("%+v", got)
				}
				return err
			}
			f := p.entity.Fields()
			all := p.entity.Query(parcel{Depot: x.Depot})
			for name, run := range map[string]func(context.Context) error{
				"get":   func(ctx context.Context) error { return same(repo.Get(ctx, x)) },
				"query": func(ctx context.Context) error { return same(repo.One(ctx, all)) },
				"index": func(ctx context.Context) error {
					return same(repo.One(ctx, p.entity.On(p.index, parcel{Status: x.Status})))
				},
				"count": func(ctx context.Context) error {
					n, err := repo.Count(ctx, all)
					if err == nil && n != 1 {
						err = fmt.Errorf("%d", n)
					}
					return err
				},
				"scan": func(ctx context.Context) error {
					found, err := ddb.Collect(repo.Scan(ctx, nil))
					if err != nil {
						return err
					}
					return same(found[0], nil)
				},
				"batch get": func(ctx context.Context) error {
					found, err := repo.BatchGet(ctx, []parcel{x})
					if err != nil {
						return err
					}
					return same(found[0].Item, nil)
				},
				"transact get": func(ctx context.Context) error {
					y := parcel{Depot: x.Depot, ID: x.ID}
					err := db.TransactGet(ctx, p.entity.Load(&y))
					return same(y, err)
				},
				"update": func(ctx context.Context) error {
					return same(repo.Update(ctx, parcel{Depot: x.Depot, ID: x.ID}, ddb.Set(&f.Weight, 129900)))
				},
				"replace, returning what was": func(ctx context.Context) error { // a response that changed is lost, and the next may bring what was written
					_, err := repo.Replace(ctx, x, ddb.ReturnOld)
					if errors.Is(err, ddb.ErrOutcomeUnknown) {
						return nil
					}
					return fmt.Errorf("%w, not %w", err, ddb.ErrOutcomeUnknown)
				},
				"transact": func(ctx context.Context) error { return db.Transact(ctx, p.entity.Put(x)) },
				"batch":    func(ctx context.Context) error { return db.Batch(ctx, p.entity.Put(x)) },
			} {
				line.calls, line.next = 0, true
				require.NoError(t, run(t.Context()), name)
				assert.False(t, line.next, name)
				assert.GreaterOrEqual(t, line.calls, 2, name)
			}
			line.always = true
			_, err = repo.Get(t.Context(), x)
			require.ErrorContains(t, err, "the response was corrupted in transit")
		})
	}
}
