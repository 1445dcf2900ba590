package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Member struct {
	ID    string `dynamodbav:"-"`
	Email string `dynamodbav:"email"`
}

var (
	Club    = ddb.NewTable("pk", "sk")
	Members = ddb.MustDefine(Club, "member", func(m *Member, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID))
		d.Primary(id, id)
		d.Unique("email", ddb.Fold(&m.Email)) // upper and lower case are the same
	})
)

// An email address belongs to one member at a time.
func ExampleDefinition_Unique() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "club", Club, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	members := ddb.NewRepository(db, Members)
	if _, err := members.Create(ctx, Member{ID: "1", Email: "ada@example.com"}); err != nil {
		log.Fatal(err)
	}

	_, err := members.Create(ctx, Member{ID: "2", Email: "Ada@Example.com"})
	fmt.Println(errors.Is(err, ddb.ErrNotUnique))
	fmt.Println(err)

	f := Members.Fields()
	if _, err := members.Update(ctx, Member{ID: "1"}, ddb.Set(&f.Email, "lovelace@example.com")); err != nil {
		log.Fatal(err)
	}
	m, err := members.Create(ctx, Member{ID: "2", Email: "Ada@Example.com"}) // it is free again
	fmt.Println(m.Email, err)

	// Output:
	// true
	// ddb: create member pk="member#2" sk="member#2": value taken: unique email: item pk="member#1" sk="member#1" holds the value
	// Ada@Example.com <nil>
}
