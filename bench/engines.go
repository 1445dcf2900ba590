package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// serveEnv makes this program serve ddbmem, until its input ends.
const serveEnv = "DDB_BENCH_SERVE"

// served is an engine behind HTTP.
type served struct {
	name   string
	db     *ddb.DB
	client *dynamodb.Client
	watch  *stopwatch
	turns  figures
}

// stopwatch measures requests from their first byte to the last one of their responses, without the client's coding.
type stopwatch struct {
	client http.Client
	took   time.Duration
}

func (s *stopwatch) Do(r *http.Request) (*http.Response, error) {
	from := time.Now()
	res, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	s.took += time.Since(from)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// engines compares ddbmem in a process of its own with the engine at DYNAMODB_ENDPOINT. Both have the same table.
func engines(ctx context.Context, out io.Writer, set settings) (err error) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		return errors.New("DYNAMODB_ENDPOINT names no engine to compare with: run the command through internal/integration/withengine")
	}
	address, end, err := serveElsewhere(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	both := []*served{{name: "ddbmem"}, {name: cmp.Or(os.Getenv("DDB_ENGINE_IMAGE"), "the other engine")}}
	for i, at := range []string{address, endpoint} {
		e := both[i]
		e.watch = &stopwatch{client: http.Client{Transport: &http.Transport{DisableCompression: true}}}
		e.client = dynamodb.New(clientOptions(at), func(o *dynamodb.Options) { o.HTTPClient = e.watch })
		e.db = ddb.New(e.client, fmt.Sprintf("bench-%x", rand.Uint64()), Shop, nil)
		if err := e.db.CreateTable(ctx); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		must(e.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(e.db.Name()), Item: must(Customers.Encode(sampleCustomer()))}))
		defer func() { err = errors.Join(err, e.db.ForceDropTable(ctx)) }()
	}
	fmt.Fprintf(out, "Elapsed time of a request over HTTP, without the client's coding; the best quarter of %d turns of %v. Each engine is another process.\n\n"+
		"| request | %s to %s | %[3]s | %[4]s |\n|---|---|---|---|\n", set.rounds, set.turn, both[0].name, both[1].name)
	for _, r := range requests() {
		if err := compareEngines(ctx, both, r, set); err != nil {
			var refused interface{ ErrorCode() string }
			if !errors.As(err, &refused) {
				return err
			}
			fmt.Fprintf(out, "| %s | %s |  |  |\n", r.name, refused.ErrorCode())
			continue
		}
		fmt.Fprintf(out, "| %s | %.2f | %.0f µs | %.0f µs |\n", r.name, both[0].turns.ratio(both[1].turns), micros(both[0].turns.cpu()), micros(both[1].turns.cpu()))
	}
	return nil
}

// compareEngines sends the request to both engines in turn.
func compareEngines(ctx context.Context, both []*served, r request, set settings) error {
	for _, e := range both {
		e.turns = figures{}
		if _, err := e.send(ctx, r, 10); err != nil {
			return err
		}
	}
	took, err := both[1].send(ctx, r, 10)
	if err != nil {
		return err
	}
	calls := max(1, int(set.turn/took))
	for range set.rounds {
		for _, i := range rand.Perm(len(both)) {
			runtime.GC()
			took, err := both[i].send(ctx, r, calls)
			if err != nil {
				return err
			}
			both[i].turns.turns = append(both[i].turns.turns, took)
		}
	}
	return nil
}

// send sends the request n times and returns the time of one.
func (e *served) send(ctx context.Context, r request, n int) (time.Duration, error) {
	e.watch.took = 0
	for i := range n {
		if err := r.send(ctx, e.client, e.db.Name(), i); err != nil {
			return 0, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return max(1, e.watch.took/time.Duration(n)), nil
}

// serveElsewhere runs this program again, as a server of ddbmem.
func serveElsewhere(ctx context.Context) (address string, end func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env, cmd.Stderr = append(os.Environ(), serveEnv+"=1"), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(err, end())
	}
	return strings.TrimSpace(address), end, nil
}

// serveEngine serves ddbmem, prints its address, and ends with its input.
func serveEngine(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	fmt.Fprintf(out, "http://%s\n", l.Addr())
	return ddbmem.New().ServeListener(ctx, l)
}
