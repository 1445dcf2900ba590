package scale_test

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	_ "pgregory.net/rapid" // which has the flag

	"github.com/singletable-go/ddb/internal/scale"
)

func TestMain(m *testing.M) { scale.Main(m, 3) }

func TestOfIsAsTheVariableSays(t *testing.T) {
	t.Setenv(scale.Var, "")
	assert.Equal(t, 2, scale.Of(100, 2))
	assert.False(t, scale.Full())
	t.Setenv(scale.Var, "1")
	assert.Equal(t, 100, scale.Of(100, 2))
	assert.True(t, scale.Full())
}

// What Main sets is a default, which the command line changes.
func TestMainSetsDefaults(t *testing.T) {
	t.Parallel()
	checks, parallel := scale.Checks, 3
	if scale.Full() {
		checks, parallel = 100, runtime.GOMAXPROCS(0)
	}
	for name, want := range map[string]string{"test.parallel": strconv.Itoa(parallel), "rapid.checks": strconv.Itoa(checks)} {
		for _, arg := range os.Args {
			if given, ok := strings.CutPrefix(arg, "-"+name+"="); ok {
				want = given
			}
		}
		assert.Equal(t, want, flag.Lookup(name).Value.String(), name)
	}
}
