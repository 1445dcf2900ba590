package indexes

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Story is a story in a section of a newspaper.
type Story struct {
	ID        string    `dynamodbav:"-"`
	Section   string    `dynamodbav:"section"`
	Published time.Time `dynamodbav:"published"`
	Headline  string    `dynamodbav:"headline"`
	Body      string    `dynamodbav:"body"` // 3 KB
}

// The table of stories, and the stories of a section in three indexes that differ in what they project. A model has one of
// the three. What a projection has is decided when the index is created: to change it, create another index.
//
//   - ByKeys has the keys alone. An entry is small, and most updates of a story do not write it. Its query finds which stories
//     there are; what else is read costs another read of each, since a global index does not fetch.
//   - ByHeadline has the headline too, which is what lists show.
//   - ByAll is a second copy of each story, which each write pays for again.
var (
	StoryTable = ddb.NewTable("story", "")
	ByKeys     = StoryTable.GSI("keys", "keys_pk", "keys_sk").KeysOnly()
	ByHeadline = StoryTable.GSI("headline", "headline_pk", "headline_sk").Include("headline")
	ByAll      = StoryTable.GSI("all", "all_pk", "all_sk")

	Stories = ddb.MustDefine(StoryTable, "story", func(s *Story, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("story#"), ddb.Str(&s.ID)))
		for _, ix := range []*ddb.Index{ByKeys, ByHeadline, ByAll} {
			d.Index(ix, ddb.Key(ddb.Prefix("section#"), ddb.Str(&s.Section)), ddb.Key(ddb.Time(&s.Published)))
		}
	})
)

// Headlines are the n latest stories of a section, with their headlines and nothing else. If the index projects them, it is one
// query; if not, the library fetches each story.
func Headlines(in *ddb.Index, section string, n int) ddb.Query[Story] {
	return Stories.On(in, Story{Section: section}).Desc().Limit(n).Select(&Stories.Fields().Headline)
}

// WholeStories are the n latest stories of a section.
func WholeStories(in *ddb.Index, section string, n int) ddb.Query[Story] {
	return Stories.On(in, Story{Section: section}).Desc().Limit(n)
}
