package large

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Blob stores the audio of podcasts beside the table.
var Blob = recipe.Recipe{
	Name:    "blob",
	Problem: "Items have images, audio or documents of megabytes, and lists of them show the rest alone",
	Pattern: "The content is an object in a store, and the item refers to it; a sweep deletes objects without an item.",
	Not:     "It fits into the item: up to a few KB as it is, and up to 400 KB compressed. A second store has to be run and paid.",
	Costs:   []string{"publish 5 MB", "list 20 episodes"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		store := &timed{Store: ddbblob.Memory(), now: r.Now, put: map[string]time.Time{}}
		db, err := r.DB(ctx, PodcastTable, &ddb.Options{Blobs: store})
		if err != nil {
			return err
		}
		episodes := ddb.NewRepository(db, Episodes)
		for n := 2; n <= 20; n++ {
			if _, err := Publish(ctx, db, Episode{Show: "rivers", Number: n, Title: fmt.Sprint("River ", n)}, bytes.NewReader(nil), 0); err != nil {
				return err
			}
		}
		var before Episode
		publish := func(size int64) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				e := Episode{Show: "rivers", Number: 1, Title: "The Danube"}
				_, err := Publish(ctx, db, e, bytes.NewReader(make([]byte, size)), size)
				return "", err
			}
		}
		play := func(e *Episode) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				audio, err := Play(ctx, db, *e)
				if err != nil {
					return "", err
				}
				n, err := io.Copy(io.Discard, audio)
				if closing := audio.Close(); err == nil {
					err = closing
				}
				return fmt.Sprintf("%d MB", n>>20), err
			}
		}
		sweep := func(ctx context.Context) (string, error) {
			swept, err := db.SweepBlobs(ctx, nil)
			return fmt.Sprintf("%d referenced, %d young, %d marked, %d deleted", swept.Referenced, swept.Young, swept.Marked, swept.Deleted), err
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"publish 5 MB", publish(5 << 20)},
			{"list 20 episodes", func(ctx context.Context) (string, error) {
				all, err := ddb.Collect(episodes.Query(ctx, Episodes.Query(Episode{Show: "rivers"})))
				if err != nil {
					return "", err
				}
				before = all[0]
				return fmt.Sprintf("the first has %d MB", before.Audio.Size()>>20), nil
			}},
			{"play it", play(&before)},
			{"change the title", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, Episodes.Update(before, ddb.Set(&Episodes.Fields().Title, "The Danube, 1")))
			}},
			{"publish 6 MB in its place", publish(6 << 20)},
			{"play it, by the item of before", play(&before)},
			{"sweep an hour later", func(ctx context.Context) (string, error) { r.Pass(time.Hour); return sweep(ctx) }},
			{"sweep a day later", func(ctx context.Context) (string, error) { r.Pass(25 * time.Hour); return sweep(ctx) }},
			{"play it, before the grace is over", play(&before)},
			{"sweep two days later", func(ctx context.Context) (string, error) { r.Pass(25 * time.Hour); return sweep(ctx) }},
			{"play it then, which reads the item again", play(&before)},
		} {
			puts, gets := store.puts, store.gets
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				result, err := s.do(ctx)
				if result != "" {
					result += "; "
				}
				return fmt.Sprintf("%sstore: %s, %s", result, counted(store.puts-puts, "put"), counted(store.gets-gets, "get")), err
			})
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// timed is a store that has the clock of the recipe, and counts requests.
type timed struct {
	ddbblob.Store
	now func() time.Time

	mu         sync.Mutex
	put        map[string]time.Time
	puts, gets int
}

func (s *timed) Put(ctx context.Context, key string, content *io.SectionReader) error {
	s.mu.Lock()
	s.puts++
	s.put[key] = s.now()
	s.mu.Unlock()
	return s.Store.Put(ctx, key, content)
}

func (s *timed) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	s.mu.Lock()
	s.gets++
	s.mu.Unlock()
	return s.Store.Get(ctx, key)
}

func (s *timed) List(ctx context.Context, prefix, after string) iter.Seq2[ddbblob.Object, error] {
	return func(yield func(ddbblob.Object, error) bool) {
		for o, err := range s.Store.List(ctx, prefix, after) {
			if err == nil {
				s.mu.Lock()
				o.Time = s.put[o.Key]
				s.mu.Unlock()
			}
			if !yield(o, err) {
				return
			}
		}
	}
}
