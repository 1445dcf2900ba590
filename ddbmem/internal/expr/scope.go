package expr

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// scope resolves the placeholders of one request and notes which were used.
type scope struct {
	names      map[string]string
	values     value.Item
	usedNames  map[string]bool
	usedValues map[string]bool
}

func newScope(names map[string]string, values value.Item) *scope {
	return &scope{names: names, values: values, usedNames: make(map[string]bool), usedValues: make(map[string]bool)}
}

// reserved reports the first reserved word among the literal names of a path.
func (s *scope) reserved(p path) error {
	for _, step := range p {
		if !step.index && !step.placeholder && isReserved(step.name) {
			return value.Invalid(msgReserved, step.name)
		}
	}
	return nil
}

// path replaces the name placeholders of a path by their names.
func (s *scope) path(p path) error {
	for i := range p {
		if !p[i].placeholder {
			continue
		}
		name, ok := s.names[p[i].name]
		if !ok {
			return value.Invalid(msgNoName, p[i].name)
		}
		s.usedNames[p[i].name] = true
		p[i].name, p[i].placeholder = name, false
	}
	return nil
}

// value looks up the value of an operand.
func (s *scope) value(o *operand) error {
	v := s.values.Get(o.placeholder)
	if v.IsZero() {
		return value.Invalid(msgNoValue, o.placeholder)
	}
	s.usedValues[o.placeholder] = true
	o.value = v
	return nil
}

// literal looks up the value of an operand that is one.
func (s *scope) literal(o *operand) error {
	if !o.isValue() {
		return nil
	}
	return s.value(o)
}

// unused reports names and values that no expression mentions.
func (s *scope) unused() error {
	var idle []string
	for _, key := range slices.Sorted(maps.Keys(s.names)) {
		if !s.usedNames[key] {
			idle = append(idle, key)
		}
	}
	if len(idle) > 0 {
		return value.Invalid(msgUnused, "ExpressionAttributeNames", strings.Join(idle, ", "))
	}
	for _, f := range s.values {
		if !s.usedValues[f.Name] {
			idle = append(idle, f.Name)
		}
	}
	if len(idle) > 0 {
		return value.Invalid(msgUnused, "ExpressionAttributeValues", strings.Join(idle, ", "))
	}
	return nil
}

// checkNames reports what is wrong with the names of a request.
func checkNames(names map[string]string) error {
	const parameter = "ExpressionAttributeNames"
	if names == nil {
		return nil
	}
	if len(names) == 0 {
		return value.Invalid(msgEmptyMap, parameter)
	}
	keys := slices.Sorted(maps.Keys(names))
	for _, key := range keys {
		if err := checkPlaceholder(parameter, key, '#'); err != nil {
			return err
		}
	}
	for _, key := range keys {
		switch size := len(names[key]); {
		case size == 0:
			return value.Invalid(msgEmptyName, key)
		case size > maxAttributeName:
			return value.Invalid(msgLongName, key)
		}
	}
	return nil
}

// checkValues reports what is wrong with the values of a request.
func checkValues(values *value.Input) error {
	const parameter = "ExpressionAttributeValues"
	if !values.Present {
		return nil
	}
	if len(values.Item) == 0 {
		return value.Invalid(msgEmptyMap, parameter)
	}
	for _, f := range values.Item {
		if err := checkPlaceholder(parameter, f.Name, ':'); err != nil {
			return err
		}
	}
	name, err := values.Fault()
	if refused, ok := errors.AsType[*value.Error](err); ok {
		wrapped := value.Invalid(msgInvalidValue, refused.Message, name)
		wrapped.Newer = cmp.Or(refused.Newer, refused.Message) // it does not say where
		return wrapped
	}
	return nil
}

func checkPlaceholder(parameter, key string, prefix byte) error {
	switch {
	case len(key) > maxPlaceholder:
		return value.Invalid(msgLongKey, parameter, len(key))
	case !isPlaceholder(key, prefix):
		return value.Invalid(msgInvalidKey, parameter, key)
	}
	return nil
}
