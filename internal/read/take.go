package read

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// verdict says whether an item that was read is returned.
type verdict uint8

// The verdicts on an item.
const (
	skipped verdict = iota // the item is not returned
	Wanted                 // the item is returned
	Unread                 // the item cannot be read
)

// Take decodes an item of a query into what place returns for its entity. It skips items of the library's own, versions,
// unknown items if they are to be ignored, and items for which place returns the zero Value. The error is a
// [fault.ItemError].
func (p *Plan) Take(op string, s attr.Stored, place func(*model.Entity) reflect.Value) (verdict, *model.Entity, reflect.Value, error) {
	t := p.ix.Table
	e, err := t.Claim(s)
	stray := err == nil && e != nil && p.ix != t.Primary && e.KeysIn(p.ix) == nil
	if err == nil && e != nil && !p.Q.Collection && e != p.Q.E {
		if err = fmt.Errorf("%w: item %s is a %s", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), e.Name); stray {
			err = e.Stray(p.ix)
		}
	}
	switch {
	case p.Q.IgnoreUnknown && (stray || errors.Is(err, fault.ErrUnknown)):
		return skipped, nil, reflect.Value{}, nil
	case err != nil:
		return Unread, nil, reflect.Value{}, t.ItemError(op, p.Q.E, s, err)
	case e == nil:
		return skipped, nil, reflect.Value{}, nil
	}
	dst := place(e)
	if !dst.IsValid() {
		return skipped, nil, reflect.Value{}, nil
	}
	if err = p.decode(e, s, dst); stray {
		err = e.Stray(p.ix)
	}
	if err != nil {
		dst.SetZero()
		return Unread, e, dst, t.ItemError(op, e, s, err)
	}
	if len(e.Blobs) > 0 {
		e.Bind(dst, p.blobs)
	}
	return Wanted, e, dst, nil
}

// decode fills dst with the selected fields only, even if more was read.
func (p *Plan) decode(e *model.Entity, s attr.Stored, dst reflect.Value) error {
	if p.selected == nil {
		return e.Decode(s, dst)
	}
	whole := e.NewItem()
	if err := p.decodeSelected(e, s, whole); err != nil {
		return err
	}
	for _, f := range p.kept {
		if v := f.Get(whole); !v.IsZero() {
			f.Addr(dst).Set(v)
		}
	}
	return nil
}

func (p *Plan) decodeSelected(e *model.Entity, s attr.Stored, dst reflect.Value) error {
	if p.keyAlone {
		return e.DecodeKey(s, dst)
	}
	s, err := e.InSchema(s)
	if err != nil {
		return err
	}
	if p.hydrate || p.partial { // the item may be complete: only selected attributes are decoded
		attrs := make(attr.Item, len(p.selected)+2)
		for _, name := range p.attributes() {
			if av := s.Attr(name); av != nil {
				attrs[name] = av
			}
		}
		s = model.Loaded(attrs)
	}
	return e.DecodeCurrent(s, dst)
}

// attributes returns the attributes of a selection, and those of the primary key.
func (p *Plan) attributes() []string {
	names := p.ix.Table.Primary.Attrs()
	for _, f := range p.selected {
		if f.Stored() {
			names = append(names, f.Attr())
		}
	}
	return names
}
