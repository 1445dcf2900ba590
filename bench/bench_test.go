package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every contender of every case returns what is stored, and stores what the others do.
func TestContenders(t *testing.T) {
	t.Parallel()
	for _, w := range []world{stubWorld(), engineWorld(t.Context())} {
		all := append(cases(w), observedCases()...)
		for _, row := range sizes() {
			all = append(all, row.get, row.put)
		}
		for _, of := range all {
			require.NoError(t, verified(t.Context(), w, of), w.name)
		}
	}
}

// BenchmarkStub is the table without its ratios: for a profile, or a glance.
func BenchmarkStub(b *testing.B) {
	w := stubWorld()
	for _, of := range append(cases(w), observedCases()...) {
		c := of(w)
		for _, k := range c.contenders {
			b.Run(c.name+"/"+k.name, func(b *testing.B) {
				ctx := context.Background()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := k.run(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
