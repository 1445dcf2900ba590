package model

import (
	"sync"
)

// slot holds what a package above makes of an entity, once, when it first needs it. The zero slot is empty.
type slot struct {
	once sync.Once
	v    any
}

func (s *slot) Get(build func() any) any {
	s.once.Do(func() { s.v = build() })
	return s.v
}
