package platform_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

// follow hands the table's stream to mux, from the oldest record on, until the test or stop ends it.
func follow(t *testing.T, env *integration.Env, mux ddbstream.Processor, store ddbstream.Store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader := ddbstream.NewReader(engine.Streams(env.Client), env.Table, mux, store, &ddbstream.Options{
		Poll: 20 * time.Millisecond, Discover: 50 * time.Millisecond, Lease: time.Second, Batch: 7,
		OnError: func(_ context.Context, err error) { t.Log(err) },
	})
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, reader.Run(ctx)) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	return stop
}

var derived = []*ddb.View{platform.StudentXP, platform.TrackCourses}

// derivation is the derived values, by id.
type derivation struct{ XP, Courses map[string]int }

// derivations: have is the stored values, want the values counted from everything in the table.
func derivations(t *testing.T, s schooltest.School) (have, want derivation) {
	t.Helper()
	have = derivation{map[string]int{}, map[string]int{}}
	xp, courses := map[string]int{}, map[string]int{}
	want = derivation{map[string]int{}, map[string]int{}}
	for item, err := range s.DB().Consistent().Scan(t.Context(), nil) {
		require.NoError(t, err)
		switch it := item.(type) {
		case platform.Student:
			have.XP[it.ID] = it.XP
		case platform.Track:
			have.Courses[it.ID] = it.Courses
		case platform.Progress:
			xp[it.StudentID] += it.XP
		case platform.Course:
			courses[it.TrackID]++
		}
	}
	for id := range have.XP {
		want.XP[id] = xp[id]
	}
	for id := range have.Courses {
		want.Courses[id] = courses[id]
	}
	return have, want
}

// settled waits until the derived values are correct, and checks that the library agrees.
func settled(t *testing.T, s schooltest.School) {
	t.Helper()
	var have, want derivation
	ok := assert.Eventually(t, func() bool {
		have, want = derivations(t, s)
		return assert.ObjectsAreEqual(want, have)
	}, time.Minute, 50*time.Millisecond)
	if !ok {
		assert.Equal(t, want, have)
	}
	for _, view := range derived {
		drift, err := ddb.Collect(view.Verify(t.Context(), s.DB(), nil))
		require.NoError(t, err)
		assert.Empty(t, drift)
	}
}

// Random writes, also of students and tracks that arrive late, are deleted and come back, leave the derived values as
// counted again. That holds with two workers on the stream, after a second delivery of everything, and after a rebuild
// at the same time.
func TestDerivedAfterRandomWrites(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		ctx := t.Context()
		seed := rand.Uint64()
		t.Log("seed", seed)
		leases := &ddbstream.MemoryStore{}
		follow(t, env, s.Mux(nil), leases)
		follow(t, env, s.Mux(&ddb.MuxOptions{Workers: 4}), leases)

		l := school.NewLife(s.Store, s.Data, seed)
		for i := range 150 {
			require.NoError(t, l.Step(ctx))
			switch st, tr := s.Students[l.IntN(len(s.Students))], s.Tracks[0]; {
			case i%40 == 20:
				require.NoError(t, platform.StudentXP.Rebuild(ctx, s.DB(), nil))
			case l.IntN(15) == 0:
				require.NoError(t, s.RemoveStudent(ctx, st.ID))
				require.NoError(t, l.Read(ctx))
				_, err := s.Register(ctx, st)
				require.NoError(t, err)
			case l.IntN(30) == 0:
				require.NoError(t, s.RemoveTrack(ctx, tr.ID))
				_, err := s.SaveTrack(ctx, tr)
				require.NoError(t, err)
			}
		}
		settled(t, s)

		before := schooltest.Stored(t, env)
		seen := newSeen(l.States())
		mux := s.Mux(nil)
		seen.watch(mux)
		stop := follow(t, env, mux, &ddbstream.MemoryStore{})
		select {
		case <-seen.all:
		case <-time.After(time.Minute):
			assert.Fail(t, "not all of the stream came again")
		}
		stop()
		settled(t, s)
		assert.Equal(t, before, schooltest.Stored(t, env))
	})
}

// seen notes the states that a stream shows, and closes all when it has shown those that it waits for.
type seen struct {
	mu     sync.Mutex
	states school.States
	want   school.States
	all    chan struct{}
	once   sync.Once
}

func newSeen(want school.States) *seen {
	return &seen{states: school.States{}, want: want, all: make(chan struct{})}
}

func (s *seen) watch(mux *ddb.Mux) {
	ddb.Handle(mux, platform.Courses, func(_ context.Context, c ddb.Change[platform.Course]) error { return saw(s, c) })
	ddb.Handle(mux, platform.Progresses, func(_ context.Context, c ddb.Change[platform.Progress]) error { return saw(s, c) })
}

func saw[T any](s *seen, c ddb.Change[T]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Kind == ddb.Removed {
		s.states.Note(c.Old, true)
	} else {
		s.states.Note(c.New, false)
	}
	if s.states.Cover(s.want) {
		s.once.Do(func() { close(s.all) })
	}
	return nil
}

