package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/write"
)

// version is a source as it is or was.
type version struct {
	attrs attr.Item
	item  reflect.Value // decoded from attrs, as the image of a record is
}

// Apply makes the view right for one source, in the targets that its versions name. The versions are in their order: of a
// source that was changed the last two, else the only one. The source itself is read.
func (v *View) Apply(ctx context.Context, db *write.DB, versions ...any) error {
	key, list, err := v.versions(db, versions)
	if err != nil {
		return fmt.Errorf("ddb: apply %s: %w", v.Name, err)
	}
	if err := v.Kind.apply(ctx, db, key, list); err != nil {
		return fmt.Errorf("ddb: apply %s: source %s: %w", v.Name, db.Table.KeyText(key), err)
	}
	return nil
}

// versions encodes the versions of a source, and returns its key.
func (v *View) versions(db *write.DB, versions []any) (key attr.Item, list []version, err error) {
	e := v.Kind.sources()
	switch {
	case db.Table != v.Table:
		return nil, nil, fault.Model("the view is of another table than the DB's")
	case len(versions) == 0:
		return nil, nil, fault.Model("no %s is given", e.Name)
	}
	for _, given := range versions {
		item, is := reflect.ValueOf(given), e.NewItem()
		if item.Kind() == reflect.Pointer {
			item = item.Elem()
		}
		if !item.IsValid() || item.Type() != is.Type() {
			return nil, nil, fault.Model("a %T is given: its sources are %s, give a %s", given, e.Name, is.Type())
		}
		is.Set(item)
		attrs, err := e.Encode("encode", is)
		if err != nil {
			return nil, nil, err
		}
		switch own := v.Table.KeyOf(model.Loaded(attrs)); {
		case key == nil:
			key = own
		case !attr.EqualItems(own, key):
			return nil, nil, fault.Model("the versions are of two items, %s and %s: call Apply for each", v.Table.KeyText(key), v.Table.KeyText(own))
		}
		if is, err = DecodeImage(e, attrs, key); err != nil {
			return nil, nil, err
		}
		list = append(list, version{attrs, is})
	}
	return key, list, nil
}

func (a *aggregate) sources() *model.Entity { return a.source }

func (a *aggregate) apply(ctx context.Context, db *write.DB, key attr.Item, versions []version) error {
	w := &aggregateWork{a: a, pairs: map[string]*Pair{}, targets: map[string]*settlement{}}
	for _, v := range versions {
		target, err := a.targetOf(v.item)
		if err != nil {
			return err
		}
		if target != nil {
			w.pair(a.newPair(target, key))
		}
	}
	w.do(ctx, db)
	var errs []error
	for _, p := range w.order {
		errs = append(errs, p.err)
	}
	for _, s := range w.settle {
		errs = append(errs, s.err)
	}
	return errors.Join(errs...)
}

func (f *fanOut) sources() *model.Entity { return f.source }

func (f *fanOut) apply(ctx context.Context, db *write.DB, key attr.Item, versions []version) error {
	c := &copying{key: key, c: Change{Kind: record.Inserted, Entity: f.source}}
	for _, v := range versions {
		c.named, c.images = append(c.named, v.item.Interface()), append(c.images, v.attrs)
	}
	if len(versions) > 1 {
		c.old = c.named[0]
	}
	_, stopped := f.carry(ctx, db, []*copying{c}, nil)
	return cmp.Or(c.err, stopped)
}
