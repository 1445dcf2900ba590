package view

import (
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/model"
)

// Rule is one line of an aggregate: which target a source counts for, or what one of the target's fields is. Fields
// are named by their addresses in two prototypes.
type Rule struct {
	Op       ruleOp
	From, By any // of the source
	Into, At any // of the target
	N        int
	Conds    []model.Clause
	Entry    func(reflect.Value) reflect.Value
}

type ruleOp string

// The operations of rules, as they are printed.
const (
	RuleBy       ruleOp = "by"
	RuleWhen     ruleOp = "when"
	RuleSum      ruleOp = "sum"
	RuleCount    ruleOp = "count"
	RuleMin      ruleOp = "min"
	RuleMax      ruleOp = "max"
	RuleDistinct ruleOp = "distinct"
	RuleLatest   ruleOp = "latest"
	RuleTop      ruleOp = "top"
	RuleKeep     ruleOp = "keep expired"
	RuleOwn      ruleOp = "own items"
)

// label names the rule in ledger items: it survives a change of the rules' order.
func (r Rule) label(attr string) string { return fmt.Sprintf("%s %s", r.Op, attr) }
