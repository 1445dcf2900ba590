package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// rebuildTask is the task of a separate process, so that its memory is only that of the Rebuild, not of the table.
type rebuildTask struct {
	Engine  string // its address
	Workers int
}

// rebuildCost is the cost of a Rebuild.
type rebuildCost struct {
	Sources  int           // compared sources, including those whose contribution came first
	Changed  int           // written targets
	Live     uint64        // the maximum that a garbage collection found alive, above the start
	Heap     uint64        // the maximum heap in use, garbage included, above the start
	Resident uint64        // the maximum memory of the process, above the start; 0 if the system does not report it
	CPU      time.Duration // of this process only
	Took     time.Duration
}

const rebuildEnv = "DDB_BENCH_REBUILD"

// rebuilds prints the memory of a Rebuild without the data: for uncounted and for correct sources, and for few and all
// sources per target.
func rebuilds(ctx context.Context, out io.Writer, sources int) error {
	fmt.Fprintf(out, "A Rebuild of %d sources, with the engine in another process; memory above that at its start.\n\n", sources)
	fmt.Fprintf(out, "| to a target | sources | workers | GOMEMLIMIT | alive | heap in use | resident | CPU | elapsed |\n|---|---|---|---|---|---|---|---|---|\n")
	const few, limit = 100, "200MiB"
	address, end := "", func() {}
	defer func() { end() }()
	for _, run := range []struct {
		each    int
		counted bool
		workers int
		limit   string
	}{
		{few, false, 1, ""},
		{few, true, 1, ""},
		{few, true, 4, ""},
		{few, true, 16, ""},
		{few, true, 1, limit},
		{few, true, 16, limit},
		{sources, false, 1, ""},
		{sources, true, 1, ""},
		{sources, true, 16, limit},
	} {
		if !run.counted {
			end()
			var err error
			if address, end, err = serveSchool(ctx, sources, run.each); err != nil {
				return err
			}
		}
		c, err := rebuildElsewhere(ctx, rebuildTask{address, run.workers}, run.limit)
		if err != nil {
			return err
		}
		if c.Sources < sources || (c.Changed == 0) != run.counted {
			return fmt.Errorf("rebuild of %d sources, counted: %v: it compared %d and wrote %d", sources, run.counted, c.Sources, c.Changed)
		}
		are := "not counted yet"
		if run.counted {
			are = "right"
		}
		fmt.Fprintf(out, "| %d | %s | %d | %s | %s | %s | %s | %.1f s | %.1f s |\n", run.each, are, run.workers, cmp.Or(run.limit, "none"),
			megabytes(c.Live), megabytes(c.Heap), megabytes(c.Resident), c.CPU.Seconds(), c.Took.Seconds())
	}
	return nil
}

func megabytes(n uint64) string {
	if n == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

// serveSchool serves a table with uncounted sources, each of a target, until end is called.
func serveSchool(ctx context.Context, sources, each int) (address string, end func(), err error) {
	ctx, end = context.WithCancel(ctx)
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), tableName, School, nil)
	if err := db.CreateTable(ctx); err != nil {
		return "", end, err
	}
	pupil := func(i int) string { return fmt.Sprintf("pupil-%06d", i/each) }
	for from := 0; from < sources; from += 1000 {
		var ops []ddb.Op
		for i := from; i < min(from+1000, sources); i++ {
			if i%each == 0 {
				ops = append(ops, Pupils.Put(Pupil{ID: pupil(i), Name: "Jane Doe"}))
			}
			ops = append(ops, Steps.Put(Step{Pupil: pupil(i), ID: fmt.Sprintf("step-%09d", i), Course: "algebra", XP: i}))
		}
		if err := db.Batch(ctx, ops...); err != nil {
			return "", end, err
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", end, err
	}
	go func() { check(engine.ServeListener(ctx, l)) }()
	return "http://" + l.Addr().String(), end, nil
}

// rebuildElsewhere runs this program again, for a task.
func rebuildElsewhere(ctx context.Context, task rebuildTask, limit string) (c rebuildCost, err error) {
	text, err := json.Marshal(task)
	if err != nil {
		return c, err
	}
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	cmd := exec.CommandContext(ctx, self, os.Args[1:]...)
	cmd.Env, cmd.Stderr = append(os.Environ(), rebuildEnv+"="+string(text)), os.Stderr
	if limit != "" {
		cmd.Env = append(cmd.Env, "GOMEMLIMIT="+limit)
	}
	answer, err := cmd.Output()
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(answer, &c)
}

// rebuild does a task, and prints its cost.
func rebuild(ctx context.Context, text string, out io.Writer) error {
	var task rebuildTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		return err
	}
	db := ddb.New(dynamodb.New(clientOptions(task.Engine)), tableName, School, nil)
	if _, err := ddb.NewRepository(db, Pupils).Get(ctx, Pupil{ID: "pupil-000000"}); err != nil { // opens the connection
		return err
	}
	var c rebuildCost
	opts := &ddb.JobOptions{Workers: task.Workers, Progress: func(p ddb.Progress) { c.Sources, c.Changed = p.Sources, p.Changed }}
	m := watchMemory()
	cpu, wall := cpuTime(), time.Now()
	err := TheirXP.Rebuild(ctx, db, opts)
	c.CPU, c.Took = cpuTime()-cpu, time.Since(wall)
	c.Live, c.Heap, c.Resident = m.stop()
	return errors.Join(err, json.NewEncoder(out).Encode(c))
}

// memoryWatch finds the maximum memory from a moment on, above the memory at that moment.
type memoryWatch struct {
	live, heap, resident uint64 // at the start
	most                 struct{ live, heap uint64 }
	done, ended          chan struct{}
}

func watchMemory() *memoryWatch {
	runtime.GC()
	debug.FreeOSMemory()
	w := &memoryWatch{resident: residentMemory("VmRSS"), done: make(chan struct{}), ended: make(chan struct{})}
	w.live, w.heap = heapNow()
	go func() {
		defer close(w.ended)
		for {
			live, heap := heapNow()
			w.most.live, w.most.heap = max(w.most.live, live), max(w.most.heap, heap)
			select {
			case <-w.done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return w
}

func (w *memoryWatch) stop() (live, heap, resident uint64) {
	close(w.done)
	<-w.ended
	if peak := residentMemory("VmHWM"); peak > w.resident {
		resident = peak - w.resident
	}
	return w.most.live - w.live, w.most.heap - w.heap, resident
}

// heapNow returns what the last garbage collection found alive, and the heap in use.
func heapNow() (live, inUse uint64) {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64(), s[1].Value.Uint64() + s[2].Value.Uint64()
}

// residentMemory is the process's memory as Linux reports it; 0 on other systems. The value of getrusage begins with
// the parent's.
func residentMemory(field string) uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kB uint64
		if _, err := fmt.Sscanf(line, field+": %d kB", &kB); err == nil {
			return kB << 10
		}
	}
	return 0
}
