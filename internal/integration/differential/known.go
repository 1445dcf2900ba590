package differential

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// Wording is a message for which an engine has another text than AWS.
type Wording struct {
	Engine string
	Says   *regexp.Regexp
	AWS    string // with $1 and so on for the groups of Says
	Proof  string // the source of AWS's text
}

// Difference is an outcome in which an engine is known to differ from ddbmem.
type Difference struct {
	Engine    string
	Operation *regexp.Regexp
	Ours      *regexp.Regexp // of the view of ddbmem's outcome
	Theirs    *regexp.Regexp // of the view of the engine's outcome
	Besides   []string       // the members that differ; the rest must still agree
	When      func(dispute) bool
	Why       string
	Proof     string
}

// dispute is a request on which two engines differ, with the views of their outcomes.
type dispute struct {
	table        *table
	request      request
	engine       string
	ours, theirs string
}

// onIndex returns the name of the index of the request, empty for the table.
func (d dispute) onIndex() string {
	if text, ok := d.request.body["Statement"].(string); ok {
		_, rest, _ := strings.Cut(text, `"."`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	name, _ := d.request.body["IndexName"].(string)
	return name
}

// partial reports whether the request reads an index that does not project everything.
func (d dispute) partial() bool {
	return slices.ContainsFunc(d.table.indexes, func(x index) bool {
		return x.name == d.onIndex() && x.projection["ProjectionType"] != "ALL"
	})
}

// translate returns a message with AWS's text.
func translate(engine, message string) string {
	for _, w := range Wordings {
		if w.Engine == engine && w.Says.MatchString(message) {
			return w.Says.ReplaceAllString(message, w.AWS)
		}
	}
	return message
}

func difference(operation, ours, theirs, why, proof string, besides ...string) Difference {
	return Difference{
		Engine: "dynamodb-local", Operation: regexp.MustCompile("^(" + operation + ")$"),
		Ours: regexp.MustCompile(ours), Theirs: regexp.MustCompile(theirs), Besides: besides, Why: why, Proof: proof,
	}
}

// right says whether ddbmem behaves as AWS does, or that there is no source. If another engine is right, ddbmem needs a
// fix.
func (d Difference) right() string {
	if strings.HasPrefix(d.Proof, unproved) {
		return "not on record"
	}
	return "ddbmem"
}

// of assigns differences to an engine.
func of(engine string, all ...Difference) []Difference {
	for i := range all {
		all[i].Engine = engine
	}
	return all
}

// by assigns the difference to other engines.
func (d Difference) by(engines ...string) []Difference {
	var all []Difference
	for _, e := range engines {
		d.Engine = e
		all = append(all, d)
	}
	return all
}

// when restricts a difference.
func (d Difference) when(when func(dispute) bool) Difference {
	d.When = when
	return d
}

// says reports whether the statement of the request contains a text.
func says(d dispute, text string) bool {
	statement, _ := d.request.body["Statement"].(string)
	return strings.Contains(statement, text)
}

// compares reports whether the request uses a ComparisonOperator.
func compares(d dispute, operator string) bool {
	return strings.Contains(canonical(d.request.body), `"ComparisonOperator":"`+operator+`"`)
}

// Known are the known differences in outcomes.
var Known = slices.Concat(dynamodbLocal, dynoxideAndDynalite, dynoxideOnly, dynaliteOnly)

// met notes which known differences occurred.
var met = make([]atomic.Bool, len(Known))

// known returns the difference that explains a dispute, nil if none does.
func known(c dispute) *Difference {
	for i := range Known {
		d := &Known[i]
		switch {
		case d.Engine != c.engine, !d.Operation.MatchString(c.request.operation), !d.Ours.MatchString(c.ours), !d.Theirs.MatchString(c.theirs):
		case d.When != nil && !d.When(c):
		case d.Besides == nil || without(c.ours, d.Besides) == without(c.theirs, d.Besides):
			met[i].Store(true)
			return d
		}
	}
	if ofOrder(c.ours, c.theirs) {
		return &order
	}
	return nil
}

// units returns the capacity of a view, summed over its tables.
func units(view string) float64 {
	var one struct {
		ConsumedCapacity struct{ CapacityUnits float64 }
	}
	if json.Unmarshal([]byte(view), &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var several struct {
		ConsumedCapacity []struct{ CapacityUnits float64 }
	}
	sum := 0.0
	if json.Unmarshal([]byte(view), &several) == nil {
		for _, c := range several.ConsumedCapacity {
			sum += c.CapacityUnits
		}
	}
	return sum
}

// checks matches the messages of the checks that a request can fail. If it fails several, engines differ in which they
// report, and no document defines the order. A difference is only of order if each side names another check.
var checks = regexp.MustCompile(`^(?:Validation|ResourceNotFound)Exception: (?:1 validation error detected: )?` +
	`(Invalid \w+Expression|Must specify the AttributesToGet|Cannot specify the|ALL_PROJECTED_ATTRIBUTES can|Consistent reads are not|` +
	`Key attributes must be scalars|KeyConditionExpressions|The number of query conditions|Invalid operator used|Invalid condition in|Query condition missed|Query key condition|` +
	`Filter Expression can only|Value provided in|ExpressionAttribute\w+ (?:must|can only)|The table does not have|1 validation error|Value at|Return values set|Select must|` +
	`The provided key element|Requested resource|Conditions can be of|Transaction request cannot|Provided list of item keys|` +
	`One or more parameter values were invalid: (?:The AttributeValue for a key|Condition parameter|Secondary index|Global secondary|Select type|Type mismatch for Index|Type mismatch for key|Missing the key|Cannot update|` +
	`AttributeValues inside|ComparisonOperator \w+|Invalid number of argument\(s\) for the \w+|Duplicate value in|Value |Exists |AttributeValueList |\w+ action|Only DELETE)|` +
	`Type mismatch for attribute|The BETWEEN condition|Either the KeyConditions|Key value must|Key attribute|The BETWEEN operator|Incorrect operand type|` +
	`One or more parameter values are not valid. (?:The A|A value|The update)|One of the required keys)`)

// envelope is the text that AWS puts before the errors of PutItem, UpdateItem, DeleteItem and Query that need only the
// request. The other engines do not have it yet, so a difference of only this text does not count.
const (
	envelope       = "1 validation error detected: "
	envelopeProof  = `tier3/error-messages/putItem.test.ts, deleteItem.test.ts "request validation envelope", valueLayers.test.ts`
	envelopedError = "ValidationException: " + envelope
)

// unwrapped returns ddbmem's view without the envelope, if the other engine has none.
func unwrapped(ours, theirs string) string {
	if rest, enveloped := strings.CutPrefix(ours, envelopedError); enveloped && !strings.HasPrefix(theirs, envelopedError) {
		return "ValidationException: " + rest
	}
	return ours
}

var order = Difference{Why: "it reports another one of several errors", Proof: none("AWS documents no order")}

// ofOrder reports whether two errors are of different checks.
func ofOrder(ours, theirs string) bool {
	a, b := checks.FindStringSubmatch(ours), checks.FindStringSubmatch(theirs)
	return a != nil && b != nil && a[1] != b[1]
}

// without returns a view without some members, page by page.
func without(view string, members []string) string {
	var rest []string
	for line := range strings.SplitSeq(view, "\n") {
		var body object
		if json.Unmarshal([]byte(line), &body) != nil {
			return view
		}
		for _, m := range members {
			delete(body, m)
		}
		rest = append(rest, canonical(body))
	}
	return strings.Join(rest, "\n")
}
