package ddb

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// writeStampAttr holds a random value that each write of a versioned item replaces. It tells a write of our own, whose
// answer was lost, from one of somebody else, and an item from one that was deleted and created anew.
const writeStampAttr = "~w"

// newWriteStamp returns a random stamp.
func newWriteStamp() types.AttributeValue {
	return &types.AttributeValueMemberB{Value: binary.BigEndian.AppendUint64(nil, rand.Uint64())}
}
