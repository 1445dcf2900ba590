// Package capability lists the differences between engines.
package capability

// Capability is a feature that some engines have. A test that depends on one asserts both behaviours, with and without
// it, and runs the rest of its body on all engines.
type Capability string

// The capabilities.
const (
	// TransactionCapacity: each item of a transaction is charged separately; without it, the sum of their sizes is
	// charged.
	TransactionCapacity Capability = "transaction capacity"

	// IndexLag: a global index may return results from before the last write.
	IndexLag Capability = "index lag"

	// MultiAttributeKeys: a key of a global index may have several attributes on each side. Without it the engine
	// accepts such a key when the table is created, keeps the first attribute of each side, and rejects conditions on
	// the others.
	MultiAttributeKeys Capability = "multi-attribute keys"

	// UpdateErrors: an update that does not fit the stored item is rejected, with AWS's text. Without it, list_append
	// to a value that is not a list has another text, and a path through a value that is not a map replaces it by one.
	UpdateErrors Capability = "update errors"
)

// All lists the capabilities.
var All = []Capability{TransactionCapacity, IndexLag, MultiAttributeKeys, UpdateErrors}

// Fact says whether an engine has a capability, and what proves it: a document, or a test that fails otherwise. The
// test is in package integration, or in the package before the colon.
type Fact struct {
	Has   bool
	Proof string
}

func has(proof string) Fact   { return Fact{true, proof} }
func lacks(proof string) Fact { return Fact{false, proof} }

// Documents of AWS.
const (
	docs         = "https://docs.aws.amazon.com/amazondynamodb/latest/"
	transactions = docs + "developerguide/transaction-apis.html#transaction-capacity-handling"
	indexWrites  = docs + "developerguide/GSI.html#GSI.Writes"
	severalKeys  = docs + "developerguide/GSI.html#GSI.MultiAttributeKeys"
	updateErrors = docs + "APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors"
)

// Facts are the capabilities of each engine, by its name without the version. An unknown engine is treated like ddbmem:
// the tests that fail on it show what to add here.
var Facts = map[string]map[Capability]Fact{
	"ddbmem": {
		TransactionCapacity: has("TestTransactionCapacity"),
		IndexLag:            lacks("TestEveryEdit"),
		MultiAttributeKeys:  has("TestMultiAttributeKeys"),
		UpdateErrors:        has("TestUpdateErrors"),
	},
	"ddbmem-lagging": {
		TransactionCapacity: has("TestTransactionCapacity"),
		IndexLag:            has("ddbmem: TestIndexLag"),
		MultiAttributeKeys:  has("TestMultiAttributeKeys"),
		UpdateErrors:        has("TestUpdateErrors"),
	},
	"dynamodb-local": { // 3.3.1
		TransactionCapacity: lacks("TestTransactionCapacity"),
		IndexLag:            lacks("TestEveryEdit"),
		MultiAttributeKeys:  has("TestMultiAttributeKeys"),
		UpdateErrors:        has("TestUpdateErrors"),
	},
	"dynoxide": { // 1.2.1
		TransactionCapacity: has("TestTransactionCapacity"),
		IndexLag:            lacks("TestEveryEdit"),
		MultiAttributeKeys:  lacks("TestMultiAttributeKeys"),
		UpdateErrors:        lacks("TestUpdateErrors"),
	},
	"aws": {
		TransactionCapacity: has(transactions),
		IndexLag:            has(indexWrites),
		MultiAttributeKeys:  has(severalKeys),
		UpdateErrors:        has(updateErrors),
	},
}

// Has reports whether an engine has a capability.
func Has(engine string, c Capability) bool {
	facts, ok := Facts[engine]
	if !ok {
		facts = Facts["ddbmem"]
	}
	return facts[c].Has
}
