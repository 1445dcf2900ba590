package ddbblob_test

import (
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbblob"
)

func TestABlobIsNewOrStoredOrNothing(t *testing.T) {
	t.Parallel()
	var none ddbblob.Blob
	require.True(t, none.IsZero())
	require.Equal(t, "no content", none.String())
	content, err := none.Load(t.Context())
	require.NoError(t, err)
	require.Nil(t, content)
	av, err := none.MarshalDynamoDBAttributeValue()
	require.NoError(t, err)
	require.Nil(t, av)

	for _, b := range []ddbblob.Blob{ddbblob.New([]byte("abc")), ddbblob.FromString("abc"), ddbblob.Reader(strings.NewReader("abcdef"), 3)} {
		require.False(t, b.IsZero())
		require.EqualValues(t, 3, b.Size())
		for range 2 {
			content, err := b.Load(t.Context())
			require.NoError(t, err)
			require.Equal(t, "abc", string(content))
			r, err := b.Open(t.Context())
			require.NoError(t, err)
			content, err = io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, "abc", string(content))
		}
		_, err = b.MarshalDynamoDBAttributeValue()
		require.ErrorIs(t, err, ddbblob.ErrNew)
		require.Equal(t, "new content of 3 bytes", b.String())
		require.Zero(t, b.Ref())
		require.Nil(t, b.In(ddbblob.Memory()).Store())
	}
	require.False(t, ddbblob.New(nil).IsZero())
}

func TestAReferenceIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	ref := ddbblob.Ref{Key: "t/i/f/x", Size: 1 << 40, SHA256: [32]byte{1, 31: 2}}
	av, err := ddbblob.Stored(ref, ddbblob.Memory()).MarshalDynamoDBAttributeValue()
	require.NoError(t, err)
	require.Equal(t, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		"k": &types.AttributeValueMemberS{Value: "t/i/f/x"}, "n": &types.AttributeValueMemberN{Value: "1099511627776"}, "h": &types.AttributeValueMemberB{Value: ref.SHA256[:]},
	}}, av) // as it is stored for years
	b := ddbblob.FromString("before")
	require.NoError(t, b.UnmarshalDynamoDBAttributeValue(av))
	require.Equal(t, ddbblob.Stored(ref, nil), b)

	for _, empty := range []types.AttributeValue{nil, &types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberM{}} {
		require.NoError(t, b.UnmarshalDynamoDBAttributeValue(empty))
		require.True(t, b.IsZero())
	}
	whole := av.(*types.AttributeValueMemberM).Value
	for name, bad := range map[string]types.AttributeValue{
		"k": &types.AttributeValueMemberS{}, "n": &types.AttributeValueMemberN{Value: "-1"}, "h": &types.AttributeValueMemberB{Value: []byte{1}},
	} {
		for _, v := range []types.AttributeValue{bad, nil, &types.AttributeValueMemberBOOL{}} {
			damaged := map[string]types.AttributeValue{name: v}
			for other, good := range whole {
				if other != name {
					damaged[other] = good
				}
			}
			require.Error(t, b.UnmarshalDynamoDBAttributeValue(&types.AttributeValueMemberM{Value: damaged}), name)
		}
	}
	require.Error(t, b.UnmarshalDynamoDBAttributeValue(&types.AttributeValueMemberS{Value: "x"}))
}
