package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Purse struct {
	Owner string `dynamodbav:"-"`
	Cents int    `dynamodbav:"cents"`
}

var (
	Bank   = ddb.NewTable("pk", "sk")
	Purses = ddb.MustDefine(Bank, "purse", func(p *Purse, d *ddb.Definition) {
		owner := ddb.Key(ddb.Prefix("purse#"), ddb.Str(&p.Owner))
		d.Primary(owner, owner)
	})
)

// Several items as of one moment: a transfer between the two is in both of them, or in neither.
func ExampleDB_TransactGet() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "bank", Bank, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	if err := db.Batch(ctx, Purses.Put(Purse{Owner: "ann", Cents: 900}), Purses.Put(Purse{Owner: "bob", Cents: 100})); err != nil {
		log.Fatal(err)
	}
	f := Purses.Fields()
	err := db.Transact(ctx,
		Purses.Update(Purse{Owner: "ann"}, ddb.If(ddb.Ge(&f.Cents, 250)), ddb.Sub(&f.Cents, 250)),
		Purses.Update(Purse{Owner: "bob"}, ddb.Add(&f.Cents, 250)))
	if err != nil {
		log.Fatal(err)
	}

	ann, bob, eve := Purse{Owner: "ann"}, Purse{Owner: "bob"}, Purse{Owner: "eve"} // the keys to read, and where to
	var known bool
	err = db.TransactGet(ctx, Purses.Load(&ann), Purses.Load(&bob), Purses.Load(&eve).Optional(&known))
	if err != nil {
		log.Fatal(err) // ErrNotFound, if one is not there that is not Optional
	}
	fmt.Println(ann.Cents, bob.Cents, ann.Cents+bob.Cents, known)

	// Output: 650 350 1000 false
}
