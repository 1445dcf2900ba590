package ddbstream

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Slow failures are an outage after some time, not after five of them.
func TestASlowFailureIsAnOutageByItsTime(t *testing.T) {
	t.Parallel()
	c := &circuit{op: opRecords}
	require.Nil(t, c.count(errors.New("too slow")), "one is none")
	require.Nil(t, c.count(errors.New("too slow")), "two at once are none")
	c.outage.Since = time.Now().Add(-outageTime)
	o := c.count(errors.New("too slow"))
	require.NotNil(t, o)
	assert.Equal(t, 3, o.Failures)
}

// Time-outs are one cause, whatever their text.
func TestTimeOutsAreOneCause(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		context.DeadlineExceeded,
		fmt.Errorf("operation error: %w", context.DeadlineExceeded),
		&url.Error{Op: "Post", URL: "http://x", Err: context.DeadlineExceeded},
	} {
		assert.Equal(t, "time-out", causeOf(err))
	}
}

// An error that wraps two keeps its own text; joined errors are separate.
func TestASummaryKeepsTheWordsOfAnError(t *testing.T) {
	t.Parallel()
	denied, help := errors.New("denied"), errors.New("the role")
	one := fmt.Errorf("%w: allow it in the policy of %w", denied, help)
	assert.Equal(t, "denied: allow it in the policy of the role", together(one).Error())
	assert.Equal(t, "denied: allow it in the policy of the role (and 1 more records); down", together(errors.Join(one, errors.Join(one, errors.New("down")))).Error())
}
