package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	Product struct {
		ID      string `dynamodbav:"-"`
		Name    string `dynamodbav:"name"`
		Reviews int    `dynamodbav:"reviews"` // these are derived: no write of ours sets them
		Stars   int    `dynamodbav:"stars"`
	}
	Review struct {
		ProductID string `dynamodbav:"-"`
		By        string `dynamodbav:"-"`
		Stars     int    `dynamodbav:"stars"`
	}
)

const ofProduct ddb.Prefix = "product#"

var (
	Catalog  = ddb.NewTable("pk", "sk")
	Products = ddb.MustDefine(Catalog, "product", func(p *Product, d *ddb.Definition) {
		id := ddb.Key(ofProduct, ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	Reviews = ddb.MustDefine(Catalog, "review", func(r *Review, d *ddb.Definition) {
		d.Primary(ddb.Key(ofProduct, ddb.Str(&r.ProductID)), ddb.Key(ddb.Prefix("review#"), ddb.Str(&r.By)))
	})

	// Ratings counts the reviews of a product, and sums up their stars.
	Ratings = ddbview.MustAggregate("ratings", Reviews, Products, func(r *Review, p *Product) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&r.ProductID, &p.ID), ddbview.Count(&p.Reviews), ddbview.Sum(&r.Stars, &p.Stars)}
	})
)

// Totals stay true, whatever the stream delivers twice, late or out of order. In production, Lambda or a ddbstream.Reader
// that runs all the time feeds the Mux; a test drains the stream.
func ExampleAggregate() {
	ctx := context.Background()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "catalog", Catalog, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	mux := ddb.NewMux(Catalog, nil)
	mux.Maintain(db, Ratings)
	reader := ddbstream.NewReader(engine.StreamsClient(), "catalog", mux, &ddbstream.MemoryStore{}, nil)

	products, reviews := ddb.NewRepository(db, Products), ddb.NewRepository(db, Reviews)
	show := func() {
		if err := reader.Drain(ctx); err != nil {
			log.Fatal(err)
		}
		p, err := products.Get(ctx, Product{ID: "tea"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d reviews, %d stars\n", p.Name, p.Reviews, p.Stars)
	}

	err := db.Batch(ctx,
		Products.Put(Product{ID: "tea", Name: "Green tea"}),
		Reviews.Put(Review{ProductID: "tea", By: "ann", Stars: 5}),
		Reviews.Put(Review{ProductID: "tea", By: "bob", Stars: 3}),
		Reviews.Put(Review{ProductID: "tea", By: "eve", Stars: 4}))
	if err != nil {
		log.Fatal(err)
	}
	show()

	if _, err := reviews.Replace(ctx, Review{ProductID: "tea", By: "bob", Stars: 4}); err != nil { // he has changed his mind
		log.Fatal(err)
	}
	if err := reviews.Delete(ctx, Review{ProductID: "tea", By: "ann"}); err != nil {
		log.Fatal(err)
	}
	show()

	// Output:
	// Green tea: 3 reviews, 12 stars
	// Green tea: 2 reviews, 8 stars
}

// A program that reads the totals right after its own write does not wait for the stream. The record of the write still comes,
// and counts nothing twice.
func ExampleView_Apply() {
	ctx := context.Background()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "catalog", Catalog, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	products, reviews := ddb.NewRepository(db, Products), ddb.NewRepository(db, Reviews)
	if _, err := products.Create(ctx, Product{ID: "tea", Name: "Green tea"}); err != nil {
		log.Fatal(err)
	}
	show := func() {
		p, err := products.Consistent().Get(ctx, Product{ID: "tea"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d reviews, %d stars\n", p.Reviews, p.Stars)
	}

	review, err := reviews.Create(ctx, Review{ProductID: "tea", By: "ann", Stars: 5})
	if err != nil {
		log.Fatal(err)
	}
	if err := Ratings.Apply(ctx, db, review); err != nil {
		log.Fatal(err)
	}
	show()

	if err := reviews.Delete(ctx, review); err != nil {
		log.Fatal(err)
	}
	if err := Ratings.Apply(ctx, db, review); err != nil { // what it was says which product to look at
		log.Fatal(err)
	}
	show()

	// Output:
	// 1 reviews, 5 stars
	// 0 reviews, 0 stars
}
