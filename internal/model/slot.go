package model

import (
	"sync"
)

// slot caches a value that a higher package computes for an entity on first use. The zero slot is empty.
type slot struct {
	once sync.Once
	v    any
}

func (s *slot) Get(build func() any) any {
	s.once.Do(func() { s.v = build() })
	return s.v
}
