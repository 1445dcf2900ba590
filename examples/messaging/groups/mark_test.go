package groups

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration"
)

// A mark moves forward only, whatever the order of requests, and never beyond now.
func TestMarksMoveForward(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		s.now = func() time.Time { return time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC) }
		group := Conversations[0].ID()
		all := Conversations[0].messages()
		mark := func() string {
			page, err := s.Marks(t.Context(), ada.UserID, 20, "")
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
			assert.Equal(t, group, page.Items[0].GroupID)
			return page.Items[0].ReadTo
		}
		for _, step := range []struct {
			to   time.Time
			want time.Time
		}{
			{all[5].CreatedAt, all[5].CreatedAt},
			{all[9].CreatedAt, all[9].CreatedAt},
			{all[9].CreatedAt.Add(time.Nanosecond), all[9].CreatedAt.Add(time.Nanosecond)},
			{all[5].CreatedAt, all[9].CreatedAt.Add(time.Nanosecond)},
			{all[12].CreatedAt.In(time.FixedZone("", -3600)), all[12].CreatedAt},
			{s.now().Add(time.Hour), s.now()},
			{all[12].CreatedAt, s.now()},
		} {
			m, err := s.MarkRead(t.Context(), ada.UserID, group, step.to)
			require.NoError(t, err)
			assert.Equal(t, Mark{UserID: ada.UserID, GroupID: group, ReadTo: Stamp(step.want)}, m)
			assert.Equal(t, m.ReadTo, mark())
		}
		_, err := s.MarkRead(t.Context(), otis.UserID, group, s.now())
		require.ErrorIs(t, err, ErrNotMember)
		_, err = s.MarkRead(t.Context(), ada.UserID, "none", s.now())
		require.ErrorIs(t, err, ErrNoGroup)
		page, err := s.Marks(t.Context(), bayo.UserID, 20, "")
		require.NoError(t, err)
		assert.Empty(t, page.Items)
	})
}

// Entries move while all members mark what they read: no entry is late, and no request of the fan-out is tried again for it.
func TestMarksLeaveTheEntriesAlone(t *testing.T) {
	t.Parallel()
	eng := ddbmem.New()
	s := NewStore(ddb.New(eng.Client(), "cruddur-messages", Cruddur, nil), nil)
	require.NoError(t, s.db.CreateTable(t.Context()))
	people := crowd(12)
	first, err := s.Start(t.Context(), people[0], "first", people[1:]...)
	require.NoError(t, err)
	second, err := s.Send(t.Context(), people[0], first.GroupID, "second")
	require.NoError(t, err)
	ctx, meter := ddb.WithMeter(t.Context())
	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			for range 20 {
				_, err := s.MarkRead(t.Context(), p.UserID, first.GroupID, second.CreatedAt)
				assert.NoError(t, err)
			}
		})
	}
	require.NoError(t, LastMessage.Apply(ctx, s.db, second))
	wg.Wait()
	settles(t, s, first.GroupID, people)
	assert.Equal(t, len(people), meter.RequestsOf("TransactWriteItems"), "one for each entry")
}

func TestStampsSortLikeTimes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600))
	for d, want := range map[time.Duration]string{
		0:               "2026-03-02T09:00:00.000000000Z",
		1:               "2026-03-02T09:00:00.000000001Z",
		time.Second / 2: "2026-03-02T09:00:00.500000000Z",
	} {
		assert.Equal(t, want, Stamp(at.Add(d)))
	}
}
