package fault_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// sheet is an item whose text follows from its key.
type sheet struct {
	ID   string `dynamodbav:"-"`
	Text string `dynamodbav:"text"`
	Same string `dynamodbav:"same"`
}

// What one call writes is never in the request of another, also if calls end while their requests are being sent, are sent again, or are
// split.
func TestNoWriteHasTheTextOfAnother(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	server := httptest.NewServer(engine)
	defer server.Close()
	table := ddb.NewTable("pk", "sk")
	sheets := ddb.MustDefine(table, "sheet", func(s *sheet, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	client := engine.Client(fixture.Impatient, func(o *dynamodb.Options) {
		o.BaseEndpoint, o.HTTPClient = &server.URL, server.Client()
	})
	db := ddb.New(client, "sheets", table, &ddb.Options{MaxAttempts: 4})
	require.NoError(t, db.CreateTable(t.Context()))
	engine.SetFaults(ddbmem.Faults{Throttle: 0.05, Unprocessed: 0.2, Conflict: 0.2, Drop: 0.1, Latency: time.Millisecond})
	repo := ddb.NewRepository(db, sheets)
	var wg sync.WaitGroup
	rounds := sheetRounds
	for w := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for n := range rounds {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(30))*time.Millisecond)
				item := func(i int) sheet {
					id := fmt.Sprint(w, ".", n%7, ".", i, "\"")
					return sheet{ID: id, Text: strings.Repeat(id, 1+r.IntN(3000)), Same: id}
				}
				var ops []ddb.Op
				for i := range 1 + r.IntN(40) {
					ops = append(ops, sheets.Put(item(i)))
				}
				switch n % 3 {
				case 0:
					_, _ = repo.Put(ctx, item(0))
				case 1:
					_ = db.Transact(ctx, ops...)
				default:
					_ = db.Batch(ctx, append(ops, ops[:len(ops)/2]...)...)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	engine.SetFaults(ddbmem.Faults{})
	seen := 0
	for s, err := range repo.Scan(t.Context(), nil) {
		require.NoError(t, err)
		seen++
		assert.Equal(t, s.ID, s.Same)
		assert.Empty(t, strings.ReplaceAll(s.Text, s.ID, ""))
	}
	assert.Positive(t, seen)
	t.Log(seen)
}

const sheetRounds = 40
