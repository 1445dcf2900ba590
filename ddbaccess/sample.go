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
		for name, v := range of {
			if !strings.HasPrefix(name, "~") { // the library's own: the stamp of a version is random
				s.Attributes[name] = plain(v)
			}
		}
		out = append(out, s)
	}
	return out
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
