package blob_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/attr"
)

func TestASweepDeletesWhatNothingRefersTo(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx := t.Context()
	kept, err := s.lectures.Put(ctx, lecture{Course: "go", ID: "1", Slides: ddbblob.FromString("a"), Notes: ddbblob.FromString("b")})
	require.NoError(t, err)
	old, err := s.lectures.Put(ctx, lecture{Course: "go", ID: "2", Slides: ddbblob.FromString("c")})
	require.NoError(t, err)
	_, err = s.lectures.Put(ctx, lecture{Course: "go", ID: "2", Slides: ddbblob.FromString("d")})
	require.NoError(t, err)
	_, err = s.lectures.Create(ctx, lecture{Course: "go", ID: "2", Slides: ddbblob.FromString("e")})
	require.ErrorIs(t, err, ddb.ErrExists)
	_, err = s.lectures.Put(ctx, lecture{Course: "go", ID: "3", Slides: ddbblob.FromString("f")})
	require.NoError(t, err)
	require.NoError(t, s.lectures.Delete(ctx, lecture{Course: "go", ID: "3"}))
	foreign := []string{"school/other", "school/c%23go/l%231/slides/x/y", "schools/c%23go/l%231/slides/x", "school/c%2gxx/l%231/slides/x"}
	for _, key := range foreign {
		require.NoError(t, s.store.Store.Put(ctx, key, ddbblob.New(nil).Content()))
	}

	s.clock.Advance(ddbblob.DefaultGrace - time.Second)
	swept, err := s.db.SweepBlobs(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, ddbblob.Swept{Objects: 9, Young: 6, Unknown: 3}, swept)
	require.Equal(t, "c", s.load(old.Slides))

	s.clock.Advance(time.Second)
	marked := ddbblob.Swept{Objects: 9, Referenced: 3, Unknown: 3, Marked: 3}
	for _, dry := range []bool{true, false, false} {
		swept, err = s.db.SweepBlobs(ctx, &ddbblob.SweepOptions{DryRun: dry})
		require.NoError(t, err)
		require.Equal(t, marked, swept)
	}
	s.clock.Advance(ddbblob.DefaultGrace - time.Second)
	swept, err = s.db.SweepBlobs(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, marked, swept)
	require.Equal(t, "c", s.load(old.Slides))

	s.clock.Advance(time.Second)
	var told []string
	var marks []string
	opts := &ddbblob.SweepOptions{
		DryRun: true, Deleting: func(o ddbblob.Object) error { told = append(told, o.Key); return nil },
		Checkpoint: func(after string) { marks = append(marks, after) },
	}
	swept, err = s.db.SweepBlobs(ctx, opts)
	require.NoError(t, err)
	want := ddbblob.Swept{Objects: 9, Referenced: 3, Unknown: 3, Deleted: 3, Bytes: 3}
	require.Equal(t, want, swept)
	require.Len(t, told, 3)
	require.Len(t, marks, 3)
	opts.After = marks[0]
	swept, err = s.db.SweepBlobs(ctx, opts)
	require.NoError(t, err)
	require.Equal(t, 3, swept.Deleted)
	require.Equal(t, 1, swept.Referenced)

	boom := errors.New("stop")
	swept, err = s.db.SweepBlobs(ctx, &ddbblob.SweepOptions{Deleting: func(ddbblob.Object) error { return boom }})
	require.ErrorIs(t, err, boom)
	require.Zero(t, swept.Deleted)
	swept, err = s.db.SweepBlobs(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, want, swept)
	require.ElementsMatch(t, append(foreign, kept.Slides.Ref().Key, kept.Notes.Ref().Key, s.get(old).Slides.Ref().Key), s.store.keys(t))
	require.Equal(t, "a", s.load(s.get(kept).Slides))
	require.Equal(t, "b", s.load(s.get(kept).Notes))
	require.Equal(t, "d", s.load(s.get(old).Slides))
	_, err = old.Slides.Load(ctx)
	require.ErrorIs(t, err, ddbblob.ErrNoObject)
	require.ErrorContains(t, err, "read the item again")
}

