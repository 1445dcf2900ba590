//go:build race

package ddb_test

// randomAllocs is by how much allocations may differ from a budget: a sync.Pool drops at random what it is given, where the race
// detector watches it.
const randomAllocs = 10
