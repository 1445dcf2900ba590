package events

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// A message has as many records as fit, and its attributes count.
func TestMessagesFillUpToTheLimit(t *testing.T) {
	t.Parallel()
	room := maxMessage - len(`{"records":[,]}`) - len("type"+"String"+"TTD_CREATED"+"entity"+"String"+"TTD")
	half := strings.Repeat("x", room/2)
	rest := strings.Repeat("x", room-room/2)
	messages, err := join(things.ThingCreated, []string{half, rest})
	require.NoError(t, err)
	require.Len(t, messages, 1)
	assert.Equal(t, maxMessage, messages[0].Size())
	assert.Equal(t, 2, messages[0].Records)

	messages, err = join(things.ThingCreated, []string{half, rest + "x"})
	require.NoError(t, err)
	assert.Len(t, messages, 2)
	_, err = join(things.ThingCreated, []string{strings.Repeat("x", room+2)})
	assert.EqualError(t, err, "a record of 262095 bytes does not fit into a message of 262144")
}

func TestPublisherCutsBatchesIntoMessages(t *testing.T) {
	t.Parallel()
	const n = 40
	var records []ddb.Record
	for i := range n {
		now := thing(string(rune('A'+i)), things.Draft, things.ThingCreated)
		now.About = strings.Repeat("x", 20_000)
		records = append(records, record(t, things.Things, i+1, nil, now))
	}
	var got sink
	_, err := Publisher(got.publish, nil).Process(t.Context(), records)
	require.NoError(t, err)
	var ids []string
	for _, m := range got.messages {
		assert.LessOrEqual(t, m.Size(), maxMessage)
		ids = append(ids, m.ids(t)...)
	}
	assert.Len(t, got.messages, 4, "twelve records a message")
	require.Len(t, ids, n)
	assert.Equal(t, string(rune('A'+n-1)), ids[n-1])
}

// SNS and SQS take the characters of XML only; in JSON the others are escaped.
func TestCharactersThatNoMessageMayHave(t *testing.T) {
	t.Parallel()
	now := thing("a", things.Draft, things.ThingCreated)
	now.Title = "\x00\x1f\uFFFE\uFFFF\u2028"
	var got sink
	_, err := Publisher(got.publish, nil).Process(t.Context(), []ddb.Record{record(t, things.Things, 1, nil, now)})
	require.NoError(t, err)
	assert.NotContains(t, got.messages[0].Body, "\x00")
	assert.NotContains(t, got.messages[0].Body, "\uFFFE")
	assert.NotContains(t, got.messages[0].Body, "\uFFFF")
	assert.Equal(t, []string{"a"}, got.messages[0].ids(t))
}
