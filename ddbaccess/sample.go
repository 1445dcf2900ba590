package ddbaccess

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// withPattern names the pattern in the requests.
func withPattern(ctx context.Context, name string) context.Context {
	return ddbobserve.WithPattern(ctx, name)
}

// samples returns the items of the table as text, in the order of their keys, without what is different in each run.
func (r *run) samples() (out []ddbdesign.Sample) {
	all := r.watch.all()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		of := all[key]
		c := claimOf(&r.design, keyOf(&r.design, of))
		s := ddbdesign.Sample{Entity: c.Entity, Companion: c.Companion, Version: c.Version, Attributes: map[string]string{}}
		random := r.random(c.Entity)
		for name, v := range of {
			switch {
			case name == random:
				s.Attributes[name] = "(random)"
			case !strings.HasPrefix(name, "~"): // the library's own, some of which are random
				s.Attributes[name] = plain(v)
			}
		}
		out = append(out, s)
	}
	return out
}

// random returns the attribute of an entity's revision, which differs in each run.
func (r *run) random(entity string) string {
	e, _ := r.design.Entity(entity)
	for _, f := range e.Fields {
		if e.Revision != "" && f.Name == e.Revision && len(f.Path) == 1 {
			return f.Path[0]
		}
	}
	return ""
}

// plain is the text of a value, without quotes around a string.
func plain(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ddbobserve.Text(v)
}

// describe returns the design page of the model.
func (r *run) describe() string {
	var b strings.Builder
	_ = r.c.Table.Describe(&b) // a Builder never fails
	return b.String()
}
