package ddb

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// as fills dst, a zero struct, from an item that must be one of e. It is what every read does that is of one entity.
func (e *mEntity) as(op string, s attr.Stored, dst reflect.Value) error {
	claimed, err := e.table.claim(s)
	if err == nil && claimed != e {
		err = fmt.Errorf("%w: item %s is a %s", fault.ErrUnknown, e.table.keyText(e.table.keyOf(s)), claimed.label())
	}
	if err == nil {
		err = e.decode(s, dst)
	}
	if err != nil {
		dst.SetZero()
		return e.table.itemError(op, e, s, err)
	}
	return nil
}

// verdict says what becomes of an item that a query or collection read.
type verdict uint8

const (
	skipped verdict = iota // it is not for the caller
	wanted                 // it is
	unread                 // it cannot be read
)

// take decodes an item of a query or collection. Skipped are the library's own items and versions, which no one asks for,
// those that no entity claims where they are to be ignored, and those for which place, which returns where to decode an
// item of an entity, returns the zero Value. The error is an [ItemError].
func (p *readPlan) take(op string, s attr.Stored, place func(*mEntity) reflect.Value) (verdict, *mEntity, reflect.Value, error) {
	t := p.ix.table
	e, err := t.claim(s)
	stray := err == nil && e != nil && p.ix != t.primary && e.row(p.ix) == nil
	if err == nil && e != nil && !p.q.collection && e != p.q.e {
		if err = fmt.Errorf("%w: item %s is a %s", fault.ErrUnknown, t.keyText(t.keyOf(s)), e.name); stray {
			err = e.stray(p.ix)
		}
	}
	switch {
	case p.q.ignoreUnknown && (stray || errors.Is(err, fault.ErrUnknown)):
		return skipped, nil, reflect.Value{}, nil
	case err != nil:
		return unread, nil, reflect.Value{}, t.itemError(op, p.q.e, s, err)
	case e == nil:
		return skipped, nil, reflect.Value{}, nil
	}
	dst := place(e)
	if !dst.IsValid() {
		return skipped, nil, reflect.Value{}, nil
	}
	if err = p.decode(e, s, dst); stray {
		err = e.stray(p.ix)
	}
	if err != nil {
		dst.SetZero()
		return unread, e, dst, t.itemError(op, e, s, err)
	}
	return wanted, e, dst, nil
}

// decode fills dst with what the query selects: nothing else, whatever was read beside it.
func (p *readPlan) decode(e *mEntity, s attr.Stored, dst reflect.Value) error {
	if p.selected == nil {
		return e.decode(s, dst)
	}
	whole := e.newItem()
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

func (p *readPlan) decodeSelected(e *mEntity, s attr.Stored, dst reflect.Value) error {
	if p.keyAlone {
		return e.decodeKey(s, dst)
	}
	s, err := e.inSchema(s)
	if err != nil {
		return err
	}
	if p.hydrate || p.partial { // the item may be whole, and what is not selected is not looked at
		attrs := make(attr.Item, len(p.selected)+2)
		for _, name := range p.attributes() {
			if av := s.Attr(name); av != nil {
				attrs[name] = av
			}
		}
		s = loaded(attrs)
	}
	return e.decodeCurrent(s, dst)
}

// attributes returns the attributes of a selection, and those of the primary key.
func (p *readPlan) attributes() []string {
	names := p.ix.table.primary.attrs()
	for _, f := range p.selected {
		if f.Stored() {
			names = append(names, f.Attr())
		}
	}
	return names
}
