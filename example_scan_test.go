package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type (
	Host struct {
		Name string `dynamodbav:"-"`
		CPUs int    `dynamodbav:"cpus"`
	}
	Disk struct {
		Host string `dynamodbav:"-"`
		ID   string `dynamodbav:"-"`
		GB   int    `dynamodbav:"gb"`
	}
)

var (
	Inventory = ddb.NewTable("pk", "sk")
	Hosts     = ddb.MustDefine(Inventory, "host", func(h *Host, d *ddb.Definition) {
		name := ddb.Key(ddb.Prefix("host#"), ddb.Str(&h.Name))
		d.Primary(name, name)
	})
	Disks = ddb.MustDefine(Inventory, "disk", func(k *Disk, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("host#"), ddb.Str(&k.Host)), ddb.Key(ddb.Prefix("disk#"), ddb.Str(&k.ID)))
	})
)

// The whole table, for an export or a report: each item comes as the type of its entity.
func ExampleDB_Scan() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "inventory", Inventory, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	err := db.Batch(ctx,
		Hosts.Put(Host{Name: "db-1", CPUs: 16}), Disks.Put(Disk{Host: "db-1", ID: "a", GB: 500}), Disks.Put(Disk{Host: "db-1", ID: "b", GB: 2000}),
		Hosts.Put(Host{Name: "web-1", CPUs: 4}), Disks.Put(Disk{Host: "web-1", ID: "a", GB: 100}))
	if err != nil {
		log.Fatal(err)
	}

	cpus, gb := 0, 0
	for item, err := range db.Scan(ctx, &ddb.ScanOptions{Workers: 4}) { // four parts of the table at once
		if err != nil {
			log.Fatal(err)
		}
		switch it := item.(type) {
		case Host:
			cpus += it.CPUs
		case Disk:
			gb += it.GB
		}
	}
	fmt.Println(cpus, "CPUs,", gb, "GB")

	// Output: 20 CPUs, 2600 GB
}
