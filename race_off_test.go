//go:build !race

package ddb_test

// randomAllocs is by how much allocations may differ from a budget.
const randomAllocs = 0
