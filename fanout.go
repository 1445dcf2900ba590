package ddb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// newFanOut begins a fan-out from a source into targets; via is nil where the query finds the targets themselves.
func newFanOut(name string, source, via, target *model.Entity, of reflect.Type) *fanOut {
	return &fanOut{view: &vView{name: name, table: source.Table}, source: source, via: via, target: target, shares: pointsElsewhere(of)}
}

// fanOut is the kind of view that [FanOut] declares. Immutable.
type fanOut struct {
	view                *vView
	source, via, target *model.Entity // via is nil where the query finds the targets themselves
	targets             func(source reflect.Value) read.Query
	shares              bool // two copies of a source have memory in common
	place               func(member reflect.Value) reflect.Value
	apply               func(c vChange, member, target reflect.Value) bool
}

// declare checks the view and makes it part of its table.
func (f *fanOut) declare() (*vView, error) {
	v := f.view
	v.kind = f
	v.table.Mutable("fan-out " + v.name)
	var faults []error
	faultName := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: fan-out %s: %w", v.name, fmt.Errorf(format, args...)))
	}
	faults = append(faults, v.nameFaults()...)
	if f.targets == nil {
		faultName("a function is nil")
	}
	for _, e := range []*model.Entity{f.via, f.target} {
		switch {
		case e == nil:
		case e.Table != v.table:
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
	v.table.Views = append(v.table.Views, v.name)
	what := "copy\tof " + f.source.Name
	if f.via != nil {
		what += " via " + f.via.Name
	}
	f.target.Notes = append(f.target.Notes, what+"\tby "+v.name)
	return v, nil
}

func (f *fanOut) on(e *model.Entity) bool { return e == f.source }

// maintain carries the changes of a batch into their targets, all together.
func (f *fanOut) maintain(ctx context.Context, db *write.DB, t *turn) {
	ds := t.ready(ctx)
	errs := map[*delivery]error{}
	var list []*copying
	var owners []*delivery
	last := map[string]*copying{} // of each source
	for _, d := range ds {
		for _, img := range d.images {
			if img.e != f.source {
				continue
			}
			errs[d] = errors.Join(errs[d], img.unreadOld)
			if err := img.complete(); err != nil {
				errs[d] = errors.Join(errs[d], err)
				continue
			}
			c := newCopying(d.record.Keys, img.change(d.record), img.old, img.new)
			c.before, last[d.item] = last[d.item], c
			list, owners = append(list, c), append(owners, d)
		}
	}
	_, _ = f.carry(ctx, db, list, nil) // each has its error
	for i, c := range list {
		errs[owners[i]] = errors.Join(errs[owners[i]], c.err)
	}
	for _, d := range ds {
		t.settle(ctx, d, errs[d])
	}
}

// nameFaults returns what is wrong with a view's name.
func (v *vView) nameFaults() (faults []error) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("ddb: view %q: %w", v.name, fmt.Errorf(format, args...)))
	}
	if v.name == "" || strings.ContainsAny(v.name, "#~") || len(v.name) > 100 {
		fault("a name has 1 to 100 bytes and neither # nor ~")
	}
	if slices.Contains(v.table.Views, v.name) {
		fault("the table has a view of that name")
	}
	return faults
}
