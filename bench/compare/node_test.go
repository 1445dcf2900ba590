package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// electroDB is the package from npm that the JavaScript program uses.
const electroDB = "electrodb@3.9.3"

// node runs the JavaScript program, a process for each step.
type node struct{ modules, endpoint string }

// newNode returns the program on the engine. Without npm the test skips with one line, or fails with DDB_REQUIRE_NODE=1.
func newNode(t *testing.T, e *engine) *node {
	t.Helper()
	modules, err := install()
	switch {
	case err == nil:
		return &node{modules, e.serve(t)}
	case os.Getenv("DDB_REQUIRE_NODE") == "1":
		t.Fatalf("%s is required by DDB_REQUIRE_NODE=1: %v", electroDB, err)
	default:
		t.Skipf("needs %s from npm: %v", electroDB, err)
	}
	return nil
}

// install installs the package in the user's cache directory, once, and returns its node_modules.
var install = sync.OnceValues(func() (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "singletable-go-ddb", electroDB)
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, ".package-lock.json")); err == nil {
		return modules, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	out, err := exec.Command(npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", electroDB).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install: %w: %.200s", err, out)
	}
	return modules, nil
})

// run runs a step, and decodes its result.
func (n *node) run(ctx context.Context, into any, step string, args ...any) error {
	argument, err := json.Marshal(args)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join("electrodb", "main.js"), n.endpoint, step, string(argument))
	cmd.Env = append(os.Environ(), "NODE_PATH="+n.modules)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	if err != nil {
		return err
	}
	return decode(out, into)
}
