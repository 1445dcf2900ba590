package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// executeStatement runs one PartiQL statement.
func executeStatement(e *Engine, in *wire.Node) (*out, error) {
	s, err := readStatement(in)
	if err != nil {
		return nil, err
	}
	switch s.Verb {
	case partiql.Select:
		return e.selectPage(in, s)
	case partiql.Exists:
		return nil, existsAlone()
	}
	w, err := e.statementWrite(s)
	if err != nil {
		return nil, err
	}
	w.returnOld = returnsOld(in)
	c, u, failed := e.single(w, s.Table)
	if failed != nil {
		return nil, duplicate(s, failed)
	}
	o := &out{}
	o.open()
	var items []value.Item
	if attrs := w.returned(s.Returning, c); attrs != nil {
		items = append(items, attrs)
	}
	o.items("Items", items)
	wantedCapacity(in).one(o, u)
	o.close()
	return o, nil
}

func existsAlone() *apiError {
	return invalid("EXISTS can only be used in ExecuteTransaction write requests.")
}

func returnsOld(in *wire.Node) bool {
	return in.Text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
}

// duplicate turns the failed condition of an INSERT into the error for an existing item.
func duplicate(s *partiql.Statement, failed *apiError) *apiError {
	if s.Verb == partiql.Insert && failed.kind == modelSpace+"ConditionalCheckFailedException" {
		return failure(modelSpace+"DuplicateItemException", "Duplicate primary key exists in table")
	}
	return failed
}

// readStatement reads the statement of a request, or of a part of one, with its parameters.
func readStatement(in *wire.Node) (*partiql.Statement, error) {
	list := in.List("Parameters")
	parameters := make([]value.Value, len(list))
	for i := range list {
		var err error
		if parameters[i], err = value.ParseParameter(list[i].Raw); err != nil {
			return nil, err
		}
	}
	return partiql.Parse(in.Text("Statement"), parameters)
}

// statementWrite returns the write of a statement.
func (e *Engine) statementWrite(s *partiql.Statement) (*write, error) {
	t, failed := e.open(s.Table)
	if failed != nil {
		return nil, failed
	}
	if s.Index != "" {
		return nil, invalid("This operation is not supported on an index")
	}
	if s.Verb == partiql.Insert {
		w := &write{kind: putWrite, attrs: s.Item, size: s.Item.Size()}
		if failed := w.checkSize(); failed != nil {
			return nil, failed
		}
		for _, k := range t.all() {
			v := s.Item.Get(k.name)
			if v.IsZero() {
				return nil, invalid("Key attribute should be present in the item: Key %s", k.name)
			}
			if v.Kind() != k.kind {
				return nil, wrongKeyType(k.name)
			}
		}
		x := &partiql.Writer{}
		return w, w.derive(x, "attribute_not_exists("+x.Name(t.hash[0].name)+")", "")
	}
	key, ok := wholeKey(&t.schema, s.Where)
	if !ok {
		return nil, invalid("Where clause does not contain a mandatory equality on all key attributes")
	}
	if failed := t.checkEqualities(s.Where); failed != nil {
		return nil, failed
	}
	w := &write{attrs: key}
	x := &partiql.Writer{}
	there := "attribute_exists(" + x.Name(t.hash[0].name) + ")"
	condition := x.Part(s.Where)
	switch s.Verb {
	case partiql.Update:
		w.kind = updateWrite
		update, err := x.Update(s.Changes)
		if err != nil {
			return nil, err
		}
		return w, w.derive(x, there+" AND "+condition, update)
	case partiql.Delete: // of a missing item it does nothing, whatever its condition
		w.kind = deleteWrite
		return w, w.derive(x, "NOT "+there+" OR "+condition, "")
	default: // EXISTS
		w.kind = checkWrite
		if len(s.Where.Conjuncts()) <= len(key) {
			return nil, invalid("EXISTS() must contain a single item read with additional condition")
		}
		return w, w.derive(x, there+" AND "+condition, "")
	}
}

// derive gives a write the condition and the update of a statement.
func (w *write) derive(x *partiql.Writer, condition, update string) error {
	r := &expr.Request{Derived: true, Names: x.Names, Condition: &condition}
	if update != "" {
		r.Update = &update
	}
	if x.Values != nil {
		r.Values = value.Input{Item: value.NewItem(x.Values...), Present: true}
	}
	ex, err := expr.Parse(r)
	if err != nil {
		return err
	}
	w.condition, w.update = ex.Condition, ex.Update
	return nil
}

// checkEqualities rejects a condition that compares a key attribute with a value of another type.
func (s *schema) checkEqualities(where *partiql.Condition) *apiError {
	for _, k := range s.all() {
		v := equality(where, k.name)
		switch v.Kind() {
		case value.None, k.kind:
		case value.S, value.N, value.B:
			return wrongKeyType(k.name)
		default:
			return invalid("Key value must be of type S, N, or B. Key name: %s, Key type: %s", k.name, v.Kind())
		}
	}
	return nil
}

func wrongKeyType(name string) *apiError {
	return invalid("Key attribute's data type should match its data type in table's schema: Key %s", name)
}

// wholeKey returns the key that a condition fixes by equality of all its attributes.
func wholeKey(s *schema, where *partiql.Condition) (value.Item, bool) {
	var fields []value.Field
	for _, k := range s.all() {
		v := equality(where, k.name)
		if v.IsZero() {
			return nil, false
		}
		fields = append(fields, value.Field{Name: k.name, Value: v})
	}
	return value.NewItem(fields...), true
}

// equality returns the value that a condition requires for an attribute, none if it requires none.
func equality(where *partiql.Condition, name string) value.Value {
	for _, c := range where.Conjuncts() {
		if c.Operator != "=" {
			continue
		}
		for i, o := range c.Operands {
			if v := c.Operands[1-i].Value; o.Attribute() == name && !v.IsZero() {
				return v
			}
		}
	}
	return value.Value{}
}
