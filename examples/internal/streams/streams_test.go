package streams

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/term"
)

func TestAShardIsOpenUntilItHasALastNumber(t *testing.T) {
	t.Parallel()
	table := &term.Table{Header: []string{"shard", "state", "parent", "first", "last"}}
	add(table, types.Shard{ShardId: new("a"), SequenceNumberRange: &types.SequenceNumberRange{StartingSequenceNumber: new("1"), EndingSequenceNumber: new("9")}})
	add(table, types.Shard{ShardId: new("b"), ParentShardId: new("a"), SequenceNumberRange: &types.SequenceNumberRange{StartingSequenceNumber: new("10")}})
	add(table, types.Shard{})
	assert.Equal(t, ""+
		"SHARD  STATE   PARENT  FIRST  LAST\n"+
		"a      closed  -       1      9\n"+
		"b      open    a       10     -\n"+
		"       open    -       -      -\n", table.Text(0))
}
