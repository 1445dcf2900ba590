package ddbdesign

import (
	"encoding/json"
	"slices"
	"strings"
)

func (c *checker) entry(path string, e Entity, r IndexEntry) {
	ix, ok := c.t.Index(r.Index)
	if !ok {
		c.fault(path+".index", "%q: there is no such index", r.Index)
		return
	}
	c.side(path+".partition", e, r, r.Partition, len(ix.Partition))
	if len(ix.Sort) > 0 || !r.Sort.IsZero() {
		c.side(path+".sort", e, r, r.Sort, len(ix.Sort))
	}
	for i, cond := range r.When {
		c.condition(at(path+".when", i), e, cond, 1)
	}
}

// side checks one side of a key, which has a number of attributes.
func (c *checker) side(path string, e Entity, r IndexEntry, t Template, attrs int) {
	switch {
	case attrs == 0:
		c.fault(path, "the index %q has no sort key", r.Index)
		return
	case r.ByAttributes: // keys of several indexes side by side
		c.parts(path, e, t)
		return
	case t.Native && len(t.Parts) != attrs, !t.Native && attrs > 1:
		c.fault(path, "the index %q has %d attributes there: want a native part for each", r.Index, attrs)
	}
	c.template(path, e, t)
}

// template checks a template that stands alone.
func (c *checker) template(path string, e Entity, t Template) {
	if t.IsZero() {
		c.fault(path+".parts", "there is none")
		return
	}
	c.parts(path, e, t)
	for i, p := range t.Parts {
		path := at(path+".parts", i)
		var next Part
		if i+1 < len(t.Parts) {
			next = t.Parts[i+1]
		}
		switch {
		case t.Native != (p.Kind == PartNative):
			c.fault(path+".kind", "all parts are native, or none is")
		case p.Kind == PartLiteral && next.Kind == PartLiteral:
			c.fault(path, "two literals are neighbours: join them")
		case p.open() && next.Kind != "" && p.Stop == "", p.Stop != "" && (!p.open() || next.Kind != PartLiteral || !strings.HasPrefix(next.Text, p.Stop)):
			c.fault(path+".stop", "%q: want the literal that follows a part of any length, or its beginning", p.Stop)
		}
	}
}

func (c *checker) parts(path string, e Entity, t Template) {
	for i, p := range t.Parts {
		path := at(path+".parts", i)
		c.one(path+".kind", p.Kind, PartLiteral, PartStr, PartFold, PartNum, PartTime, PartText, PartNative, PartShard, PartTarget)
		switch p.Kind {
		case PartLiteral:
			if p.Text == "" {
				c.fault(path+".text", "the literal is empty")
			}
		case PartTarget:
		default:
			c.field(path+".field", e, p.Field)
		}
		if p.fixed() && p.Width < 1 || p.Kind == PartTime && p.Width != len(timeShape) {
			c.fault(path+".width", "%d bytes", p.Width)
		}
		if p.Kind == PartShard && p.N < 1 {
			c.fault(path+".n", "%d shards", p.N)
		}
		if p.Kind == PartNative {
			c.one(path+".type", p.Type, "S", "N", "B")
		}
	}
}

// operators of a condition, and how many values they have; -1 for any number.
var operators = map[string]int{
	"=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "between": 2, "begins_with": 1, "in": -1, "contains": 1, "has": 1,
	"attribute_exists": 0, "attribute_not_exists": 0,
}

func (c *checker) condition(path string, e Entity, cond Condition, level int) {
	if level > maxNested {
		c.fault(path, "it is within %d other conditions: want up to %d", maxNested, maxNested-1)
		return
	}
	switch cond.Op {
	case "and", "or", "not":
		if len(cond.Of) == 0 {
			c.fault(path+".of", "there is no condition")
		}
		for i, of := range cond.Of {
			c.condition(at(path+".of", i), e, of, level+1)
		}
		return
	}
	n, ok := operators[cond.Op]
	if !ok {
		c.fault(path+".op", "%q: there is no such operator", cond.Op)
		return
	}
	c.field(path+".field", e, cond.Field)
	if n >= 0 && len(cond.Values) != n {
		c.fault(path+".values", "there are %d, want %d", len(cond.Values), n)
	}
	for i, v := range cond.Values {
		var typed map[string]json.RawMessage
		if err := json.Unmarshal(v, &typed); err != nil || len(typed) != 1 {
			c.fault(at(path+".values", i), `want DynamoDB JSON, such as {"S": "open"}`)
			continue
		}
		for name := range typed {
			c.one(at(path+".values", i), name, "S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")
		}
	}
}

// ops are the rules of an aggregate.
var ops = []string{"by", "sum", "count", "distinct", "min", "max", "latest", "top"}

func (c *checker) view(path string, v View) {
	c.one(path+".kind", v.Kind, KindAggregate, KindFanOut)
	from, ok := c.known(path+".from", v.From)
	into, ok2 := c.known(path+".into", v.Into)
	if v.Via != "" {
		c.known(path+".via", v.Via)
	}
	if !ok || !ok2 {
		return
	}
	for i, r := range v.Rules {
		path := at(path+".rules", i)
		c.one(path+".op", r.Op, ops...)
		for _, f := range []struct {
			side string
			e    Entity
			name string
		}{{".from", from, r.From}, {".by", from, r.By}, {".into", into, r.Into}, {".at", into, r.At}} {
			if f.name != "" {
				c.field(path+f.side, f.e, f.name)
			}
		}
	}
	for i, cond := range v.When {
		c.condition(at(path+".when", i), from, cond, 1)
	}
}

func (c *checker) companion(path string, m Companion) {
	c.one(path+".purpose", m.Purpose, PurposeUnique, PurposeLedger, PurposeRank, PurposeDistinct, PurposeGap, PurposeLease)
	if m.View != "" && !slices.ContainsFunc(c.t.Views, func(v View) bool { return v.Name == m.View }) {
		c.fault(path+".view", "%q: there is no such view", m.View)
	}
	var e Entity
	if m.Entity != "" {
		e, _ = c.known(path+".entity", m.Entity)
	}
	c.template(path+".key", e, m.Key)
}
