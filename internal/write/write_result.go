package write

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
	"github.com/singletable-go/ddb/internal/wire"
)

// result is the item that a write returns: as DynamoDB returned it, or a value that needs no decoding.
type result struct {
	Found attr.Stored
	Value reflect.Value
	page  *wire.Page // of Found
}

// Release ends the use of Found.
func (r result) Release() { r.page.Release() }

// transactResult returns the item of an op that was sent as a transaction, which returns no items itself.
func (db *DB) transactResult(ctx context.Context, w *prepared) (result, error) {
	a := w.main()
	switch {
	case w.op.quiet, w.op.Verb == VerbDelete, a.kind == checkAction:
		return result{}, nil
	case w.op.ReturnOld:
		return result{Found: model.Loaded(w.old())}, nil // read before, see needOld
	case w.item.IsValid():
		out, err := db.asStored(w)
		if err == nil && len(w.e.Derived) > 0 {
			err = db.readDerived(ctx, w, out)
		}
		return out, err
	}
	attrs, err := db.readItBack(ctx, w)
	if err == nil && attrs == nil {
		err = w.writeError(db, &fault.DoneError{What: "reading it back failed", Cause: errors.New("it was deleted since")})
	}
	return result{Found: model.Loaded(attrs)}, err
}

// readItBack reads the item that was written; nil if it was deleted since.
func (db *DB) readItBack(ctx context.Context, w *prepared) (attr.Item, error) {
	attrs, err := db.GetItem(ctx, w.main().key, true)
	if err != nil {
		return nil, w.writeError(db, &fault.DoneError{What: "reading it back failed", Cause: db.Explain(err)})
	}
	return db.seen(attrs).item, nil
}

// readDerived reads the derived fields of an item that was written: views write them at any time. The other fields stay as
// they were written, even if another write followed.
func (db *DB) readDerived(ctx context.Context, w *prepared, out result) error {
	attrs, err := db.readItBack(ctx, w)
	if err != nil {
		return err
	}
	have := w.e.NewItem()
	if attrs != nil {
		if err := w.e.Decode(model.Loaded(attrs), have); err != nil {
			return w.op.Fail(w.main().key, &fault.DoneError{What: "the item cannot be read", Cause: err})
		}
	}
	for _, d := range w.e.Derived {
		d.F.Addr(out.Value).Set(d.F.Get(have))
	}
	return nil
}

// asStored returns the written item as a read would: times in UTC, with the precision of their attributes.
func (db *DB) asStored(w *prepared) (result, error) {
	out, err := w.readBack()
	if err == nil && w.e.Revision != nil {
		w.e.Revision.Addr(out.Value).Set(w.e.Revision.Get(w.item))
	}
	if err == nil {
		db.Bind(w.e, out.Value)
	}
	return out, err
}

func (w *prepared) readBack() (result, error) {
	if v, ok := asRead(w.e, w.item); ok {
		return result{Value: v}, nil
	}
	attrs := w.main().attrs
	if attrs == nil {
		var err error
		if attrs, err = w.e.Encode(string(w.op.Verb), w.item); err != nil {
			return result{}, err
		}
	}
	v := w.e.NewItem()
	if err := w.e.Decode(model.Loaded(codec.AsHeld(attrs)), v); err != nil {
		return result{}, w.op.Fail(w.main().key, &fault.DoneError{What: "the item cannot be read", Cause: err})
	}
	return result{Value: v}, nil
}

// asRead is a shortcut for [prepared.readBack]; false if the attributes have to be decoded.
func asRead(e *model.Entity, it reflect.Value) (reflect.Value, bool) {
	v := e.NewItem()
	if e.Codec.Stored(v, it) != nil {
		return v, false
	}
	if e.TTL != nil && e.TTL.Get(it).IsZero() {
		e.TTL.Addr(v).SetZero()
	}
	for _, p := range e.KeyOnly {
		switch p.Kind {
		case template.Str, template.Num:
			p.Field.Addr(v).Set(p.Field.Get(it))
		case template.Time:
			at, ok := reflect.TypeAssert[time.Time](p.Field.Get(it))
			if !ok {
				return v, false
			}
			p.Field.Addr(v).Set(reflect.ValueOf(at.UTC().Round(0)))
		default:
			return v, false
		}
	}
	return v, true
}
