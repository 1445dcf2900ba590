package fleet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/fleet/model"
	"github.com/singletable-go/ddb/internal/scale"
)

// told is a line of a process's output.
type told struct {
	ID, What, Item string
	Version        int64
	Err            string
	Refused        bool
}

// start runs a process to its end, and returns its results.
func (p program) start(ctx context.Context, endpoint, name string, seed uint64, calls int) (all []told, err error) {
	args := append([]string{"work", "-endpoint", endpoint, "-name", name, "-seed", strconv.FormatUint(seed, 10), "-calls", strconv.Itoa(calls)}, p.args...)
	cmd := exec.CommandContext(ctx, p.path, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("process %s: %w\n%s", name, err, stderr.String())
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var x told
		if err := dec.Decode(&x); err != nil {
			return nil, fmt.Errorf("process %s: %w", name, err)
		}
		all = append(all, x)
	}
	return all, nil
}

// mixed is a table to which both programs have written.
type mixed struct {
	*model.Model
	db     *ddb.DB
	client *dynamodb.Client
	items  map[string]map[string]types.AttributeValue
	calls  int    // of each process
	done   []told // those that succeeded
}

// Processes of an older release and of this one write to one table: the results of their calls match the table.
func TestMixedFleet(t *testing.T) {
	t.Parallel()
	before, after := build(t)
	engine := ddbmem.New(ddbmem.Options{TTLDelay: 1000 * time.Hour, Faults: ddbmem.Faults{Latency: 2 * time.Millisecond}})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { served <- engine.ServeListener(ctx, l) }()
	defer func() {
		stop()
		require.NoError(t, <-served)
	}()
	m := &mixed{Model: model.New(2), client: engine.Client(), calls: scale.Of(250, 100)}
	m.db = ddb.New(m.client, tableName, m.Table, nil)
	require.NoError(t, m.db.CreateTable(t.Context()))
	m.begin(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, p := range []program{before, after, before, after} {
		wg.Go(func() {
			name := fmt.Sprintf("%s%d", filepath.Base(p.path), i)
			all, err := p.start(t.Context(), "http://"+l.Addr().String(), name, seed+uint64(i), m.calls)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			for _, x := range all {
				if x.Err == "" {
					m.done = append(m.done, x)
				} else {
					assert.True(t, x.Refused, "%+v", x)
				}
			}
		})
	}
	wg.Wait()
	engine.SetFaults(ddbmem.Faults{})
	m.read(t)
	m.checkCounters(t)
	m.checkHolders(t)
	m.checkPages(t)
	m.checkNotes(t)
	m.checkScores(t)
	m.checkRanks(t)
}

// begin writes what stays.
func (m *mixed) begin(t *testing.T) {
	t.Helper()
	old := model.New(1)
	db := ddb.New(m.client, tableName, old.Table, nil)
	for _, id := range []string{"count1", "count2"} {
		require.NoError(t, db.Do(t.Context(), old.Accounts.Create(model.Account{ID: id, Log: []string{}})))
	}
	for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
		require.NoError(t, db.Do(t.Context(), old.Notes.Create(model.Note{ID: id, Trail: "1"})))
	}
	require.NoError(t, db.Do(t.Context(), old.Pages.Create(model.Page{ID: "keep", By: "begin"})))
	for _, id := range []string{"1", "2"} {
		require.NoError(t, db.Do(t.Context(), old.Ranks.Upsert(model.Rank{Player: id}, ddb.Set(&old.Ranks.Fields().Name, id))))
	}
}

func (m *mixed) read(t *testing.T) {
	t.Helper()
	m.items = map[string]map[string]types.AttributeValue{}
	in := &dynamodb.ScanInput{TableName: aws.String(tableName)}
	for {
		out, err := m.client.Scan(t.Context(), in)
		require.NoError(t, err)
		for _, it := range out.Items {
			m.items[text(it["pk"])+" "+text(it["sk"])] = it
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return
		}
	}
}

