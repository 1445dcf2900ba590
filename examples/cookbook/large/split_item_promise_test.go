package large_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/large"
)

// gate is a client that asks before each request how to make it.
type gate struct {
	ddb.Client
	ask func(operation string) treatment
}

type treatment int

const (
	once    treatment = iota
	twice             // the response of the first is lost, and the SDK sends it again
	unsent            // the process ends before it
	unheard           // the process ends after it
)

var errEnded = errors.New("the process has ended")

func through[I, O any](c *gate, operation string, in I, call func(I) (O, error)) (out O, err error) {
	switch c.ask(operation) {
	case unsent:
		return out, errEnded
	case unheard:
		_, _ = call(in)
		return out, errEnded
	case twice:
		_, _ = call(in)
		c.ask("again")
	}
	return call(in)
}

func (c *gate) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return through(c, "GetItem", in, func(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
		return c.Client.GetItem(ctx, in, opts...)
	})
}

func (c *gate) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return through(c, "Query", in, func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) { return c.Client.Query(ctx, in, opts...) })
}

func (c *gate) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return through(c, "PutItem", in, func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		return c.Client.PutItem(ctx, in, opts...)
	})
}

func (c *gate) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return through(c, "BatchWriteItem", in, func(in *dynamodb.BatchWriteItemInput) (*dynamodb.BatchWriteItemOutput, error) {
		return c.Client.BatchWriteItem(ctx, in, opts...)
	})
}

const partBytes = 8

// text is a text of a writer, in some parts.
func text(writer string, parts int) []byte {
	return bytes.Repeat([]byte(writer[:1]), parts*partBytes-3)
}

// storeTwice requires that after two more texts there is a head and the parts of its text, and nothing else.
func storeTwice(ctx context.Context, t require.TestingT, a large.Archive, m large.Manuscript) {
	for range 2 {
		var err error
		m, err = a.Store(ctx, m, text("c", 2))
		require.NoError(t, err)
	}
	_, got, err := a.Read(ctx, "novel")
	require.NoError(t, err)
	require.Equal(t, text("c", 2), got)
	items, err := ddb.Collect(a.DB.Consistent().Scan(ctx, nil))
	require.NoError(t, err)
	require.Len(t, items, 1+m.Parts)
}

func TestAWriterThatEndsAtAnyRequestLeavesATextThatIsWhole(t *testing.T) {
	t.Parallel()
	for _, ending := range []treatment{unsent, unheard} {
		for last := 0; ; last++ {
			ctx, client := t.Context(), ddbmem.New().Client()
			db := ddb.New(client, "archive", large.ManuscriptTable, nil)
			require.NoError(t, db.CreateTable(ctx))
			archive := large.Archive{DB: db, PartBytes: partBytes}
			before, err := archive.Store(ctx, large.Manuscript{ID: "novel"}, text("a", 60))
			require.NoError(t, err)

			var mu sync.Mutex
			requests := 0
			ends := &gate{client, func(string) treatment {
				mu.Lock()
				defer mu.Unlock()
				if requests++; requests > last {
					return ending
				}
				return once
			}}
			_, err = large.Archive{
				DB: ddb.New(ends, "archive", large.ManuscriptTable, &ddb.Options{MaxAttempts: 1}), PartBytes: partBytes,
			}.Store(ctx, before, text("b", 30))
			now, got, reading := archive.Read(ctx, "novel")
			require.NoError(t, reading)
			if err == nil {
				require.Equal(t, text("b", 30), got)
				assert.Greater(t, last, 4, "parts, head, a query and deletions")
				break
			}
			require.Contains(t, []string{string(text("a", 60)), string(text("b", 30))}, string(got))

			storeTwice(ctx, t, archive, now)
		}
	}
}

// turns lets one of several goroutines make a request at a time.
type turns struct {
	mu      sync.Mutex
	live    int
	waiting []chan treatment
	picks   []int
}

func (s *turns) ask(operation string) treatment {
	turn := make(chan treatment, 1)
	s.mu.Lock()
	s.waiting = append(s.waiting, turn)
	s.next()
	s.mu.Unlock()
	how := <-turn
	if operation != "PutItem" {
		return once
	}
	return how
}

func (s *turns) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	s.next()
}

func (s *turns) next() {
	if len(s.waiting) < s.live || s.live == 0 {
		return
	}
	pick := 0
	if len(s.picks) > 0 {
		pick, s.picks = s.picks[0], s.picks[1:]
	}
	i := pick % len(s.waiting)
	turn := s.waiting[i]
	s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
	turn <- treatment(pick / 10 % 2) // once or twice
}

