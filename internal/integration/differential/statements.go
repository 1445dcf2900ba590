package differential

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// statementGenerators are PartiQL statements, with puts that give them data.
var statementGenerators = []generator{put, put, put, insert, selection, selection, selection, selection, updating, deleting}

// speaker draws a PartiQL statement and collects its parameters.
type speaker struct {
	t          *rapid.T
	table      *table
	parameters []object
}

func (s *speaker) value(v object) string {
	s.parameters = append(s.parameters, v)
	return "?"
}

func (s *speaker) request(text string) request {
	body := object{"Statement": text}
	if s.parameters != nil {
		body["Parameters"] = s.parameters
	}
	return request{"ExecuteStatement", body}
}

func (s *speaker) from() string { return `"` + s.table.name + `"` }

func insert(t *rapid.T, tb *table) request {
	s := &speaker{t: t, table: tb}
	var fields []string
	item := tb.item(t)
	for _, name := range append([]string{"pk", "sk", "g", "h", "i"}, names...) {
		if v, ok := item[name].(object); ok {
			fields = append(fields, "'"+name+"': "+s.value(v))
		}
	}
	return s.request("INSERT INTO " + s.from() + " VALUE {" + strings.Join(fields, ", ") + "}")
}

// path draws a document path.
func (s *speaker) path() string {
	var path strings.Builder
	path.WriteString(rapid.SampledFrom(names).Draw(s.t, "head"))
	for rapid.IntRange(0, 3).Draw(s.t, "deeper") == 1 {
		if rapid.Bool().Draw(s.t, "position") {
			fmt.Fprintf(&path, "[%d]", rapid.IntRange(0, 2).Draw(s.t, "index"))
		} else {
			path.WriteString("." + rapid.SampledFrom(names).Draw(s.t, "field"))
		}
	}
	return path.String()
}

// test draws a condition on an attribute that is not a key.
func (s *speaker) test() string {
	path := s.path()
	switch rapid.IntRange(0, 8).Draw(s.t, "test") {
	case 0:
		return path + " IS MISSING"
	case 1:
		return path + " IS NOT MISSING"
	case 2:
		low, high := scalar(s.t, "N"), scalar(s.t, "N")
		return path + " BETWEEN " + s.value(low) + " AND " + s.value(high)
	case 3:
		return path + " IN [" + s.value(anyValue(s.t, 0)) + ", " + s.value(anyValue(s.t, 0)) + "]"
	case 4:
		return "begins_with(" + path + ", " + s.value(scalar(s.t, "S")) + ")"
	case 5:
		return "contains(" + path + ", " + s.value(anyValue(s.t, 0)) + ")"
	case 6:
		return "attribute_type(" + path + ", '" + rapid.SampledFrom([]string{"S", "N", "SS", "M"}).Draw(s.t, "type") + "')"
	default:
		operator := rapid.SampledFrom([]string{"=", "<>", "<", "<=", ">", ">="}).Draw(s.t, "operator")
		return path + " " + operator + " " + s.value(anyValue(s.t, 1))
	}
}

// condition draws a condition of several tests.
func (s *speaker) condition(depth int) string {
	if depth == 0 {
		return s.test()
	}
	switch rapid.IntRange(0, 3).Draw(s.t, "condition") {
	case 0:
		return "(" + s.condition(depth-1) + " OR " + s.condition(depth-1) + ")"
	case 1:
		return s.condition(depth-1) + " AND " + s.condition(depth-1)
	case 2:
		return "NOT (" + s.condition(depth-1) + ")"
	default:
		return s.test()
	}
}

