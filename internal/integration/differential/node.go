package differential

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// The npm packages of the engines that run on Node or come through it.
const (
	dynoxide = "@dynoxide/linux-x64@1.2.1"
	dynalite = "dynalite@4.0.0"
)

// servers are the processes that this one started.
type servers struct {
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// stop ends the processes and waits until they are gone.
func (s *servers) stop() {
	if s.cancel != nil {
		s.cancel()
		s.running.Wait()
	}
}

// engines starts dynoxide and dynalite. The error says in one line why they cannot be had.
func (s *servers) engines() ([]*Engine, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return nil, errors.New("dynoxide's package is for linux/amd64")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, errors.New("there is no node to run it")
	}
	modules, err := install(ctx)
	if err != nil {
		return nil, err
	}
	first, err := s.start(ctx, "dynoxide", filepath.Join(modules, "@dynoxide", "linux-x64", "dynoxide"), "serve", "--host", "127.0.0.1")
	if err != nil {
		return nil, err
	}
	second, err := s.start(ctx, "dynalite", node, filepath.Join(modules, "dynalite", "cli.js"), "--host", "127.0.0.1",
		"--createTableMs", "0", "--updateTableMs", "0", "--deleteTableMs", "0")
	if err != nil {
		return nil, err
	}
	return []*Engine{first, second}, nil
}

// install makes sure that the packages are in the cache directory and returns their node_modules.
func install(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "singletable-go-ddb", "engines")
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "dynalite", "cli.js")); err == nil {
		return modules, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", dynoxide, dynalite)
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install: %w: %.200s", err, out)
	}
	return modules, nil
}

// start runs a server on a free port and waits until it answers.
func (s *servers) start(ctx context.Context, name, command string, args ...string) (*Engine, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, command, append(args, "--port", fmt.Sprint(port))...)
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s.running.Go(func() { _ = cmd.Wait() })
	endpoint := fmt.Sprintf("http://127.0.0.1:%d/", port)
	for range 100 {
		if r, err := http.Get(endpoint); err == nil {
			return remote(name, endpoint), r.Body.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not answer", name)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
