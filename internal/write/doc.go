// Package write compiles ops into requests and sends them: edits, conditions, the index keys that an update touches,
// constraints, versions, transactions and batches. Compiling makes no request: what it needs to know and does not, it asks
// for, and one loop reads it (needs, DB.plan).
package write
