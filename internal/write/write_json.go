package write

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// jsonPut has what is needed to write items of an entity as JSON, without an attribute map.
type jsonPut struct {
	keys []jsonKey
	tail string // type and schema as JSON
}

// jsonKey is one key attribute.
type jsonKey struct {
	model.Key
	keys *model.IndexKeys
	head string
}

// jsonPutOf returns nil for an entity whose writes need the attribute map: with a sparse index, a unique constraint, a
// history, a derived field or a Native key. It compiles on first use: views declare derived fields after the entity.
func jsonPutOf(e *model.Entity) *jsonPut {
	return e.Writer.Get(func() any {
		if len(e.Uniques) > 0 || e.History != nil || len(e.Derived) > 0 {
			return (*jsonPut)(nil)
		}
		return newJSONPut(e)
	}).(*jsonPut)
}

func newJSONPut(e *model.Entity) *jsonPut {
	if len(e.IndexFields) > 0 {
		return nil
	}
	p := &jsonPut{}
	var names []string
	for _, r := range e.AllKeys() {
		if len(r.Unless) > 0 {
			return nil
		}
		for _, k := range r.Keys() {
			if k.Template.Native() {
				return nil
			}
			if !slices.Contains(names, k.Attrs[0]) { // indexes that share an attribute share the template
				names = append(names, k.Attrs[0])
				p.keys = append(p.keys, jsonKey{k, r, wire.Member(k.Attrs[0])})
			}
		}
	}
	var w wire.Writer
	if t := e.Table.TypeAttr; t != "" {
		names = append(names, t)
		w.Text = append(append(w.Text, ','), wire.Member(t)...)
		w.Value(&types.AttributeValueMemberS{Value: e.Name})
	}
	if e.Schema > 0 {
		w.Text = append(append(w.Text, ','), wire.Member(model.SchemaAttr)...)
		w.Value(attr.Number(int64(e.Schema)))
	}
	p.tail = string(w.Text)
	taken := func(f *field.Field) bool { return slices.Contains(names, f.Attr()) }
	if slices.Contains(names, "") || slices.ContainsFunc(e.Proto.Fields(), taken) {
		return nil
	}
	return p
}

// toJSON returns the item of a put as JSON, and its key; nil for an item that needs the attribute map, also if it is invalid: the
// other path returns the error.
func (w *prepared) toJSON() (attr.Item, *wire.Writer) {
	out := wire.NewWriter()
	key, ok := w.writeJSON(out)
	if !ok {
		out.Release()
		return nil, nil
	}
	return key, out
}

func (w *prepared) writeJSON(out *wire.Writer) (key attr.Item, ok bool) {
	e := w.e
	p := jsonPutOf(e)
	if p == nil || checkTTL(e, w.item, w.now) != nil {
		return nil, false
	}
	key = make(attr.Item, 2)
	texts := make([]types.AttributeValueMemberS, len(e.Primary.Keys()))
	out.Text = append(out.Text, '{')
	for i, k := range p.keys {
		s, err := k.keys.Render(string(w.op.Verb), k.Key, w.item)
		if err != nil {
			return nil, false
		}
		if k.keys == e.Primary {
			texts[i].Value = s
			key[k.Attrs[0]] = &texts[i]
		}
		if i > 0 {
			out.Text = append(out.Text, ',')
		}
		out.Text = append(append(out.Text, k.head...), `{"S":`...)
		if !out.Quote(s) {
			return nil, false
		}
		out.Text = append(out.Text, '}')
	}
	out.Text = append(out.Text, p.tail...)
	if w.stamp != nil {
		out.Text = append(append(out.Text, ','), stampHead...)
		out.Value(w.stamp)
	}
	omit := ""
	if e.TTL != nil && e.TTL.Get(w.item).IsZero() {
		omit = e.TTL.Attr()
	}
	behind := len(out.Text)
	out.Text = append(out.Text, ',')
	if !e.Codec.WriteJSON(out, w.item, omit) {
		return nil, false
	}
	if len(out.Text) == behind+1 {
		out.Text = out.Text[:behind]
	}
	out.Text = append(out.Text, '}')
	// JSON is longer than the size that DynamoDB counts: of a text that is too long the other path decides
	return key, len(out.Text) <= attr.MaxItemBytes
}

var stampHead = wire.Member(model.WriteStampAttr)
