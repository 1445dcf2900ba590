// Package schooltest gives tests a table with a school.
package schooltest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

// School is a seeded table and what is sent to it.
type School struct {
	*platform.Store
	school.Data
	Sent *ddbobserve.Recorder
}

// Small is enough of everything where numbers do not matter.
var Small = school.Size{Seed: 1, Tracks: 1, Courses: 2, Chapters: 3, Versions: 3, Students: 5, Enrollments: 2}

// Open creates the table, which is deleted when the test ends, and writes d.
func Open(t testing.TB, env *integration.Env, d school.Data) School {
	t.Helper()
	sent := new(ddbobserve.Recorder)
	s := School{platform.NewStore(env.OpenWith(t, platform.Table, &ddb.Options{Observe: sent.Observe})), d, sent}
	require.NoError(t, d.Write(t.Context(), s.Store, func(int, int) {}))
	env.CatchUp()
	return s
}

// Stored counts the items of a table, those that the library keeps for itself included.
func Stored(t testing.TB, env *integration.Env) int {
	t.Helper()
	n := 0
	pages := dynamodb.NewScanPaginator(env.Client, &dynamodb.ScanInput{TableName: &env.Table, Select: types.SelectCount, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		n += int(page.Count)
	}
	return n
}
