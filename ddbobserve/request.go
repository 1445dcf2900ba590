// Package ddbobserve describes the requests that a DB makes, for telemetry, tests and tools: see Options.Observe of package ddb.
package ddbobserve

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Primary is the name of the index that is the table itself.
const Primary = "primary"

// Request is one request of the API for items, with all of its attempts, and what came of it.
type Request struct {
	Operation string // of the API: "Query"
	Table     string // the physical table
	Index     string // the one that is read, Primary for the table itself and for writes
	Entity    string // the entity whose method made the request; "" if it is for several
	Pattern   string // the access pattern of the context: see WithPattern

	Condition  []KeyCondition // of a Query
	Filter     string         // of a Query or Scan, with names and values in place
	Projection []string       // the attributes that are selected; nil for all
	Limit      int            // the items that are examined at most; 0 for none
	Descending bool
	Consistent bool // strongly consistent reads

	Keys   []Key   // that GetItem, BatchGetItem and TransactGetItems read
	Writes []Write // of PutItem, UpdateItem, DeleteItem, BatchWriteItem, TransactWriteItems

	Items       map[string]Items // of the response, by entity; Companions for items of the library's own, "" for unknown ones
	Examined    int              // items that a Query or Scan read before the filter
	More        bool             // there is another page
	Unprocessed int              // keys or writes of a batch that the service did not process
	Hits        int              // items or pages that a client with a cache had: then nothing was sent

	Capacity  map[string]Capacity // by index, as the response said
	Estimated Capacity            // of a failed condition, of which the response says nothing
	Attempts  int                 // sent by the client, 0 if it is not known
	Duration  time.Duration       // with all attempts
	Throttled []Throttle // why the service throttled it, if it said so
	Err       error // nil if it succeeded
}

// Companions is the key of Request.Items for items of the library's own.
const Companions = "~"

// Key is the attributes of a primary key.
type Key = map[string]types.AttributeValue

// KeyCondition is one comparison of a Query's key condition.
type KeyCondition struct {
	Attribute string
	Op        string // =, <, <=, >, >=, BETWEEN, begins_with
	Values    []types.AttributeValue
}

// The actions of a Write.
const (
	Put    = "put"
	Update = "update"
	Delete = "delete"
	Check  = "check"
)

// Write is one write of a request.
type Write struct {
	Action    string // Put, Update, Delete, Check
	Entity    string // "" if it is not known, Companions for an item of the library's own
	Key       Key
	Bytes     int    // of the item of a Put
	Condition string // with names and values in place
}

// Items counts items and their bytes, as DynamoDB counts the size of an item.
type Items struct{ Count, Bytes int }

// Capacity is consumed capacity, in units.
type Capacity struct{ Read, Write float64 }

// Throttle is one reason of the service for throttling a request: the reason's code, such as
// "TableReadProvisionedThroughputExceeded", and the resource's ARN.
type Throttle struct{ Reason, Resource string }
