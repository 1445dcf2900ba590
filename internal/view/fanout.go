package view

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// NewFanOut begins a fan-out from a source into targets; via is nil where the query finds the targets themselves.
func NewFanOut(name string, source, via, target *model.Entity, of reflect.Type) *fanOut {
	return &fanOut{view: &View{Name: name, Table: source.Table}, source: source, via: via, target: target, shares: pointsElsewhere(of)}
}

// fanOut is the view that copies fields of sources into their targets. Immutable.
type fanOut struct {
	view                *View
	source, via, target *model.Entity // via is nil where the query finds the targets themselves
	Targets             func(source reflect.Value) read.Query
	shares              bool // two copies of a source have memory in common
	Place               func(member reflect.Value) reflect.Value
	Apply               func(c Change, member, target reflect.Value) bool
}

// Declare checks the view and makes it part of its table.
func (f *fanOut) Declare() (*View, error) {
	v := f.view
	v.Kind = f
	v.Table.Mutable("fan-out " + v.Name)
	var faults []error
	faultName := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: fan-out %s: %w", v.Name, fmt.Errorf(format, args...)))
	}
	faults = append(faults, v.nameFaults()...)
	if f.Targets == nil {
		faultName("a function is nil")
	}
	for _, e := range []*model.Entity{f.via, f.target} {
		switch {
		case e == nil:
		case e.Table != v.Table:
			faultName("%s and %s are of two tables", f.source.Name, e.Name)
		case e == f.source:
			faultName("%s would be copied into itself", e.Name)
		case len(e.Uniques) > 0 || e.History != nil:
			faultName("%s has unique constraints or history, which a copy does not keep", e.Name)
		}
	}
	if f.via == f.target {
		faultName("the members are the targets: use FanOut")
	}
	if len(faults) > 0 {
		return nil, &fault.ModelError{Err: errors.Join(faults...)}
	}
	v.Table.AddView(v.Name, f.design)
	return v, nil
}

func (f *fanOut) On(e *model.Entity) bool { return e == f.source }

// Maintain carries the changes of a batch into their targets, all together.
func (f *fanOut) Maintain(ctx context.Context, db *write.DB, t *Turn) {
	ds := t.ready(ctx)
	errs := map[*Delivery]error{}
	var list []*copying
	var owners []*Delivery
	last := map[string]*copying{} // of each source
	for _, d := range ds {
		for _, img := range d.Images {
			if img.E != f.source {
				continue
			}
			errs[d] = errors.Join(errs[d], img.UnreadOld)
			if err := img.Complete(); err != nil {
				errs[d] = errors.Join(errs[d], err)
				continue
			}
			c := newCopying(d.Record.Keys, img.Change(d.Record), img.Old, img.New)
			c.before, last[d.Item] = last[d.Item], c
			list, owners = append(list, c), append(owners, d)
		}
	}
	_, _ = f.carry(ctx, db, list, nil) // each has its error
	for i, c := range list {
		errs[owners[i]] = errors.Join(errs[owners[i]], c.err)
	}
	for _, d := range ds {
		t.Settle(ctx, d, errs[d])
	}
}

// nameFaults returns what is wrong with a view's name.
func (v *View) nameFaults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: view %q: %w", v.Name, fmt.Errorf(format, args...)))
	}
	if v.Name == "" || strings.ContainsAny(v.Name, "#~") || len(v.Name) > 100 || !utf8.ValidString(v.Name) {
		fault("a name has 1 to 100 bytes of valid UTF-8 and neither # nor ~")
	}
	if v.Table.HasView(v.Name) {
		fault("the table has a view of that name")
	}
	return faults
}
