package trace

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestFill(t *testing.T) {
	t.Parallel()
	names := map[string]string{"#k1": "pk", "#k10": "sk"}
	values := map[string]types.AttributeValue{
		":v1":  &types.AttributeValueMemberS{Value: `Björk "B"`},
		":v10": &types.AttributeValueMemberN{Value: "-1.5"},
		":v2":  &types.AttributeValueMemberB{Value: []byte{1, 2}},
	}
	assert.Equal(t, `pk = "Björk \"B\"" AND sk BETWEEN -1.5 AND AQI=`,
		fill(aws.String("#k1 = :v1 AND #k10 BETWEEN :v10 AND :v2"), names, values))
	assert.Equal(t, ":unknown", fill(aws.String(":unknown"), names, values))
	assert.Empty(t, fill(nil, names, values))
}

func TestClientRemembersReads(t *testing.T) {
	t.Parallel()
	c := Wrap(ddbmem.New().Client())
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "1"}}
	_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("none"), Key: key})
	require.Error(t, err, "a request that fails was sent all the same")
	_, err = c.Scan(t.Context(), &dynamodb.ScanInput{
		TableName: aws.String("none"), IndexName: aws.String("gsi1"), FilterExpression: aws.String("attribute_exists(pk)"),
	})
	require.Error(t, err)
	assert.Equal(t, []Request{
		{Operation: "GetItem", Index: "primary", Key: `pk = "1"`},
		{Operation: "Scan", Index: "gsi1", Filter: "attribute_exists(pk)"},
	}, c.Take())
	assert.Empty(t, c.Take())
}
