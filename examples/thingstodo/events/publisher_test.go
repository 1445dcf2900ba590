package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
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

// sink receives the published messages.
type sink struct {
	messages []Message
	fail     error
}

func (s *sink) publish(_ context.Context, messages []Message) error {
	s.messages = append(s.messages, messages...)
	return s.fail
}

// ids returns the ids of the items in a message.
func (m Message) ids(t *testing.T) []string {
	t.Helper()
	var body struct{ Records []ddb.Record }
	require.NoError(t, json.Unmarshal([]byte(m.Body), &body))
	ids := make([]string, len(body.Records))
	for i, r := range body.Records {
		ids[i] = r.Keys["id"].(*types.AttributeValueMemberS).Value
	}
	return ids
}

// thing is a thing with its last event.
func thing(id string, status things.Status, e things.EventType) *things.Thing {
	return &things.Thing{ID: id, Status: status, OrgID: "org", Version: 1, Outbox: outbox(e)}
}

func outbox(e things.EventType) things.Outbox { return things.Outbox{Event: things.Event{Type: e}} }

func TestPublisherGroupsByEvent(t *testing.T) {
	t.Parallel()
	like := &things.Favourite{UserID: "user", ThingID: "a", Outbox: outbox(things.FavouriteAdded)}
	var got sink
	failed, err := Publisher(got.publish, nil).Process(t.Context(), []ddb.Record{
		record(t, things.Things, 1, nil, thing("a", things.Draft, things.ThingCreated)),
		record(t, things.Favourites, 2, nil, like),
		record(t, things.Things, 3, nil, thing("b", things.Draft, things.ThingCreated)),
		record(t, things.Things, 4, thing("a", things.Draft, things.ThingCreated), thing("a", things.Pending, things.ThingSubmitted)),
		record(t, things.Favourites, 5, like, nil),
	})
	require.NoError(t, err)
	assert.Empty(t, failed)
	var lines []string
	for _, m := range got.messages {
		assert.Len(t, m.ids(t), m.Records)
		lines = append(lines, fmt.Sprint(m.Event, m.ids(t), m.Attributes()["entity"]))
	}
	assert.Equal(t, []string{"FAV_ADDED[a]FAV", "FAV_REMOVED[a]FAV", "TTD_CREATED[a b]TTD", "TTD_PUBLISHED[a]TTD"}, lines)
}

// Whatever kind of item is deleted, its deletion reaches the subscribers with the last image.
func TestEveryDeletionIsPublished(t *testing.T) {
	t.Parallel()
	var got sink
	_, err := Publisher(got.publish, nil).Process(t.Context(), []ddb.Record{
		record(t, things.Users, 1, &things.User{ID: "a"}, nil),
		record(t, things.Children, 2, &things.Child{ID: "b", UserID: "a"}, nil),
		record(t, things.Things, 3, thing("c", things.Published, things.ThingApproved), nil),
		record(t, things.Favourites, 4, &things.Favourite{ThingID: "c", UserID: "a"}, nil),
		record(t, things.Bookings, 5, &things.Booking{ID: "d", Status: things.Active, UserID: "a", ThingID: "c", OrgID: "o", Date: 20261120}, nil),
	})
	require.NoError(t, err)
	var events []things.EventType
	for _, m := range got.messages {
		events = append(events, m.Event)
	}
	assert.Equal(t, []things.EventType{
		things.BookingRemoved, things.ChildRemoved, things.FavouriteRemoved, things.ThingRemoved, things.UserRemoved,
	}, events)
}

func TestPublisherIsCalledAgainForWhatFailed(t *testing.T) {
	t.Parallel()
	got := sink{fail: errors.New("topic is full")}
	failed, err := Publisher(got.publish, nil).Process(t.Context(), []ddb.Record{
		record(t, things.Users, 1, nil, &things.User{ID: "a", Outbox: outbox(things.UserSaved)}),
	})
	assert.ErrorIs(t, err, got.fail)
	assert.Len(t, failed, 1)
}

// A record that fits into no message becomes a dead letter, and everything before and after it is published.
func TestARecordThatIsTooLargeStopsNothing(t *testing.T) {
	t.Parallel()
	huge := thing("huge", things.Draft, things.ThingCreated)
	huge.About = strings.Repeat("x", 300_000)
	records := []ddb.Record{
		record(t, things.Things, 1, nil, thing("before", things.Draft, things.ThingCreated)),
		record(t, things.Things, 2, nil, huge),
		record(t, things.Things, 3, nil, thing("after", things.Draft, things.ThingCreated)),
	}
	letters := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters"))
	var got sink
	mux := Publisher(got.publish, letters)
	for range 3 {
		failed, err := mux.Process(t.Context(), records)
		if len(failed) == 0 {
			require.NoError(t, err)
			break
		}
		assert.ErrorContains(t, err, "does not fit into a message of 262144")
	}
	var ids []string
	for _, m := range got.messages {
		ids = append(ids, m.ids(t)...)
	}
	assert.Equal(t, []string{"before", "after"}, ids)
	var kept []string
	for letter, err := range letters.Letters() {
		require.NoError(t, err)
		kept = append(kept, letter.Record.Sequence)
		assert.Contains(t, letter.Cause, "TTD_CREATED: a record of")
	}
	assert.Equal(t, []string{records[1].Sequence}, kept)

	// Once messages may be larger, or the record is smaller, the letter is published.
	n, err := ddbstream.Replay(t.Context(), letters.Letters(), Publisher(got.publish, nil), nil)
	assert.ErrorContains(t, err, "does not fit")
	assert.Equal(t, ddbstream.ReplayResult{Failed: 1}, n)
}

// What the topic is at fault for waits, however often it fails.
func TestAnOutageOfTheTopicMakesNoDeadLetter(t *testing.T) {
	t.Parallel()
	letters := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters"))
	got := sink{fail: fmt.Errorf("%w: no such topic", ddb.ErrUnavailable)}
	mux := Publisher(got.publish, letters)
	records := []ddb.Record{record(t, things.Users, 1, nil, &things.User{ID: "a", Outbox: outbox(things.UserSaved)})}
	for range 10 {
		failed, err := mux.Process(t.Context(), records)
		assert.ErrorIs(t, err, ddb.ErrUnavailable)
		assert.Len(t, failed, 1)
	}
	got.fail = nil
	_, err := mux.Process(t.Context(), records)
	require.NoError(t, err)
	for letter, err := range letters.Letters() {
		assert.Fail(t, "a dead letter", "%v %v", letter, err)
	}
}
