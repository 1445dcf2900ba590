package write_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Gauge has a field that can hold what DynamoDB cannot store.
type Gauge struct {
	ID    string  `dynamodbav:"-"`
	Level float64 `dynamodbav:"level"`
	Marks any     `dynamodbav:"marks,omitempty"`
}

// NoMarks is a set without elements, which DynamoDB alone refuses.
type NoMarks struct{}

func (NoMarks) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberSS{Value: []string{}}, nil
}

// An op that DynamoDB refuses is not written, and is no harm to its neighbours: they are written, at once, and known to be.
func TestAnOpThatIsRefusedDoesNotHarmItsNeighbours(t *testing.T) {
	t.Parallel()
	bad := Gauge{Marks: NoMarks{}}
	for _, size := range []int{2, 3, 25, 60} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				for _, at := range []int{0, size / 2, size - 1} {
					table := ddb.NewTable("pk", "sk")
					gauges := ddb.MustDefine(table, "gauge", func(x *Gauge, d *ddb.Definition) {
						id := ddb.Key(ddb.Prefix("gauge#"), ddb.Str(&x.ID))
						d.Primary(id, id)
					})
					db := ddb.New(ddbmem.New().Client(fixture.Impatient), "gauges", table, &o)
					require.NoError(t, db.CreateTable(t.Context()))
					ops := make([]ddb.Op, size)
					for i := range ops {
						x := Gauge{}
						if i == at {
							x = bad
						}
						x.ID = fmt.Sprint(i)
						ops[i] = gauges.Put(x)
					}
					began := time.Now()
					ctx, m := ddb.WithMeter(t.Context())
					failed, ok := errors.AsType[*ddb.BatchError](db.Batch(ctx, ops...))
					require.True(t, ok)
					want := slices.Repeat([]ddb.WriteOutcome{ddb.WriteDone}, size)
					want[at] = ddb.WriteNotDone
					require.Equal(t, want, failed.Outcomes)
					require.Len(t, failed.Failed, 1)
					require.Equal(t, at, failed.Failed[0].Op)
					require.ErrorContains(t, failed, "ValidationException")
					require.Less(t, m.Requests(), 3+2*6, "halves of the one request that is refused")
					require.Less(t, time.Since(began), time.Second, "without a pause")
					all, err := ddb.Collect(ddb.NewRepository(db, gauges).Scan(t.Context(), nil))
					require.NoError(t, err)
					require.Len(t, all, size-1)
				}
			})
		})
	}
}

// A number that DynamoDB does not store can be told before any request: nothing is written, and there is no pause.
func TestABatchWithANumberThatCannotBeStoredWritesNothing(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
		table := ddb.NewTable("pk", "sk")
		gauges := ddb.MustDefine(table, "gauge", func(x *Gauge, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("gauge#"), ddb.Str(&x.ID))
			d.Primary(id, id)
		})
		db := ddb.New(ddbmem.New().Client(fixture.Impatient), "gauges", table, &o)
		require.NoError(t, db.CreateTable(t.Context()))
		f := gauges.Fields()
		for _, level := range []float64{math.NaN(), math.Inf(1), 1e200, 1e-200} {
			for _, op := range []ddb.Op{
				gauges.Put(Gauge{ID: "2", Level: level}), gauges.Create(Gauge{ID: "2", Level: level}),
				gauges.Update(Gauge{ID: "2"}, ddb.Set(&f.Level, level)), gauges.Upsert(Gauge{ID: "2"}, ddb.Add(&f.Level, level)),
				gauges.Move(Gauge{ID: "2"}, Gauge{ID: "4", Level: level}),
			} {
				ctx, m := ddb.WithMeter(t.Context())
				err := db.Batch(ctx, gauges.Put(Gauge{ID: "1"}), op, gauges.Put(Gauge{ID: "3"}))
				require.Error(t, err)
				requireOp1Refused(t, err)
				require.ErrorContains(t, err, "op 1")
				require.ErrorContains(t, err, "Level")
				require.Zero(t, m.Requests())
			}
		}
	})
}

// requireOp1Refused makes sure that a batch of three was refused for its second op.
func requireOp1Refused(t *testing.T, err error) {
	t.Helper()
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, []ddb.WriteOutcome{ddb.WriteNotDone, ddb.WriteNotDone, ddb.WriteNotDone}, failed.Outcomes)
	require.Len(t, failed.Failed, 1)
	require.Equal(t, 1, failed.Failed[0].Op)
}

