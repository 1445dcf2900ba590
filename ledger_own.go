package ddb

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/template"
)

// fixed returns what a target of the aggregate's own stores beside its key and what is derived: its type, what By
// gives, and the keys of its indexes. It is the same for all sources of the target, so fields that are in the key only
// in part, behind Fold or Shard, are left out.
func (a *aggregate) fixed(target attr.Item) (attr.Item, error) {
	t := a.target.newItem()
	if err := a.target.decodeKey(loaded(target), t); err != nil {
		return nil, err
	}
	attrs := attr.Item{}
	if err := a.target.codec.EncodeTo(attrs, t); err != nil {
		return nil, err
	}
	out := attr.Item{}
	for _, p := range a.by {
		if p.into.Stored() && a.target.primary.keeps(p.into) {
			out[p.into.Attr()] = attrs[p.into.Attr()]
		}
	}
	for _, r := range a.target.indexed {
		for _, k := range r.keys() {
			if k.template.Native() {
				continue
			}
			s, err := r.render("aggregate "+a.view.name, k, t)
			if errors.Is(err, template.ErrEmpty) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[k.attrs[0]] = &types.AttributeValueMemberS{Value: s}
		}
	}
	if a.target.table.typeAttr != "" {
		out[a.target.table.typeAttr] = &types.AttributeValueMemberS{Value: a.target.name}
	}
	for _, attr := range a.view.table.primary.attrs() {
		delete(out, attr)
	}
	return out, nil
}
