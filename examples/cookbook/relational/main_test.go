package relational

import (
	"testing"

	"github.com/singletable-go/ddb/internal/scale"
)

func TestMain(m *testing.M) { scale.Main(m, 0) }
