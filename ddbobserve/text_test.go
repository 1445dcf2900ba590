package ddbobserve_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbobserve"
)

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func digits(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func TestARequestIsALine(t *testing.T) {
	t.Parallel()
	key := func(id string) ddbobserve.Key { return ddbobserve.Key{"sk": digits(id), "pk": text("t#1")} }
	for want, r := range map[string]ddbobserve.Request{
		`Query gsi1: gsi1_pk = "t#1" AND begins_with(gsi1_sk, "c#") FILTER score > 3 DESC LIMIT 20 CONSISTENT`: {
			Operation: "Query", Index: "gsi1", Filter: "score > 3", Descending: true, Limit: 20, Consistent: true,
			Condition: []ddbobserve.KeyCondition{
				{Attribute: "gsi1_pk", Op: "=", Values: []types.AttributeValue{text("t#1")}},
				{Attribute: "gsi1_sk", Op: "begins_with", Values: []types.AttributeValue{text("c#")}},
			},
		},
		`Query primary: n BETWEEN 1 AND 2 COUNT`: {
			Operation: "Query", Index: "primary", CountOnly: true,
			Condition: []ddbobserve.KeyCondition{{Attribute: "n", Op: "BETWEEN", Values: []types.AttributeValue{digits("1"), digits("2")}}},
		},
		`Scan primary`: {Operation: "Scan", Index: "primary"},
		`GetItem primary: pk = "t#1" AND sk = 1`: {
			Operation: "GetItem", Index: "primary", Keys: []ddbobserve.Key{key("1")},
		},
		`BatchGetItem primary: pk = "t#1" AND sk = 1; pk = "t#1" AND sk = 2`: {
			Operation: "BatchGetItem", Index: "primary", Keys: []ddbobserve.Key{key("2"), key("1")},
		},
		`TransactGetItems primary: pk = "t#1" AND sk = 2; pk = "t#1" AND sk = 1`: {
			Operation: "TransactGetItems", Index: "primary", Keys: []ddbobserve.Key{key("2"), key("1")},
		},
		`DeleteItem primary: delete pk = "t#1" AND sk = 1`: {
			Operation: "DeleteItem", Index: "primary", Writes: []ddbobserve.Write{{Action: ddbobserve.Delete, Key: key("1"), Condition: "x = 1"}},
		},
		"TransactWriteItems primary:\n\tput pk = \"t#1\" AND sk = 1\n\tcheck pk = \"t#1\" AND sk = 2": {
			Operation: "TransactWriteItems", Index: "primary",
			Writes: []ddbobserve.Write{{Action: ddbobserve.Put, Key: key("1")}, {Action: ddbobserve.Check, Key: key("2")}},
		},
	} {
		assert.Equal(t, want, r.String())
	}
}

func TestAValueIsText(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]types.AttributeValue{
		`"Björk \"B\""`:                    text(`Björk "B"`),
		"-1.5":                             digits("-1.5"),
		"0x01ff":                           &types.AttributeValueMemberB{Value: []byte{1, 255}},
		"true":                             &types.AttributeValueMemberBOOL{Value: true},
		"null":                             &types.AttributeValueMemberNULL{Value: true},
		`[1, "a"]`:                         &types.AttributeValueMemberL{Value: []types.AttributeValue{digits("1"), text("a")}},
		`{"a": 1, "b": [], "c": {"d": 2}}`: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"b": &types.AttributeValueMemberL{}, "a": digits("1"), "c": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"d": digits("2")}}}},
		`<"a", "b">`:                       &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"<1, 2>":                           &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		"<0x01, 0x02>":                     &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
		"(none)":                           nil,
	} {
		assert.Equal(t, want, ddbobserve.Text(v))
	}
}
