package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// generation is one index from a rebuild to the next.
type generation struct {
	name  string
	path  string // "": in memory
	index bleve.Index

	damaged atomic.Bool // after a failed write or a panic: it is not used until it is opened again
}

// ErrIndex says that the files of the index cannot be read or written.
var ErrIndex = errors.New("the index is damaged or its disk is full: free space; if that does not help, rebuild it")

var errDamaged = errors.New("it is opened again before the next write")

// guard calls bleve, which may panic on files that it could not write. A panic is an error that matches [ErrIndex].
func (g *generation) guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = g.damage(fmt.Errorf("panic: %v", p))
		}
	}()
	if g.damaged.Load() {
		return fmt.Errorf("search index: %w: %w", ErrIndex, errDamaged)
	}
	return do()
}

// damage marks the generation as one that cannot be used any more.
func (g *generation) damage(err error) error {
	g.damaged.Store(true)
	return fmt.Errorf("search index: %w: %w", ErrIndex, err)
}

// put indexes the published ones of what was found in the table, and deletes the others, in one batch.
// After an error it is not known what of the batch is in the index.
func (g *generation) put(found []ddb.Lookup[things.Thing]) error {
	return g.guard(func() error { return g.write(found) })
}

func (g *generation) write(found []ddb.Lookup[things.Thing]) error {
	batch := g.index.NewBatch()
	for _, l := range found {
		if !l.Found() || l.Item.Status != things.Published {
			batch.Delete(l.Item.ID)
			continue
		}
		if err := batch.Index(l.Item.ID, documentOf(l.Item)); err != nil {
			return err
		}
	}
	if err := g.index.Batch(batch); err != nil {
		return g.damage(err)
	}
	return nil
}

// versions returns the version of each thing in the index.
func (g *generation) versions(ctx context.Context) (all map[string]int64, err error) {
	err = g.guard(func() error {
		all, err = g.readVersions(ctx)
		return err
	})
	return all, err
}

func (g *generation) readVersions(ctx context.Context) (map[string]int64, error) {
	const page = 1000
	all := map[string]int64{}
	r := bleve.NewSearchRequestOptions(query.NewMatchAllQuery(), page, 0, false)
	r.SortBy([]string{"_id"})
	r.Fields = []string{"version"}
	for {
		found, err := g.index.SearchInContext(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, hit := range found.Hits {
			version, _ := hit.Fields["version"].(float64)
			all[hit.ID] = int64(version)
		}
		if len(found.Hits) < page {
			return all, nil
		}
		r.SetSearchAfter([]string{found.Hits[page-1].ID})
	}
}

// close closes the files. One that is damaged may not be able to, and has nothing left to write.
func (g *generation) close() (err error) {
	if g.index == nil {
		return nil
	}
	index := g.index
	g.index = nil
	defer func() {
		if p := recover(); p != nil {
			err = g.damage(fmt.Errorf("panic: %v", p))
		}
	}()
	if err := index.Close(); err != nil && !g.damaged.Load() {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// drop closes the generation and deletes its files.
func (g *generation) drop() error {
	err := g.close()
	if g.path != "" {
		return os.RemoveAll(g.path)
	}
	return err
}
