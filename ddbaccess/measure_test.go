package ddbaccess_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestPrint(t *testing.T) {
	s := newShop()
	rep, err := s.catalog().Measure(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	require.NoError(t, rep.Markdown(os.Stdout))
}
