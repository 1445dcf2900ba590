package ddbsqs_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbsqs"
)

// mute is a queue that refuses to hide its messages any longer.
type mute struct {
	paper
	once    sync.Once
	refused chan struct{}
}

func (m *mute) ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	m.once.Do(func() { close(m.refused) })
	return nil, errors.New("not allowed")
}

// The renewal of a message fails, and is reported, while its handler fails too.
func TestOnErrorIsCalledOnceAtATime(t *testing.T) {
	t.Parallel()
	client := &mute{paper: paper{bodies: []string{"{}"}}, refused: make(chan struct{})}
	calls, inside, together := 0, 0, 0 // without a lock: the race detector sees two calls at once, too
	opts := &ddbsqs.Options{Visibility: time.Second, OnError: func(context.Context, error) {
		calls++
		if inside++; inside > 1 {
			together++
		}
		time.Sleep(50 * time.Millisecond)
		inside--
	}}
	n, err := ddbsqs.New(client, "queue", opts).Drain(t.Context(), func(context.Context, string) error {
		<-client.refused
		return errors.New("cannot bear it")
	})
	assert.Zero(t, n)
	require.ErrorContains(t, err, "cannot bear it")
	require.ErrorContains(t, err, "its visibility cannot be changed")
	assert.GreaterOrEqual(t, calls, 3, "the renewal, the handler, and the release")
	assert.Zero(t, together)
}
