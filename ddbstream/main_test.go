package ddbstream_test

import (
	"testing"

	"github.com/singletable-go/ddb/internal/scale"
)

// Most tests wait for a lease to end or a worker to look again.
func TestMain(m *testing.M) { scale.Main(m, 8) }
