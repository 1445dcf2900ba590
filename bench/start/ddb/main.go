// Command ddb starts, defines as many entities as it is told, reads an item of the first one, and ends.
package main

import (
	"context"
	"log"
	"os"
	"strconv"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/bench/start/model"
)

var (
	table = ddb.NewTable("pk", "sk")
	byS   = table.GSI("gsi1", "gsi1pk", "gsi1sk")
)

func define[Kind any](n int) any {
	i := strconv.Itoa(n)
	return ddb.MustDefine(table, "item"+i, func(it *model.Item[Kind], d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("c#"+i+"#"), ddb.Str(&it.Customer)), ddb.Key(ddb.Prefix("i#"), ddb.Str(&it.ID)))
		d.Index(byS, ddb.Key(ddb.Prefix("s#"+i+"#"), ddb.Str(&it.Status)), ddb.Key(ddb.Time(&it.Created)))
		d.Version(&it.Version)
	})
}

// kinds define entities of different types.
var kinds = []func(int) any{
	define[[0]int], define[[1]int], define[[2]int], define[[3]int], define[[4]int],
	define[[5]int], define[[6]int], define[[7]int], define[[8]int], define[[9]int],
	define[[10]int], define[[11]int], define[[12]int], define[[13]int], define[[14]int],
	define[[15]int], define[[16]int], define[[17]int], define[[18]int], define[[19]int],
	define[[20]int], define[[21]int], define[[22]int], define[[23]int], define[[24]int],
	define[[25]int], define[[26]int], define[[27]int], define[[28]int], define[[29]int],
	define[[30]int], define[[31]int], define[[32]int], define[[33]int], define[[34]int],
	define[[35]int], define[[36]int], define[[37]int], define[[38]int], define[[39]int],
	define[[40]int], define[[41]int], define[[42]int], define[[43]int], define[[44]int],
	define[[45]int], define[[46]int], define[[47]int], define[[48]int], define[[49]int],
}

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	items := kinds[0](0).(*ddb.Entity[model.Item[[0]int]])
	for i := 1; i < n; i++ {
		kinds[i](i)
	}
	db := ddb.New(model.Client(), model.Table, table, nil)
	it, err := ddb.NewRepository(db, items).Get(context.Background(), model.Item[[0]int]{ID: "1", Customer: "7"})
	if err != nil || it.Total != 12 {
		log.Fatal(it, err)
	}
}