func TestReadersFindWholeTextsWhateverWritersDoMeanwhile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx, client := context.Background(), ddbmem.New().Client()
		require.NoError(t, ddb.New(client, "archive", large.ManuscriptTable, nil).CreateTable(ctx))
		s := &turns{picks: rapid.SliceOfN(rapid.IntRange(0, 19), 20, 100).Draw(t, "turns"), live: 4}
		var mu sync.Mutex
		var faults []string
		fault := func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, fmt.Sprintf(format, args...))
		}
		actor := func(f func(archive large.Archive)) {
			defer s.leave()
			f(large.Archive{DB: ddb.New(&gate{client, s.ask}, "archive", large.ManuscriptTable, nil), PartBytes: partBytes})
		}
		var wait sync.WaitGroup
		for _, writer := range []string{"a", "b"} {
			parts := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 2).Draw(t, "parts of the texts of "+writer)
			wait.Go(func() {
				actor(func(archive large.Archive) {
					for _, n := range parts {
						m, _, err := archive.Read(ctx, "novel")
						if errors.Is(err, ddb.ErrNotFound) {
							m, err = large.Manuscript{ID: "novel"}, nil
						}
						if err != nil {
							fault("writer %s reads: %v", writer, err)
						}
						if _, err = archive.Store(ctx, m, text(writer, n)); err != nil && !errors.Is(err, ddb.ErrConflict) && !errors.Is(err, ddb.ErrOutcomeUnknown) {
							fault("writer %s: %v", writer, err)
						}
					}
				})
			})
		}
		for range 2 {
			wait.Go(func() {
				actor(func(archive large.Archive) {
					for range 3 {
						m, got, err := archive.Read(ctx, "novel")
						switch {
						case err != nil && !errors.Is(err, ddb.ErrNotFound):
							fault("reader: %v", err)
						case err == nil && !slices.ContainsFunc([]string{"a", "b"}, func(w string) bool { return bytes.Equal(got, text(w, m.Parts)) }):
							fault("reader: %q", got)
						}
					}
				})
			})
		}
		wait.Wait()
		require.Empty(t, faults)

		db := ddb.New(client, "archive", large.ManuscriptTable, nil)
		archive := large.Archive{DB: db, PartBytes: partBytes}
		m, _, err := archive.Read(ctx, "novel")
		require.NoError(t, err)
		storeTwice(ctx, t, archive, m)
	})
}

// lagging is a client whose eventually consistent queries find nothing yet.
type lagging struct{ ddb.Client }

func (c *lagging) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	out, err := c.Client.Query(ctx, in, opts...)
	if err == nil && !aws.ToBool(in.ConsistentRead) {
		out.Items, out.Count, out.ScannedCount = nil, 0, 0
	}
	return out, err
}

func TestPartsThatAreNotSeenYetAreReadConsistently(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), ddbmem.New().Client()
	db := ddb.New(client, "archive", large.ManuscriptTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	m, err := large.Archive{DB: db, PartBytes: partBytes}.Store(ctx, large.Manuscript{ID: "novel"}, text("a", 3))
	require.NoError(t, err)
	late := large.Archive{DB: ddb.New(&lagging{client}, "archive", large.ManuscriptTable, &ddb.Options{UseAttributeMaps: true})}
	_, got, err := late.Read(ctx, "novel")
	require.NoError(t, err)
	assert.Equal(t, text("a", 3), got)

	require.NoError(t, db.Do(ctx, large.ManuscriptParts.Delete(large.ManuscriptPart{
		ID: "novel", Generation: m.Generation, Writer: m.Writer, Number: 1,
	})))
	_, _, err = late.Read(ctx, "novel")
	require.ErrorContains(t, err, "generation 1 has 2 parts of 3")
}

func TestATitleChangesWithoutTheText(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "archive", large.ManuscriptTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	archive, heads := large.Archive{DB: db, PartBytes: partBytes}, ddb.NewRepository(db, large.Manuscripts)
	read := func(title string, want []byte) large.Manuscript {
		m, got, err := archive.Read(ctx, "novel")
		require.NoError(t, err)
		assert.Equal(t, title, m.Title)
		assert.Equal(t, string(want), string(got))
		return m
	}
	before, err := heads.Create(ctx, large.Manuscript{ID: "novel", Title: "first"})
	require.NoError(t, err)
	read("first", nil)
	_, err = archive.Store(ctx, before, text("a", 3))
	require.NoError(t, err)
	m := read("first", text("a", 3))
	_, err = heads.Update(ctx, m, ddb.Set(&large.Manuscripts.Fields().Title, "second"))
	require.NoError(t, err)
	_, err = archive.Store(ctx, m, text("b", 3))
	require.ErrorIs(t, err, ddb.ErrConflict, "the title would be lost")
	storeTwice(ctx, t, archive, read("second", text("a", 3)))
	_, err = archive.Store(ctx, read("second", text("c", 2)), nil)
	require.NoError(t, err)
	read("second", nil)
}
