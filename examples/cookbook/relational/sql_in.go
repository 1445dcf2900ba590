package relational

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Artist is an artist of a museum: a row of the SQL table artist.
type Artist struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Work is a work of an artist: a row of work, the name of the artist from artist, and the rows of tag as a list.
type Work struct {
	Artist string   `dynamodbav:"-"`
	ID     string   `dynamodbav:"-"`
	Title  string   `dynamodbav:"title"`
	Year   int      `dynamodbav:"year,omitempty"` // 0 if it is NULL
	By     string   `dynamodbav:"by"`
	Tags   []string `dynamodbav:"tags,omitempty"`
}

// The table of the museum, in which an artist and all works are one partition.
var (
	MuseumTable = ddb.NewTable("pk", "sk")

	Artists = ddb.MustDefine(MuseumTable, "artist", func(a *Artist, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("artist#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("artist#")))
	})
	Works = ddb.MustDefine(MuseumTable, "work", func(w *Work, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("artist#"), ddb.Str(&w.Artist)), ddb.Key(ddb.Prefix("work#"), ddb.Str(&w.ID)))
	})
)

// What is read from SQL: each row becomes an item. Works come in the order in which they are written: the first of each
// artist, then the second of each. In the order of their keys all writes would go to one partition after the other, each of
// which takes 1,000 units a second. (json_group_array is SQLite's; PostgreSQL has json_agg.)
const (
	selectArtists = `SELECT id, name FROM artist ORDER BY id`
	selectWorks   = `
SELECT w.artist_id, w.id, w.title, w.year, a.name,
	(SELECT json_group_array(tag) FROM (SELECT tag FROM tag WHERE work_id = w.id ORDER BY tag))
FROM (SELECT *, row_number() OVER (PARTITION BY artist_id ORDER BY id) AS turn FROM work) AS w
JOIN artist AS a ON a.id = w.artist_id
ORDER BY w.turn, w.id`
)

func artistOf(rows *sql.Rows) (ddb.Op, error) {
	var a Artist
	err := rows.Scan(&a.ID, &a.Name)
	return Artists.Put(a), err
}

func workOf(rows *sql.Rows) (ddb.Op, error) {
	var w Work
	var year sql.NullInt64
	var tags []byte
	if err := rows.Scan(&w.Artist, &w.ID, &w.Title, &year, &w.By, &tags); err != nil {
		return ddb.Op{}, err
	}
	w.Year = int(year.Int64)
	err := json.Unmarshal(tags, &w.Tags)
	return Works.Put(w), err
}

// ImportMuseum writes what is in SQL into the table. It uses Put, so it can be repeated, also after it was interrupted: it
// then writes the same items again. So run it before programs write to the table, whose changes it would undo. What was
// deleted from SQL in between stays: CompareMuseum finds it. It costs a write unit for each KB of each item.
func ImportMuseum(ctx context.Context, from *sql.DB, to *ddb.DB) error {
	// One snapshot for both statements, so that no work is without its artist.
	tx, err := from.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it only reads
	if err := importRows(ctx, tx, selectArtists, artistOf, to); err != nil {
		return fmt.Errorf("import artists: %w", err)
	}
	if err := importRows(ctx, tx, selectWorks, workOf, to); err != nil {
		return fmt.Errorf("import works: %w", err)
	}
	return nil
}

// importRows writes 100 items at a time: four requests at once. Batch repeats what stays unprocessed, with backoff.
func importRows(ctx context.Context, tx *sql.Tx, query string, opOf func(*sql.Rows) (ddb.Op, error), to *ddb.DB) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ops []ddb.Op
	for rows.Next() {
		op, err := opOf(rows)
		if err != nil {
			return err
		}
		if ops = append(ops, op); len(ops) < 100 {
			continue
		}
		if err := to.Batch(ctx, ops...); err != nil {
			return err
		}
		ops = nil
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return to.Batch(ctx, ops...)
}

// CompareMuseum counts artists and works in SQL and in the table, and returns an error if the numbers differ. It scans the
// table, strongly consistently.
func CompareMuseum(ctx context.Context, from *sql.DB, in *ddb.DB) (artists, works int, err error) {
	var wantArtists, wantWorks int
	const count = `SELECT (SELECT count(*) FROM artist), (SELECT count(*) FROM work)`
	if err := from.QueryRowContext(ctx, count).Scan(&wantArtists, &wantWorks); err != nil {
		return 0, 0, fmt.Errorf("compare: %w", err)
	}
	for item, err := range in.Consistent().Scan(ctx, nil) {
		if err != nil {
			return artists, works, fmt.Errorf("compare: %w", err)
		}
		switch item.(type) {
		case Artist:
			artists++
		case Work:
			works++
		}
	}
	if artists != wantArtists || works != wantWorks {
		return artists, works, fmt.Errorf("compare: the table has %d artists and %d works, SQL has %d and %d: import again, and delete what SQL has no more",
			artists, works, wantArtists, wantWorks)
	}
	return artists, works, nil
}
