package integration_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// Each engine is on record for each capability, and what proves it is a document of AWS or a test that is there.
func TestFactsHaveProofs(t *testing.T) {
	t.Parallel()
	tests := map[string]string{}
	for pkg, pattern := range map[string]string{"": "*_test.go", "ddbmem": "../../ddbmem/*_test.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			tests[pkg] += string(text)
		}
	}
	for engine, facts := range capability.Facts {
		assert.Len(t, facts, len(capability.All), engine)
		for _, c := range capability.All {
			f, ok := facts[c]
			assert.True(t, ok, "%s: %s", engine, c)
			if strings.HasPrefix(f.Proof, "https://docs.aws.amazon.com/amazondynamodb/latest/") {
				continue
			}
			assert.NotEqual(t, "aws", engine, "what AWS does stands in a document: no test runs on it here")
			pkg, test, ok := strings.Cut(f.Proof, ": ")
			if !ok {
				pkg, test = "", f.Proof
			}
			assert.Regexp(t, `(?m)^func \Q`+test+`\E\(t \*testing\.T\)`, tests[pkg], "%s: %s", engine, c)
		}
	}
}

func TestTransactionCapacity(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		env.Create(t, pair())
		out, err := env.Client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: &env.Table, Item: item("1", "a")}},
				{Put: &types.Put{TableName: &env.Table, Item: item("1", "b")}},
			},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		require.NoError(t, err)
		want := 2.0 // two items that are small enough to make up one unit together, written twice
		if env.Has(capability.TransactionCapacity) {
			want = 4
		}
		require.Len(t, out.ConsumedCapacity, 1)
		assert.InDelta(t, want, *out.ConsumedCapacity[0].CapacityUnits, 0)
	})
}

func TestMultiAttributeKeys(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		in := pair()
		for _, name := range []string{"genre", "lang"} {
			in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS})
		}
		in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-genre"),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("genre"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("lang"), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
			},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}}
		env.Create(t, in)
		for sk, lang := range map[string]string{"a": "en", "b": "de", "c": ""} {
			put := item("1", sk)
			put["genre"] = &types.AttributeValueMemberS{Value: "novel"}
			if lang != "" {
				put["lang"] = &types.AttributeValueMemberS{Value: lang}
			}
			_, err := env.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &env.Table, Item: put})
			require.NoError(t, err)
		}
		query := func(condition string, values map[string]types.AttributeValue) (int32, error) {
			out, err := env.Client.Query(t.Context(), &dynamodb.QueryInput{
				TableName: &env.Table, IndexName: aws.String("by-genre"),
				KeyConditionExpression: &condition, ExpressionAttributeValues: values,
			})
			if err != nil {
				return 0, err
			}
			return out.Count, nil
		}
		genre := map[string]types.AttributeValue{":g": &types.AttributeValueMemberS{Value: "novel"}}
		both := map[string]types.AttributeValue{":g": genre[":g"], ":l": &types.AttributeValueMemberS{Value: "en"}}
		if !env.Has(capability.MultiAttributeKeys) {
			n, err := query("genre = :g", genre)
			require.NoError(t, err)
			assert.EqualValues(t, 3, n, "the first attribute is the whole partition key: an item without lang is in the index too")
			_, err = query("genre = :g AND lang = :l", both)
			require.ErrorContains(t, err, "Query condition missed key schema element: sk")
			return
		}
		env.Settles(t, func() bool {
			n, err := query("genre = :g AND lang = :l", both)
			return assert.NoError(t, err) && n == 1
		})
		_, err := query("genre = :g", genre)
		require.ErrorContains(t, err, "ValidationException", "every attribute of the partition key is asked for")
	})
}

func TestUpdateErrors(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		env.Create(t, pair())
		update := func(sk, expression string, value types.AttributeValue) (map[string]types.AttributeValue, error) {
			put := item("1", sk)
			put["null"] = &types.AttributeValueMemberNULL{Value: true}
			_, err := env.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &env.Table, Item: put})
			require.NoError(t, err)
			out, err := env.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: &env.Table, Key: item("1", sk), UpdateExpression: &expression, ReturnValues: types.ReturnValueAllNew,
				ExpressionAttributeNames:  map[string]string{"#n": "null"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":v": value},
			})
			if err != nil {
				return nil, err
			}
			return out.Attributes, nil
		}
		one := &types.AttributeValueMemberN{Value: "1"}
		list := &types.AttributeValueMemberL{Value: []types.AttributeValue{one}}

		_, err := update("add", "ADD #n :v", one)
		require.ErrorContains(t, err, "An operand in the update expression has an incorrect data type")
		_, appended := update("append", "SET #n = list_append(#n, :v)", list)
		_, summed := update("sum", "SET #n = #n + :v", one)
		got, err := update("path", "SET #n.x = :v", one)
		if !env.Has(capability.UpdateErrors) {
			require.ErrorContains(t, appended, "list_append requires two list operands")
			require.ErrorContains(t, summed, "Operands for + must be numbers")
			require.NoError(t, err)
			assert.Equal(t, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": one}}, got["null"])
			return
		}
		require.ErrorContains(t, appended, "An operand in the update expression has an incorrect data type")
		require.ErrorContains(t, summed, "An operand in the update expression has an incorrect data type")
		require.ErrorContains(t, err, "The document path provided in the update expression is invalid for update")
	})
}