// A batch that is refused before any request says so of each op that it is refused for.
func TestABatchTellsAllOpsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	a := fixture.OpenPatrons(t)
	e, large := a.Entity, strings.Repeat("x", 500<<10)
	err := a.DB.Batch(t.Context(), e.Put(fixture.Patron{ID: "1", Note: large}), e.Put(fixture.Patron{ID: "2"}), e.Put(fixture.Patron{ID: ""}), e.Delete(fixture.Patron{ID: "\xff"}))
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, failed.Failed, 3)
	require.ErrorIs(t, failed.At(0), ddb.ErrTooLarge)
	require.NoError(t, failed.At(1))
	require.ErrorIs(t, failed.At(2), ddb.ErrKey)
	require.ErrorIs(t, failed.At(3), ddb.ErrKey)
	_, err = a.Repo.Get(t.Context(), fixture.Patron{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

// What can be told of an op before any request refuses the batch: an item that is too large, whichever way it would go.
func TestABatchWithAnItemThatIsTooLargeWritesNothing(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 500<<10)
	for kind, declare := range fixture.LoanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				l := fixture.OpenLoans(t, o, declare...)
				e := l.Entity
				for name, op := range map[string]ddb.Op{
					"put": e.Put(fixture.Loan{ID: "2", Email: "2", Note: large}), "create": e.Create(fixture.Loan{ID: "2", Email: "2", Note: large}),
					"replace":        e.Replace(fixture.Loan{ID: "2", Email: "2", Note: large, Version: 1}),
					"put with an If": e.Put(fixture.Loan{ID: "2", Email: "2", Note: large, Version: 1}, ddb.If(ddb.Eq(&l.Fields.N, 1))),
					"put once":       e.Put(fixture.Loan{ID: "2", Email: "2", Note: large}, ddb.Once),
					"move":           e.Move(fixture.Loan{ID: "2"}, fixture.Loan{ID: "4", Email: "2", Note: large}),
				} {
					ctx, m := ddb.WithMeter(t.Context())
					err := l.DB.Batch(ctx, e.Put(fixture.Loan{ID: "1", Email: "1"}), op, e.Put(fixture.Loan{ID: "3", Email: "3"}))
					require.ErrorIs(t, err, ddb.ErrTooLarge, name)
					require.ErrorContains(t, err, "op 1", name)
					requireOp1Refused(t, err)
					assert.Zero(t, m.Requests(), name)
					assert.Empty(t, l.Stored(t), name)
				}
			})
		})
	}
}

// So do a key that no index can hold, and a time to live that DynamoDB would not honour.
func TestABatchWithAnItemThatCannotBeStoredWritesNothing(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			fixture.OnBothPaths(t, func(t *testing.T, o ddb.Options) {
				l := fixture.OpenLoans(t, o, declare...)
				e := l.Entity
				long, late := strings.Repeat("x", 2000), time.Unix(l.Clock.Read().UnixMilli(), 0)
				for name, c := range map[string]struct {
					op   ddb.Op
					want error
				}{
					"create": {e.Create(fixture.Loan{ID: long}), ddb.ErrKey}, "move": {e.Move(fixture.Loan{ID: "2"}, fixture.Loan{ID: long, N: 1}), ddb.ErrKey},
					"create with a TTL":  {e.Create(fixture.Loan{ID: "2", Expires: late}), ddb.ErrModel},
					"replace with a TTL": {e.Replace(fixture.Loan{ID: "2", Expires: late, Version: 1}), ddb.ErrModel},
					"move with a TTL":    {e.Move(fixture.Loan{ID: "2"}, fixture.Loan{ID: "4", N: 1, Expires: late}), ddb.ErrModel},
				} {
					err := l.DB.Batch(t.Context(), e.Put(fixture.Loan{ID: "1", Email: "1"}), c.op)
					require.ErrorIs(t, err, c.want, name)
					if failed, ok := errors.AsType[*ddb.BatchError](err); ok {
						assert.Equal(t, []ddb.WriteOutcome{ddb.WriteNotDone, ddb.WriteNotDone}, failed.Outcomes, name)
					}
					assert.Empty(t, l.Stored(t), name)
				}
			})
		})
	}
}

