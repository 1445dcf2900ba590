package main

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

// school is a seeded table and the client that watches it.
type school struct {
	*Store
	Data
	trace *trace.Client
}

// small is enough of everything where numbers do not matter.
var small = Size{Seed: 1, Tracks: 1, Courses: 2, Chapters: 3, Versions: 3, Students: 5, Enrollments: 2}

func open(t *testing.T, env *integration.Env, d Data) school {
	t.Helper()
	tr := trace.Wrap(env.Client)
	env.Open(t, Platform)
	s := school{NewStore(ddb.New(tr, env.Table, Platform, nil)), d, tr}
	require.NoError(t, d.Write(t.Context(), s.Store, func(int, int) {}))
	env.CatchUp()
	return s
}

// stored counts the items of a table, those that the library keeps for itself included.
func stored(t *testing.T, env *integration.Env) int {
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
