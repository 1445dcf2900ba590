package ddbjob_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// writes counts the kilobytes of the writes of each moment.
type writes struct {
	next dynamodb.HTTPClient
	mu   sync.Mutex
	at   map[time.Time]int64
}

func (c *writes) Do(r *http.Request) (*http.Response, error) {
	if target := r.Header.Get("X-Amz-Target"); strings.Contains(target, "Write") || strings.Contains(target, "PutItem") || strings.Contains(target, "UpdateItem") {
		c.mu.Lock()
		c.at[time.Now()] += r.ContentLength / 1024
		c.mu.Unlock()
	}
	return c.next.Do(r)
}

// Of large items a job writes as few at once as make a second's worth of its rate.
func TestLargeItemsComeInNoBurst(t *testing.T) {
	t.Parallel()
	const size, rate = 40, 200 // an item, in KB; units
	for name, job := range map[string]func(t *testing.T, old, to *ddb.DB, files fstest.MapFS, o ddb.JobOptions) error{
		"copy": func(t *testing.T, old, to *ddb.DB, _ fstest.MapFS, o ddb.JobOptions) error {
			_, err := ddbjob.Copy(t.Context(), old, to, &ddbjob.CopyOptions{JobOptions: o, NoVerify: true})
			return err
		},
		"import": func(t *testing.T, _, to *ddb.DB, files fstest.MapFS, o ddb.JobOptions) error {
			_, err := ddbjob.Import(t.Context(), to, files, &ddbjob.ImportOptions{JobOptions: o})
			return err
		},
		"restore": func(t *testing.T, _, to *ddb.DB, files fstest.MapFS, o ddb.JobOptions) error {
			_, err := ddbjob.Restore(t.Context(), to, files, &ddbjob.RestoreOptions{JobOptions: o})
			return err
		},
		"each": func(t *testing.T, old, _ *ddb.DB, _ fstest.MapFS, o ddb.JobOptions) error {
			_, err := ddbjob.Each(t.Context(), old, orders, nil, func(o order) ddb.Op { return orders.Put(o) }, &ddbjob.EachOptions{JobOptions: o})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "old", "new")
				for i := range 60 {
					require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i % 7), ID: fmt.Sprint(i), Text: strings.Repeat("x", size<<10)})))
				}
				c := &writes{at: map[time.Time]int64{}}
				client := w.engine.Client(func(o *dynamodb.Options) { c.next, o.HTTPClient = o.HTTPClient, c })
				err := job(t, ddb.New(client, "old", shop, nil), ddb.New(client, "new", shop, nil), exported(t, w).MapFS, ddb.JobOptions{Rate: rate, Workers: 8})
				require.NoError(t, err)
				for _, kb := range c.at {
					if name == "each" {
						kb /= 2 // the request has the item as it was too
					}
					assert.LessOrEqual(t, kb, int64(rate+2*size))
				}
			})
		})
	}
}
