package ddb_test

import (
	"fmt"
	"log"
	"math/big"
	"strings"

	"github.com/singletable-go/ddb"
)

// A type that exports no field is stored by its text methods.
func ExampleAsText() {
	type Account struct {
		ID      string              `dynamodbav:"-"`
		Balance ddb.AsText[big.Int] `dynamodbav:"balance"`
	}
	accounts := ddb.MustDefine(ddb.NewTable("pk", "sk"), "account", func(a *Account, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("account#"), ddb.Str(&a.ID))
		d.Primary(id, id)
	})

	a := Account{ID: "7"}
	a.Balance.Value.SetString("123456789012345678901234567890", 10)
	attrs, err := accounts.Encode(a)
	if err != nil {
		log.Fatal(err)
	}
	back, err := accounts.Decode(attrs)
	fmt.Println(back.Balance, err)

	// Output:
	// 123456789012345678901234567890 <nil>
}

// A test of a model calls Check, which tells the faults of all its definitions.
func ExampleTable_Check() {
	type Payment struct {
		ID     string  `dynamodbav:"-"`
		Amount big.Int `dynamodbav:"amount"`
		Note   string  `dynamodbav:"note,omitempy"`
	}
	table := ddb.NewTable("pk", "sk")
	_, _ = ddb.Define(table, "payment", func(p *Payment, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("payment#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	for line := range strings.SplitSeq(table.Check().Error(), "\n") {
		what, _, _ := strings.Cut(line, ",")
		fmt.Println(what)
	}

	// Output:
	// ddb: define payment: field Note: attributevalue does not know the tag option "omitempy" and would ignore it: it knows omitempty
	// ddb: define payment: field Amount: attributevalue stores nothing of a big.Int
}
