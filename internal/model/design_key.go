package model

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/template"
)

// partKinds are the names of the kinds of parts.
var partKinds = [...]string{
	template.Literal: ddbdesign.PartLiteral, template.Str: ddbdesign.PartStr, template.Fold: ddbdesign.PartFold,
	template.Num: ddbdesign.PartNum, template.Time: ddbdesign.PartTime, template.Text: ddbdesign.PartText,
	template.Native: ddbdesign.PartNative, template.Shard: ddbdesign.PartShard,
}

// Template describes a template without faults.
func (n Names) Template(t template.Template) ddbdesign.Template {
	out := ddbdesign.Template{Text: t.String(), Native: t.Native()}
	for i, p := range t.Parts() {
		part := ddbdesign.Part{Kind: partKinds[p.Kind], Text: p.Text, Field: n.Of(p.Field), Stop: t.Stop(i), Width: p.Width, N: p.N, Signed: p.Signed()}
		if p.Kind == template.Native {
			part.Type = string(nativeType(p.Field))
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

// LiteralDesign describes a key that is always the same.
func LiteralDesign(text string) ddbdesign.Template {
	return ddbdesign.Template{Text: text, Parts: []ddbdesign.Part{{Kind: ddbdesign.PartLiteral, Text: text}}}
}

// TargetDesign describes a key that ends in the key of a view's target.
func TargetDesign(text string) ddbdesign.Template {
	target := ddbdesign.Part{Kind: ddbdesign.PartTarget}
	return ddbdesign.Template{Text: text + target.String(), Parts: []ddbdesign.Part{{Kind: ddbdesign.PartLiteral, Text: text}, target}}
}

// keyDesign describes the keys of the constraint's items.
func (u *Unique) keyDesign(n Names, e *Entity) ddbdesign.Template {
	head, value := UniquePrefix+e.Name+"~"+u.Name+"=", n.Template(u.Template)
	out := ddbdesign.Template{Text: head + value.Text, Parts: []ddbdesign.Part{{Kind: ddbdesign.PartLiteral, Text: head}}}
	if value.Parts[0].Kind == ddbdesign.PartLiteral {
		out.Parts[0].Text += value.Parts[0].Text
		value.Parts = value.Parts[1:]
	}
	out.Parts = append(out.Parts, value.Parts...)
	return out
}
