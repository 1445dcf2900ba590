package view

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/write"
)

// On reports whether records of e concern the aggregate.
func (a *aggregate) On(e *model.Entity) bool { return e == a.source || e == a.target }

// Maintain reconciles what the records name: for a source its targets before and after, and no other; for a target that
// came, all that counts for it.
func (a *aggregate) Maintain(ctx context.Context, db *write.DB, t *Turn) {
	w := &aggregateWork{a: a, pairs: map[string]*Pair{}, targets: map[string]*settlement{}}
	ds := t.ready(ctx)
	errs := map[*Delivery]error{}
	for _, d := range ds {
		for _, img := range d.Images {
			if img.E == a.source {
				errs[d] = errors.Join(errs[d], fault.Safely(func() error { return w.source(d, img) }))
			}
			if img.E == a.target && a.disturbs(img) {
				w.target(d.Record.Keys, true, d)
			}
		}
	}
	w.do(ctx, db)
	blame := func(owners []*Delivery, err error) {
		for _, d := range owners {
			errs[d] = errors.Join(errs[d], err)
		}
	}
	for _, p := range w.order {
		blame(p.owners, p.err)
	}
	for _, s := range w.settle {
		blame(s.owners, s.err)
	}
	for _, d := range ds {
		t.Settle(ctx, d, errs[d])
	}
}

// aggregateWork is what is to be looked at: each pair and each target once.
type aggregateWork struct {
	a       *aggregate
	pairs   map[string]*Pair
	order   []*Pair
	targets map[string]*settlement
	settle  []*settlement
	changed int
}

// source adds the pairs that a record of a source names: of what it was, and of what it is.
func (w *aggregateWork) source(d *Delivery, img Image) error {
	a := w.a
	before := func() error {
		if img.UnreadOld != nil {
			return w.unread(d, img)
		}
		target, err := a.named(img, img.Old, img.Was)
		if target == nil {
			return err
		}
		w.pair(a.newPair(target, d.Record.Keys), d)
		if !a.keepExpired || img.Kind != record.Expired {
			return nil
		}
		if img.Old == nil {
			return img.Complete()
		}
		w.pair(a.newKept(target, d.Record.Keys, img.Old, d.Record.Sequence), d)
		return nil
	}
	after := func() error {
		target, err := a.named(img, img.New, img.Is)
		if target != nil {
			w.pair(a.newPair(target, d.Record.Keys), d)
		}
		return err
	}
	return errors.Join(before(), after())
}

// unread adds the pair that an image names which cannot be decoded as a whole: what its source contributed before is still there.
func (w *aggregateWork) unread(d *Delivery, img Image) error {
	source, err := w.a.decodeBy(img.Old)
	if err != nil {
		return err
	}
	target, err := w.a.targetOf(source)
	if target != nil {
		w.pair(w.a.newPair(target, d.Record.Keys), d)
	}
	return err
}

// named returns the target that an image names; nil for none.
func (a *aggregate) named(img Image, attrs attr.Item, source reflect.Value) (attr.Item, error) {
	switch {
	case !source.IsValid():
		return nil, nil
	case attrs == nil && !a.byKey():
		return nil, img.Complete()
	}
	return a.targetOf(source)
}

// decodeBy decodes the fields of a source that name its target, and no others.
func (a *aggregate) decodeBy(attrs attr.Item) (v reflect.Value, err error) {
	err = fault.Safely(func() error {
		v = a.source.NewItem()
		s, err := a.source.InSchema(model.Loaded(attrs))
		if err != nil {
			return err
		}
		part := a.view.Table.KeyOf(s)
		for _, p := range a.by {
			if av := s.Attr(p.from.Attr()); p.from.Stored() && av != nil {
				part[p.from.Attr()] = av
			}
		}
		return a.source.DecodeCurrent(model.Loaded(part), v)
	})
	return v, err
}

// byKey reports whether the key of a source alone tells its target.
func (a *aggregate) byKey() bool {
	return !slices.ContainsFunc(a.by, func(p pairing) bool { return !a.source.Primary.HoldsInFull(p.from) })
}

// disturbs reports whether a change of a target is one after which what is derived may be wrong: the target came, or
// another program wrote what is derived, or it went and is the aggregate's own.
func (a *aggregate) disturbs(img Image) bool {
	switch img.Kind {
	case record.Inserted:
		return true
	case record.Modified:
		return img.Old != nil && img.New != nil && !a.unchanged(img.Old, img.New) &&
			(img.New[model.StampAttr] == nil || equalStamps(img.Old, img.New))
	case record.Removed, record.Expired:
	}
	return a.own
}

// unchanged reports whether two images agree in what is derived.
func (a *aggregate) unchanged(old, new attr.Item) bool {
	return !slices.ContainsFunc(a.attrs(), func(attrName string) bool {
		x, y := old[attrName], new[attrName]
		if x == nil || y == nil {
			return x != nil || y != nil
		}
		return !attr.Equal(x, y)
	})
}

func (w *aggregateWork) pair(p *Pair, owners ...*Delivery) {
	have, ok := w.pairs[p.id()]
	if !ok {
		have = p
		w.pairs[p.id()] = p
		w.order = append(w.order, p)
	}
	have.owners = append(have.owners, owners...)
}

func (w *aggregateWork) target(key attr.Item, full bool, owners ...*Delivery) {
	text := w.a.view.Table.RefText(key)
	s, ok := w.targets[text]
	if !ok {
		s = &settlement{key: key}
		w.targets[text] = s
		w.settle = append(w.settle, s)
	}
	s.full = s.full || full
	s.owners = append(s.owners, owners...)
}

// do reconciles the pairs, and then settles the targets: those asked for, and where there are ranks those of the pairs,
// whether this look changed them or one that did not get to settling them. Once the environment fails nothing more is tried.
func (w *aggregateWork) do(ctx context.Context, db *write.DB) {
	changed, stopped := w.a.reconcile(ctx, db, w.order)
	w.changed += changed
	if len(w.a.ranks) > 0 {
		for _, p := range w.order {
			if p.err == nil {
				w.target(p.Target, false, p.owners...)
			}
		}
	}
	if stopped != nil {
		for _, s := range w.settle {
			s.err = stopped
		}
		return
	}
	w.changed += w.a.settle(ctx, db, w.settle)
}
