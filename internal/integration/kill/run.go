package main

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// options are the flags.
type options struct {
	kills, workers, writers int
	seed                    uint64
	endpoint, seen          string
	progress                io.Writer
}

// summary is the result.
type summary struct {
	kills, written, items, seen int
	faults                      []string
}

// run runs the whole test.
func run(ctx context.Context, o options) (sum summary, err error) {
	dir, err := os.MkdirTemp("", "kill")
	if err != nil {
		return sum, err
	}
	defer os.RemoveAll(dir)
	if o.endpoint == "" {
		var stop func() error
		if o.endpoint, stop, err = serve(ctx); err != nil {
			return sum, err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	name := "kill-" + crand.Text()[:8]
	s := spec{Endpoint: o.endpoint, Table: name, Leases: name + "-leases", Seen: cmp.Or(o.seen, filepath.Join(dir, "seen"))}
	client := local.Client(o.endpoint)
	db := ddb.New(client, s.Table, table, nil)
	store := ddbstream.NewTableStore(client, s.Leases, "kill")
	if err := errors.Join(db.CreateTable(ctx), store.CreateTable(ctx)); err != nil {
		return sum, err
	}
	defer func() {
		end := context.WithoutCancel(ctx)
		err = errors.Join(err, db.DropTable(end), store.DropTable(end))
	}()
	k := &killing{options: o, spec: s, db: db, random: rand.New(rand.NewPCG(o.seed, 1))}
	if err := k.kill(ctx); err != nil {
		return sum, err
	}
	s.Name = "last"
	last, err := s.reader()
	if err != nil {
		return sum, err
	}
	fmt.Fprintf(o.progress, "kill: %d workers were killed; draining the stream\n", o.kills)
	if err := last.Drain(ctx); err != nil {
		return sum, fmt.Errorf("draining: %w", err)
	}
	sum = summary{kills: o.kills, items: len(k.written)}
	if sum.seen, sum.faults, err = check(s.Seen, k.written); err != nil {
		return sum, err
	}
	for _, n := range k.written {
		sum.written += n
	}
	for _, v := range views {
		for drift, err := range v.Verify(ctx, db, nil) {
			if err != nil {
				return sum, err
			}
			sum.faults = append(sum.faults, drift.String())
		}
	}
	return sum, nil
}

// serve serves an engine on a free port.
func serve(ctx context.Context) (endpoint string, stop func() error, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	engine := ddbmem.New(ddbmem.Options{StreamShards: 3, ShardRecords: 500})
	go func() { done <- engine.ServeListener(ctx, l) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }, nil
}

// killing is the phase in which workers are killed.
type killing struct {
	options
	spec    spec
	db      *ddb.DB
	random  *rand.Rand
	workers int // number of started workers

	mu      sync.Mutex
	written map[string]int // the number of changes of each item
	changes atomic.Int64
}

// kill writes and kills until enough workers are killed.
func (k *killing) kill(ctx context.Context) (err error) {
	k.written = map[string]int{}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var writers sync.WaitGroup
	for w := range k.writers {
		random := rand.New(rand.NewPCG(k.seed, uint64(w)+2))
		writers.Go(func() {
			if err := k.write(ctx, w, random); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	running := make([]*process, 0, k.options.workers)
	defer func() {
		for _, p := range running {
			err = errors.Join(err, p.kill())
		}
	}()
	for range k.options.workers {
		p, err := k.start()
		if err != nil {
			return err
		}
		running = append(running, p)
	}
	told := time.Now()
	for n := range k.kills {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(50+k.random.IntN(350)) * time.Millisecond):
		}
		if ctx.Err() != nil {
			break
		}
		i := k.random.IntN(len(running))
		if err := running[i].kill(); err != nil {
			return err
		}
		if running[i], err = k.start(); err != nil {
			running = append(running[:i], running[i+1:]...)
			return err
		}
		if time.Since(told) > 2*time.Second {
			told = time.Now()
			fmt.Fprintf(k.progress, "kill: %d of %d workers killed, %d changes written\n", n+1, k.kills, k.changes.Load())
		}
	}
	cause := context.Cause(ctx)
	cancel(nil)
	writers.Wait()
	return cause
}

// write changes ten points and the title of a game until ctx ends. No other writer changes them.
func (k *killing) write(ctx context.Context, writer int, random *rand.Rand) error {
	game := fmt.Sprintf("game-%d", writer%3)
	n := map[string]int{}
	there := map[string]bool{}
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		maps.Copy(k.written, n)
	}()
	own := context.WithoutCancel(ctx) // a started write is completed, so that its outcome is known
	if err := k.db.Do(own, badges.Put(Badge{Game: game, ID: fmt.Sprint(writer)})); err != nil {
		return err
	}
	for ctx.Err() == nil {
		p := Point{Game: game, ID: fmt.Sprintf("%d-%d", writer, random.IntN(10))}
		var err error
		if p.N = n[p.ID] + 1; there[p.ID] && random.IntN(8) == 0 {
			err = k.db.Do(own, points.Delete(p))
			there[p.ID] = false
		} else {
			err = k.db.Do(own, points.Put(p))
			there[p.ID] = true
		}
		if err == nil && random.IntN(20) == 0 {
			err = k.db.Do(own, games.Put(Game{ID: game, Title: fmt.Sprintf("title %d of %d", k.changes.Load(), writer)}))
		}
		if err != nil {
			return err
		}
		n[p.ID]++
		k.changes.Add(1)
		time.Sleep(time.Duration(random.IntN(8)) * time.Millisecond)
	}
	return nil
}

// process is a running worker.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

// start starts a worker: this program again.
func (k *killing) start() (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := k.spec
	s.Name = fmt.Sprintf("worker-%d", k.workers)
	k.workers++
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), workerVariable+"="+string(text))
	cmd.Stderr = k.progress
	stdin, err := cmd.StdinPipe() // its end tells the worker that this program has ended
	if err != nil {
		return nil, err
	}
	return &process{cmd, stdin}, cmd.Start()
}

// kill kills the worker. It is an error if the worker had already ended.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("a worker had ended before it was killed: %w", err)
	}
	err := p.cmd.Wait()
	_ = p.stdin.Close()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && !exit.Exited() {
		return nil
	}
	return fmt.Errorf("a worker ended without a kill: %w", errors.Join(err, errors.New(p.cmd.ProcessState.String())))
}
