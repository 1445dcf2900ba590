package ddbstream_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
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
		stop() // one is enough here
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
