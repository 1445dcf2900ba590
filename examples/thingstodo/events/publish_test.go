package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

type item = map[string]types.AttributeValue

// record is the record of a change of one entity from old to now, either of which may be absent.
func record[T any](t *testing.T, e *ddb.Entity[T], sequence int, old, now *T) ddb.Record {
	t.Helper()
	r := ddb.Record{Kind: ddb.Modified, Sequence: fmt.Sprintf("%021d", sequence)}
	encode := func(v *T) item {
		if v == nil {
			return nil
		}
		attrs, err := e.Encode(*v)
		require.NoError(t, err)
		r.Keys = item{"id": attrs["id"], "sk": attrs["sk"]}
		return attrs
	}
	r.Old, r.New = encode(old), encode(now)
	switch {
	case old == nil:
		r.Kind = ddb.Inserted
	case now == nil:
		r.Kind = ddb.Removed
	}
	return r
}

// topic receives the published blocks.
type topic struct {
	events []things.EventType
	blocks []string
	fail   error
}

func (p *topic) publish(_ context.Context, e things.EventType, block []byte) error {
	p.events, p.blocks = append(p.events, e), append(p.blocks, string(block))
	return p.fail
}

// ids returns the ids of the items in block i.
func (p *topic) ids(t *testing.T, i int) []string {
	t.Helper()
	var block struct{ Records []ddb.Record }
	require.NoError(t, json.Unmarshal([]byte(p.blocks[i]), &block))
	ids := make([]string, len(block.Records))
	for i, r := range block.Records {
		ids[i] = r.Keys["id"].(*types.AttributeValueMemberS).Value
	}
	return ids
}

func TestPublisherGroupsByEvent(t *testing.T) {
	t.Parallel()
	thing := func(id string, status things.Status, e things.EventType) *things.Thing {
		return &things.Thing{ID: id, Status: status, OrgID: "org", Version: 1, Outbox: things.Outbox{Event: things.Event{Type: e}}}
	}
	like := &things.Favourite{UserID: "user", ThingID: "a", Outbox: things.Outbox{Event: things.Event{Type: things.FavouriteAdded}}}
	var got topic
	failed, err := Publisher(got.publish).Process(t.Context(), []ddb.Record{
		record(t, things.Things, 1, nil, thing("a", things.Draft, things.ThingCreated)),
		record(t, things.Favourites, 2, nil, like),
		record(t, things.Things, 3, nil, thing("b", things.Draft, things.ThingCreated)),
		record(t, things.Things, 4, thing("a", things.Draft, things.ThingCreated), thing("a", things.Pending, things.ThingSubmitted)),
		record(t, things.Favourites, 5, like, nil),
		record(t, things.Things, 6, thing("b", things.Draft, things.ThingCreated), nil), // the table is purged
	})
	require.NoError(t, err)
	assert.Empty(t, failed)
	assert.Equal(t, []things.EventType{things.FavouriteAdded, things.FavouriteRemoved, things.ThingCreated, things.ThingSubmitted}, got.events)
	assert.Equal(t, []string{"a"}, got.ids(t, 1))
	assert.Equal(t, []string{"a", "b"}, got.ids(t, 2))
}

func TestPublisherCutsBlocks(t *testing.T) {
	t.Parallel()
	const n = 40
	var records []ddb.Record
	for i := range n {
		records = append(records, record(t, things.Things, i+1, nil, &things.Thing{
			ID: fmt.Sprint(i), Status: things.Draft, OrgID: "org", Version: 1, Outbox: things.Outbox{Event: things.Event{Type: things.ThingCreated}},
			Details: things.Details{About: strings.Repeat("x", 20_000)},
		}))
	}
	var got topic
	_, err := Publisher(got.publish).Process(t.Context(), records)
	require.NoError(t, err)
	var ids []string
	for i, b := range got.blocks {
		assert.LessOrEqual(t, len(b), 256<<10)
		ids = append(ids, got.ids(t, i)...)
	}
	assert.Len(t, got.blocks, 4, "twelve records a block")
	require.Len(t, ids, n)
	assert.Equal(t, "39", ids[n-1])
}

func TestBlocksFillUpToTheLimit(t *testing.T) {
	t.Parallel()
	half := func(less int) []byte { return []byte(strings.Repeat("x", (maxBlock-len(`{"records":[,]}`))/2-less)) }
	blocks, err := blocksOf([][]byte{half(0), half(-1)})
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	assert.Len(t, blocks[0], maxBlock)
	blocks, err = blocksOf([][]byte{half(-1), half(-1)})
	require.NoError(t, err)
	assert.Len(t, blocks, 2)
	_, err = blocksOf([][]byte{make([]byte, maxBlock)})
	assert.EqualError(t, err, "a record of 262144 bytes exceeds the maximum message size")
}

func TestPublisherIsCalledAgainForWhatFailed(t *testing.T) {
	t.Parallel()
	got := topic{fail: errors.New("topic is full")}
	failed, err := Publisher(got.publish).Process(t.Context(), []ddb.Record{
		record(t, things.Users, 1, nil, &things.User{ID: "a", Outbox: things.Outbox{Event: things.Event{Type: things.UserSaved}}}),
	})
	assert.ErrorIs(t, err, got.fail)
	assert.Len(t, failed, 1)
}
