// Package derived has the recipes of values that follow from other items.
package derived

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Download is one download of a song.
type Download struct {
	Song  string    `dynamodbav:"-"`
	At    time.Time `dynamodbav:"-"`
	ID    string    `dynamodbav:"-"` // two downloads may be at one time
	Month string    `dynamodbav:"month_of"`
}

// SongMonth is how often a song was downloaded in a month. The view makes and updates it, and nothing else does.
type SongMonth struct {
	Song      string `dynamodbav:"-"`
	Month     string `dynamodbav:"month"` // 2026-03
	Downloads int    `dynamodbav:"downloads"`
}

// The table of songs, its index, the entities and the view. Only a SongMonth has the attributes "month" and "downloads": so the
// index is sparse, and the downloads, which are many more, do not cost it anything. That is why the month of a download has
// another name.
var (
	SongTable = ddb.NewTable("song", "what")
	ByMonth   = SongTable.MultiGSI("by-month", []string{"month"}, []string{"downloads"})

	Downloads = ddb.MustDefine(SongTable, "download", func(e *Download, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("song#"), ddb.Str(&e.Song)),
			ddb.Key(ddb.Prefix("download#"), ddb.Time(&e.At), ddb.Prefix("#"), ddb.Str(&e.ID)))
	})
	SongMonths = ddb.MustDefine(SongTable, "song-month", func(m *SongMonth, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("song#"), ddb.Str(&m.Song)), ddb.Key(ddb.Prefix("month#"), ddb.Str(&m.Month)))
		d.Index(ByMonth, ddb.Key(ddb.Native(&m.Month)), ddb.Key(ddb.Native(&m.Downloads)))
	})

	// MonthlyDownloads counts the downloads from the table's stream: a Mux with Maintain(db, MonthlyDownloads) keeps it true.
	// A stream may deliver a record again, and a plain ADD for each record then counts it again. The view keeps an item for
	// each download that it has counted, which costs two write units for each. Where a few too many do not matter, add up
	// the records of a batch in a HandleBatch instead.
	MonthlyDownloads = ddbview.MustAggregate("monthly-downloads", Downloads, SongMonths,
		func(e *Download, m *SongMonth) []ddbview.Rule {
			return []ddbview.Rule{
				ddbview.By(&e.Song, &m.Song), ddbview.By(&e.Month, &m.Month), ddbview.Count(&m.Downloads), ddbview.OwnItems,
			}
		})
)

// RecordDownload adds a download. A service that tries again passes the same time and id.
func RecordDownload(song string, at time.Time, id string) ddb.Op {
	at = at.UTC()
	return Downloads.Put(Download{Song: song, At: at, ID: id, Month: at.Format("2006-01")})
}

// MostDownloaded are the n songs of a month that were downloaded most, as of a moment ago: an index lags. Songs of equal counts
// come in any order.
func MostDownloaded(month string, n int) ddb.Query[SongMonth] {
	return SongMonths.On(ByMonth, SongMonth{Month: month}).Desc().Limit(n)
}
