package graph

import (
	"fmt"
	"testing"

	"github.com/graph-gophers/graphql-go/errors"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
)

// The text of a refused write names what was refused: an email only if it is one.
func TestARefusedWriteIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err        *ddb.WriteError
		code, text string
	}{
		{&ddb.WriteError{Entity: "student", Constraint: "email", Err: ddb.ErrNotUnique}, EmailTaken, "another student has this email"},
		{&ddb.WriteError{Entity: "badge", Constraint: "title", Err: ddb.ErrNotUnique}, NotUnique, "another badge has this title"},
		{&ddb.WriteError{Entity: "badge", Err: ddb.ErrExists}, Exists, "the badge is there already"},
		{&ddb.WriteError{Entity: "student", Err: ddb.ErrConflict}, Conflict, "the student was changed at the same time: read it again"},
	} {
		got := explain(fmt.Errorf("write: %w", c.err))
		assert.Equal(t, c.code, got.Code)
		assert.Equal(t, c.text, got.Text)
	}
}

func TestKeysAreCalledAsArguments(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{"ID": "id", "TrackID": "trackId", "Email": "email", "": "an id"} {
		got := explain(&ddb.KeyError{Field: field, Err: ddb.ErrKey})
		assert.Equal(t, BadInput, got.Code)
		assert.Equal(t, want+" is empty, too long, or has characters that none has", got.Text)
	}
}

// What graphql-go says of a value while it executes is not told, and is no fault of the service.
func TestFaultsOfTheExecutorAreNotTold(t *testing.T) {
	t.Parallel()
	e := explainQuery(&errors.QueryError{Message: "could not unmarshal map[string]interface {}"}, true)
	assert.Equal(t, BadQuery, e.Code)
	assert.Equal(t, "a value does not fit its type", e.Text)
}
