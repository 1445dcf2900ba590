package web

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
)

// An index that cannot be used is a fault with a code, which says nothing of its files.
func TestADamagedIndexIsUnavailable(t *testing.T) {
	t.Parallel()
	var f *site.Fault
	require.ErrorAs(t, fault(fmt.Errorf("%w: open /var/index: no space left", search.ErrIndex)), &f)
	assert.Equal(t, http.StatusServiceUnavailable, f.Status)
	assert.Equal(t, "index", f.Code)
	assert.NotContains(t, f.Message, "/var")
}
