package versions

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Draft is a version of a newspaper story. Number 0 is a copy of the latest one.
type Draft struct {
	Story  string `dynamodbav:"-"`
	Number int    `dynamodbav:"-"`
	Latest int    `dynamodbav:"latest"` // of number 0: which version it is a copy of; of any other its own number
	Text   string `dynamodbav:"text"`
}

// The table of stories, and the entity. This form is worth it where programs without the library write it too, or where one
// Query must read an item, number 0, together with its past. The guide of AWS has v1, v2 … without zeros in front: as text,
// v10 comes before v2. So the numbers here have six digits.
var (
	StoryTable = ddb.NewTable("story", "version")

	Drafts = ddb.MustDefine(StoryTable, "draft", func(s *Draft, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("story#"), ddb.Str(&s.Story)), ddb.Key(ddb.Prefix("v"), ddb.Num(&s.Number, 6)))
	})
)

// ErrStale is the error of SaveDraft if another version was saved since the given one was read.
var ErrStale = errors.New("the story has a newer version: read it again")

// SaveDraft saves a story as its next version, and returns that. Latest of the given draft is the version that it was made
// from, 0 for a new story. Both items are written, or none, and only if that version is still the latest.
func SaveDraft(ctx context.Context, db *ddb.DB, draft Draft) (Draft, error) {
	before := draft.Latest
	draft.Latest, draft.Number = before+1, before+1
	latest := draft
	latest.Number = 0
	replace := Drafts.Create(latest)
	if before > 0 {
		replace = Drafts.Replace(latest, ddb.If(ddb.Eq(&Drafts.Fields().Latest, before)))
	}
	err := db.Transact(ctx, replace, Drafts.Create(draft))
	if errors.Is(err, ddb.ErrCondition) || errors.Is(err, ddb.ErrExists) {
		return Draft{}, fmt.Errorf("save version %d of %s: %w", draft.Number, draft.Story, errors.Join(ErrStale, err))
	}
	if err != nil {
		return Draft{}, err
	}
	return draft, nil
}

// LatestDraft is the key of the latest version.
func LatestDraft(story string) Draft { return Draft{Story: story} }

// NewestDrafts are the newest n versions by number, without the copy of the latest one.
func NewestDrafts(story string, n int) ddb.Query[Draft] {
	return Drafts.Query(Draft{Story: story}).SortKey(ddb.Gt(&Drafts.Fields().Number, 0)).Desc().Limit(n)
}
