package timed

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Photo is a photo of an album, which can be taken back from the trash for some weeks.
type Photo struct {
	ID    string    `dynamodbav:"-"`
	Album string    `dynamodbav:"album"`
	Taken time.Time `dynamodbav:"taken"`
	Title string    `dynamodbav:"title"`
	State string    `dynamodbav:"state"`                    // PhotoLive or PhotoTrash
	Purge time.Time `dynamodbav:"purge,omitempty,unixtime"` // of what is in the trash: when it is gone
}

// The states of a photo. They are in the key of the index.
const (
	PhotoLive  = "live"
	PhotoTrash = "trash"
)

// The table of photos. The state is in the partition key of the index, so the photos of an album and its trash are two
// partitions: a list of one does not read, or pay for, the other. The primary key stays, so a link to a photo stays valid, and
// shows that it is in the trash. The TTL deletes for good what was not taken back.
var (
	PhotoTable = ddb.NewTable("photo", "").TTL("purge")
	ByAlbum    = PhotoTable.GSI("by-album", "album_state", "taken_at")

	Photos = ddb.MustDefine(PhotoTable, "photo", func(p *Photo, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("photo#"), ddb.Str(&p.ID)))
		d.Index(ByAlbum,
			ddb.Key(ddb.Str(&p.State), ddb.Prefix("#"), ddb.Str(&p.Album)),
			ddb.Key(ddb.Time(&p.Taken), ddb.Prefix("#"), ddb.Str(&p.ID)))
		d.TTL(&p.Purge)
	})
)

// AddPhoto creates a photo.
func AddPhoto(p Photo) ddb.Op {
	p.State, p.Purge = PhotoLive, time.Time{}
	return Photos.Create(p)
}

// PhotosOf are the photos of an album in a state, the latest first.
func PhotosOf(album, state string) ddb.Query[Photo] {
	return Photos.On(ByAlbum, Photo{Album: album, State: state}).Desc()
}

// Trash puts a photo, as it was read, into the trash until a time. The condition makes it fail if it is there already: a second
// delete does not give it more time. Album and Taken, which the key of the index has, are asserted too.
func Trash(p Photo, until time.Time) ddb.Op {
	f := Photos.Fields()
	return Photos.Update(Photo{ID: p.ID, Album: p.Album, Taken: p.Taken},
		ddb.Set(&f.State, PhotoTrash), ddb.Set(&f.Purge, until), ddb.If(ddb.Eq(&f.State, PhotoLive)))
}

// Restore takes a photo back from the trash. After its time it is not found, though DynamoDB may delete it days later.
func Restore(p Photo) ddb.Op {
	f := Photos.Fields()
	return Photos.Update(Photo{ID: p.ID, Album: p.Album, Taken: p.Taken},
		ddb.Set(&f.State, PhotoLive), ddb.Remove(&f.Purge), ddb.If(ddb.Eq(&f.State, PhotoTrash)))
}

// Rename changes a photo that is not in the trash. Each write of a live photo has this condition.
func Rename(photo, title string) ddb.Op {
	f := Photos.Fields()
	return Photos.Update(Photo{ID: photo}, ddb.Set(&f.Title, title), ddb.If(ddb.Eq(&f.State, PhotoLive)))
}
