package writes

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Story is a story of a newsroom, with two counts.
type Story struct {
	ID    string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
	Views int    `dynamodbav:"views"`
	Sold  int    `dynamodbav:"sold"`
}

// The table of stories, and the entity. It has no Version: a counter needs none, since DynamoDB adds where the item is.
var (
	StoryTable = ddb.NewTable("story", "")
	Stories    = ddb.MustDefine(StoryTable, "story", func(s *Story, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("story#"), ddb.Str(&s.ID)))
	})
)

// CountView adds a view. If the network loses the response, the SDK sends the request again, and the view counts twice:
// that is at least once, and good enough for views.
func CountView(ctx context.Context, db *ddb.DB, story string) error {
	return db.Do(ctx, Stories.Update(Story{ID: story}, ddb.Add(&Stories.Fields().Views, 1)))
}

// CountSale adds a sale, once even if a response is lost: ddb.Once sends a token with it, and DynamoDB applies a token once
// within ten minutes. That costs twice as much. A sale that the caller counts again, after a crash or from a queue that
// delivers twice, is another call with another token: then create an item for the sale in the same transaction, as in the
// recipe "transactions".
func CountSale(ctx context.Context, db *ddb.DB, story string) error {
	return db.Do(ctx, Stories.Update(Story{ID: story}, ddb.Add(&Stories.Fields().Sold, 1), ddb.Once))
}
