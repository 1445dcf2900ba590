package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// shelved is kept in a box on a shelf.
type shelved struct {
	Room, Shelf string
	N           int
	Version     int64
}

// What keys have in common with a parent counts for these keys alone: the versions of an entity under it may stand elsewhere, and meet the
// items of another one.
func TestAHistoryIsComparedWithTheSiblingsOfItsEntity(t *testing.T) {
	t.Parallel()
	for name, children := range map[string][2]func(*shelved, *ddb.Definition){
		"of the second": {plainBox, boxWithHistory},
		"of the first":  {boxWithHistory, plainBox},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			parent := ddb.MustDefine(table, "shelf", func(s *shelved, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("room#"), ddb.Str(&s.Room)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.Shelf), ddb.Prefix("#")))
			})
			for i, child := range children {
				_, err := ddb.Define(table, []string{"first", "second"}[i], func(s *shelved, d *ddb.Definition) {
					d.Under(parent)
					child(s, d)
				})
				if i == 0 {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, ddb.ErrModel)
				assert.ErrorContains(t, err, `both have "s#a#box#-000"`)
			}
		})
	}
}

func plainBox(s *shelved, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Prefix("store#"), ddb.Str(&s.Room)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.Shelf), ddb.Prefix("#box#"), ddb.Num(&s.N, 4)))
}

// boxWithHistory has version items at the keys of plain boxes.
func boxWithHistory(s *shelved, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Prefix("room#"), ddb.Str(&s.Room)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.Shelf), ddb.Prefix("#case#")))
	d.Version(&s.Version)
	d.History(ddb.Key(ddb.Prefix("store#"), ddb.Str(&s.Room)), ddb.Key(ddb.Prefix("s#"), ddb.Fold(&s.Shelf), ddb.Prefix("#box#"), ddb.Num(&s.Version, 4)))
}
