package read_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// counting counts the scans of a client that are under way, and those that began.
type counting struct {
	ddb.Client
	open, began atomic.Int64
}

func (c *counting) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.began.Add(1)
	c.open.Add(1)
	defer c.open.Add(-1)
	return c.Client.Scan(ctx, in, opts...)
}

// openHeavy stores n notes of size bytes, and returns a client that counts scans.
func openHeavy(t *testing.T, n, size int) (*ddb.Repository[Jotting], *ddb.Entity[Jotting], *counting) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	notes := ddb.MustDefine(table, "note", func(x *Jotting, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&x.Book)), ddb.Key(ddb.Prefix("n#"), ddb.Str(&x.ID)))
	})
	engine := ddbmem.New()
	client := &counting{Client: engine.Client()}
	db := ddb.New(client, "notes", table, nil)
	require.NoError(t, ddb.New(engine.Client(), "notes", table, nil).CreateTable(t.Context()))
	for i := range n {
		attrs, err := notes.Encode(Jotting{Book: fmt.Sprint(i % 9), ID: fmt.Sprintf("%03d", i), N: i})
		require.NoError(t, err)
		attrs["pad"] = fixture.Text(strings.Repeat("x", size))
		fixture.PutRaw(t, client, "notes", attrs)
	}
	return ddb.NewRepository(db, notes), notes, client
}

// A scan that is left, and goes on from its last checkpoint with another number of workers, again and again, yields every
// item.
func TestAScanThatIsResumedAgainAndAgainLosesNothing(t *testing.T) {
	t.Parallel()
	repo, _, _ := openHeavy(t, 60, 150_000)
	for _, workers := range []int{1, 2, 7} {
		seen, rounds := map[int]int{}, 0 // times that an item was yielded
		for cursor, done := ddb.Cursor(""), false; !done; rounds++ {
			opts := &ddb.ScanOptions{Workers: workers, Segments: 5, Resume: cursor}
			if workers > 5 {
				opts.Segments = 0
			}
			if rounds > 0 {
				opts.Segments, opts.Workers = 0, 1+rounds%4
			}
			pages, last := 0, ddb.Cursor("none")
			opts.Checkpoint = func(c ddb.Cursor) { pages, last = pages+1, c }
			done = true
			behind := 0 // read behind the first checkpoint
			for x, err := range repo.Scan(t.Context(), opts) {
				require.NoError(t, err)
				seen[x.N]++
				if pages > 0 {
					behind++
				}
				if behind > 2 {
					done = false
					break
				}
			}
			if cursor = last; done {
				assert.Empty(t, cursor)
			}
			require.Less(t, rounds, 60)
		}
		assert.Len(t, seen, 60, "%d workers", workers)
		assert.Greater(t, rounds, 3)
	}
}

// Whichever way a loop over a scan is left, no request is under way behind it, and none follows.
func TestAScanThatIsLeftMakesNoMoreRequests(t *testing.T) {
	t.Parallel()
	repo, _, client := openHeavy(t, 60, 150_000)
	for name, leave := range map[string]func(cancel func()) (more bool){
		"break":  func(func()) bool { return false },
		"cancel": func(cancel func()) bool { cancel(); return true },
		"panic":  func(func()) bool { panic("in the loop") },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		func() {
			defer func() { _ = recover() }()
			for _, err := range repo.Scan(ctx, &ddb.ScanOptions{Workers: 4, Segments: 16}) {
				if err != nil || !leave(cancel) {
					break
				}
			}
		}()
		assert.Zero(t, client.open.Load(), "%s: requests under way", name)
		began := client.began.Load()
		time.Sleep(5 * time.Millisecond)
		assert.Equal(t, began, client.began.Load(), "%s: requests afterwards", name)
		cancel()
	}
}

// Reads within the loops of others, left midway, disturb neither: their items are copies, and so are their pages.
func TestReadsStandWithinReads(t *testing.T) {
	t.Parallel()
	repo, notes, _ := openHeavy(t, 27, 10)
	seq := repo.Query(t.Context(), notes.Query(Jotting{Book: "1"}).Examine(2))
	var outer []int
	for a, err := range seq {
		require.NoError(t, err)
		for b, err := range seq {
			require.NoError(t, err)
			assert.Equal(t, 1, b.N, "the same sequence, from its start")
			break
		}
		for _, err := range repo.Scan(t.Context(), &ddb.ScanOptions{Workers: 3}) {
			require.NoError(t, err)
			break
		}
		got, err := repo.Get(t.Context(), a)
		require.NoError(t, err)
		assert.Equal(t, got, a)
		outer = append(outer, a.N)
	}
	assert.Equal(t, []int{1, 10, 19}, outer)
}

// A page goes on behind its last item, though that has been deleted since.
func TestPagesGoOnBehindAnItemThatIsDeleted(t *testing.T) {
	t.Parallel()
	repo, notes, _ := openHeavy(t, 63, 10)
	for _, c := range []struct {
		q    ddb.Query[Jotting]
		want []int
	}{
		{notes.Query(Jotting{Book: "1"}), []int{1, 10, 19, 28, 37, 46, 55}},
		{notes.Query(Jotting{Book: "2"}).Desc(), []int{56, 47, 38, 29, 20, 11, 2}},
	} {
		var got []int
		for cursor := ddb.Cursor(""); ; {
			page, err := repo.Page(t.Context(), c.q.Limit(2), cursor)
			require.NoError(t, err)
			for i, x := range page.Items {
				got = append(got, x.N)
				if i == len(page.Items)-1 {
					require.NoError(t, repo.Delete(t.Context(), x))
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		assert.Equal(t, c.want, got)
	}
}

// A table that is still being made, or that nobody made, is said to be the reason; it is no item that is not found.
func TestReadsOfATableThatIsNotThere(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	notes := ddb.MustDefine(table, "note", func(x *Jotting, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&x.Book)), ddb.Key(ddb.Prefix("n#"), ddb.Str(&x.ID)))
	})
	client := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(time.Now()), TableDelay: time.Hour}).Client()
	db := ddb.New(client, "notes", table, nil)
	repo := ddb.NewRepository(db, notes)
	for _, made := range []bool{false, true} {
		if made {
			_, err := client.CreateTable(t.Context(), table.CreateTableInput("notes"))
			require.NoError(t, err)
		}
		_, get := repo.Get(t.Context(), Jotting{Book: "1", ID: "1"})
		_, query := ddb.Collect(repo.Query(t.Context(), notes.Query(Jotting{Book: "1"})))
		_, count := repo.Count(t.Context(), notes.Query(Jotting{Book: "1"}))
		_, batch := repo.BatchGet(t.Context(), []Jotting{{Book: "1", ID: "1"}})
		_, scan := ddb.Collect(repo.Scan(t.Context(), nil))
		x := Jotting{Book: "1", ID: "1"}
		transact := db.TransactGet(t.Context(), notes.Load(&x))
		for what, err := range map[string]error{"get": get, "query": query, "count": count, "batch": batch, "scan": scan, "transact get": transact} {
			require.ErrorContains(t, err, `table "notes" or the index is not there (CreateTable makes it`, what)
			assert.NotErrorIs(t, err, ddb.ErrNotFound, what)
		}
	}
}
