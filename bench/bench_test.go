package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every contender of every case returns what is stored.
func TestContenders(t *testing.T) {
	t.Parallel()
	for _, w := range []world{stubWorld(), engineWorld(t.Context())} {
		for _, c := range cases(w) {
			for _, k := range c.contenders {
				require.NoError(t, c.verify(t.Context(), k), w.name)
			}
		}
	}
}

// BenchmarkStub is the table without its ratios: for a profile, or a glance.
func BenchmarkStub(b *testing.B) {
	for _, c := range cases(stubWorld()) {
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
