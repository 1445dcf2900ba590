package model

import (
	"github.com/singletable-go/ddb/internal/template"
)

// Parts is a declared key: literals, and the addresses of fields.
type Parts []Part

// Part is one part of a declared key.
type Part struct {
	Kind  template.Kind
	Text  string
	Ptr   any
	Width int
	N     int

	Missing bool // it was nil
}
