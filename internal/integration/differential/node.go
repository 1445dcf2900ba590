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
	"strings"
	"sync"
	"testing"
	"time"
)

// program is an engine from npm.
type program struct {
	name, version string
	arguments     func(modules string) []string // the command, without the port
}

// The engines from npm.
var (
	dynoxide = program{"@dynoxide/linux-x64", "1.2.1", func(modules string) []string {
		return []string{filepath.Join(modules, "@dynoxide", "linux-x64", "dynoxide"), "serve", "--host", "127.0.0.1"}
	}}
	dynalite = program{"dynalite", "4.0.0", func(modules string) []string {
		return []string{"node", "-e", serveDynalite, filepath.Join(modules, "dynalite")}
	}}
)

// serveDynalite is the program that serves dynalite: its first argument is the path, its last the port. A request that
// would end the process gets an error, and there is one request at a time.
const serveDynalite = `
const [dynalite, , port] = process.argv.slice(1);
const server = require(dynalite)({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
let answer;
server.prependListener('request', (_, response) => { answer = response; });
for (const failure of ['uncaughtException', 'unhandledRejection']) {
  process.on(failure, () => { answer.writeHead(500).end('{"__type":"` + crashed + `"}'); });
}
server.listen(port, '127.0.0.1');
`

// crashed is the error for a request on which dynalite crashes.
const crashed = "Crashed"

// requireNode is the variable that turns skips for a missing Node into failures.
const requireNode = "DDB_REQUIRE_NODE"

// node are the engines that this process started.
var node = &servers{started: map[string]func() (*Engine, error){}}

type servers struct {
	mu      sync.Mutex
	started map[string]func() (*Engine, error)
	stops   []func()
}

// engine returns the engine, which the first call starts. If it is unavailable the test skips with one line, or fails
// with DDB_REQUIRE_NODE=1.
func (s *servers) engine(t *testing.T, p program) *Engine {
	t.Helper()
	s.mu.Lock()
	start := s.started[p.name]
	if start == nil {
		start = sync.OnceValues(func() (*Engine, error) { return s.start(p) })
		s.started[p.name] = start
	}
	s.mu.Unlock()
	e, err := start()
	switch {
	case err == nil:
		return e
	case os.Getenv(requireNode) == "1":
		t.Fatalf("%s is required by %s=1: %v", p.name, requireNode, err)
	default:
		t.Skipf("needs %s from npm: %v", p.name, err)
	}
	return nil
}

// stop ends the processes and waits for them.
func (s *servers) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stop := range s.stops {
		stop()
	}
}

// start runs an engine on a free port and waits until it responds. The error says in one line why it is unavailable.
func (s *servers) start(p program) (*Engine, error) {
	if p.name == dynoxide.name && (runtime.GOOS != "linux" || runtime.GOARCH != "amd64") {
		return nil, errors.New("the package is for linux/amd64")
	}
	modules, err := install(p)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	arguments := append(p.arguments(modules), "--port", fmt.Sprint(port))
	cmd := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	s.mu.Lock()
	s.stops = append(s.stops, func() { cancel(); <-ended })
	s.mu.Unlock()
	endpoint := fmt.Sprintf("http://127.0.0.1:%d/", port)
	for range 200 {
		if r, err := http.Get(endpoint); err == nil {
			name, _, _ := strings.Cut(strings.TrimPrefix(p.name, "@"), "/")
			return oneByOne(remote(name, endpoint)), r.Body.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.New("it does not respond")
}

// install installs the package in the user's cache directory and returns its node_modules.
func install(p program) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "singletable-go-ddb", strings.ReplaceAll(strings.TrimPrefix(p.name, "@"), "/", "-")+"-"+p.version)
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, p.name)); err == nil {
		return modules, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	out, err := exec.Command(npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", p.name+"@"+p.version).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install: %w: %.200s", err, out)
	}
	return modules, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
