// Package model is a table as it is declared: its indexes, its entities and their keys, conditions and fields, and what of
// an item is the library's own. It makes no request.
package model