// On a table that was written without a stream, Verify finds each wrong value, and Rebuild mends it.
func TestRebuild(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		have, want := derivations(t, s)
		require.NotEqual(t, want, have)
		for _, view := range derived {
			drift, err := ddb.Collect(view.Verify(t.Context(), s.DB(), nil))
			require.NoError(t, err)
			require.NotEmpty(t, drift)
			require.NoError(t, view.Rebuild(t.Context(), s.DB(), nil))
		}
		settled(t, s)
		_, err := s.Rename(t.Context(), s.Students[0].ID, "A", "B")
		require.NoError(t, err)
		_, err = s.SaveTrack(t.Context(), platform.Track{ID: s.Tracks[0].ID, Name: "another"})
		require.NoError(t, err)
		settled(t, s) // a write of a student or a track leaves its derived value alone
	})
}

// An unreadable item becomes a dead letter, and does not block others. After its repair a rebuild counts it.
func TestPoison(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		_, err := s.Register(ctx, platform.Student{ID: "1", Email: "a@school.example"})
		require.NoError(t, err)
		letters := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
		follow(t, env, s.Mux(&ddb.MuxOptions{DeadLetters: letters.Put}), &ddbstream.MemoryStore{})

		poison := platform.Progress{StudentID: "1", EnrollmentID: "e", ChapterID: "h1", XP: 10}
		attrs, err := platform.Progresses.Encode(poison)
		require.NoError(t, err)
		attrs["xp"] = &types.AttributeValueMemberS{Value: "many"}
		_, err = env.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &env.Table, Item: attrs})
		require.NoError(t, err)
		_, err = s.SetProgress(ctx, platform.Progress{StudentID: "1", EnrollmentID: "e", ChapterID: "h2", XP: 5})
		require.NoError(t, err)
		xpBecomes(t, s, "1", 5)
		kept := waiting(t, letters, 1)[0]
		assert.Equal(t, "progress", kept.Entity)
		assert.Equal(t, 3, kept.Attempts)
		assert.Contains(t, kept.Cause, "XP")

		_, err = s.SetProgress(ctx, poison)
		require.NoError(t, err)
		require.NoError(t, platform.StudentXP.Rebuild(ctx, s.DB(), nil))
		xpBecomes(t, s, "1", 15)
		settled(t, s)
	})
}

// A record that became a dead letter after many failures is replayed when everything has changed since, and repairs the
// values. A second replay changes nothing.
func TestReplay(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		_, err := s.Register(ctx, platform.Student{ID: "1", Email: "a@school.example"})
		require.NoError(t, err)
		letters := ddbstream.NewFile(filepath.Join(t.TempDir(), "letters.jsonl"))
		refusing := &refusing{Client: env.Client}
		mux := platform.NewStore(ddb.New(refusing, env.Table, platform.Table, nil)).Mux(&ddb.MuxOptions{DeadLetters: letters.Put})
		follow(t, env, mux, &ddbstream.MemoryStore{})

		for _, p := range []platform.Progress{{ChapterID: "h1", XP: 10}, {ChapterID: "h2", XP: 20}, {ChapterID: "h1", XP: 15}} {
			p.StudentID, p.EnrollmentID = "1", "e"
			_, err := s.SetProgress(ctx, p)
			require.NoError(t, err)
		}
		waiting(t, letters, 3)
		_, err = s.RemoveProgress(ctx, platform.Progress{StudentID: "1", EnrollmentID: "e", ChapterID: "h1"})
		require.NoError(t, err)
		for _, want := range []int{3, 0} { // finished dead letters are not replayed
			n, err := ddbstream.Replay(ctx, letters.Letters(), s.Mux(nil), nil)
			require.NoError(t, err)
			assert.Equal(t, ddbstream.ReplayResult{Handled: want}, n)
			xpBecomes(t, s, "1", 20)
		}
		settled(t, s)
	})
}

// refusing is a client whose transactions fail for their content, so that each record fails alone.
type refusing struct{ *dynamodb.Client }

func (*refusing) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, &types.ItemCollectionSizeLimitExceededException{}
}

// waiting waits until there are n dead letters.
func waiting(t *testing.T, letters *ddbstream.File, n int) (kept []ddbstream.DeadLetter) {
	t.Helper()
	require.Eventually(t, func() bool {
		l, err := ddb.Collect(letters.Letters())
		kept = l
		return err == nil && len(l) == n
	}, time.Minute, 20*time.Millisecond)
	return kept
}

// xpBecomes waits until a student has so much xp.
func xpBecomes(t *testing.T, s schooltest.School, id string, xp int) {
	t.Helper()
	require.Eventually(t, func() bool {
		st, err := ddb.NewRepository(s.DB(), platform.Students).Consistent().Get(t.Context(), platform.Student{ID: id})
		return err == nil && st.XP == xp
	}, time.Minute, 20*time.Millisecond)
}
