package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

func TestReadmeShowsTheDesign(t *testing.T) { golden.Design(t, groups.Cruddur) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	apptest.Readme(t)
}

// Each access pattern is the requests that the README shows, and costs what it says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	want := []struct {
		name       string
		operations string
		items      int
	}{
		{"A: messages of a group", "GetItem Query", 20},
		{"B: groups of a user", "Query", 3},
		{"C: a new group", "TransactWriteItems", 6},
		{"D: a message to a group", "GetItem TransactWriteItems", 2},
		{"messages of a group in a window", "GetItem Query", 6},
		{"groups of a user in a window", "Query", 1},
		{"members of a group", "Query", 2},
		{"entries of a group, by the index", "Query", 2},
		{"two entries follow a message", "BatchGetItem Query BatchGetItem TransactWriteItems TransactWriteItems BatchGetItem Query BatchGetItem", 2},
		{"a group was read", "GetItem UpdateItem", 1},
		{"what a user has read", "Query", 1},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		require.NoError(t, groups.Seed(t.Context(), env.Open(t, groups.Cruddur), func(int, int) {}))
		env.CatchUp()
		tr := trace.Wrap(env.Client)
		db := ddb.New(tr, env.Table, groups.Cruddur, nil)
		n := 0
		s := groups.NewStore(db, &groups.Options{
			NewID: func() string { n++; return fmt.Sprintf("7c9e6679-7425-40de-944b-e07fc1f9%04d", n) },
			Now:   func() time.Time { return time.Date(2026, 3, 2, 13, 0, n, 0, time.UTC) },
		})
		results, err := app.Measure(t.Context(), tr, env.Has, accessPatterns(db, s))
		require.NoError(t, err)
		require.Len(t, results, len(want))
		for i, r := range results {
			var operations []string
			for _, q := range r.Reads {
				operations = append(operations, q.Operation)
				assert.Empty(t, q.Filter, r.Name)
			}
			assert.Equal(t, want[i].name, r.Name)
			assert.Equal(t, want[i].operations, strings.Join(operations, " "), r.Name)
			assert.Equal(t, len(r.Reads), r.Requests, r.Name)
			assert.Equal(t, want[i].items, r.Items, r.Name)
		}
		if env.Has(capability.TransactionCapacity) {
			first := groups.Message{ID: "7c9e6679-7425-40de-944b-e07fc1f90001", Author: groups.People[1]}
			named := strings.NewReplacer( // ids are long, and say nothing
				groups.Conversations[0].ID(), "{group}", groups.People[0].UserID, "{ada}", groups.People[1].UserID, "{bayo}", groups.People[2].UserID, "{lena}",
				groups.GroupID(first), "{new group}", first.ID, "{message}", "7c9e6679-7425-40de-944b-e07fc1f90002", "{message}",
			)
			golden.Section(t, "README.md", "patterns", named.Replace(app.Report(results).Markdown()))
		}
	})
}
