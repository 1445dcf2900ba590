package search

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// site is a table in memory, its store and its index, with the reader of the stream between them.
type site struct {
	*things.Store
	*Index
	db     *ddb.DB
	client *dynamodb.Client
	sent   ddbobserve.Recorder
	reader *ddbstream.Reader
}

func newSite(t require.TestingT, ctx context.Context, dir string) *site {
	client := ddbmem.New().Client()
	s := &site{client: client}
	s.db = ddb.New(client, "things", things.OneTable, &ddb.Options{Observe: s.sent.Observe})
	require.NoError(t, s.db.CreateTable(ctx))
	s.Store = things.NewStore(s.db)
	x, empty, err := Open(s.Store, dir)
	require.NoError(t, err)
	require.True(t, empty)
	s.Index = x
	s.reader = ddbstream.NewReader(engine.Streams(client), "things", x.Mux(), &ddbstream.MemoryStore{}, nil)
	return s
}

// open returns a site without data.
func open(t *testing.T, dir string) *site {
	t.Helper()
	s := newSite(t, t.Context(), dir)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// publish publishes a new thing.
func (s *site) publish(t *testing.T, id string, d things.Details) {
	t.Helper()
	_, err := s.CreateThing(t.Context(), id, "org", d)
	require.NoError(t, err)
	_, err = s.Submit(t.Context(), id, "org")
	require.NoError(t, err)
	require.NoError(t, s.Approve(t.Context(), id))
}

// follow hands the records of all earlier writes to the index.
func (s *site) follow(t *testing.T) {
	t.Helper()
	require.NoError(t, s.reader.Drain(t.Context()))
}

// find returns the ids of what a query finds.
func (s *site) find(t *testing.T, q Query) []string {
	t.Helper()
	found, err := s.Find(t.Context(), q)
	require.NoError(t, err)
	ids := []string{}
	for _, thing := range found.Things {
		ids = append(ids, thing.ID)
	}
	return ids
}

// differences returns what Verify finds.
func (s *site) differences(t require.TestingT, ctx context.Context) []string {
	var all []string
	for d, err := range s.Verify(ctx) {
		require.NoError(t, err)
		all = append(all, d.String())
	}
	return all
}

// A thing is found from its publication to its withdrawal, as its newest version says.
func TestTheLifeOfAThingInTheIndex(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, ""), t.Context()
	pottery, sailing := Query{Text: "pottery"}, Query{Text: "sailing"}
	_, err := s.CreateThing(ctx, "a", "org", things.Details{Title: "Pottery"})
	require.NoError(t, err)
	s.follow(t)
	assert.Empty(t, s.find(t, pottery), "a draft")
	_, err = s.Submit(ctx, "a", "org")
	require.NoError(t, err)
	s.follow(t)
	assert.Empty(t, s.find(t, pottery), "pending")
	require.NoError(t, s.Approve(ctx, "a"))
	s.follow(t)
	assert.Equal(t, []string{"a"}, s.find(t, pottery))

	_, err = s.NewVersion(ctx, "a", "org", "b")
	require.NoError(t, err)
	_, err = s.Edit(ctx, "b", "org", func(d *things.Details) { d.Title = "Sailing" })
	require.NoError(t, err)
	_, err = s.Submit(ctx, "b", "org")
	require.NoError(t, err)
	s.follow(t)
	assert.Equal(t, []string{"a"}, s.find(t, pottery), "the new version is no thing of its own")
	assert.Empty(t, s.find(t, sailing))
	require.NoError(t, s.Approve(ctx, "b"))
	s.follow(t)
	assert.Empty(t, s.find(t, pottery))
	assert.Equal(t, []string{"a"}, s.find(t, sailing))

	_, err = s.Withdraw(ctx, "a", "org")
	require.NoError(t, err)
	s.follow(t)
	assert.Empty(t, s.find(t, sailing))
	assert.Empty(t, s.differences(t, ctx))
}

// An item that is deleted as a whole leaves the index, and may come back under its old id.
func TestADeletedThingLeavesTheIndex(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for range 2 {
		s.publish(t, "a", things.Details{Title: "Pottery"})
		s.follow(t)
		assert.Equal(t, []string{"a"}, s.find(t, Query{}))
		_, err := s.db.Purge(t.Context(), nil)
		require.NoError(t, err)
		s.follow(t)
		assert.Empty(t, s.find(t, Query{}))
		assert.Empty(t, s.differences(t, t.Context()))
	}
}

// The table is the truth: what it does not have as published is not shown, even while the index still has it.
func TestWhatIsNotPublishedAnyMoreIsLeftOut(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for _, id := range []string{"a", "b", "c"} {
		s.publish(t, id, things.Details{Title: "Pottery"})
	}
	s.follow(t)
	_, err := s.Withdraw(t.Context(), "b", "org")
	require.NoError(t, err)
	found, err := s.Find(t.Context(), Query{Text: "pottery"})
	require.NoError(t, err)
	assert.Len(t, found.Things, 2)
	assert.Equal(t, 3, found.Total)
	assert.Equal(t, []string{`thing "b": in the index, and DELETED`}, s.differences(t, t.Context()))
}

// A page of results is one request to the table.
func TestASearchReadsItsThingsWithOneRequest(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	for i := range PageSize + 5 {
		s.publish(t, fmt.Sprint(i), things.Details{Title: "Pottery", Tags: []string{"free", fmt.Sprint("tag", i%2)}})
	}
	s.follow(t)
	s.sent.Take()
	first, err := s.Find(t.Context(), Query{Text: "pottery"})
	require.NoError(t, err)
	requests := s.sent.Take()
	require.Len(t, requests, 1)
	assert.Equal(t, "BatchGetItem", requests[0].Operation)
	assert.Len(t, first.Things, PageSize)
	assert.Equal(t, PageSize+5, first.Total)
	assert.True(t, first.More)
	assert.Equal(t, []TagCount{{"free", 25}, {"tag0", 13}, {"tag1", 12}}, first.Tags)

	second, err := s.Find(t.Context(), Query{Text: "pottery", Page: 2})
	require.NoError(t, err)
	assert.Len(t, second.Things, 5)
	assert.False(t, second.More)
	seen := map[string]bool{}
	for _, thing := range append(first.Things, second.Things...) {
		seen[thing.ID] = true
	}
	assert.Len(t, seen, PageSize+5, "each on one page")
	s.sent.Take()
	last, err := s.Find(t.Context(), Query{Text: "pottery", Page: 3})
	require.NoError(t, err)
	assert.Empty(t, last.Things)
	assert.Empty(t, s.sent.Take(), "nothing to read")
}
