package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
)

type (
	shelf struct {
		ID   string `dynamodbav:"-"`
		Name string `dynamodbav:"name"`
	}
	inner struct{ ShelfID string }
	tome  struct {
		ID      string   `dynamodbav:"-"`
		ShelfID string   `dynamodbav:"-"`
		Before  *string  `dynamodbav:"before,omitempty"`
		Also    []string `dynamodbav:"also"`
		Pages   int      `dynamodbav:"pages"`
		At      inner    `dynamodbav:"at"`
		Tags
	}
	Tags struct {
		Tag string `dynamodbav:"tag"`
	}
)

func shelves(t *testing.T, table *ddb.Table) *ddb.Entity[shelf] {
	t.Helper()
	e, err := ddb.Define(table, "shelf", func(s *shelf, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s#")))
	})
	require.NoError(t, err)
	return e
}

// tomes defines tomes with the mark before their shelf, and returns the references of the design.
func tomes(t *testing.T, mark ddb.Prefix, more func(*tome, *ddb.Definition, *ddb.Entity[shelf])) ([]ddbdesign.Ref, error) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	to := shelves(t, table)
	_, err := ddb.Define(table, "tome", func(x *tome, d *ddb.Definition) {
		d.Primary(ddb.Key(mark, ddb.Str(&x.ShelfID)), ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
		more(x, d, to)
	})
	if err != nil {
		return nil, err
	}
	e, ok := table.Design().Entity("tome")
	require.True(t, ok)
	return e.Refers, nil
}

func TestReferencesAreInferredFromNameAndKey(t *testing.T) {
	t.Parallel()
	none := func(*tome, *ddb.Definition, *ddb.Entity[shelf]) {}
	for mark, inferred := range map[ddb.Prefix]bool{"s#": true, "on#s#": true, "on-s:": true, "x#": false, "#": false, "ss#": false} {
		refs, err := tomes(t, mark, none)
		require.NoError(t, err, mark)
		if inferred {
			assert.Equal(t, []ddbdesign.Ref{{Field: "ShelfID", Entity: "shelf", Inferred: true}}, refs, mark)
		} else {
			assert.Empty(t, refs, mark)
		}
	}
}

func TestADeclaredReference(t *testing.T) {
	t.Parallel()
	refs, err := tomes(t, "x#", func(x *tome, d *ddb.Definition, to *ddb.Entity[shelf]) {
		d.Refers(&x.ShelfID, to)
		d.Refers(&x.Also, to)
		d.Refers(&x.Before, to)
		d.Refers(&x.At.ShelfID, to)
	})
	require.NoError(t, err)
	assert.Equal(t, []ddbdesign.Ref{{Field: "ShelfID", Entity: "shelf"}, {Field: "Also", Entity: "shelf"}, {Field: "Before", Entity: "shelf"}, {Field: "At.ShelfID", Entity: "shelf"}}, refs)

	refs, err = tomes(t, "s#", func(x *tome, d *ddb.Definition, to *ddb.Entity[shelf]) { d.Refers(&x.ShelfID, to) })
	require.NoError(t, err)
	assert.Equal(t, []ddbdesign.Ref{{Field: "ShelfID", Entity: "shelf"}}, refs, "once")
}

func TestAReferenceThatCannotBeIsAFault(t *testing.T) {
	t.Parallel()
	other := shelves(t, ddb.NewTable("pk", "sk"))
	for want, declare := range map[string]func(*tome, *ddb.Definition, *ddb.Entity[shelf]){
		"refers: field ShelfID: the entity is nil":                      func(x *tome, d *ddb.Definition, _ *ddb.Entity[shelf]) { d.Refers(&x.ShelfID, nil) },
		"refers: field Also: the entity is nil":                         func(x *tome, d *ddb.Definition, _ *ddb.Entity[shelf]) { d.Refers(&x.Also, (*ddb.Entity[shelf])(nil)) },
		"refers: field ShelfID: shelf belongs to another table":         func(x *tome, d *ddb.Definition, _ *ddb.Entity[shelf]) { d.Refers(&x.ShelfID, other) },
		"refers: field Pages is a int, and no field of the primary key": func(x *tome, d *ddb.Definition, to *ddb.Entity[shelf]) { d.Refers(&x.Pages, to) },
		"refers: Tags is an embedded struct: name a field of it":        func(x *tome, d *ddb.Definition, to *ddb.Entity[shelf]) { d.Refers(&x.Tags, to) },
		"inside Define, name fields through the function's argument":    func(_ *tome, d *ddb.Definition, to *ddb.Entity[shelf]) { d.Refers(&to.Fields().ID, to) },
		"refers: field ShelfID: declared twice: remove one": func(x *tome, d *ddb.Definition, to *ddb.Entity[shelf]) {
			d.Refers(&x.ShelfID, to)
			d.Refers(&x.ShelfID, to)
		},
		"doc: declared twice: remove one": func(_ *tome, d *ddb.Definition, _ *ddb.Entity[shelf]) { d.Doc("a"); d.Doc("b") },
	} {
		_, err := tomes(t, "s#", declare)
		assert.ErrorContains(t, err, want)
	}
}

func TestAQueryHasItsEntity(t *testing.T) {
	t.Parallel()
	e := shelves(t, ddb.NewTable("pk", "sk"))
	assert.Same(t, e, e.Query(shelf{ID: "1"}).Desc().Limit(1).Entity())
	assert.Nil(t, ddb.Query[shelf]{}.Entity())
}

func TestADocThatIsNotTextIsMadeText(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").Doc("a\xff")
	assert.Equal(t, "a\uFFFD", table.Design().Doc)
}

// A field that is named after two entities refers to neither, unless it is declared.
func TestAReferenceThatMayBeOfTwoEntitiesIsNotInferred(t *testing.T) {
	t.Parallel()
	for _, declared := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk")
		to := shelves(t, table)
		ddb.MustDefine(table, "shel-f", func(s *shelf, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("other")))
		})
		ddb.MustDefine(table, "tome", func(x *tome, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ShelfID)), ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
			if declared {
				d.Refers(&x.ShelfID, to)
			}
		})
		e, ok := table.Design().Entity("tome")
		require.True(t, ok)
		var want []ddbdesign.Ref
		if declared {
			want = []ddbdesign.Ref{{Field: "ShelfID", Entity: "shelf"}}
		}
		assert.Equal(t, want, e.Refers)
	}
}
