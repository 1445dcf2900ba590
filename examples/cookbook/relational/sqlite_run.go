package relational

import (
	"context"
	"database/sql"

	_ "modernc.org/sqlite" // the driver; the code to copy works with any that understands its SQL
)

// openSQLite opens an empty database in memory, with a schema. It has one connection, since each would have its own memory.
func openSQLite(ctx context.Context, schema string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, err
	}
	return db, nil
}
