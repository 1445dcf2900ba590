package lambda

import (
	"testing"

	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/samtest"
)

func TestTheTemplateIsPrintedFromTheModel(t *testing.T) {
	golden.File(t, "template.yaml", System.Template())
	samtest.Lint(t, "template.yaml")
}

func TestTheFunctionsBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the functions")
	}
	t.Parallel()
	for _, f := range System.Functions {
		samtest.Builds(t, f.Dir)
	}
}
