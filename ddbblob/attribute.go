package ddbblob

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// In the attribute of a Blob. Data of years has these names: they stay.
const (
	keyName  = "k" // S
	sizeName = "n" // N
	sumName  = "h" // B, the SHA-256
)

// MarshalDynamoDBAttributeValue returns the reference, for the packages that encode items. New content has none: the
// error matches [ErrNew].
func (b Blob) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	switch {
	case b.content != nil:
		return nil, ErrNew
	case b.ref.Key == "":
		return nil, nil //nolint:nilnil // it has no attribute
	}
	return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		keyName:  &types.AttributeValueMemberS{Value: b.ref.Key},
		sizeName: &types.AttributeValueMemberN{Value: strconv.FormatInt(b.ref.Size, 10)},
		sumName:  &types.AttributeValueMemberB{Value: b.ref.SHA256[:]},
	}}, nil
}

// UnmarshalDynamoDBAttributeValue sets b to a reference, whose store is not known.
func (b *Blob) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	*b = Blob{}
	switch av := av.(type) {
	case nil, *types.AttributeValueMemberNULL:
		return nil
	case *types.AttributeValueMemberM:
		if len(av.Value) == 0 {
			return nil
		}
		key, isText := av.Value[keyName].(*types.AttributeValueMemberS)
		size, isNumber := av.Value[sizeName].(*types.AttributeValueMemberN)
		sum, isBinary := av.Value[sumName].(*types.AttributeValueMemberB)
		if !isText || !isNumber || !isBinary || key.Value == "" || len(sum.Value) != len(b.ref.SHA256) {
			return fmt.Errorf("the map is no reference of a ddbblob.Blob: it needs %s, %s and %s", keyName, sizeName, sumName)
		}
		n, err := strconv.ParseInt(size.Value, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("the size %q of a ddbblob.Blob is no size", size.Value)
		}
		b.ref = Ref{Key: key.Value, Size: n, SHA256: [32]byte(sum.Value)}
		return nil
	}
	return fmt.Errorf("a %T is no reference of a ddbblob.Blob", av)
}
