// Package stream hands the records of a batch to views and handlers, in the order of each item, and says what became of them.
package stream
