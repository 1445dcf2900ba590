package write

import (
	"fmt"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// nextNumber returns the version number that the write stores, for an item that has version.
func (w *prepared) nextNumber(version int64, it reflect.Value) (int64, error) {
	n := &w.tries.newest
	switch {
	case w.e.History == nil || !n.found && !n.wanted:
		return version + 1, nil
	case !n.found:
		first := attr.Item{}
		if err := w.e.HistoryKey(string(w.op.Verb), it, 1, first); err != nil {
			return 0, err
		}
		return 0, &needs{key: first, newest: first}
	}
	return max(n.number, version) + 1, nil
}

// givenVersion returns the version that the op's item has, if it was given one.
func (w *prepared) givenVersion() int64 {
	if w.e.Version == nil || w.op.Verb == VerbCreate {
		return 0
	}
	return w.e.Version.Get(w.op.item).Int()
}

// setKeptFields sets the version that the write stores and the timestamps. before is the item as it was read, the zero Value if
// the verb does not read it.
func (w *prepared) setKeptFields(it reflect.Value, version int64, before reflect.Value) {
	if f := w.e.Version; f != nil {
		f.Addr(it).SetInt(version)
	}
	if f := w.e.Updated; f != nil {
		f.Addr(it).Set(reflect.ValueOf(w.now.Truncate(Precision(f))))
	}
	f := w.e.Created
	if f == nil || !f.Get(it).IsZero() {
		return
	}
	if before.IsValid() && !f.Get(before).IsZero() {
		f.Addr(it).Set(f.Get(before))
		return
	}
	f.Addr(it).Set(reflect.ValueOf(w.now.Truncate(Precision(f))))
}

// Precision is the precision of a time in the field's attribute.
func Precision(f *field.Field) time.Duration {
	if f.UnixTime {
		return time.Second
	}
	return time.Nanosecond
}

// encode returns the attributes of an item to write, and checks its TTL and its size.
func (w *prepared) encode(it reflect.Value) (attr.Item, error) {
	attrs, err := w.e.Encode(string(w.op.Verb), it)
	if err != nil {
		return nil, err
	}
	if w.stamp != nil {
		attrs[model.WriteStampAttr] = w.stamp
	}
	if err := checkTTL(w.e, it, w.now); err != nil {
		return nil, w.op.Fail(w.e.Table.KeyOf(model.Loaded(attrs)), err)
	}
	return attrs, w.checkSize(attrs)
}

func (w *prepared) checkSize(attrs attr.Item) error {
	if w.bytes = attr.Size(attrs); w.bytes > attr.MaxItemBytes {
		return w.op.Fail(w.e.Table.KeyOf(model.Loaded(attrs)), fmt.Errorf("%w: the item has %d bytes, DynamoDB allows %d: store large values elsewhere", fault.ErrTooLarge, w.bytes, attr.MaxItemBytes))
	}
	return nil
}
