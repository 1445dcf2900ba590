package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// Ring feeds the next: the views of the tests go around.
type Ring struct {
	ID    string   `dynamodbav:"-"`
	To    string   `dynamodbav:"to"`
	N     int      `dynamodbav:"n"`
	Own   int      `dynamodbav:"own"`
	Names []string `dynamodbav:"names"`
}

type Hoop struct {
	ID    string `dynamodbav:"-"`
	To    string `dynamodbav:"to"`
	Quiet int    `dynamodbav:"quiet"`
	Seen  int    `dynamodbav:"seen"`
}

// Views that feed each other in a circle are refused, whatever it goes through; others that share entities are not.
func TestViewsThatFeedEachOtherInACircleAreRefused(t *testing.T) {
	t.Parallel()
	type world struct {
		table *ddb.Table
		rings *ddb.Entity[Ring]
		hoops *ddb.Entity[Hoop]
	}
	up := func(w world, rules func(*Hoop, *Ring) ddbview.Rule) *ddb.View {
		return ddbview.MustAggregate("up", w.hoops, w.rings, func(h *Hoop, r *Ring) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&h.To, &r.ID), rules(h, r)}
		})
	}
	down := func(w world, rules func(*Ring, *Hoop) []ddbview.Rule) *ddb.View {
		return ddbview.MustAggregate("down", w.rings, w.hoops, func(r *Ring, h *Hoop) []ddbview.Rule {
			return append(rules(r, h), ddbview.By(&r.To, &h.ID))
		})
	}
	sum := func(h *Hoop, r *Ring) ddbview.Rule { return ddbview.Sum(&h.Quiet, &r.N) }
	for name, c := range map[string]struct {
		views  func(world) []*ddb.View
		circle string
	}{
		"values": {func(w world) []*ddb.View {
			return []*ddb.View{up(w, sum), down(w, func(r *Ring, h *Hoop) []ddbview.Rule { return []ddbview.Rule{ddbview.Sum(&r.N, &h.Quiet)} })}
		}, "up -> down -> up"},
		"a condition": {func(w world) []*ddb.View {
			return []*ddb.View{up(w, sum), down(w, func(r *Ring, h *Hoop) []ddbview.Rule {
				return []ddbview.Rule{ddbview.When(ddb.Or(ddb.Absent(&r.N), ddb.Lt(&r.N, 1))), ddbview.Count(&h.Quiet)}
			})}
		}, "up -> down -> up"},
		"an entry": {func(w world) []*ddb.View {
			return []*ddb.View{down(w, func(r *Ring, h *Hoop) []ddbview.Rule { return []ddbview.Rule{ddbview.Count(&h.Quiet)} }), ddbview.MustAggregate("names", w.hoops, w.rings, func(h *Hoop, r *Ring) []ddbview.Rule {
				return []ddbview.Rule{ddbview.By(&h.To, &r.ID), ddbview.Top(3, &h.Seen, &r.Names, func(h Hoop) string { return h.ID })}
			})}
		}, ""}, // names reads quiet, down reads nothing that names writes
		"a target's key": {func(w world) []*ddb.View {
			return []*ddb.View{up(w, sum), ddbview.MustAggregate("max", w.rings, w.hoops, func(r *Ring, h *Hoop) []ddbview.Rule {
				return []ddbview.Rule{ddbview.By(&r.To, &h.ID), ddbview.Max(&r.N, &h.Quiet)}
			})}
		}, "up -> max -> up"},
		"a fan-out": {func(w world) []*ddb.View {
			return []*ddb.View{up(w, sum), ddbview.MustFanOut("copy", w.rings, w.hoops,
				func(r Ring) ddb.Query[Hoop] { return w.hoops.Query(Hoop{ID: r.To}) }, func(ddb.Change[Ring], *Hoop) bool { return false })}
		}, "up -> copy -> up"},
		"no circle": {func(w world) []*ddb.View {
			return []*ddb.View{up(w, sum), down(w, func(r *Ring, h *Hoop) []ddbview.Rule { return []ddbview.Rule{ddbview.Sum(&r.Own, &h.Seen)} })}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world{table: ddb.NewTable("pk", "sk")}
			w.rings = ddb.MustDefine(w.table, "ring", func(r *Ring, d *ddb.Definition) {
				k := ddb.Key(ddb.Prefix("r#"), ddb.Str(&r.ID))
				d.Primary(k, k)
			})
			w.hoops = ddb.MustDefine(w.table, "hoop", func(h *Hoop, d *ddb.Definition) {
				k := ddb.Key(ddb.Prefix("h#"), ddb.Str(&h.ID))
				d.Primary(k, k)
			})
			views := c.views(w)
			mux := ddb.NewMux(w.table, nil)
			db := ddb.New(ddbmem.New().Client(), "school", w.table, nil)
			one := func() { // by one, as modules of a program do
				for _, v := range views {
					mux.Maintain(db, v)
				}
			}
			if c.circle == "" {
				require.NotPanics(t, one)
				return
			}
			assert.PanicsWithValue(t, "ddb: Maintain: views form a cycle: "+c.circle, one)
		})
	}
}
