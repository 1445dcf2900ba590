package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

func TestCheckTellsTypesThatAreNoStructAndFunctionsThatAreNil(t *testing.T) {
	t.Parallel()
	noStruct := func(kind string) string {
		return "ddb: define x: " + kind + " is not a struct: the items of an entity have a struct type, not a pointer or a map"
	}
	for want, define := range map[string]func(*ddb.Table) error{
		noStruct("map[string]int"):         defineEmpty[map[string]int],
		noStruct("int"):                    defineEmpty[int],
		noStruct("*define_test.Barometer"): defineEmpty[*Barometer],
		noStruct("interface {}"):           defineEmpty[any],
		"ddb: define x: a nil function: it has to declare the keys": func(table *ddb.Table) error {
			_, err := ddb.Define[Barometer](table, "x", nil)
			return err
		},
	} {
		table := ddb.NewTable("pk", "sk")
		err := define(table)
		require.ErrorIs(t, err, ddb.ErrModel)
		assert.Equal(t, want, err.Error())
		check := table.Check()
		require.ErrorIs(t, check, ddb.ErrModel)
		assert.Equal(t, want, check.Error())

		_, err = ddb.Define(table, "x", defineBarometer) // makes it good
		require.NoError(t, err)
		require.NoError(t, table.Check())
	}
}

// Barometer has an array.
type Barometer struct {
	ID    string    `dynamodbav:"id"`
	Parts [3]string `dynamodbav:"parts"`
}

func defineBarometer(x *Barometer, d *ddb.Definition) {
	id := ddb.Key(ddb.Prefix("g#"), ddb.Str(&x.ID))
	d.Primary(id, id)
}

func defineEmpty[T any](table *ddb.Table) error {
	_, err := ddb.Define(table, "x", func(*T, *ddb.Definition) {})
	return err
}

func TestElementsOfArraysCannotBeNamed(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		_, err := ddb.Define(ddb.NewTable("pk", "sk"), "barometer", func(x *Barometer, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.Parts[i])))
		})
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "primary: sort key, part 2: a string that is an element of the array Parts: elements of arrays cannot be named: make it a field of its own")
		require.Len(t, faultsOf(err), 1)
	}
	barometers := ddb.MustDefine(ddb.NewTable("pk", "sk"), "barometer", defineBarometer)
	op := barometers.Update(Barometer{ID: "1"}, ddb.Set(&barometers.Fields().Parts[2], "x"))
	assert.Contains(t, op.String(), "a string that is an element of the array Parts")
}

func TestAProjectionIsDeclaredOnce(t *testing.T) {
	t.Parallel()
	for _, project := range []func(*ddb.Index){
		func(ix *ddb.Index) { ix.Include("b").KeysOnly() },
		func(ix *ddb.Index) { ix.KeysOnly().Include("b") },
		func(ix *ddb.Index) { ix.Include("b").Include("c") },
	} {
		table := ddb.NewTable("pk", "sk")
		project(table.GSI("by-part", "p_pk", ""))
		require.Equal(t, []string{"ddb: table: by-part: more than one call of KeysOnly and Include, but an index has one projection: keep one call"}, faultsOf(table.Check()))
	}
	table := ddb.NewTable("pk", "sk")
	table.GSI("by-part", "p_pk", "").Include("b")
	table.GSI("by-key", "k_pk", "").KeysOnly()
	require.NoError(t, table.Check())
	table.Primary().KeysOnly()
	require.ErrorContains(t, table.Check(), "primary: the table itself has no projection: call KeysOnly and Include of a secondary index")
}

// An index keeps the projection that it was made with, so that it may include what no entity stores any more.
func TestIncludeOfWhatNoEntityStoresIsTaken(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	table.GSI("by-part", "p_pk", "").Include("gone")
	ddb.MustDefine(table, "barometer", defineBarometer)
	require.NoError(t, table.Check())
}

func TestATagOfAnotherSpellingIsRefused(t *testing.T) {
	t.Parallel()
	type misspelt struct {
		ID string `DynamoDBAV:"id"`
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "x", func(x *misspelt, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("x#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "field ID: the tag `DynamoDBAV:\"id\"` is malformed, and Go does not find dynamodbav in it: write `dynamodbav:\"name\"`")
	require.Len(t, faultsOf(err), 1)
}
