// Package capability says in what engines differ, and which of them does what.
package capability

// Capability is something in which engines differ. A test that meets one asserts what an engine with it does and what an
// engine without it does, and runs the rest of its body on both.
type Capability string

// The capabilities.
const (
	// TransactionCapacity: each item of a transaction is charged by itself; without it, the sum of their sizes is.
	TransactionCapacity Capability = "transaction capacity"

	// IndexLag: a global index may answer as of before the last write.
	IndexLag Capability = "index lag"

	// MultiAttributeKeys: a key of a global index may have several attributes a side. Without it, the engine takes such a
	// key when the table is created, keeps the first attribute of each side, and refuses conditions on the others.
	MultiAttributeKeys Capability = "multi-attribute keys"

	// UpdateErrors: an update that the stored item does not allow is refused, in AWS's words. Without it, list_append to
	// what is no list is refused in other words, and a path through what is no map replaces it by one.
	UpdateErrors Capability = "update errors"
)

// All are the capabilities.
var All = []Capability{TransactionCapacity, IndexLag, MultiAttributeKeys, UpdateErrors}

// Fact says whether an engine has a capability, and what proves it: a test of package integration, or of the one before the
// colon, that fails if it is otherwise, or a document.
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

// Facts say what each engine does, by its name without the version. An engine that is not among them is taken to do as ddbmem does: the tests that fail on it
// say what to write down here.
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
