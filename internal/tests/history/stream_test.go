package history_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// A version that an entity's History keeps is no unknown item.
func TestStatsLeaveOutVersions(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	mux := ddb.NewMux(l.table, nil)
	ddb.Handle(mux, l.pages, func(context.Context, ddb.Change[Page]) error { return nil })
	version := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "book#b"}, "sk": &types.AttributeValueMemberS{Value: "old#0001#00000001"}}
	require.Empty(t, fixture.Deliver(t, mux, []ddb.Record{{Kind: ddb.Inserted, Sequence: "1", Keys: version, New: version}}, 1))
	assert.Equal(t, ddb.MuxStats{Parts: []ddb.PartStats{}}, mux.Stats())
}
