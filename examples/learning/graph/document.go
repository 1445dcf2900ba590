package graph

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// graphql-go finds some literals that do not fit only while it executes, when earlier mutations are written. So each
// document is checked once more, by a validator that finds them first.

// checked is the schema for that validator.
var checked = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: Schema})

// literals are the rules for what graphql-go does not check before.
var literals = rules.NewRules(rules.ValuesOfCorrectTypeRuleWithoutSuggestions, rules.VariablesInAllowedPositionRule, noObjects)

// noObjects refuses an object where the schema has none. The other rules look at its members, and {} has none.
var noObjects = core.Rule{Name: "NoObjects", RuleFunc: func(on *core.Events, add core.AddErrFunc) {
	on.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Kind == ast.ObjectValue && v.Definition != nil && v.Definition.Kind != ast.InputObject {
			add(core.Message("Expected value of type %q, found %s.", v.ExpectedType.String(), v.String()), core.At(v.Position))
		}
	})
}}

// checkDocument refuses literals that do not fit, and too many mutations, before a field of the operation is resolved.
func checkDocument(query, operation string, variables map[string]any, maxWrites int) error {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return badQuery(err)
	}
	if faults := validator.ValidateWithRules(checked, doc, literals); len(faults) > 0 {
		return badQuery(faults[0])
	}
	op := doc.Operations.ForName(operation)
	if op == nil || op.Operation != ast.Mutation {
		return nil
	}
	w := writes{variables, map[string]bool{}, map[string]bool{}}
	w.count(op.SelectionSet)
	if len(w.fields) > maxWrites {
		return tooComplex("an operation has at most %d mutations: send another", maxWrites)
	}
	return nil
}

// badQuery returns the fault of a document with its place.
func badQuery(err error) *Error {
	text := "the document does not parse"
	if fault, ok := errors.AsType[*gqlerror.Error](err); ok {
		text = fault.Message
		if len(fault.Locations) > 0 {
			text += fmt.Sprintf(" (line %d, column %d)", fault.Locations[0].Line, fault.Locations[0].Column)
		}
	}
	return &Error{Code: BadQuery, Text: text, Err: err}
}

// writes are the fields that a mutation runs.
type writes struct {
	variables map[string]any
	fields    map[string]bool // by their names in the response
	fragments map[string]bool
}

func (w writes) count(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name != "__typename" && w.included(s.Directives) {
				w.fields[s.Alias] = true
			}
		case *ast.InlineFragment:
			if w.included(s.Directives) {
				w.count(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if s.Definition != nil && !w.fragments[s.Name] && w.included(s.Directives) {
				w.fragments[s.Name] = true
				w.count(s.Definition.SelectionSet)
			}
		}
	}
}

func (w writes) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		condition := d.Arguments.ForName("if")
		if condition == nil {
			continue
		}
		is, err := condition.Value.Value(w.variables)
		if err == nil && is == (d.Name == "skip") {
			return false
		}
	}
	return true
}