// keyTest draws a condition on a sort attribute.
func (s *speaker) keyTest(a attribute) string {
	switch rapid.IntRange(0, 3).Draw(s.t, "key test") {
	case 0:
		return a.name + " BETWEEN " + s.value(scalar(s.t, a.kind)) + " AND " + s.value(scalar(s.t, a.kind))
	case 1:
		if a.kind != "N" {
			return "begins_with(" + a.name + ", " + s.value(scalar(s.t, a.kind)) + ")"
		}
		fallthrough
	default:
		operator := rapid.SampledFrom([]string{"=", "<", "<=", ">", ">="}).Draw(s.t, "operator")
		return a.name + " " + operator + " " + s.value(scalar(s.t, a.kind))
	}
}

func selection(t *rapid.T, tb *table) request {
	s := &speaker{t: t, table: tb}
	columns := "*"
	if rapid.Bool().Draw(t, "columns") {
		columns = strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z.x", "pk"}), 1, 3,
			func(c string) string { return c[len(c)-1:] }).Draw(t, "columns"), ", ")
	}
	from := s.from()
	partition, sort := []attribute{tb.hash}, tb.keys()[1:]
	if len(tb.indexes) > 0 && rapid.Bool().Draw(t, "on index") {
		x := rapid.SampledFrom(tb.indexes).Draw(t, "index")
		from, partition, sort = from+`."`+x.name+`"`, x.partition, x.sort
	}
	var where []string
	switch rapid.IntRange(0, 3).Draw(t, "partition") {
	case 0:
		where = append(where, partition[0].name+" IN ["+s.value(scalar(t, partition[0].kind))+", "+s.value(scalar(t, partition[0].kind))+"]")
	case 1, 2:
		where = append(where, partition[0].name+" = "+s.value(scalar(t, partition[0].kind)))
	}
	if len(sort) > 0 && rapid.Bool().Draw(t, "sort condition") {
		where = append(where, s.keyTest(sort[0]))
	}
	if rapid.Bool().Draw(t, "filtered") {
		where = append(where, s.condition(2))
	}
	text := "SELECT " + columns + " FROM " + from
	if where != nil {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return s.request(text)
}

// one returns the condition for one item.
func (s *speaker) one() string {
	var where []string
	key := s.table.key(s.t)
	for _, a := range s.table.keys() {
		if v, ok := key[a.name].(object); ok {
			where = append(where, a.name+" = "+s.value(v))
		}
	}
	if len(where) == 0 {
		return "x = 1"
	}
	if rapid.IntRange(0, 2).Draw(s.t, "conditional") == 1 {
		where = append(where, s.condition(1))
	}
	return strings.Join(where, " AND ")
}

func updating(t *rapid.T, tb *table) request {
	s := &speaker{t: t, table: tb}
	var changes []string
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID[string]).Draw(t, "changed") {
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			changes = append(changes, "REMOVE "+name)
		case 1:
			changes = append(changes, "SET "+name+" = if_not_exists("+name+", "+s.value(scalar(t, "N"))+") + "+s.value(scalar(t, "N")))
		case 2:
			changes = append(changes, "SET "+name+" = list_append("+name+", "+s.value(object{"L": []any{scalar(t, "S")}})+")")
		case 3:
			function := rapid.SampledFrom([]string{"set_add", "set_delete"}).Draw(t, "function")
			changes = append(changes, "SET "+name+" = "+function+"("+name+", "+s.value(object{"SS": []any{"a", "b"}})+")")
		default:
			changes = append(changes, "SET "+name+" = "+s.value(anyValue(t, 1)))
		}
	}
	text := "UPDATE " + s.from() + " " + strings.Join(changes, " ") + " WHERE " + s.one()
	if returning := rapid.SampledFrom([]string{"", "ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"}).Draw(t, "returning"); returning != "" {
		text += " RETURNING " + returning + " *"
	}
	return s.request(text)
}

func deleting(t *rapid.T, tb *table) request {
	s := &speaker{t: t, table: tb}
	text := "DELETE FROM " + s.from() + " WHERE " + s.one()
	if rapid.Bool().Draw(t, "returning") {
		text += " RETURNING ALL OLD *"
	}
	return s.request(text)
}
