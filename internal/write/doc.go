// Package write compiles ops into requests and sends them: edits, conditions, the index keys that an update changes,
// unique constraints, versions, transactions and batches. Compiling makes no request. If it needs a stored item, it returns
// needs; one loop, DB.plan, reads the item and compiles again.
package write
