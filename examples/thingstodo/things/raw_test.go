package things

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/integration"
)

// item is an item as it is stored.
type item = map[string]types.AttributeValue

// raw returns every item of the table as it is stored, by its key.
func raw(t *testing.T, env *integration.Env) map[string]item {
	t.Helper()
	items := map[string]item{}
	pages := dynamodb.NewScanPaginator(env.Client, &dynamodb.ScanInput{TableName: &env.Table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, attrs := range page.Items {
			items[fmt.Sprintf("%s/%s", text(attrs["id"]), text(attrs["sk"]))] = attrs
		}
	}
	return items
}

func text(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