func TestASweepKeepsWhatAVersionRefersTo(t *testing.T) {
	t.Parallel()
	s := newSchool(t, historical)
	ctx := t.Context()
	l, err := s.lectures.Create(ctx, one("1"))
	require.NoError(t, err)
	for _, text := range []string{"2", "3"} {
		l.Slides = ddbblob.FromString(text)
		l, err = s.lectures.Put(ctx, l)
		require.NoError(t, err)
	}
	l.Title = "the same slides"
	l, err = s.lectures.Put(ctx, l)
	require.NoError(t, err)
	require.NoError(t, s.lectures.Delete(ctx, l))
	require.Equal(t, ddbblob.Swept{Objects: 3, Referenced: 3}, s.sweep())
	history := s.lectures.History()
	for n, want := range map[int64]string{1: "1", 2: "2", 3: "3", 4: "3"} {
		v, err := history.At(ctx, l, n)
		require.NoError(t, err)
		require.Equal(t, want, s.load(v.Slides))
	}
	for v, err := range history.All(ctx, l) {
		require.NoError(t, err)
		s.load(v.Slides)
	}

	first, err := history.At(ctx, l, 1)
	require.NoError(t, err)
	back, err := s.lectures.Create(ctx, first) // a version is stored again
	require.NoError(t, err)
	require.NotEqual(t, first.Slides, back.Slides)
	require.NoError(t, history.Prune(ctx, l, 1))
	require.Equal(t, ddbblob.Swept{Objects: 4, Referenced: 1, Deleted: 3, Bytes: 3}, s.sweep())
	require.Equal(t, "1", s.load(s.get(l).Slides))
}

func TestASweepKeepsWhatAVersionOfAMovedItemRefersTo(t *testing.T) {
	t.Parallel()
	type page struct {
		ID      string       `dynamodbav:"id"`
		Shelf   string       `dynamodbav:"shelf"`
		Body    ddbblob.Blob `dynamodbav:"body"`
		Version int64        `dynamodbav:"version"`
	}
	table := ddb.NewTable("pk", "sk")
	pages := ddb.MustDefine(table, "page", func(p *page, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&p.Shelf)))
		d.Version(&p.Version)
		d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&p.Version, 6)))
	})
	s := newSchool(t, plain)
	db := ddb.New(s.engine.Client(), "school", table, &ddb.Options{Blobs: s.store, Now: s.clock.Read})
	r := ddb.NewRepository(db, pages)
	p, err := r.Create(t.Context(), page{ID: "1", Shelf: "a", Body: ddbblob.FromString("x")})
	require.NoError(t, err)
	to := p
	to.Shelf = "b"
	moved, err := r.Move(t.Context(), p, to)
	require.NoError(t, err)
	require.NotEqual(t, p.Body, moved.Body)
	require.Equal(t, ddbblob.Swept{Objects: 2, Referenced: 2}, s.sweepOf(db))
	v1, err := r.History().At(t.Context(), p, 1)
	require.NoError(t, err)
	require.Equal(t, "x", s.load(v1.Body))
}

func TestASweepIsRefusedWithoutAStoreAndWithoutAGrace(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	_, err := s.db.SweepBlobs(t.Context(), &ddbblob.SweepOptions{Grace: time.Hour - 1})
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = ddb.New(s.engine.Client(), "school", s.db.Table(), nil).SweepBlobs(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel)
}

func TestASweepThatCannotReadDeletesNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	_, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	require.NoError(t, s.db.ForceDropTable(t.Context()))
	s.clock.Advance(25 * time.Hour)
	swept, err := s.db.SweepBlobs(t.Context(), nil)
	require.Error(t, err)
	require.Zero(t, swept.Deleted)
	require.Len(t, s.store.keys(t), 1)
}

