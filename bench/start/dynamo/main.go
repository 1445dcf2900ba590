// Command dynamo starts, reads an item with guregu/dynamo, and ends.
package main

import (
	"context"
	"log"

	"github.com/guregu/dynamo/v2"

	"github.com/singletable-go/ddb/bench/start/model"
)

func main() {
	var it model.Item[int]
	err := dynamo.NewFromIface(model.Client()).Table(model.Table).Get("pk", "c#0#7").Range("sk", dynamo.Equal, "i#1").One(context.Background(), &it)
	if err != nil || it.ID != "1" {
		log.Fatal(it, err)
	}
}
