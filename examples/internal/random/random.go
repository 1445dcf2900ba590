// Package random generates the data of the examples: the same seed gives the same values in the same order.
package random

import "math/rand/v2"

// Source generates values. It is not safe for concurrent use.
type Source struct{ *rand.Rand }

// New returns the source of a seed.
func New(seed uint64) *Source { return &Source{rand.New(rand.NewPCG(seed, 0))} }

const letters = "abcdefghjkmnpqrstuvwxyz23456789" // without letters that look like others

// ID returns an id of eight letters and digits.
func (s *Source) ID() string {
	id := make([]byte, 8)
	for i := range id {
		id[i] = letters[s.IntN(len(letters))]
	}
	return string(id)
}

// Pick returns one of the words.
func (s *Source) Pick(words []string) string { return words[s.IntN(len(words))] }

// UpTo returns a number from 1 to n.
func (s *Source) UpTo(n int) int { return 1 + s.IntN(n) }

// Some returns n different numbers below limit, or all of them if there are fewer.
func (s *Source) Some(n, limit int) []int { return s.Perm(limit)[:min(n, limit)] }

// FirstName returns a first name.
func (s *Source) FirstName() string { return s.Pick(firstNames) }

// LastName returns a last name.
func (s *Source) LastName() string { return s.Pick(lastNames) }

var (
	firstNames = []string{"Ada", "Björk", "Chidi", "Dana", "Elif", "Farid", "Grete", "Hana", "Ivo", "June", "Kofi", "Lena"}
	lastNames  = []string{"Adeyemi", "Berg", "Castro", "Dvořák", "Eriksen", "Fontaine", "Gupta", "Haddad", "Ito", "Jansen"}
)
