package view

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// fixed returns the attributes of an own target beside its key and derived fields: type, fields of By, and index keys. They are the
// same for all sources of the target, so fields that the key holds only in part, by Fold or Shard, are left out.
func (a *aggregate) fixed(target attr.Item) (attr.Item, error) {
	t := a.target.NewItem()
	if err := a.target.DecodeKey(model.Loaded(target), t); err != nil {
		return nil, err
	}
	attrs := attr.Item{}
	if err := a.target.Codec.EncodeTo(attrs, t); err != nil {
		return nil, err
	}
	out := attr.Item{}
	for _, p := range a.by {
		if p.into.Stored() && a.target.Primary.HoldsInFull(p.into) {
			out[p.into.Attr()] = attrs[p.into.Attr()]
		}
	}
	for _, r := range a.target.Indexed {
		for _, k := range r.Keys() {
			if k.Template.Native() {
				continue
			}
			s, err := r.Render("aggregate "+a.view.Name, k, t)
			if errors.Is(err, template.ErrEmpty) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[k.Attrs[0]] = &types.AttributeValueMemberS{Value: s}
		}
	}
	if a.target.Table.TypeAttr != "" {
		out[a.target.Table.TypeAttr] = &types.AttributeValueMemberS{Value: a.target.Name}
	}
	for _, attr := range a.view.Table.Primary.Attrs() {
		delete(out, attr)
	}
	return out, nil
}
