package search

import (
	"context"
	"os"

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
}

// put indexes the published ones of what was found in the table, and deletes the others, in one batch.
func (g *generation) put(found []ddb.Lookup[things.Thing]) error {
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
	return g.index.Batch(batch)
}

// versions returns the version of each thing in the index.
func (g *generation) versions(ctx context.Context) (map[string]int64, error) {
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

func (g *generation) close() error { return g.index.Close() }

// drop closes the generation and deletes its files.
func (g *generation) drop() error {
	err := g.close()
	if g.path != "" {
		return os.RemoveAll(g.path)
	}
	return err
}
