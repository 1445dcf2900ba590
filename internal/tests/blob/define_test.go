package blob_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
)

type (
	hidden struct{ Blob ddbblob.Blob }
	base   struct {
		ID   string       `dynamodbav:"id"`
		Body ddbblob.Blob `dynamodbav:"body"`
	}
	inherited struct{ base }
)

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
