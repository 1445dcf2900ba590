package view

import (
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
)

// Change is one record as views and handlers get it.
type Change struct {
	Kind     record.Kind
	Old, New any
	Sequence string
	At       time.Time

	Record *record.Record
	Entity *model.Entity
}

// Changed reports whether the value of a field, by its address, differs between the two items.
func Changed(e *model.Entity, field any, old, is reflect.Value) (bool, error) {
	f, err := e.Proto.Resolve(field)
	return err == nil && !equalField(f, old, is), err
}

// equalField compares a field of two items, times by the instant.
func equalField(f *field.Field, a, b reflect.Value) bool {
	x, y := fieldOf(f, a), fieldOf(f, b)
	if s, ok := x.(time.Time); ok {
		t, same := y.(time.Time)
		return same && s.Equal(t)
	}
	return reflect.DeepEqual(x, y)
}

// fieldOf returns the value of f in item, which may be an interface that holds an item or nothing.
func fieldOf(f *field.Field, item reflect.Value) any {
	if item.Kind() == reflect.Interface {
		item = item.Elem()
	}
	if !item.IsValid() {
		return reflect.Zero(f.Type).Interface()
	}
	return f.Get(item).Interface()
}