// So does an index key that is too long, of the item that a Move would store.
func TestABatchWithAMoveToAnIndexKeyThatIsTooLongWritesNothing(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	byNote := table.GSI("by-note", "note_pk", "note_sk")
	patrons := ddb.MustDefine(table, "patron", func(x *fixture.Patron, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("patron#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(byNote, ddb.Key(ddb.Prefix("note#"), ddb.Str(&x.Note)), id)
	})
	db := ddb.New(ddbmem.New().Client(), "patrons", table, nil)
	repo := ddb.NewRepository(db, patrons)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := repo.Create(t.Context(), fixture.Patron{ID: "1", Note: "a"})
	require.NoError(t, err)
	err = db.Batch(t.Context(), patrons.Put(fixture.Patron{ID: "2", Note: "b"}), patrons.Move(fixture.Patron{ID: "1"}, fixture.Patron{ID: "3", Note: strings.Repeat("x", 3000)}))
	require.ErrorIs(t, err, ddb.ErrKey)
	_, err = repo.Get(t.Context(), fixture.Patron{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

// Ops of a batch that meet on one item are done in their order, the item that a Move goes to included; after one that was not
// done, those on the same item are not either.
func TestOpsOfABatchThatMeetOnOneItemKeepTheirOrder(t *testing.T) {
	t.Parallel()
	for kind, declare := range fixture.LoanKinds {
		if strings.Contains(kind, "unique") {
			continue // ops of one batch that pass a value on have no order among items
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				checkBatchOrder(t, rt, strings.Contains(kind, "history"), declare)
			})
		})
	}
}

// checkBatchOrder runs ops on three items as a batch, and one after another in another table, and compares the two.
func checkBatchOrder(t *testing.T, rt *rapid.T, history bool, declare []func(*fixture.Loan, *ddb.Definition)) {
	batched, one := fixture.OpenLoans(t, ddb.Options{}, declare...), fixture.OpenLoans(t, ddb.Options{}, declare...)
	id := rapid.SampledFrom([]string{"1", "2", "3"})
	for _, at := range rapid.SliceOfDistinct(id, func(s string) string { return s }).Draw(rt, "stored") {
		for _, l := range []*fixture.Loans{batched, one} {
			_, err := l.Repo.Create(t.Context(), fixture.Loan{ID: at, N: 1})
			require.NoError(rt, err)
		}
	}
	type meeting struct {
		items []string
		make  func(*fixture.Loans) ddb.Op
	}
	var ops []meeting
	for n := range rapid.IntRange(2, 6).Draw(rt, "ops") {
		key, note := fixture.Loan{ID: id.Draw(rt, "id")}, fmt.Sprint("op ", n)
		switch kind := rapid.IntRange(0, 3).Draw(rt, "kind"); {
		case kind == 0 && !history:
			ops = append(ops, meeting{[]string{key.ID}, func(l *fixture.Loans) ddb.Op {
				return l.Entity.Update(key, ddb.Add(&l.Fields.N, 10), ddb.Set(&l.Fields.Note, note))
			}})
		case kind == 1:
			ops = append(ops, meeting{[]string{key.ID}, func(l *fixture.Loans) ddb.Op {
				return l.Entity.Create(fixture.Loan{ID: key.ID, N: 100, Note: note})
			}})
		case kind == 2:
			ops = append(ops, meeting{[]string{key.ID}, func(l *fixture.Loans) ddb.Op {
				return l.Entity.Delete(key, ddb.If(ddb.Ge(&l.Fields.N, 0)))
			}})
		default:
			to := id.Draw(rt, "to")
			ops = append(ops, meeting{[]string{key.ID, to}, func(l *fixture.Loans) ddb.Op {
				return l.Entity.Move(key, fixture.Loan{ID: to, N: 1000, Note: note})
			}})
		}
	}
	all := make([]ddb.Op, len(ops))
	for i, op := range ops {
		all[i] = op.make(batched)
	}
	batched.Engine.SetFaults(ddbmem.Faults{Latency: 100 * time.Microsecond}) // a Move takes longer than what follows it
	got := slices.Repeat([]ddb.WriteOutcome{ddb.WriteDone}, len(ops))
	if failed, ok := errors.AsType[*ddb.BatchError](batched.DB.Batch(t.Context(), all...)); ok {
		got = failed.Outcomes
	}
	batched.Engine.SetFaults(ddbmem.Faults{})
	want, undone := make([]ddb.WriteOutcome, len(ops)), map[string]bool{}
	for i, op := range ops {
		want[i] = ddb.WriteNotDone
		if !slices.ContainsFunc(op.items, func(id string) bool { return undone[id] }) && one.DB.Do(t.Context(), op.make(one)) == nil {
			want[i] = ddb.WriteDone
		}
		for _, id := range op.items {
			undone[id] = want[i] != ddb.WriteDone
		}
	}
	require.Equal(rt, want, got)
	require.Equal(rt, one.Live(t), batched.Live(t))
}
