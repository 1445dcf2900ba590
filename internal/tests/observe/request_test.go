package observe_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

// A Query has its comparisons apart, and whose items it reads.
func TestAQueryIsDescribed(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		l := openLibrary(t, ddbmem.Options{}, opts)
		books, f := ddb.NewRepository(l.db, l.books), l.books.Fields()
		for _, id := range []string{"1", "2", "3"} {
			_, err := books.Put(t.Context(), Book{Shelf: "x", ID: id, Title: "T" + id, Genre: "g", Number: 7, Spread: id})
			require.NoError(t, err)
		}
		l.seen.Take()
		_, err := ddb.Collect(books.Query(ddbobserve.WithPattern(t.Context(), "some of a shelf"),
			l.books.Query(Book{Shelf: "x"}).SortKey(ddb.Between(&f.ID, "1", "2")).Filter(ddb.Eq(&f.Title, "T1")).Desc().Examine(9)))
		require.NoError(t, err)
		seen := l.seen.Take()
		require.Len(t, seen, 1)
		r := seen[0]
		assert.Positive(t, r.Duration)
		r.Duration = 0
		assert.Contains(t, r.Filter, `title = "T1"`)
		r.Filter = ""
		assert.Equal(t, ddbobserve.Request{
			Operation: "Query", Table: "library", Index: ddbobserve.Primary, Entity: "book", Pattern: "some of a shelf",
			Condition: []ddbobserve.KeyCondition{
				{Attribute: "pk", Op: "=", Values: []types.AttributeValue{s("shelf#x")}},
				{Attribute: "sk", Op: "BETWEEN", Values: []types.AttributeValue{s("book#1"), s("book#2")}},
			},
			Limit: 9, Descending: true, Examined: 2, Counted: 1, Items: r.Items, Attempts: 1,
			Capacity: map[string]ddbobserve.Capacity{"primary": {Read: 0.5}},
		}, r)
		assert.Equal(t, 1, r.Items["book"].Count)

		for name, c := range map[string]struct {
			of     ddb.Query[Book]
			last   ddbobserve.KeyCondition
			index  string
			second string // operation that fetches the items
		}{
			"begins":  {l.books.Query(Book{Shelf: "x"}).SortKey(ddb.StartsWith(&f.ID, "2")), ddbobserve.KeyCondition{Attribute: "sk", Op: "begins_with", Values: []types.AttributeValue{s("book#2")}}, "primary", ""},
			"native":  {l.books.On(l.byNum, Book{Genre: "g"}).SortKey(ddb.Le(&f.Number, 8)), ddbobserve.KeyCondition{Attribute: "number", Op: "<=", Values: []types.AttributeValue{&types.AttributeValueMemberN{Value: "8"}}}, "by-number", ""},
			"of keys": {l.books.On(l.byTitle, Book{}), ddbobserve.KeyCondition{Attribute: "t_sk", Op: "begins_with", Values: []types.AttributeValue{s("title#")}}, "by-title", "BatchGetItem"},
		} {
			_, err := ddb.Collect(books.Query(t.Context(), c.of))
			require.NoError(t, err, name)
			seen := l.seen.Take()
			assert.Equal(t, c.last, seen[0].Condition[len(seen[0].Condition)-1], name)
			assert.Equal(t, c.index, seen[0].Index, name)
			assert.Equal(t, map[string]ddbobserve.Capacity{c.index: {Read: 0.5}}, seen[0].Capacity, name)
			if c.second != "" {
				require.Len(t, seen, 2, name)
				assert.Equal(t, c.second, seen[1].Operation, name)
				assert.Equal(t, "book", seen[1].Entity, name)
				assert.Equal(t, 3, seen[1].Items["book"].Count, name)
			}
		}
	})
}

// The entity of a request is the one that all its items are of; items of the library's own count where there are no others.
func TestTheEntityOfARequest(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, ddbmem.Options{}, ddb.Options{})
	books, members := ddb.NewRepository(l.db, l.books), ddb.NewRepository(l.db, l.members)
	ctx := t.Context()
	for name, c := range map[string]struct {
		call func() error
		want []string // operations and entities
	}{
		"a book": {func() error {
			_, err := books.Put(ctx, Book{Shelf: "1", ID: "1", Title: "T", Genre: "g", Spread: "1"})
			return err
		}, []string{"PutItem book"}},
		"a shelf": {func() error { _, err := ddb.Collect(books.Query(ctx, l.books.Query(Book{Shelf: "1"}))); return err }, []string{"Query book"}},
		"all of a shelf": {func() error {
			var to []Book
			return l.db.Gather(ctx, l.books.Query(Book{Shelf: "1"}).Collection(), l.books.Into(&to))
		}, []string{"Query "}},
		"a member with its card and version": {func() error { _, err := members.Put(ctx, Member{ID: "1", Card: "k"}); return err }, []string{"TransactWriteItems member"}},
		"versions":                           {func() error { _, err := ddb.Collect(members.History().All(ctx, Member{ID: "1"})); return err }, []string{"Query ~"}},
		"both": {func() error {
			return l.db.LoadAll(ctx, l.books.Load(&Book{Shelf: "1", ID: "2"}).Optional(new(bool)), l.members.Load(&Member{ID: "2"}).Optional(new(bool)))
		}, []string{"BatchGetItem "}},
		"the table": {func() error { _, err := ddb.Collect(l.db.Scan(ctx, nil)); return err }, []string{"Scan "}},
	} {
		l.seen.Take()
		require.NoError(t, c.call(), name)
		var got []string
		for _, r := range l.seen.Take() {
			got = append(got, r.Operation+" "+r.Entity)
		}
		assert.Subset(t, got, c.want, name)
		assert.Subset(t, c.want, got, name)
	}
}

