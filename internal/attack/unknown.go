package attack

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// UnknownAttributes is the promise that a program that edits, modifies or moves an item keeps what a newer program has
// added: attributes, and fields of structs in it.
var UnknownAttributes = Promise{Name: "unknown attributes", Begin: beginUnknown}

// oldShape and newShape are one entity in two programs.
type oldShape struct {
	ID      string             `dynamodbav:"-"`
	By      string             `dynamodbav:"by"`
	Note    string             `dynamodbav:"note,omitempty"`
	In      oldInner           `dynamodbav:"in"`
	Ptr     *oldInner          `dynamodbav:"ptr,omitempty"`
	ByName  map[string]oldLeaf `dynamodbav:"byName"`
	Version int64              `dynamodbav:"version"`
}

type oldInner struct {
	X    string  `dynamodbav:"x"`
	Leaf oldLeaf `dynamodbav:"leaf"`
}

type oldLeaf struct {
	V string `dynamodbav:"v"`
}

type newShape struct {
	ID      string             `dynamodbav:"-"`
	By      string             `dynamodbav:"by"`
	Note    string             `dynamodbav:"note,omitempty"`
	In      newInner           `dynamodbav:"in"`
	Ptr     *newInner          `dynamodbav:"ptr,omitempty"`
	ByName  map[string]newLeaf `dynamodbav:"byName"`
	Extra   string             `dynamodbav:"extra"`
	Version int64              `dynamodbav:"version"`
}

type newInner struct {
	X    string  `dynamodbav:"x"`
	Y    string  `dynamodbav:"y"`
	Leaf newLeaf `dynamodbav:"leaf"`
}

type newLeaf struct {
	V string `dynamodbav:"v"`
	W string `dynamodbav:"w"`
}

type unknownRound struct {
	old shapeProcess[oldShape]
	new []shapeProcess[newShape] // by process; the first is the old one
}

type shapeProcess[T any] struct {
	e    *ddb.Entity[T]
	repo *ddb.Repository[T]
}

func shapes[T any](define func(*T, *ddb.Definition)) (*ddb.Table, *ddb.Entity[T]) {
	table := ddb.NewTable("pk", "sk")
	return table, ddb.MustDefine(table, "shape", define)
}

func oldModel() (*ddb.Table, *ddb.Entity[oldShape]) {
	return shapes(func(x *oldShape, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
	})
}

func newModel() (*ddb.Table, *ddb.Entity[newShape]) {
	return shapes(func(x *newShape, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
	})
}

func beginUnknown(ctx context.Context, w *World) Round {
	r := &unknownRound{new: make([]shapeProcess[newShape], len(w.Processes))}
	table, _ := newModel()
	w.Create(ctx, table)
	for i, p := range w.Processes {
		if i == 0 {
			table, e := oldModel()
			r.old = shapeProcess[oldShape]{e, ddb.NewRepository(p.Open(table), e)}
			continue
		}
		table, e := newModel()
		r.new[i] = shapeProcess[newShape]{e, ddb.NewRepository(p.Open(table), e)}
	}
	return r
}

func (r *unknownRound) Call(ctx context.Context, c *Call) {
	id := Pick(c.Rand, accountIDs...)
	if c.Process.Index > 0 {
		r.callNew(ctx, c, id)
		return
	}
	f := r.old.e.Fields()
	text := Pick(c.Rand, "p", "q", "")
	var err error
	switch n := c.Rand.IntN(10); {
	case n <= 1:
		c.Say("old: update %s: note", id)
		_, err = r.old.repo.Update(ctx, oldShape{ID: id}, ddb.Set(&f.By, c.ID), ddb.Set(&f.Note, text), ddb.Set(&f.In.X, text))
	case n <= 6:
		c.Say("old: modify %s: %d to %q", id, n, text)
		_, err = r.old.repo.Modify(ctx, oldShape{ID: id}, func(x *oldShape) error {
			x.By = c.ID
			switch n {
			case 2:
				x.In.X = text
			case 3:
				x.In.Leaf.V, x.Note = text, text
			case 4:
				if x.Ptr != nil {
					x.Ptr.Leaf.V = text
				}
			case 5:
				for name := range x.ByName {
					x.ByName[name] = oldLeaf{text}
				}
			}
			return nil
		})
	case n <= 8:
		cur, gone := r.old.repo.Consistent().Get(ctx, oldShape{ID: id})
		if gone != nil {
			c.Say("old: nothing to move")
			return
		}
		to := cur
		to.ID, to.By, to.In.X = Pick(c.Rand, accountIDs...), c.ID, text
		c.Say("old: move %s to %s", id, to.ID)
		_, err = r.old.repo.Move(ctx, cur, to)
	default:
		c.Say("old: delete %s", id)
		err = r.old.repo.Delete(ctx, oldShape{ID: id})
	}
	c.Result(err)
}

func (r *unknownRound) callNew(ctx context.Context, c *Call, id string) {
	p := r.new[c.Process.Index]
	f := p.e.Fields()
	mark := c.ID
	leaf := func(where string) newLeaf { return newLeaf{V: "v", W: mark + " " + where} }
	it := newShape{
		ID: id, By: mark, Extra: mark, In: newInner{X: "x", Y: mark, Leaf: leaf("in")}, ByName: map[string]newLeaf{"a": leaf("a"), "b": leaf("b")},
	}
	if c.Chance(2) {
		it.Ptr = &newInner{Y: mark, Leaf: leaf("ptr")}
	}
	var err error
	if c.Chance(2) {
		c.Say("new: create %s", id)
		_, err = p.repo.Create(ctx, it)
	} else {
		c.Say("new: update %s", id)
		_, err = p.repo.Update(ctx, newShape{ID: id}, ddb.Set(&f.By, mark), ddb.Set(&f.In, it.In), ddb.Set(&f.Extra, mark))
	}
	c.Result(err)
}

// unknowns are the values that the old program does not know.
func unknowns(it Attrs) string {
	at := func(path ...string) string {
		var av types.AttributeValue = &types.AttributeValueMemberM{Value: it}
		for _, name := range path {
			m, _ := av.(*types.AttributeValueMemberM)
			if m == nil {
				return ""
			}
			av = m.Value[name]
		}
		return Text(av)
	}
	return strings.Join([]string{
		at("extra"), at("in", "y"), at("in", "leaf", "w"), at("ptr", "y"), at("ptr", "leaf", "w"), at("byName", "a", "w"), at("byName", "b", "w"),
	}, "|")
}

func (r *unknownRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	for i, rec := range journal {
		mark := Text(rec.New["by"])
		if rec.New == nil || !strings.HasPrefix(mark, w.Processes[0].Name) || Text(rec.Old["by"]) == mark {
			continue
		}
		old := rec.Old
		if old == nil { // moved from where something was removed next to it
			for _, j := range []int{i - 1, i + 1} {
				if j >= 0 && j < len(journal) && journal[j].New == nil {
					old = journal[j].Old
				}
			}
		}
		if have, want := unknowns(rec.New), unknowns(old); old != nil && have != want {
			w.Problem("unknown: dropped", rec.Key, "the old program made %q of %q:%s", have, want, PrintRecords([]Record{{Old: old, New: rec.New}}))
		}
	}
}
