package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	Artist struct {
		ID   string `dynamodbav:"-"`
		Name string `dynamodbav:"name"`
	}
	Album struct {
		ArtistID string `dynamodbav:"-"`
		ID       string `dynamodbav:"-"`
		Title    string `dynamodbav:"title"`
		Artist   string `dynamodbav:"artist"` // a copy of the name, so that an album is shown with one read
	}
)

const byArtist ddb.Prefix = "artist#"

var (
	Music   = ddb.NewTable("pk", "sk")
	Artists = ddb.MustDefine(Music, "artist", func(a *Artist, d *ddb.Definition) {
		id := ddb.Key(byArtist, ddb.Str(&a.ID))
		d.Primary(id, id)
	})
	Albums = ddb.MustDefine(Music, "album", func(a *Album, d *ddb.Definition) {
		d.Primary(ddb.Key(byArtist, ddb.Str(&a.ArtistID)), ddb.Key(ddb.Prefix("album#"), ddb.Str(&a.ID)))
	})

	// ArtistNames copies the name of an artist into each of the artist's albums.
	ArtistNames = ddbview.MustFanOut("artist-names", Artists, Albums,
		func(a Artist) ddb.Query[Album] { return Albums.Query(Album{ArtistID: a.ID}) },
		func(c ddb.Change[Artist], a *Album) bool {
			if c.New.Name == "" || a.Artist == c.New.Name { // the artist is gone, or the album has the name already
				return false
			}
			a.Artist = c.New.Name
			return true
		})
)

// What one item says is copied into many, by way of the table's stream. In production, Lambda or a ddbstream.Reader that
// runs all the time feeds the Mux; a test drains the stream.
func ExampleFanOut() {
	ctx := context.Background()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "music", Music, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	mux := ddb.NewMux(Music, nil)
	mux.Maintain(db, ArtistNames)
	reader := ddbstream.NewReader(engine.StreamsClient(), "music", mux, &ddbstream.MemoryStore{}, nil)

	artists, albums := ddb.NewRepository(db, Artists), ddb.NewRepository(db, Albums)
	err := db.Batch(ctx,
		Artists.Put(Artist{ID: "7", Name: "Prince"}),
		Albums.Put(Album{ArtistID: "7", ID: "1984", Title: "Purple Rain", Artist: "Prince"}),
		Albums.Put(Album{ArtistID: "7", ID: "1987", Title: "Sign o' the Times", Artist: "Prince"}))
	if err != nil {
		log.Fatal(err)
	}

	f := Artists.Fields()
	if _, err := artists.Update(ctx, Artist{ID: "7"}, ddb.Set(&f.Name, "The Artist")); err != nil {
		log.Fatal(err)
	}
	if err := reader.Drain(ctx); err != nil {
		log.Fatal(err)
	}
	for a, err := range albums.Query(ctx, Albums.Query(Album{ArtistID: "7"})) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, by %s\n", a.Title, a.Artist)
	}

	// Output:
	// Purple Rain, by The Artist
	// Sign o' the Times, by The Artist
}
