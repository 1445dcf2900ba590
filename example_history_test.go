package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Article struct {
	ID      string `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
	Version int64  `dynamodbav:"version"`
}

var (
	Wiki     = ddb.NewTable("pk", "sk")
	Articles = ddb.MustDefine(Wiki, "article", func(a *Article, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("article#"), ddb.Str(&a.ID))
		d.Primary(id, id)
		d.Version(&a.Version)
		versions := ddb.Key(ddb.Prefix("versions#"), ddb.Str(&a.ID)) // a partition of their own
		d.History(versions, ddb.Key(ddb.Prefix("v#"), ddb.Num(&a.Version, 10)))
	})
)

// Every write keeps the version that it makes. Reads of the current item neither see nor pay for old versions.
func ExampleDefinition_History() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "wiki", Wiki, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	articles := ddb.NewRepository(db, Articles)

	a, err := articles.Create(ctx, Article{ID: "gopher", Text: "A rodent."})
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"A burrowing rodent.", "The mascot of Go."} {
		a.Text = text
		if a, err = articles.Replace(ctx, a); err != nil { // asserts the version that was read
			log.Fatal(err)
		}
	}

	for v, err := range articles.History().All(ctx, Article{ID: "gopher"}) { // the newest first
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(v.Version, v.Text)
	}

	old, err := articles.History().At(ctx, Article{ID: "gopher"}, 2)
	if err != nil {
		log.Fatal(err)
	}
	restored, err := articles.Modify(ctx, Article{ID: "gopher"}, func(a *Article) error {
		a.Text = old.Text
		return nil
	})
	fmt.Println(restored.Version, restored.Text, err)

	// Output:
	// 3 The mascot of Go.
	// 2 A burrowing rodent.
	// 1 A rodent.
	// 4 A burrowing rodent. <nil>
}
