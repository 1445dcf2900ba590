package attack

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// application is a change by a write.
type application struct {
	Record
	mark  string
	lives int // how often the item was removed before
}

// applications returns the marked changes of items of the given kind, by their marks.
func applications(journal []Record, ours func(Record) bool) map[string][]application {
	out, lives := map[string][]application{}, map[string]int{}
	for _, r := range journal {
		if r.New == nil {
			lives[r.Key]++
		}
		if mark := Text(r.New["by"]); mark != "" && ours(r) {
			if Text(r.Old["by"]) != mark || Text(r.Old["sum"]) != Text(r.New["sum"]) {
				out[mark] = append(out[mark], application{r, mark, lives[r.Key]})
			}
		}
	}
	return out
}

// CheckEffects compares what the calls returned for their writes with the journal. ours selects the records of current
// items.
func (w *World) CheckEffects(journal []Record, ours func(Record) bool) {
	applied := applications(journal, ours)
	for _, c := range w.Calls() {
		for _, e := range c.Effects {
			if e.Mark != "" {
				w.checkWrite(c, e, applied[e.Mark])
			}
		}
	}
	w.checkRemovals(journal, ours)
}

func (w *World) checkWrite(c *Call, e *Effect, got []application) {
	kind := ""
	switch n := len(got); {
	case e.Outcome == NotDone && n > 0:
		kind = "said not done, and is done"
	case e.Outcome == Done && n == 0:
		kind = "said done, and is not"
	case n > 1 && (e.Once || !e.Again && got[n-1].lives == got[n-2].lives): // otherwise it was removed, and its successor has the version that the write asserts
		kind = "done more than once"
	}
	if kind != "" {
		w.Problem("outcome: "+kind, e.Item, "%s %s: %s: write %s of %s was applied %d times", c.ID, c.Text, kind, e.Mark, e.Item, len(got))
	}
	if e.Returned != nil && len(got) > 0 && !slices.ContainsFunc(got, func(a application) bool { return Text(a.Old["by"]) == *e.Returned }) {
		w.Problem("outcome: returned old", e.Item, "%s %s: returned the item written by %q as the old one, which was: %s", c.ID, c.Text, *e.Returned, Show(got[0].Old))
	}
	for _, a := range got {
		if e.Item != "" && a.Key != e.Item {
			w.Problem("outcome: another item", e.Item, "%s %s: write %s of %s was applied to %s", c.ID, c.Text, e.Mark, e.Item, a.Key)
		}
		if e.Saw != "" && Text(a.Old["by"]) != e.Saw {
			w.Problem("outcome: met another", e.Item, "%s %s: write %s is of the item as written by %s, and met: %s", c.ID, c.Text, e.Mark, e.Saw, Show(a.Old))
		}
		if e.Stamped && Text(a.Old["by"]) == e.Mark {
			w.Problem("outcome: done to its own work", e.Item, "%s %s: write %s was applied to what it left itself: %s", c.ID, c.Text, e.Mark, Show(a.Old))
		}
		if e.Sum != nil && Number(a.New["sum"]) != Number(a.Old["sum"])+*e.Sum {
			w.Problem("outcome: sum", e.Item, "%s %s: write %s adds %d and made %s of %s", c.ID, c.Text, e.Mark, *e.Sum, Text(a.New["sum"]), Text(a.Old["sum"]))
		}
	}
}

// checkRemovals checks that each removed item was removed by a call that may have done it, and that each taken item was
// taken once.
func (w *World) checkRemovals(journal []Record, ours func(Record) bool) {
	type image struct{ key, mark string }
	removed, taken, maybe := map[image]int{}, map[image]int{}, map[image]int{}
	for _, r := range journal {
		if r.New == nil && ours(r) && !r.Expired {
			removed[image{r.Key, Text(r.Old["by"])}]++
		}
	}
	anything := map[string]bool{} // by key: removals of any item
	again := map[image]bool{}     // those that were sent again, and may have met an item that a lost write created
	for _, c := range w.Calls() {
		for _, e := range c.Effects {
			if e.Removes && e.Outcome != NotDone && c.Lost() {
				again[image{e.Item, e.Was}] = true
			}
			switch at := (image{e.Item, e.Was}); {
			case !e.Removes || e.Outcome == NotDone:
			case e.Was == "":
				anything[e.Item] = true
			case e.Outcome == Done && (e.Took || !c.Lost()):
				taken[at]++
			default:
				maybe[at]++
			}
		}
	}
	for at, n := range removed {
		if n > taken[at]+maybe[at] && !anything[at.key] && !again[at] {
			w.Problem("outcome: removed by no call", at.key, "%s, as written by %s, was removed %d times, and no call says that it did", at.key, at.mark, n)
		}
	}
	for at, n := range taken {
		if n > removed[at] {
			w.Problem("outcome: not removed", at.key, "%d calls say that they removed %s as written by %s, which was removed %d times", n, at.key, at.mark, removed[at])
		}
	}
}

// Number is a number attribute, 0 if it is not one.
func Number(av types.AttributeValue) int64 {
	v, _ := strconv.ParseInt(Text(av), 10, 64)
	return v
}
