package ddb_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Report struct {
	ID      string `dynamodbav:"-"`
	Content string `dynamodbav:"content"`
}

// reports defines the entity in a table of its own, with what else a release declares.
func reports(declare func(*Report, *ddb.Definition)) (*ddb.Table, *ddb.Entity[Report]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "report", func(r *Report, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("report#"), ddb.Str(&r.ID))
		d.Primary(id, id)
		declare(r, d)
	})
}

// A text of 19 KB takes 19 units to write and 2.5 to read. Compressed, it takes 1 and 0.5.
func ExampleDefinition_Compress() {
	ctx := context.Background()
	report := Report{ID: "2026-11", Content: strings.Repeat("All lessons were taken. ", 800)}
	client := ddbmem.New().Client()

	for name, declare := range map[string]func(*Report, *ddb.Definition){
		"plain":      func(*Report, *ddb.Definition) {},
		"compressed": func(r *Report, d *ddb.Definition) { d.Compress(&r.Content, 1024) },
	} {
		table, entity := reports(declare)
		db := ddb.New(client, name, table, nil)
		if err := db.CreateTable(ctx); err != nil {
			log.Fatal(err)
		}
		repo := ddb.NewRepository(db, entity)
		ctx, meter := ddb.WithMeter(ctx)
		if _, err := repo.Create(ctx, report); err != nil {
			log.Fatal(err)
		}
		got, err := repo.Get(ctx, Report{ID: "2026-11"})
		if err != nil {
			log.Fatal(err)
		}

		stored, err := entity.Encode(report)
		if err != nil {
			log.Fatal(err)
		}
		size := 0
		switch content := stored["content"].(type) {
		case *types.AttributeValueMemberS:
			size = len(content.Value)
		case *types.AttributeValueMemberB:
			size = len(content.Value)
		}
		used := meter.Total()
		fmt.Printf("%s: %d KB of text stored in %d KB, written with %v units, read with %v\n",
			name, (len(got.Content)+1023)/1024, (size+1023)/1024, used.Write, used.Read)
	}

	// Unordered output:
	// plain: 19 KB of text stored in 19 KB, written with 19 units, read with 2.5
	// compressed: 19 KB of text stored in 1 KB, written with 1 units, read with 0.5
}
