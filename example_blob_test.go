package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
)

// A Recording has a film, which is too large for an item.
type Recording struct {
	Course string       `dynamodbav:"course"`
	No     int          `dynamodbav:"no"`
	Title  string       `dynamodbav:"title"`
	Film   ddbblob.Blob `dynamodbav:"film"`
}

// A field of type ddbblob.Blob has its content in an object store, and a reference in the item.
func ExampleDB_SweepBlobs() {
	ctx := context.Background()
	table := ddb.NewTable("pk", "sk")
	recordings := ddb.MustDefine(table, "recording", func(r *Recording, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("course#"), ddb.Str(&r.Course)), ddb.Key(ddb.Prefix("recording#"), ddb.Num(&r.No, 3)))
	})
	later := time.Duration(0)
	clock := func() time.Time { return time.Now().Add(later) }
	db := ddb.New(ddbmem.New().Client(), "platform", table, &ddb.Options{Blobs: ddbblob.Memory(), Now: clock})
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	repository := ddb.NewRepository(db, recordings)

	first, err := repository.Put(ctx, Recording{Course: "go", No: 1, Title: "Channels", Film: ddbblob.FromString("a long film")})
	if err != nil {
		log.Fatal(err)
	}
	f := recordings.Fields()
	if _, err := repository.Update(ctx, first, ddb.Set(&f.Film, ddbblob.FromString("a longer film"))); err != nil {
		log.Fatal(err)
	}
	read, err := repository.Get(ctx, Recording{Course: "go", No: 1}) // the item alone
	if err != nil {
		log.Fatal(err)
	}
	film, err := read.Film.Load(ctx)
	fmt.Println(read.Title, "-", string(film), err)

	// The first film is still there, for those who read the item before.
	film, err = first.Film.Load(ctx)
	fmt.Println(string(film), err)
	_, err = repository.Put(ctx, first)
	fmt.Println("put again what is old:", errors.Is(err, ddb.ErrConflict))

	// A job sweeps each day: it marks objects without a reference, and deletes them the day after.
	for range 2 {
		later += ddbblob.DefaultGrace
		swept, err := db.SweepBlobs(ctx, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("referenced:", swept.Referenced, "marked:", swept.Marked, "deleted:", swept.Deleted)
	}
	_, err = first.Film.Load(ctx)
	fmt.Println("gone:", errors.Is(err, ddbblob.ErrNoObject))
	// Output:
	// Channels - a longer film <nil>
	// a long film <nil>
	// put again what is old: true
	// referenced: 1 marked: 1 deleted: 0
	// referenced: 1 marked: 0 deleted: 1
	// gone: true
}
