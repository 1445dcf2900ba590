package ddbmem

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// source draws numbers from a seed; it is safe for concurrent use.
type source struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (s *source) seed(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r = rand.New(rand.NewPCG(seed, 0x64646d656d))
}

// uint64n returns a number in [0, n).
func (s *source) uint64n(n uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Uint64N(n)
}

// chance reports true at the given rate, from 0 to 1.
func (s *source) chance(rate float64) bool {
	if rate <= 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Float64() < rate
}

// uuid returns an identifier in the form of a UUID.
func (s *source) uuid() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, b := s.r.Uint64(), s.r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}
