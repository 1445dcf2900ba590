package ddbmem

import "slices"

// OperationNames returns the names of all operations, sorted.
func OperationNames() []string {
	var names []string
	for _, op := range operations {
		names = append(names, op.name)
	}
	slices.Sort(names)
	return names
}
