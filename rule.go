package ddb

import (
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/model"
)

// vRule is one line of an aggregate: which target a source counts for, or what one of the target's fields is. Fields are
// named by their addresses in the two structs that the function given to [Aggregate] receives.
type vRule struct {
	op       ruleOp
	from, by any // of the source
	into, at any // of the target
	n        int
	conds    []model.Clause
	entry    func(reflect.Value) reflect.Value
}

type ruleOp string

const (
	ruleBy       ruleOp = "by"
	ruleWhen     ruleOp = "when"
	ruleSum      ruleOp = "sum"
	ruleCount    ruleOp = "count"
	ruleMin      ruleOp = "min"
	ruleMax      ruleOp = "max"
	ruleDistinct ruleOp = "distinct"
	ruleLatest   ruleOp = "latest"
	ruleTop      ruleOp = "top"
	ruleKeep     ruleOp = "keep expired"
	ruleOwn      ruleOp = "own items"
)

// label names the rule in ledger items: it survives a change of the rules' order.
func (r vRule) label(attr string) string { return fmt.Sprintf("%s %s", r.op, attr) }
