package ddbjob_test

import (
	"flag"
	"testing"

	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// TestMain has half as many random values as others: each lets a job die many times.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", map[bool]string{true: "40", false: "12"}[scale.Full()]); err != nil {
			panic(err)
		}
	}
	fixture.Main(m)
}
