package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// interloper is an HTTP client under the SDK: the first request of an operation is done, another process writes, and the response is lost.
type interloper struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	operation string
	do        func()
	done      bool
}

func (c *interloper) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.next.Do(r)
	if err == nil && !c.done && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+c.operation) {
		c.done = true
		c.do()
		_ = resp.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return resp, err
}

// A change whose answer was lost is not made again where it cannot be told whether it was made.
func TestModifyDoesNotRunTwiceAfterALostAnswer(t *testing.T) {
	t.Parallel()
	p := fixture.OpenLoans(t, ddb.Options{}, fixture.LoanVersion)
	ctx := t.Context()
	_, err := p.Repo.Create(ctx, fixture.Loan{ID: "1"})
	require.NoError(t, err)
	writes := 0
	p.Engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation != "UpdateItem" {
			return ddbmem.Pass
		}
		if writes++; writes == 1 {
			return ddbmem.Dropped
		}
		return ddbmem.Pass
	}})
	runs := 0
	bump := func(x *fixture.Loan) error { runs++; x.N++; return nil }
	_, err = p.Repo.Modify(ctx, fixture.Loan{ID: "1"}, bump)
	require.NoError(t, err, "nobody else wrote it: the stamp tells that it was done")
	assert.Equal(t, 1, runs)

	other := p.Other()
	client := p.Engine.Client(func(o *dynamodb.Options) {
		o.HTTPClient = &interloper{operation: "UpdateItem", next: o.HTTPClient, do: func() {
			_, err := other.Update(context.WithoutCancel(ctx), fixture.Loan{ID: "1"}, ddb.Add(&p.Fields.N, 100))
			assert.NoError(t, err)
		}}
	})
	runs = 0
	_, err = ddb.NewRepository(ddb.New(client, p.DB.Name(), p.DB.Table(), nil), p.Entity).Modify(ctx, fixture.Loan{ID: "1"}, bump)
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	require.NotErrorIs(t, err, ddb.ErrConflict, "that would say that nothing was written")
	got, err := p.Repo.Consistent().Get(ctx, fixture.Loan{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, 102, got.N, "done once each")
	assert.Equal(t, 1, runs)
}

// silent is an HTTP client under the SDK: BatchWriteItem is done, the caller gives up, and no answer ever comes.
type silent struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	giveUp context.CancelFunc
}

func (c *silent) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.next.Do(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchWriteItem") {
		_ = resp.Body.Close()
		c.giveUp()
		return nil, context.Canceled
	}
	return resp, err
}

// A batch that is given up while a request is under way says of each op whether it is written, not written, or unknown.
func TestABatchGivenUpSaysWhatIsUnknown(t *testing.T) {
	t.Parallel()
	l := fixture.OpenLoans(t, ddb.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client := l.Engine.Client(func(o *dynamodb.Options) { o.HTTPClient = &silent{next: o.HTTPClient, giveUp: cancel} })
	var ops []ddb.Op
	for i := range 300 {
		ops = append(ops, l.Entity.Put(fixture.Loan{ID: fmt.Sprintf("%03d", i), Note: "p", N: i}))
	}
	err := ddb.New(client, l.DB.Name(), l.DB.Table(), nil).Batch(ctx, ops...)
	require.ErrorIs(t, err, context.Canceled)
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok)
	require.Len(t, failed.Outcomes, len(ops))
	counts := map[ddb.WriteOutcome]int{}
	for i, o := range failed.Outcomes {
		counts[o]++
		_, err := l.Repo.Get(t.Context(), fixture.Loan{ID: fmt.Sprintf("%03d", i)})
		switch o {
		case ddb.WriteDone:
			require.NoError(t, err)
		case ddb.WriteNotDone:
			require.ErrorIs(t, err, ddb.ErrNotFound)
		case ddb.WriteUnknown: // either
		}
	}
	assert.Positive(t, counts[ddb.WriteUnknown])
	assert.Positive(t, counts[ddb.WriteNotDone])
}
