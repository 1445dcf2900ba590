// Package provision creates, compares, empties and drops the live table.
package provision
