package blob_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	hidden struct{ Blob ddbblob.Blob }
	base   struct {
		ID   string       `dynamodbav:"id"`
		Body ddbblob.Blob `dynamodbav:"body"`
	}
	inherited struct{ base }
	sealed    struct{ blob ddbblob.Blob }
)

func (s sealed) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return s.blob.MarshalDynamoDBAttributeValue()
}

func (s *sealed) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return s.blob.UnmarshalDynamoDBAttributeValue(av)
}

func refused[T any](t *testing.T, field string, id func(*T) *string, more func(*T, *ddb.Definition)) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	_, err := ddb.Define(table, "thing", func(x *T, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(id(x))), ddb.Key(ddb.Prefix("a#")))
		if more != nil {
			more(x, d)
		}
	})
	require.Error(t, err)
	require.ErrorContains(t, err, field)
	require.ErrorContains(t, err, "Blob")
}

func TestABlobIsAFieldOfTheItemItself(t *testing.T) {
	t.Parallel()
	type list struct {
		ID    string
		Inner []ddbblob.Blob
	}
	refused(t, "Inner", func(x *list) *string { return &x.ID }, nil)
	type mapped struct {
		ID    string
		Inner map[string]hidden
	}
	refused(t, "Inner", func(x *mapped) *string { return &x.ID }, nil)
	type nested struct {
		ID    string
		Inner hidden
	}
	refused(t, "Inner", func(x *nested) *string { return &x.ID }, nil)
	type pointer struct {
		ID    string
		Inner *ddbblob.Blob
	}
	refused(t, "Inner", func(x *pointer) *string { return &x.ID }, nil)
	type marshals struct {
		ID    string
		Inner sealed
	}
	refused(t, "Inner", func(x *marshals) *string { return &x.ID }, nil)
	type tagged struct {
		ID    string
		Inner ddbblob.Blob `dynamodbav:",omitempty"`
	}
	refused(t, "Inner", func(x *tagged) *string { return &x.ID }, nil)
	type Embedded struct{ Inner ddbblob.Blob }
	type behind struct {
		ID string
		*Embedded
	}
	refused(t, "Inner", func(x *behind) *string { return &x.ID }, nil)
	type key struct {
		ID    string
		Inner ddbblob.Blob
	}
	refused(t, "compress", func(x *key) *string { return &x.ID }, func(x *key, d *ddb.Definition) { d.Compress(&x.Inner, 1) })
	table := ddb.NewTable("pk", "sk")
	index := table.GSI("by-inner", "g_pk", "g_sk")
	_, err := ddb.Define(table, "thing", func(x *key, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("a#")))
		d.Index(index, ddb.Key(ddb.Prefix("g#")), ddb.Key(ddb.Str(&x.ID))).When(ddb.Present(&x.Inner))
	})
	require.ErrorContains(t, err, "Blob")
}

func TestABlobOfAnEmbeddedStructIsAFieldOfTheItem(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	entity := ddb.MustDefine(table, "thing", func(x *inherited, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("a#")))
	})
	s := newSchool(t, plain)
	db := ddb.New(s.engine.Client(), "school", table, &ddb.Options{Blobs: s.store})
	put, err := ddb.NewRepository(db, entity).Put(t.Context(), inherited{base{"1", ddbblob.FromString("x")}})
	require.NoError(t, err)
	require.Equal(t, "x", s.load(put.Body))
}

func TestABlobIsPresentOrAbsent(t *testing.T) {
	t.Parallel()
	s := newSchool(t, plain)
	ctx, f := t.Context(), s.entity.Fields()
	put, err := s.lectures.Put(ctx, one("x"))
	require.NoError(t, err)
	set := ddb.Set(&f.Title, "new")
	_, err = s.lectures.Update(ctx, put, set, ddb.If(ddb.Present(&f.Slides), ddb.Absent(&f.Notes)))
	require.NoError(t, err)
	_, err = s.lectures.Update(ctx, put, set, ddb.If(ddb.Absent(&f.Slides)))
	require.ErrorIs(t, err, ddb.ErrCondition)
	for _, c := range []ddb.Cond{ddb.Eq(&f.Slides, put.Slides), ddb.Ne(&f.Slides, ddbblob.Blob{}), ddb.In(&f.Slides, put.Slides)} {
		_, err = s.lectures.Update(ctx, put, set, ddb.If(c))
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "Present or Absent")
	}
}

func TestADesignSaysHowABlobIsStored(t *testing.T) {
	t.Parallel()
	table, _ := model(plain)
	text, err := json.Marshal(table.Design())
	require.NoError(t, err)
	require.Contains(t, string(text), `"path":["slides"],"type":"M"`)
}

func TestAViewDoesNotShareAnObject(t *testing.T) {
	t.Parallel()
	type copied struct {
		Lecture string       `dynamodbav:"lecture"`
		ID      string       `dynamodbav:"id"`
		Title   string       `dynamodbav:"title"`
		Slides  ddbblob.Blob `dynamodbav:"slides"`
	}
	for _, share := range []bool{false, true} {
		table, lectures := model(plain)
		copies := ddb.MustDefine(table, "copy", func(c *copied, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("copies#"), ddb.Str(&c.Lecture)), ddb.Key(ddb.Prefix("copy#"), ddb.Str(&c.ID)))
		})
		view := ddbview.MustFanOut("titles", lectures, copies, func(l lecture) ddb.Query[copied] {
			return copies.Query(copied{Lecture: l.ID})
		}, func(c ddb.Change[lecture], to *copied) bool {
			to.Title = c.New.Title
			if share {
				to.Slides = c.New.Slides
			}
			return true
		})
		s := newSchool(t, plain)
		db := ddb.New(s.engine.Client(), "school", table, &ddb.Options{Blobs: s.store})
		own, err := ddb.NewRepository(db, copies).Put(t.Context(), copied{Lecture: "1", ID: "1", Slides: ddbblob.FromString("own")})
		require.NoError(t, err)
		l := one("x")
		put, err := ddb.NewRepository(db, lectures).Put(t.Context(), l)
		require.NoError(t, err)
		is, err := lectures.Encode(put)
		require.NoError(t, err)
		mux := ddb.NewMux(table, nil)
		mux.Maintain(db, view)
		keys := map[string]types.AttributeValue{"pk": is["pk"], "sk": is["sk"]}
		_, err = mux.Process(t.Context(), []ddb.Record{{Kind: ddb.Inserted, Sequence: "1", Keys: keys, New: is}})
		got, gerr := ddb.NewRepository(db, copies).Get(t.Context(), own)
		require.NoError(t, gerr)
		require.Equal(t, own.Slides, got.Slides)
		if share {
			require.ErrorIs(t, err, ddb.ErrModel)
			require.ErrorContains(t, err, "Slides, a Blob")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, "t", got.Title)
	}

	table, lectures := model(plain)
	type last struct {
		Course string       `dynamodbav:"course"`
		Title  string       `dynamodbav:"title"`
		Slides ddbblob.Blob `dynamodbav:"slides"`
	}
	lasts := ddb.MustDefine(table, "last", func(l *last, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("last#"), ddb.Str(&l.Course)), ddb.Key(ddb.Prefix("last")))
	})
	_, err := ddbview.Aggregate("last", lectures, lasts, func(l *lecture, to *last) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&l.Course, &to.Course), ddbview.Latest(&l.Title, &to.Title, &l.Slides, &to.Slides)}
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "Slides of last is a Blob")
}
