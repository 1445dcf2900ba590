package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// childVariable makes the test binary the command itself, so that a test can kill it.
const childVariable = "DDBMEM_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is the command in a separate process.
type process struct {
	cmd *exec.Cmd
	url string
}

// startProcess starts the command in a process that the test kills at its end, if not before.
func startProcess(t *testing.T, args ...string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	require.True(t, lines.Scan())
	url := regexp.MustCompile(`http://\S+`).FindString(lines.Text())
	require.NotEmpty(t, url, lines.Text())
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	return process{cmd, url}
}

// kill kills the process as kill -9 does.
func (p process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Kill())
	require.ErrorContains(t, p.cmd.Wait(), "killed")
}

const countTable = `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}]}`

// put writes the item of a number, of a kilobyte.
func put(t *testing.T, url string, n int) {
	t.Helper()
	require.Equal(t, "{}", call(t, url, "PutItem", fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":"a"},"n":{"N":"%d"},"pad":{"S":%q}}}`, n, strings.Repeat("x", 1000))))
}

// count returns how many items there are, which must be those of the numbers from 0 on.
func count(t *testing.T, url string) int {
	t.Helper()
	n := 0
	for after := ""; ; {
		var page struct {
			Items            []struct{ N struct{ N string } }
			LastEvaluatedKey json.RawMessage
		}
		body := `{"TableName":"abc","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}},"ProjectionExpression":"n"` + after + `}`
		require.NoError(t, json.Unmarshal([]byte(call(t, url, "Query", body)), &page))
		for _, it := range page.Items {
			require.Equal(t, fmt.Sprint(n), it.N.N, "what is there is what was there at one moment")
			n++
		}
		if page.LastEvaluatedKey == nil {
			return n
		}
		after = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey)
	}
}

// holds waits until the snapshot in a file holds that many items, and returns how many. Whatever is read on the way is a
// whole snapshot.
func holds(t *testing.T, file string, n int) int {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) { // the first is still being written
			continue
		}
		require.NoError(t, err)
		require.True(t, json.Valid(text), "the file is a whole snapshot at any moment")
		if strings.Count(string(text), `"pad"`) == n {
			return n
		}
	}
	require.FailNow(t, "no snapshot holds what was written")
	return 0
}

func TestKilledProcessLosesOnlyWhatFollowsTheLastSnapshot(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	file := filepath.Join(dir, "data.json")
	args := []string{"-snapshot", file, "-snapshot-every", "1ms"}
	p := startProcess(t, args...)
	call(t, p.url, "CreateTable", countTable)
	written := 0
	for range 4 {
		for range 50 {
			put(t, p.url, written)
			written++
		}
		// What a snapshot holds survives, whenever the process is killed.
		held := holds(t, file, written)
		for range 200 { // and some that may be lost, so that snapshots are being written
			put(t, p.url, written)
			written++
		}
		p.kill(t)

		p = startProcess(t, args...)
		got := count(t, p.url)
		require.GreaterOrEqual(t, got, held)
		require.LessOrEqual(t, got, written)
		written = got
	}
	p.kill(t)
	last := startProcess(t, args...)
	require.Equal(t, written, count(t, last.url))
	require.NoError(t, last.cmd.Process.Signal(os.Interrupt))
	require.NoError(t, last.cmd.Wait())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "no half-written file is left")
}

func TestKilledProcessLosesEverythingBeforeItsFirstSnapshot(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "data.json")
	p := startProcess(t, "-snapshot", file, "-snapshot-every", "1h")
	call(t, p.url, "CreateTable", countTable)
	put(t, p.url, 0)
	p.kill(t)
	require.NoFileExists(t, file, "which is what -snapshot-every bounds")
}

func TestSnapshotIsWrittenOnlyWhereSomethingChanged(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "data.json")
	engine := ddbmem.New()
	s, err := open(engine, file, time.Hour)
	require.NoError(t, err)
	written := func() bool {
		t.Helper()
		require.NoError(t, s.save())
		_, err := os.Stat(file)
		_ = os.Remove(file)
		return err == nil
	}
	url, stop := startEngine(t, engine)
	defer stop()
	require.True(t, written(), "the first, even of nothing")
	require.False(t, written())
	call(t, url, "CreateTable", countTable)
	require.True(t, written())
	call(t, url, "Query", `{"TableName":"abc","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}}}`)
	call(t, url, "DescribeTable", `{"TableName":"abc"}`)
	require.False(t, written(), "reads change nothing")
	put(t, url, 0)
	require.True(t, written())
	call(t, url, "UpdateTimeToLive", `{"TableName":"abc","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}`)
	require.True(t, written())
}

func TestSnapshotThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	file := filepath.Join(dir, "data.json")
	url, stop := start(t, "-snapshot", file)
	call(t, url, "CreateTable", countTable)
	require.NoError(t, stop())
	before, err := os.ReadFile(file)
	require.NoError(t, err)

	engine := ddbmem.New()
	s, err := open(engine, file, time.Hour)
	require.NoError(t, err)
	url, stopEngine := startEngine(t, engine)
	defer stopEngine()
	put(t, url, 0)
	s.name = filepath.Join(dir, "gone", "data.json")
	require.Error(t, s.save())
	s.name = file
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, s.save(), "and it is tried again")
	require.NotEqual(t, before, readFile(t, file))
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return text
}
