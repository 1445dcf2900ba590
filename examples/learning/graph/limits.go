package graph

import "time"

// Limits bound what one operation may do, and how many run at once. A zero field stands for its default.
type Limits struct {
	Requests   int           // to DynamoDB, each page of a list too; default 200
	Fields     int           // of the response; default 20,000
	Bytes      int           // of long text in the response; default 4 MiB
	List       int           // entries of a list that is not paged; default 1,000
	Writes     int           // fields of a mutation; default 10
	Time       time.Duration // default 10 s
	Operations int           // that run at once; default 32
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, standard int) {
		if *n == 0 {
			*n = standard
		}
	}
	set(&l.Requests, 200)
	set(&l.Fields, 20_000)
	set(&l.Bytes, 4<<20)
	set(&l.List, 1000)
	set(&l.Writes, 10)
	set(&l.Operations, 32)
	if l.Time == 0 {
		l.Time = 10 * time.Second
	}
	return l
}

// The limits of a document, whatever it reads.
const (
	maxBody       = 256 << 10 // of the request
	maxQuery      = 20_000    // bytes of the document
	maxDepth      = 16        // of nested fields of any kind: tools that ask for the schema need 14
	maxNesting    = 8         // of fields below one of Query or Mutation; exploreDb has 6
	maxSelections = 2000      // after fragments are expanded
	maxOverlaps   = 20_000    // pairs of fields to compare for conflicts
	maxErrors     = 50        // in a response
	parallel      = 8         // reads of one operation at once
)