// A program whose struct lacks the fields.
type oldLecture struct {
	Course string `dynamodbav:"course"`
	ID     string `dynamodbav:"id"`
	Title  string `dynamodbav:"title"`
}

func TestAProgramWithoutTheFieldKeepsTheContentInAnUpdateAndRemovesItInAPut(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx := t.Context()
	table := ddb.NewTable("pk", "sk")
	entity := ddb.MustDefine(table, "lecture", func(l *oldLecture, d *ddb.Definition) {
		d.Primary(ddb.Key(coursePrefix, ddb.Str(&l.Course)), ddb.Key(lecturePrefix, ddb.Str(&l.ID)))
	})
	old := ddb.NewRepository(ddb.New(s.engine.Client(), "school", table, nil), entity)
	before, err := s.lectures.Put(ctx, one("content"))
	require.NoError(t, err)
	key := oldLecture{Course: "go", ID: "1"}
	_, err = old.Update(ctx, key, ddb.Set(&entity.Fields().Title, "new"))
	require.NoError(t, err)
	require.Equal(t, 1, s.sweep().Referenced)
	require.Equal(t, "content", s.load(s.get(one("")).Slides))

	_, err = old.Put(ctx, key)
	require.NoError(t, err)
	require.True(t, s.get(one("")).Slides.IsZero())
	_, err = s.lectures.Put(ctx, before) // read before the put
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.Equal(t, 1, s.sweep().Deleted)
}

func TestAReferenceIsFoundUnderAnyAttribute(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	put, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	attrs, err := s.entity.Encode(put)
	require.NoError(t, err)
	aside := attr.Item{"inner": &types.AttributeValueMemberL{Value: []types.AttributeValue{attrs["slides"]}}}
	attrs["renamed"] = &types.AttributeValueMemberM{Value: aside}
	delete(attrs, "slides")
	_, err = s.engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("school"), Item: attrs})
	require.NoError(t, err)
	require.Equal(t, 1, s.sweep().Referenced)
}

func TestKeysOfAnyTypeNameTheirItem(t *testing.T) {
	t.Parallel()
	type entry struct {
		No   int          `dynamodbav:"no"`
		Raw  []byte       `dynamodbav:"raw"`
		Body ddbblob.Blob `dynamodbav:"a/b#"`
	}
	table := ddb.NewTable("no", "raw")
	entries := ddb.MustDefine(table, "entry", func(e *entry, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&e.No)), ddb.Key(ddb.Native(&e.Raw)))
	})
	s := newSchool(t, plain)
	db := ddb.New(s.engine.Client(), "entries", table, &ddb.Options{Blobs: s.store, Now: s.clock.Read})
	require.NoError(t, db.CreateTable(t.Context()))
	r := ddb.NewRepository(db, entries)
	for _, e := range []entry{{No: -5, Raw: []byte{0, 255, '/'}}, {No: 7, Raw: []byte("=n")}} {
		e.Body = ddbblob.FromString("x")
		_, err := r.Put(t.Context(), e)
		require.NoError(t, err)
	}
	require.Equal(t, ddbblob.Swept{Objects: 2, Referenced: 2}, s.sweepOf(db))
	require.NoError(t, r.Delete(t.Context(), entry{No: -5, Raw: []byte{0, 255, '/'}}))
	require.Equal(t, ddbblob.Swept{Objects: 2, Referenced: 1, Marked: 1}, s.sweepOf(db))
	require.Equal(t, ddbblob.Swept{Objects: 2, Referenced: 1, Deleted: 1, Bytes: 1}, s.sweepOf(db))
}

func TestContentIsThereForAGraceAfterItsItemChanged(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	read, err := s.lectures.Put(t.Context(), one("old"))
	require.NoError(t, err)
	s.clock.Advance(1000 * time.Hour)
	_, err = s.lectures.Put(t.Context(), one("new"))
	require.NoError(t, err)
	for range 24 {
		require.Equal(t, "old", s.load(read.Slides))
		_, err := s.db.SweepBlobs(t.Context(), nil)
		require.NoError(t, err)
		s.clock.Advance(time.Hour)
	}
	require.Equal(t, 1, s.sweepOf(s.db).Deleted)
}

