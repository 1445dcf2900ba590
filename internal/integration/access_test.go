package integration_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

type (
	Author struct {
		ID    string `dynamodbav:"-"`
		Email string `dynamodbav:"email"`
		Posts int64  `dynamodbav:"posts"`
	}
	Post struct {
		ID       string `dynamodbav:"-"`
		AuthorID string `dynamodbav:"-"`
		Title    string `dynamodbav:"title"`
	}
)

// newBlog returns the access patterns of a table with an index, a unique value and a view.
func newBlog(seeded func()) *ddbaccess.Catalog {
	table := ddb.NewTable("pk", "sk")
	byID := table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	authors := ddb.MustDefine(table, "author", func(a *Author, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("a#")))
		d.Unique("email", ddb.Fold(&a.Email))
	})
	posts := ddb.MustDefine(table, "post", func(p *Post, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&p.AuthorID)), id)
		d.Index(byID, id, id)
	})
	counts := ddbview.MustAggregate("posts", posts, authors, func(p *Post, a *Author) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&p.AuthorID, &a.ID), ddbview.Count(&a.Posts)}
	})
	return &ddbaccess.Catalog{
		Table: table, Views: []*ddb.View{counts},
		Seed: func(ctx context.Context, db *ddb.DB) error {
			defer seeded()
			return db.Batch(ctx, authors.Create(Author{ID: "1", Email: "a@example.com"}),
				posts.Put(Post{ID: "1", AuthorID: "1"}), posts.Put(Post{ID: "2", AuthorID: "1"}))
		},
		Volumes: []ddbaccess.Volume{
			{Entity: authors, Items: 100, Bytes: 200},
			{Entity: posts, Items: 900, Bytes: 3000, Per: []ddbaccess.Per{{Index: table.Primary(), Typical: 9, Most: 90}}},
		},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Get("author by id", authors, Author{ID: "1"}).Rate(9),
			ddbaccess.One("post by id", func(id string) ddb.Query[Post] { return posts.On(byID, Post{ID: id}) }, "1").Rate(9),
			ddbaccess.Many("posts of an author", func(id string) ddb.Query[Post] { return posts.Query(Post{AuthorID: id}) }, "1").Rate(9),
			ddbaccess.Write("register", authors.Create, Author{ID: "2", Email: "b@example.com"}).Rate(1),
			ddbaccess.Write("publish", posts.Create, Post{ID: "3", AuthorID: "1"}).Rate(1),
		},
	}
}

// What a pattern requests, returns, and would cost is the same on every engine. What an engine without the capability charges
// for a transaction is not: so a model is kept by one engine.
func TestAccessPatternsAreMeasuredOnEachEngine(t *testing.T) {
	t.Parallel()
	want, err := newBlog(func() {}).Measure(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		rep, err := newBlog(env.CatchUp).Measure(t.Context(), env.Client)
		require.NoError(t, err)
		assert.Empty(t, rep.Findings)
		if env.Has(capability.TransactionCapacity) {
			assert.Empty(t, rep.Changes(want))
			return
		}
		for i, p := range rep.Patterns {
			assert.Equal(t, want.Patterns[i].Items, p.Items, p.Name)
			assert.Equal(t, want.Patterns[i].Estimated, p.Estimated, p.Name)
			for k, q := range p.Requests {
				assert.Equal(t, want.Patterns[i].Requests[k].Keys, q.Keys, p.Name)
			}
		}
	})
}
