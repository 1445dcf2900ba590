package expr

import "strconv"

// What UpdateItem counts of a request, in bytes, as measured on AWS in October
// 2026; it is not documented.
const (
	costUpdate     = 3  // of the update itself
	costWrite      = 19 // of a SET or an ADD
	costDrop       = 1  // of a REMOVE or a DELETE
	costPath       = 1  // of a document path as an operand
	costPathStep   = 14 // and of each of its steps
	costTargetStep = 4  // of each step of a target but the first
	costPlus       = 34
	costMinus      = 37
	costAppend     = 37
	costIfAbsent   = 39
)

// Cost returns what the service counts of the update as a request: what it
// writes, and a fixed amount for each clause and operand, whatever the item. It
// is what UpdateItem holds against the largest size of an item, besides the item
// that results. An update made by [Act] costs nothing.
func (u *Update) Cost() int {
	if u.legacy {
		return 0
	}
	cost := costUpdate
	for _, c := range u.clauses {
		cost += c.cost()
	}
	return cost
}

func (c *clause) cost() int {
	switch c.section {
	case "REMOVE", "DELETE":
		return costDrop + c.target.targetCost()
	}
	cost := costWrite + c.target.targetCost()
	switch c.sign {
	case "+":
		cost += costPlus
	case "-":
		cost += costMinus
	}
	for _, o := range c.operands() {
		cost += o.cost()
	}
	return cost
}

func (o *operand) cost() int {
	switch {
	case o.isValue():
		return o.value.Size()
	case o.isPath():
		cost := costPath
		for _, s := range o.path {
			cost += costPathStep + s.length()
		}
		return cost
	}
	cost := costAppend
	if o.function == "if_not_exists" {
		cost = costIfAbsent
	}
	for _, arg := range o.args {
		cost += arg.cost()
	}
	return cost
}

func (p path) targetCost() int {
	cost := p[0].length()
	for _, s := range p[1:] {
		cost += costTargetStep + s.length()
	}
	return cost
}

// length returns the bytes of a name or the digits of a position.
func (s step) length() int {
	if s.index {
		return len(strconv.Itoa(s.position))
	}
	return len(s.name)
}
