package ddbcache_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A program that reads and writes through the cache sees its own writes. What another program writes comes by the stream.
func Example() {
	ctx := context.Background()
	type Song struct {
		ID    string `dynamodbav:"-"`
		Title string `dynamodbav:"title"`
	}
	music := ddb.NewTable("pk", "sk")
	songs := ddb.MustDefine(music, "song", func(s *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&s.ID))
		d.Primary(id, id)
	})
	engine := ddbmem.New()
	cache := ddbcache.New(engine.Client(), nil)
	db := ddb.New(cache, "music", music, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	here := ddb.NewRepository(db, songs)
	there := ddb.NewRepository(ddb.New(engine.Client(), "music", music, nil), songs) // another program

	show := func() {
		ctx, m := ddb.WithMeter(ctx)
		s, err := here.Get(ctx, Song{ID: "1"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d requests, %d hits, %v read units\n", s.Title, m.Requests(), m.Hits(), m.Total().Read)
	}
	if _, err := here.Put(ctx, Song{ID: "1", Title: "So What"}); err != nil {
		log.Fatal(err)
	}
	show() // strongly consistent, after a write
	show()
	if _, err := there.Put(ctx, Song{ID: "1", Title: "Blue in Green"}); err != nil {
		log.Fatal(err)
	}
	show()
	mux := ddb.NewMux(music, nil)
	reader := ddbstream.NewReader(engine.StreamsClient(), "music", cache.Follow("music", mux), &ddbstream.MemoryStore{}, nil)
	if err := reader.Drain(ctx); err != nil { // in a program, Run follows the stream all the time
		log.Fatal(err)
	}
	show()
	fmt.Println(cache.Stats().Items.Saved, "read units saved")
	// Output:
	// So What: 1 requests, 0 hits, 1 read units
	// So What: 0 requests, 1 hits, 0 read units
	// So What: 0 requests, 1 hits, 0 read units
	// Blue in Green: 1 requests, 0 hits, 1 read units
	// 1 read units saved
}
