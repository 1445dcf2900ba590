package expr

import (
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// KeyCondition is a parsed key condition expression. It is bound to a key
// schema with [KeyCondition.Resolve].
type KeyCondition struct {
	root  *node
	tests []Test // in the order of the expression
}

// Test is one condition on one key attribute.
type Test struct {
	Name     string
	Operator string        // = < <= > >= BETWEEN begins_with; empty for one that no key can be tested with
	Values   []value.Value // two of BETWEEN, else one
}

// KeyAttribute is an attribute of a key schema with its type.
type KeyAttribute struct {
	Name string
	Kind value.Kind
}

// KeyRange is what a key condition selects: one value for each partition
// attribute, and tests of the first sort attributes, all but the last by
// equality.
type KeyRange struct {
	Partition []value.Value
	Sort      []Test
}

func parseKeyCondition(text string, s *scope) (*KeyCondition, error) {
	c, err := parseCondition(text, s)
	if err != nil {
		return nil, err
	}
	return &KeyCondition{root: c.root}, nil
}

// analyse turns the condition into tests, refusing what a key condition
// cannot contain.
func (k *KeyCondition) analyse() error { return k.collect(k.root) }

func (k *KeyCondition) collect(n *node) error {
	switch n.operator {
	case "AND":
		for _, child := range n.children {
			if err := k.collect(child); err != nil {
				return err
			}
		}
		return nil
	case "OR", "NOT", "IN", "<>":
		return value.Invalid(msgKeyOperator, n.operator)
	case "":
		call := n.operands[0]
		if call.function != "begins_with" {
			return value.Invalid(msgKeyOperator, call.function)
		}
		return k.test(call.function, call.args)
	default:
		return k.test(n.operator, n.operands)
	}
}

// flipped are the comparators seen from their other side.
var flipped = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// test adds a test of a comparison, BETWEEN or begins_with.
func (k *KeyCondition) test(operator string, operands []*operand) error {
	if _, symmetric := flipped[operator]; !symmetric && operands[0].isValue() {
		return value.Invalid(msgKeyFirst, operator)
	}
	t := Test{Operator: operator}
	for i, o := range operands {
		switch {
		case o.calls:
			return value.Invalid(msgKeyNested)
		case o.isValue():
			t.Values = append(t.Values, o.value)
		case t.Name != "":
			return value.Invalid(msgKeySeveral)
		case len(o.path) > 1:
			return value.Invalid(msgKeyPath)
		default:
			t.Name = o.path[0].name
			if i == 1 {
				t.Operator = flipped[operator]
			}
		}
	}
	if t.Name == "" {
		return value.Invalid(msgKeyNone)
	}
	for _, other := range k.tests {
		if other.Name == t.Name {
			return value.Invalid(msgKeyTwice)
		}
	}
	k.tests = append(k.tests, t)
	return nil
}

// Resolve binds the condition to the key schema of a table or an index: its
// partition attributes and its sort attributes in order. The name of the index
// is for messages; that of a table is empty.
func (k *KeyCondition) Resolve(index string, partition, sort []KeyAttribute) (*KeyRange, error) {
	several := len(partition) > 1 || len(sort) > 1
	switch attributes := len(partition) + len(sort); {
	case len(k.tests) == 0:
		return nil, value.Invalid(msgKeyCount)
	case len(k.tests) > attributes:
		return nil, value.Invalid(msgKeyExceeds, len(k.tests), attributes)
	}
	tests := make(map[string]Test, len(k.tests))
	for _, t := range k.tests {
		tests[t.Name] = t
	}
	if err := checkPartition(index, partition, sort, tests, several); err != nil {
		return nil, err
	}
	r := &KeyRange{}
	for _, a := range partition {
		r.Partition = append(r.Partition, tests[a.Name].Values[0])
	}
	for i, a := range sort {
		t, ok := tests[a.Name]
		if !ok {
			if err := checkGap(sort, i, tests); err != nil {
				return nil, err
			}
			break
		}
		r.Sort = append(r.Sort, t)
		if t.Operator != "=" {
			if err := checkGap(sort, i, tests); err != nil {
				return nil, err
			}
		}
	}
	if len(r.Partition)+len(r.Sort) < len(tests) {
		if len(r.Sort) < len(sort) {
			return nil, value.Invalid(msgKeyMissed, sort[len(r.Sort)].Name)
		}
		return nil, value.Invalid(msgKeyRefused)
	}
	return r, nil
}

// checkPartition reports a partition attribute without an equality, and values
// that do not fit the schema.
func checkPartition(index string, partition, sort []KeyAttribute, tests map[string]Test, several bool) error {
	var missing []string
	for _, a := range partition {
		t, ok := tests[a.Name]
		switch {
		case several:
			if t.Operator != "=" {
				missing = append(missing, a.Name)
			}
		case len(sort) == 0 && len(tests) > 1:
			return value.Invalid(msgKeyRefused)
		case !ok:
			return value.Invalid(msgKeyMissed, a.Name)
		}
	}
	if missing != nil {
		return value.Invalid(msgKeyEquality, strings.Join(missing, ", "))
	}
	for i, attributes := range [2][]KeyAttribute{partition, sort} {
		for _, a := range attributes {
			if err := checkKeyValues(index, a, tests[a.Name], i == 0); err != nil {
				return err
			}
		}
	}
	if !several && tests[partition[0].Name].Operator != "=" {
		return value.Invalid(msgKeyRefused)
	}
	return nil
}

func checkKeyValues(index string, a KeyAttribute, t Test, partition bool) error {
	if t.Name != "" && t.Operator == "" {
		return value.Invalid(msgNotIndexable)
	}
	for _, v := range t.Values {
		if v.Kind() != a.Kind {
			return value.Invalid(msgKeyType)
		}
	}
	for _, v := range t.Values {
		if v.Kind() != value.N && v.Text() == "" {
			kind := "string"
			if v.Kind() == value.B {
				kind = "binary"
			}
			if index != "" {
				return value.Invalid(msgIndexKeyEmpty, kind, index, a.Name)
			}
			return value.Invalid(msgKeyEmpty, kind, a.Name)
		}
	}
	for _, v := range t.Values {
		switch {
		case partition && v.Size() > maxPartitionKey:
			return value.Invalid(msgPartitionKeyLong, maxPartitionKey)
		case !partition && v.Size() > maxSortKey:
			return value.Invalid(msgSortKeyLong, maxSortKey)
		}
	}
	return nil
}

// checkGap reports a sort attribute after position i with a test, if the attribute at i has no equality.
func checkGap(sort []KeyAttribute, i int, tests map[string]Test) error {
	for j := i + 1; j < len(sort); j++ {
		if _, ok := tests[sort[j].Name]; !ok {
			continue
		}
		var open []string
		for _, a := range sort[i:j] {
			if tests[a.Name].Operator != "=" {
				open = append(open, a.Name)
			}
		}
		return value.Invalid(msgKeySortOrder, strings.Join(open, ", "), sort[j].Name)
	}
	return nil
}

// Bounds returns the bounds of the sort keys that the range selects, when sort
// keys are encoded by [value.AppendKeyPart] one attribute after the other: the
// lowest key that is in, and the lowest that is out again. A nil high bound is
// none.
func (r *KeyRange) Bounds() (low, high []byte) {
	var prefix []byte
	for _, t := range r.Sort {
		if t.Operator != "=" {
			return t.bounds(prefix)
		}
		prefix = value.AppendKeyPart(prefix, t.Values[0])
	}
	high, _ = value.PrefixEnd(prefix)
	return prefix, high
}

// bounds returns the bounds of the keys that begin with prefix and whose next
// part passes the test.
func (t Test) bounds(prefix []byte) (low, high []byte) {
	part := func(v value.Value) []byte { return value.AppendKeyPart(prefix[:len(prefix):len(prefix)], v) }
	after := func(key []byte) []byte {
		end, _ := value.PrefixEnd(key)
		return end
	}
	switch t.Operator {
	case "<":
		return prefix, part(t.Values[0])
	case "<=":
		return prefix, after(part(t.Values[0]))
	case ">":
		return after(part(t.Values[0])), after(prefix)
	case ">=":
		return part(t.Values[0]), after(prefix)
	case "BETWEEN":
		return part(t.Values[0]), after(part(t.Values[1]))
	default: // begins_with
		key := part(t.Values[0])
		key = key[:len(key)-2] // without the end of the part
		return key, after(key)
	}
}
