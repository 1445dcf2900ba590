package writes

import (
	"context"
	"errors"
	"slices"

	"github.com/singletable-go/ddb"
)

// Draft is a text that several editors work on.
type Draft struct {
	ID      string   `dynamodbav:"-"`
	Text    string   `dynamodbav:"text"`
	Tags    []string `dynamodbav:"tags"`
	Version int64    `dynamodbav:"version"`
}

// The table of drafts, and the entity. With Version each write asserts the version that was read, and raises it.
var (
	DraftTable = ddb.NewTable("draft", "")
	Drafts     = ddb.MustDefine(DraftTable, "draft", func(x *Draft, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("draft#"), ddb.Str(&x.ID)))
		d.Version(&x.Version)
	})
)

// Save stores what a person edited: a draft with the version that was on the screen. If it was changed since, nothing is
// stored, and theirs is the draft as it is now: show both, since only the person can say which is right. To read the version
// again and write would overwrite the other's work.
func Save(ctx context.Context, drafts *ddb.Repository[Draft], mine Draft) (saved Draft, theirs *Draft, err error) {
	saved, err = drafts.Replace(ctx, mine)
	if errors.Is(err, ddb.ErrConflict) {
		if now, ok := Drafts.Current(err); ok {
			return Draft{}, &now, nil
		}
	}
	return saved, nil, err
}

// Tag adds a tag. A program can make this change to any version, so Modify reads, changes, and starts again if another
// writer was faster: the function may run several times, and does nothing but change the draft.
func Tag(ctx context.Context, drafts *ddb.Repository[Draft], id, tag string) (Draft, error) {
	return drafts.Modify(ctx, Draft{ID: id}, func(x *Draft) error {
		if !slices.Contains(x.Tags, tag) {
			x.Tags = append(x.Tags, tag)
		}
		return nil
	})
}
