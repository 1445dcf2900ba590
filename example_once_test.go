package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Poll struct {
	ID    string `dynamodbav:"-"`
	Votes int    `dynamodbav:"votes"`
}

var (
	Ballot = ddb.NewTable("pk", "sk")
	Polls  = ddb.MustDefine(Ballot, "poll", func(p *Poll, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("poll#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
)

// The network loses a response, and the SDK sends the request again. Without Once that counts a vote twice.
func Example_once() {
	ctx := context.Background()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "ballot", Ballot, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	polls := ddb.NewRepository(db, Polls)
	if _, err := polls.Create(ctx, Poll{ID: "tea"}); err != nil {
		log.Fatal(err)
	}
	loseOneResponse := func(operation string) {
		lost := false
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if lost || c.Operation != operation {
				return ddbmem.NoFault
			}
			lost = true
			return ddbmem.Dropped
		}})
	}

	f := Polls.Fields()
	loseOneResponse("UpdateItem")
	p, err := polls.Update(ctx, Poll{ID: "tea"}, ddb.Add(&f.Votes, 1))
	fmt.Println("without Once:", p.Votes, err)

	loseOneResponse("TransactWriteItems")
	p, err = polls.Update(ctx, Poll{ID: "tea"}, ddb.Add(&f.Votes, 1), ddb.Once)
	fmt.Println("with Once:", p.Votes, err)

	// Output:
	// without Once: 2 <nil>
	// with Once: 3 <nil>
}
