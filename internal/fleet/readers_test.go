package fleet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/scale"
)

// readers are processes that read one stream, and what they have handled.
type readers struct {
	endpoint string
	mu       sync.Mutex
	seen     map[string]map[int]string // item: version: the worker that handled it first
}

// begin starts a process that reads; stop interrupts it.
func (r *readers) begin(t *testing.T, p program, name string, args ...string) (stop func()) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), p.path, append([]string{"read", "-endpoint", r.endpoint, "-name", name}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for dec := json.NewDecoder(out); ; {
			var x struct{ Worker, Item, N string }
			if dec.Decode(&x) != nil {
				_, _ = io.Copy(io.Discard, out) // so that it can end
				return
			}
			n, _ := strconv.Atoi(x.N)
			r.mu.Lock()
			if r.seen[x.Item] == nil {
				r.seen[x.Item] = map[int]string{}
			}
			if r.seen[x.Item][n] == "" {
				r.seen[x.Item][n] = x.Worker
			}
			r.mu.Unlock()
		}
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			dump := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) }) // it ends, and says where it hung
			defer dump.Stop()
			kill := time.AfterFunc(40*time.Second, func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
			<-done
			assert.NoError(t, cmd.Wait(), "%s: %s", name, stderr.String())
		})
	}
	t.Cleanup(stop)
	return stop
}

// Readers of an older release and of this one share the shards of a stream while a deploy replaces them one by one, and back
// again: no record is left out, though the older ones write leases without what they do not know. The group begins where its
// first worker decided.
func TestMixedFleetOfReaders(t *testing.T) {
	t.Parallel()
	before, after := build(t)
	engine := ddbmem.New(ddbmem.Options{StreamShards: 6})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { served <- engine.ServeListener(ctx, l) }()
	t.Cleanup(func() {
		end()
		require.NoError(t, <-served)
	})
	client := engine.Client()
	_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: new(tableName), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	require.NoError(t, err)
	store := ddbstream.NewTableStore(client, "readers", "fleet")
	require.NoError(t, store.CreateTable(t.Context()))
	put := func(id string, n int) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new(tableName), Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: id}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
		}})
		require.NoError(t, err)
	}
	put("old", 1)
	time.Sleep(time.Duration(scale.Of(3, 2)) * time.Second) // the times of records have seconds
	r := &readers{endpoint: "http://" + l.Addr().String(), seen: map[string]map[int]string{}}
	stops := []func(){r.begin(t, after, "after0", "-latest")}
	require.Eventually(t, func() bool { leases, err := store.Leases(t.Context()); return err == nil && len(leases) == 6 }, time.Minute, 10*time.Millisecond)
	const items = 12
	version, pause := 0, time.Duration(scale.Of(5, 25))*time.Millisecond
	load := func(d time.Duration) {
		for until := time.Now().Add(d); time.Now().Before(until); {
			version++
			for i := range items {
				put(fmt.Sprint("item", i), version)
			}
			time.Sleep(pause)
		}
	}
	for i, p := range []program{before, after, before, after, after, before, after} {
		stops = append(stops, r.begin(t, p, fmt.Sprint(filepath.Base(p.path), i+1)))
		load(time.Duration(scale.Of(700, 350)) * time.Millisecond)
		if len(stops) > 3 {
			stops[0]()
			stops = stops[1:]
			load(200 * time.Millisecond)
		}
	}
	missing := func() (out []string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for i := range items {
			for n := 1; n <= version; n++ {
				if id := fmt.Sprint("item", i); r.seen[id][n] == "" {
					out = append(out, fmt.Sprint(id, ":", n))
				}
			}
		}
		return out
	}
	assert.Eventually(t, func() bool { return len(missing()) == 0 }, 30*time.Second, 50*time.Millisecond, "records that nobody handled")
	assert.Empty(t, missing())
	for _, stop := range stops {
		stop()
	}
	assert.Empty(t, r.seen["old"], "what was written before the group began")
	workers := map[string]int{}
	for _, of := range r.seen {
		for _, w := range of {
			workers[w]++
		}
	}
	t.Logf("%d records, by %v", items*version, workers)
	assert.Greater(t, len(workers), 4, "most of them had shards")
	_, ok, err := store.Start(t.Context(), leaseStream(t, store), "")
	require.NoError(t, err)
	assert.True(t, ok, "older workers leave the start alone")
}

func leaseStream(t *testing.T, store *ddbstream.TableStore) string {
	t.Helper()
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, leases)
	return leases[0].Stream
}