// succeeded counts the calls of a kind on an item that succeeded.
func (m *mixed) succeeded(what, item string) (ids []string) {
	for _, x := range m.done {
		if strings.HasPrefix(x.What, what) && x.Item == item {
			ids = append(ids, x.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// No count is lost or made twice.
func (m *mixed) checkCounters(t *testing.T) {
	t.Helper()
	for _, id := range []string{"count1", "count2"} {
		x, err := ddb.NewRepository(m.db, m.Accounts).Get(t.Context(), model.Account{ID: id})
		require.NoError(t, err)
		slices.Sort(x.Log)
		want := m.succeeded("count", id)
		assert.Equal(t, want, x.Log, id)
		assert.EqualValues(t, len(want), x.Count, id)
		assert.EqualValues(t, len(want)+1, x.Version, id)
		assert.Greater(t, len(want), m.calls/12)
	}
}

// Each value has one owner, which holds it.
func (m *mixed) checkHolders(t *testing.T) {
	t.Helper()
	held, claimed := map[string][]string{}, map[string]string{}
	now := time.Now().Unix()
	for _, it := range m.items {
		if at, err := strconv.ParseInt(text(it["expires"]), 10, 64); err == nil && at <= now {
			continue
		}
		pk := text(it["pk"])
		switch {
		case strings.HasPrefix(pk, "account#"):
			for name, v := range map[string]string{"email": strings.ToLower(text(it["email"])), "nick": text(it["nick"])} {
				if v != "" {
					held["~u#account~"+name+"="+v] = append(held["~u#account~"+name+"="+v], pk)
				}
			}
		case strings.HasPrefix(pk, "~u#"):
			claimed[pk] = text(it["~o"].(*types.AttributeValueMemberM).Value["pk"])
		}
	}
	for v, keys := range held {
		assert.Equal(t, []string{claimed[v]}, keys, v)
	}
	for v, owner := range claimed {
		assert.Equal(t, []string{owner}, held[v], v)
	}
}

// Numbers have no gap, and each has the content that was written with it.
func (m *mixed) checkPages(t *testing.T) {
	t.Helper()
	for _, id := range []string{"1", "2", "keep"} {
		numbers := map[int64]map[string]types.AttributeValue{}
		for _, it := range m.items {
			if sk, ok := strings.CutPrefix(text(it["sk"]), "v#"); ok && text(it["pk"]) == "versions#"+id {
				n, err := strconv.ParseInt(sk, 10, 64)
				require.NoError(t, err)
				numbers[n] = it
			}
		}
		all := slices.Sorted(maps.Keys(numbers))
		require.NotEmpty(t, all, id)
		if id != "keep" {
			assert.EqualValues(t, len(all), all[len(all)-1], "numbers of %s: %v", id, all)
		}
		seen := map[int64]string{}
		for _, x := range m.done {
			if !strings.HasPrefix(x.What, "page") || x.Item != id || x.Version == 0 || x.What == "page: delete" {
				continue
			}
			assert.Empty(t, seen[x.Version], "number %d of %s: %s too", x.Version, id, x.ID)
			seen[x.Version] = x.ID
			if it := numbers[x.Version]; it != nil && it["by"] != nil {
				assert.Equal(t, x.ID, text(it["by"]), "number %d of %s", x.Version, id)
			} else {
				assert.Equal(t, "keep", id, "number %d is lost", x.Version)
			}
		}
		cur := m.items["page#"+id+" page#"+id]
		if cur != nil {
			assert.Equal(t, strconv.FormatInt(all[len(all)-1], 10), text(cur["version"]), "the newest of %s", id)
		}
	}
}

// Each note went through the upgrade once, or not at all, and no edit is lost.
func (m *mixed) checkNotes(t *testing.T) {
	t.Helper()
	_, err := ddb.NewRepository(m.db, m.Notes).Reindex(t.Context(), nil)
	require.NoError(t, err)
	upgraded := 0
	for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
		it := m.items["note#"+id+" note#"+id]
		want := "1"
		if text(it["~s"]) == "2" {
			want = "1>2"
			upgraded++
		}
		assert.Equal(t, want, text(it["trail"]), id)
		x, err := ddb.NewRepository(m.db, m.Notes).Get(t.Context(), model.Note{ID: id})
		require.NoError(t, err)
		assert.Equal(t, "1>2", x.Trail)
		assert.EqualValues(t, len(m.succeeded("note", id)), x.Count, id)
	}
	assert.Positive(t, upgraded)
}

// No point is lost, and what the older release left out of the indexes is brought in.
func (m *mixed) checkScores(t *testing.T) {
	t.Helper()
	repo := ddb.NewRepository(m.db, m.Scores)
	_, err := repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	points := map[string]int{}
	for x, err := range repo.Query(t.Context(), m.Scores.On(m.ByPoints, model.Score{Board: "b"})) {
		require.NoError(t, err)
		points[x.Player] = int(x.Points)
	}
	assert.Equal(t, map[string]int{"1": len(m.succeeded("score", "1")), "2": len(m.succeeded("score", "2"))}, points)
}

// Derived values are the sums of their sources.
func (m *mixed) checkRanks(t *testing.T) {
	t.Helper()
	require.NoError(t, m.Views[0].Rebuild(t.Context(), m.db, nil))
	for d, err := range m.Views[0].Verify(t.Context(), m.db, nil) {
		require.NoError(t, err)
		assert.Fail(t, "drift", d.String())
	}
	for _, player := range []string{"1", "2"} {
		var want model.Rank
		for x, err := range ddb.NewRepository(m.db, m.Matches).Query(t.Context(), m.Matches.Query(model.Match{Player: player})) {
			require.NoError(t, err)
			want.Won += x.Won
			want.Matches++
			want.Best = max(want.Best, x.Won)
		}
		got, err := ddb.NewRepository(m.db, m.Ranks).Get(t.Context(), model.Rank{Player: player})
		require.NoError(t, err)
		assert.Equal(t, []int64{want.Won, want.Matches, want.Best}, []int64{got.Won, got.Matches, got.Best}, player)
	}
}