func TestTheStreamMarksWhatAChangeTookTheReferenceFrom(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx := t.Context()
	before, err := s.lectures.Put(ctx, lecture{Course: "go", ID: "1", Slides: ddbblob.FromString("a"), Notes: ddbblob.FromString("b")})
	require.NoError(t, err)
	after := before
	after.Slides = ddbblob.FromString("c")
	after, err = s.lectures.Put(ctx, after)
	require.NoError(t, err)
	was, err := s.entity.Encode(before)
	require.NoError(t, err)
	is, err := s.entity.Encode(after)
	require.NoError(t, err)
	mux := ddb.NewMux(s.db.Table(), nil)
	mux.MarkBlobs(s.db)
	keys := map[string]types.AttributeValue{"pk": is["pk"], "sk": is["sk"]}
	records := []ddb.Record{{Kind: ddb.Modified, Sequence: "1", Keys: keys, Old: was, New: is}}
	_, err = mux.Process(ctx, records)
	require.NoError(t, err)
	require.Contains(t, s.store.keys(t), "=old/"+before.Slides.Ref().Key)
	require.Equal(t, ddbblob.Swept{Objects: 3, Referenced: 2, Deleted: 1, Bytes: 1}, s.sweepOf(s.db))
	require.ElementsMatch(t, []string{after.Slides.Ref().Key, after.Notes.Ref().Key}, s.store.keys(t))

	_, err = mux.Process(ctx, []ddb.Record{
		{Kind: ddb.Modified, Sequence: "1", Keys: keys, Old: was, New: is}, // once more, when the object is gone
		{Kind: ddb.Removed, Sequence: "2", Keys: keys, Old: is},            // of an item that is there: it was put past the library
	})
	require.NoError(t, err)
	require.Len(t, s.store.keys(t), 5)
	require.Equal(t, ddbblob.Swept{Objects: 2, Referenced: 2}, s.sweepOf(s.db))
	require.Len(t, s.store.keys(t), 2)

	boom := errors.New("away")
	s.store.fail = func(string, string) error { return boom }
	_, err = mux.Process(ctx, []ddb.Record{{Kind: ddb.Removed, Sequence: "3", Keys: keys, Old: is}})
	require.ErrorIs(t, err, boom)
	require.Panics(t, func() { mux.MarkBlobs(ddb.New(s.engine.Client(), "school", s.db.Table(), nil)) })
}

func TestTextThatLooksLikeAReferenceMarksNothing(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx := t.Context()
	l, err := s.lectures.Put(ctx, one("x"))
	require.NoError(t, err)
	other, err := s.entity.Encode(lecture{Course: "go", ID: "2", Title: l.Slides.Ref().Key})
	require.NoError(t, err)
	mux := ddb.NewMux(s.db.Table(), nil)
	mux.MarkBlobs(s.db)
	keys := map[string]types.AttributeValue{"pk": other["pk"], "sk": other["sk"]}
	_, err = mux.Process(ctx, []ddb.Record{{Kind: ddb.Removed, Sequence: "1", Keys: keys, Old: other}})
	require.NoError(t, err)
	s.clock.Advance(ddbblob.DefaultGrace)
	require.NoError(t, s.lectures.Delete(ctx, l))
	_, err = s.db.SweepBlobs(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, "x", s.load(l.Slides)) // for a grace from now
}

func TestAStoreWithoutTimesIsNotSwept(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	_, err := s.lectures.Put(t.Context(), one("x"))
	require.NoError(t, err)
	clear(s.store.times)
	s.clock.Advance(ddbblob.DefaultGrace)
	_, err = s.db.SweepBlobs(t.Context(), nil)
	require.ErrorContains(t, err, "sets Object.Time")
	require.Len(t, s.store.keys(t), 1)
}
