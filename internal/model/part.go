package model

import (
	"github.com/singletable-go/ddb/internal/template"
)

// Parts is a key as it is declared: literals, and the addresses of fields.
type Parts []Part

// Part is one of them.
type Part struct {
	Kind  template.Kind
	Text  string
	Ptr   any
	Width int
	N     int

	Missing bool // it was nil
}
