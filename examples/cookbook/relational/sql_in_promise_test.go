package relational

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// interrupted is a client whose batches fail after some.
type interrupted struct {
	ddb.Client
	after int
}

var errInterrupted = errors.New("interrupted")

func (c *interrupted) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	if c.after--; c.after < 0 {
		return nil, errInterrupted
	}
	return c.Client.BatchWriteItem(ctx, in, opts...)
}

func TestAnImportThatWasInterruptedIsRepeated(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), ddbmem.New().Client()
	museum, err := openSQLite(ctx, museumSchema)
	require.NoError(t, err)
	defer museum.Close()
	db := ddb.New(client, "museum", MuseumTable, nil)
	require.NoError(t, db.CreateTable(ctx))

	// More than 25 artists, so that requests follow each other.
	_, err = museum.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 21 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
		INSERT INTO artist SELECT 'a' || i, 'Artist ' || i FROM n`)
	require.NoError(t, err)
	broken := ddb.New(&interrupted{client, 5}, "museum", MuseumTable, &ddb.Options{MaxAttempts: 1})
	for range 3 {
		require.ErrorIs(t, ImportMuseum(ctx, museum, broken), errInterrupted)
		_, _, err = CompareMuseum(ctx, museum, db)
		require.ErrorContains(t, err, "import again")
	}
	for range 2 {
		require.NoError(t, ImportMuseum(ctx, museum, db))
		artists, works, err := CompareMuseum(ctx, museum, db)
		require.NoError(t, err)
		assert.Equal(t, []int{150, 400}, []int{artists, works})
	}
	work, err := ddb.NewRepository(db, Works).Get(ctx, Work{Artist: "a07", ID: "a07-w20"})
	require.NoError(t, err)
	assert.Equal(t, Work{Artist: "a07", ID: "a07-w20", Title: "Work 20", Year: 1920, By: "Artist 7", Tags: []string{"large", "oil"}}, work)
	work, err = ddb.NewRepository(db, Works).Get(ctx, Work{Artist: "a07", ID: "a07-w05"})
	require.NoError(t, err)
	assert.Equal(t, Work{Artist: "a07", ID: "a07-w05", Title: "Work 5", By: "Artist 7", Tags: []string{}}, work, "no year, no tags")

	_, err = museum.ExecContext(ctx, `DELETE FROM tag; DELETE FROM work WHERE id = 'a07-w05'`)
	require.NoError(t, err)
	require.NoError(t, ImportMuseum(ctx, museum, db))
	_, _, err = CompareMuseum(ctx, museum, db)
	require.ErrorContains(t, err, "400 works, SQL has 150 and 399")
}
