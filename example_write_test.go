package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A shop whose open orders are in a sparse index.

const (
	shopPrefix    ddb.Prefix = "shop#"
	itemPrefix    ddb.Prefix = "item#"
	soldPrefix    ddb.Prefix = "sold#"
	pendingPrefix ddb.Prefix = "pending"
)

type Ware struct {
	Shop    string `dynamodbav:"-"`
	ID      string `dynamodbav:"-"`
	Left    int    `dynamodbav:"left"`
	Version int64  `dynamodbav:"version"`
}

type Sale struct {
	Shop   string `dynamodbav:"-"`
	ID     string `dynamodbav:"-"`
	Ware   string `dynamodbav:"ware"`
	Status string `dynamodbav:"status"`
	Rank   int    `dynamodbav:"rank"`
}

var (
	Market  = ddb.NewTable("pk", "sk")
	Pending = Market.GSI("pending", "pending_pk", "pending_sk")

	Wares = ddb.MustDefine(Market, "ware", func(w *Ware, d *ddb.Definition) {
		d.Primary(ddb.Key(shopPrefix, ddb.Str(&w.Shop)), ddb.Key(itemPrefix, ddb.Str(&w.ID)))
		d.Version(&w.Version)
	})
	Sales = ddb.MustDefine(Market, "sale", func(s *Sale, d *ddb.Definition) {
		d.Primary(ddb.Key(shopPrefix, ddb.Str(&s.Shop)), ddb.Key(soldPrefix, ddb.Str(&s.ID)))
		d.Index(Pending, ddb.Key(pendingPrefix), ddb.Key(ddb.Num(&s.Rank, 3))).When(ddb.Eq(&s.Status, "pending"))
	})
)

func openMarket(ctx context.Context) *ddb.DB {
	db := ddb.New(ddbmem.New().Client(), "market", Market, nil)
	err := db.CreateTable(ctx)
	err = errors.Join(err, db.Do(ctx, Wares.Create(Ware{Shop: "1", ID: "tea", Left: 1})))
	err = errors.Join(err, db.Do(ctx, Sales.Create(Sale{Shop: "1", ID: "a", Ware: "tea", Status: "pending", Rank: 7})))
	if err != nil {
		log.Fatal(err)
	}
	return db
}

// An edit that takes an item out of a sparse index, with what the library does printed first.
func ExampleRepository_Update() {
	ctx := context.Background()
	db := openMarket(ctx)
	f := Sales.Fields()
	pay := Sales.Update(Sale{Shop: "1", ID: "a"}, ddb.If(ddb.Eq(&f.Status, "pending")), ddb.Set(&f.Status, "paid"))
	fmt.Println(pay)
	fmt.Println(db.Do(ctx, pay))
	n, err := ddb.NewRepository(db, Sales).Count(ctx, Sales.On(Pending, Sale{}))
	fmt.Println(n, "pending", err)

	err = db.Do(ctx, pay)
	sale, ok := Sales.Current(err)
	fmt.Println(errors.Is(err, ddb.ErrCondition), ok, sale.Status)

	err = db.Do(ctx, Sales.Update(Sale{Shop: "1", ID: "a"}, ddb.Add(&f.Rank, 1))) // a part of a key
	fmt.Println(errors.Is(err, ddb.ErrModel))
	// Output:
	// update sale pk="shop#1" sk="sold#a": set Status; pending left from Status (edit); if Status = "pending"
	// <nil>
	// 0 pending <nil>
	// true true paid
	// true
}

// The last one is sold once: both writes, or neither.
func ExampleDB_Transact() {
	ctx := context.Background()
	db := openMarket(ctx)
	f := Wares.Fields()
	sell := func(id string) error {
		err := db.Transact(ctx,
			Wares.Update(Ware{Shop: "1", ID: "tea"}, ddb.If(ddb.Gt(&f.Left, 0)), ddb.Sub(&f.Left, 1)),
			Sales.Create(Sale{Shop: "1", ID: id, Ware: "tea", Status: "pending", Rank: 1}))
		if tx, ok := errors.AsType[*ddb.TransactError](err); ok && errors.Is(tx.At(0), ddb.ErrCondition) {
			return errors.New("sold out")
		}
		return err
	}
	fmt.Println(sell("b"))
	fmt.Println(sell("c"))
	_, err := ddb.NewRepository(db, Sales).Get(ctx, Sale{Shop: "1", ID: "c"})
	fmt.Println(errors.Is(err, ddb.ErrNotFound))
	// Output:
	// <nil>
	// sold out
	// true
}

// What a piece of code costs, for a test to hold.
func ExampleWithMeter() {
	ctx, meter := ddb.WithMeter(context.Background())
	db := openMarket(context.Background())
	sales := ddb.NewRepository(db, Sales)
	page, err := sales.Page(ctx, Sales.On(Pending, Sale{}).Desc().Limit(10), "")
	fmt.Println(len(page.Items), page.Next == "", err)
	fmt.Println(meter.Requests(), "request,", meter.Capacity(Pending).Read, "units")
	// Output:
	// 1 true <nil>
	// 1 request, 0.5 units
}
