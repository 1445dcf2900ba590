package ddbstream_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

func ExampleReader() {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
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
	db := ddb.New(engine.Client(), "music", music, nil)
	if err := db.CreateTable(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	mux := ddb.NewMux(music, &ddb.MuxOptions{DeadLetters: ddbstream.NewFile("dead-letters.jsonl").Put})
	ddb.Handle(mux, songs, func(_ context.Context, c ddb.Change[Song]) error {
		fmt.Println(c.Kind, c.New.Title)
		stop() // one record is enough here
		return nil
	})
	if _, err := ddb.NewRepository(db, songs).Create(ctx, Song{ID: "1", Title: "One"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	store := ddbstream.NewTableStore(engine.Client(), "music-readers", "search")
	if err := store.CreateTable(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	err := ddbstream.NewReader(engine.StreamsClient(), "music", mux, store, nil).Run(ctx)
	fmt.Println(err)
	// Output:
	// inserted One
	// <nil>
}

// A test writes, drains the stream, and checks its aggregates.
func ExampleReader_Drain() {
	ctx := context.Background()
	type Sale struct {
		Shop, ID string `dynamodbav:"-"`
		Cents    int    `dynamodbav:"cents"`
	}
	type Takings struct {
		Shop  string `dynamodbav:"-"`
		Cents int    `dynamodbav:"cents"`
	}
	table := ddb.NewTable("pk", "sk")
	sales := ddb.MustDefine(table, "sale", func(s *Sale, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&s.Shop)), ddb.Key(ddb.Prefix("sale#"), ddb.Str(&s.ID)))
	})
	takings := ddb.MustDefine(table, "takings", func(s *Takings, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&s.Shop)), ddb.Key(ddb.Prefix("takings")))
	})
	sum := ddbview.MustAggregate("takings", sales, takings, func(s *Sale, t *Takings) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&s.Shop, &t.Shop), ddbview.Sum(&s.Cents, &t.Cents)}
	})
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "shops", table, nil)
	mux := ddb.NewMux(table, nil)
	mux.Maintain(db, sum)
	reader := ddbstream.NewReader(engine.StreamsClient(), "shops", mux, &ddbstream.MemoryStore{}, nil)

	err := db.CreateTable(ctx)
	for _, s := range []Sale{{"north", "1", 250}, {"north", "2", 125}} {
		if err == nil {
			err = db.Do(ctx, sales.Create(s))
		}
	}
	if err == nil {
		err = reader.Drain(ctx)
	}
	total, getErr := ddb.NewRepository(db, takings).Get(ctx, Takings{Shop: "north"})
	fmt.Println(total.Cents, err, getErr)
	// Output: 375 <nil> <nil>
}
