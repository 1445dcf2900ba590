package ddbmem

import (
	"regexp"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

const maxTags = 50

var tableArn = regexp.MustCompile(`^arn:aws[a-z-]*:dynamodb:.+:\d+:table/[^/]{2}[^/]+$`)

// tagText matches the keys and values of tags.
var tagText = regexp.MustCompile(`^[\p{L}\p{M}\p{N}\p{Z}\s+\-=._:/@]*$`)

// addTags adds tags; they replace those with the same key.
func (d *tableDefinition) addTags(list []wire.Node) *apiError {
	next := slices.Clone(d.tags)
	for i := range list {
		g := tag{list[i].Text("Key"), list[i].Text("Value")}
		if strings.HasPrefix(strings.ToLower(g.Key), "aws:") {
			return parameter("Tag keys must not start with the reserved prefix aws:")
		}
		if !tagText.MatchString(g.Key) || !tagText.MatchString(g.Value) {
			return parameter("Tag %s=%s has a character that is none of letters, digits, white space and + - = . _ : / @", g.Key, g.Value)
		}
		at := slices.IndexFunc(next, func(o tag) bool { return o.Key == g.Key })
		if at < 0 {
			next = append(next, g)
		} else {
			next[at] = g
		}
	}
	if len(next) > maxTags {
		return parameter("Too many tags: the limit is %d", maxTags)
	}
	d.tags = next
	return nil
}

// tagged finds the table of a tagging request. member is the list that the request needs.
func (e *Engine) tagged(in *wire.Node, op, member, empty string) (*table, *apiError) {
	arn := in.Text("ResourceArn")
	if !in.Has("ResourceArn") {
		return nil, invalid("Invalid TableArn")
	}
	if member != "" && !in.Has(member) {
		return nil, invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null",
			strings.ToLower(member[:1])+member[1:])
	}
	if !strings.HasPrefix(arn, "arn:") {
		return nil, invalid("ARNs must start with 'arn:'")
	}
	if !tableArn.MatchString(arn) {
		return nil, invalid("Invalid TableArn: Invalid ResourceArn provided as input %s", arn)
	}
	if member != "" && len(in.List(member)) == 0 {
		return nil, invalid("%s", empty)
	}
	parts := strings.SplitN(arn, ":", 6)
	if parts[3] != e.opts.Region || parts[4] != e.opts.Account {
		return nil, e.denied(op, arn)
	}
	e.reap()
	t := e.lookup(arn)
	if t == nil {
		if op == "ListTagsOfResource" {
			return nil, e.denied(op, arn)
		}
		return nil, notFound("Requested resource not found: ResourcArn: " + arn + " not found")
	}
	return t, nil
}

func (e *Engine) denied(op, arn string) *apiError {
	return failure(serviceSpace+"AccessDeniedException", "User: arn:aws:iam::"+e.opts.Account+
		":root is not authorized to perform: dynamodb:"+op+" on resource: "+arn)
}

func tagResource(e *Engine, in *wire.Node) (*out, error) {
	t, failed := e.tagged(in, "TagResource", "Tags", "Atleast one Tag needs to be provided as Input.")
	if failed != nil {
		return nil, failed
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if failed := t.def.addTags(in.List("Tags")); failed != nil {
		return nil, failed
	}
	return &out{}, nil
}

func untagResource(e *Engine, in *wire.Node) (*out, error) {
	t, failed := e.tagged(in, "UntagResource", "TagKeys", "Atleast one Tag Key needs to be provided as Input.")
	if failed != nil {
		return nil, failed
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	gone := in.Strings("TagKeys")
	t.def.tags = slices.DeleteFunc(slices.Clone(t.def.tags), func(g tag) bool { return slices.Contains(gone, g.Key) })
	return &out{}, nil
}

func listTagsOfResource(e *Engine, in *wire.Node) (*out, error) {
	t, failed := e.tagged(in, "ListTagsOfResource", "", "")
	if failed != nil {
		return nil, failed
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	o := &out{}
	o.open()
	all := t.def.tags
	if all == nil {
		all = []tag{}
	}
	o.any("Tags", all)
	o.close()
	return o, nil
}