// An error is explained as it is for the caller.
func TestAnErrorOfARequest(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, ddbmem.Options{}, ddb.Options{})
	books := ddb.NewRepository(l.db, l.books)
	b := Book{Shelf: "1", ID: "1", Title: "T", Genre: "g", Spread: "1"}
	last := func() ddbobserve.Request {
		seen := l.seen.Take()
		require.NotEmpty(t, seen)
		return seen[len(seen)-1]
	}
	_, err := books.Create(t.Context(), b)
	require.NoError(t, err)
	require.NoError(t, last().Err)
	_, err = books.Create(t.Context(), b)
	require.ErrorIs(t, err, ddb.ErrExists)
	r := last()
	_, ok := errors.AsType[*types.ConditionalCheckFailedException](r.Err)
	assert.True(t, ok)
	assert.Equal(t, 1, r.Items["book"].Count, "the item that the condition failed on")
	assert.Equal(t, ddbobserve.Capacity{Write: 1}, r.Estimated)
	assert.Empty(t, r.Capacity)

	l.engine.SetFaults(fixture.Script("GetItem", fixture.Forever(nil, ddbmem.HotPartition)...))
	_, err = books.Get(t.Context(), b)
	require.ErrorIs(t, err, ddb.ErrThrottled)
	r = last()
	require.ErrorIs(t, r.Err, ddb.ErrThrottled)
	throttle, ok := r.Err.(*ddb.ThrottleError) //nolint:errorlint // it is of the public type itself
	require.True(t, ok, "%T", r.Err)
	require.Len(t, r.Throttled, r.Attempts, "a reason for each attempt")
	assert.Greater(t, r.Attempts, 1)
	assert.Equal(t, throttle.Reasons[0].Reason, r.Throttled[0].Reason)
	assert.Equal(t, throttle.Reasons[0].Resource, r.Throttled[0].Resource)

	l.engine.SetFaults(fixture.Script("GetItem", ddbmem.HotPartition))
	_, err = books.Get(t.Context(), b)
	require.NoError(t, err)
	r = last()
	require.NoError(t, r.Err)
	assert.Len(t, r.Throttled, 1, "of the attempt before")
	assert.Equal(t, 2, r.Attempts)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = books.Get(ended, b)
	require.ErrorIs(t, err, context.Canceled)
	r = last()
	require.ErrorIs(t, r.Err, context.Canceled)
	assert.Zero(t, r.Attempts, "it was not sent")
}

// A panic of an observer is that of the method; what was written is written.
func TestAPanicOfAnObserver(t *testing.T) {
	t.Parallel()
	bad := true
	l := openLibrary(t, ddbmem.Options{}, ddb.Options{Observe: func(context.Context, *ddbobserve.Request) {
		if bad {
			panic("the observer")
		}
	}})
	books, b := ddb.NewRepository(l.db, l.books), Book{Shelf: "1", ID: "1", Title: "T", Genre: "g", Spread: "1"}
	require.PanicsWithError(t, panicked, func() { _, _ = books.Put(t.Context(), b) })
	require.PanicsWithError(t, panicked, func() { _, _ = ddb.Collect(books.Query(t.Context(), l.books.Query(Book{Shelf: "1"}))) })
	bad = false
	got, err := books.Get(t.Context(), b)
	require.NoError(t, err)
	assert.Equal(t, b.Title, got.Title)
}

// asks is a client that notes what requests ask for, and that takes no options: so the attempts of the SDK are not counted.
type asks struct {
	ddb.Client
	capacity types.ReturnConsumedCapacity
	fails    error
}

func (a *asks) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if a.capacity = in.ReturnConsumedCapacity; a.fails != nil {
		return nil, a.fails
	}
	out, err := a.Client.GetItem(ctx, in)
	if err == nil {
		out.ResultMetadata.Set("github.com/singletable-go/ddb: hits", 3)
	}
	return out, err
}

// A client of another kind is observed too, without an observer nothing is asked for.
func TestAClientThatTakesNoOptions(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, ddbmem.Options{}, ddb.Options{})
	client := &asks{Client: l.engine.Client()}
	b := Book{Shelf: "1", ID: "1", Title: "T", Genre: "g", Spread: "1"}
	require.NoError(t, l.db.Do(t.Context(), l.books.Put(b)))
	l.seen.Take()
	_, err := ddb.NewRepository(ddb.New(client, "library", l.table, &ddb.Options{Observe: l.seen.Observe}).Consistent(), l.books).Get(t.Context(), b)
	require.NoError(t, err)
	assert.Equal(t, types.ReturnConsumedCapacityIndexes, client.capacity)
	seen := l.seen.Take()
	require.Len(t, seen, 1)
	r := seen[0]
	assert.Equal(t, []int{1, 3, 1}, []int{r.Attempts, r.Hits, r.Items["book"].Count})
	assert.True(t, r.Consistent)
	assert.Equal(t, ddbobserve.Capacity{Read: 1}, r.Consumed())
	assert.Less(t, r.Duration, time.Minute)

	_, err = ddb.NewRepository(ddb.New(client, "library", l.table, nil), l.books).Get(t.Context(), b)
	require.NoError(t, err)
	assert.Empty(t, client.capacity)

	client.fails = &types.ProvisionedThroughputExceededException{ThrottlingReasons: []types.ThrottlingReason{{Reason: new("why"), Resource: new("arn")}}}
	_, err = ddb.NewRepository(ddb.New(client, "library", l.table, &ddb.Options{Observe: l.seen.Observe}), l.books).Get(t.Context(), b)
	require.ErrorIs(t, err, ddb.ErrThrottled)
	assert.Equal(t, []ddbobserve.Throttle{{Reason: "why", Resource: "arn"}}, l.seen.Take()[0].Throttled)
}
