package relational

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SQLIn shows the import of a museum.
var SQLIn = recipe.Recipe{
	Name:    "sql-in",
	Problem: "Rows of joined SQL tables are to become items, by a program that may be interrupted and run again",
	Pattern: "Join in SQL, make each row an item, and put them in batches, in an order that spreads over the partitions.",
	Not:     "The programs cannot stop meanwhile: then change data capture of the database, such as AWS DMS, follows its writes.",
	Costs:   []string{"import"},
	Varies:  "What a scan reads is rounded up in each partition of the table, of which a local engine has one.",
	Run: func(ctx context.Context, r *recipe.Run) error {
		museum, err := openSQLite(ctx, museumSchema)
		if err != nil {
			return err
		}
		defer museum.Close()
		spread := &spread{}
		db, err := r.DB(ctx, MuseumTable, &ddb.Options{Observe: spread.observe})
		if err != nil {
			return err
		}
		measure := func(what string, importTo *ddb.DB, f func(context.Context, *sql.DB, *ddb.DB) error) error {
			return r.Step(ctx, what, func(ctx context.Context) (string, error) {
				err := f(ctx, museum, importTo)
				return fmt.Sprintf("each request to at least %d partitions", spread.take()), err
			})
		}
		for _, again := range []string{"", " again"} {
			if err := measure("import"+again, db, ImportMuseum); err != nil {
				return err
			}
			if err := r.Step(ctx, "compare"+again, func(ctx context.Context) (string, error) {
				artists, works, err := CompareMuseum(ctx, museum, db)
				return fmt.Sprintf("%d artists and %d works in both", artists, works), err
			}); err != nil {
				return err
			}
		}
		other, err := r.DB(ctx, MuseumTable, &ddb.Options{Observe: spread.observe})
		if err != nil {
			return err
		}
		return measure("import works in the order of their keys", other, importByKey)
	},
}

// importByKey imports works as one should not.
func importByKey(ctx context.Context, from *sql.DB, to *ddb.DB) error {
	tx, err := from.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it only reads
	const byKey = `SELECT artist_id, id, title, year, '', '[]' FROM work ORDER BY artist_id, id`
	return importRows(ctx, tx, byKey, workOf, to)
}

// museumSchema makes 20 artists with 20 works each. Every tenth work has two tags.
const museumSchema = `
CREATE TABLE artist (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE work (id text PRIMARY KEY, artist_id text NOT NULL REFERENCES artist, title text NOT NULL, year integer);
CREATE TABLE tag (work_id text NOT NULL REFERENCES work, tag text NOT NULL, PRIMARY KEY (work_id, tag));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO artist SELECT printf('a%02d', i), 'Artist ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO work SELECT printf('%s-w%02d', artist.id, i), artist.id, 'Work ' || i, CASE WHEN i > 5 THEN 1900 + i END FROM artist, n;
INSERT INTO tag SELECT id, tag FROM work, (SELECT 'oil' AS tag UNION SELECT 'large') WHERE id LIKE '%0';
`

// spread is to how many partitions each batch wrote.
type spread struct {
	mu         sync.Mutex
	partitions []int
}

func (s *spread) observe(_ context.Context, request *ddbobserve.Request) {
	if request.Operation != "BatchWriteItem" {
		return
	}
	of := map[string]bool{}
	for _, w := range request.Writes {
		of[ddbobserve.Text(w.Key["pk"])] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions = append(s.partitions, len(of))
}

// take returns the least of them.
func (s *spread) take() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	least := slices.Min(s.partitions)
	s.partitions = nil
	return least
}
