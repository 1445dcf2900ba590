package ddbmem

import (
	"fmt"
	"slices"
	"strings"
)

// OperationNames returns the names of all operations, sorted.
func OperationNames() []string {
	var names []string
	for _, op := range operations {
		names = append(names, op.name)
	}
	slices.Sort(names)
	return names
}

// OperationTable renders the operations for the package documentation.
func OperationTable() string {
	width := 0
	for _, op := range api {
		width = max(width, len(op.name))
	}
	var b strings.Builder
	for _, op := range api {
		b.WriteString(strings.TrimRight(fmt.Sprintf("//\t%-*s %s", width+1, op.name, op.does), " ") + "\n")
	}
	return b.String()
}
