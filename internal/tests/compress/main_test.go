package compress_test

import (
	"testing"

	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func TestMain(m *testing.M) { fixture.Main(m) }
