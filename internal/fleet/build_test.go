package fleet_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/scale"
)

// release is the commit that processes of an older program are built from.
const release = "0e51cb8"

// requireVar is the variable that forbids the test of a mixed fleet to skip.
const requireVar = "DDB_REQUIRE_FLEET"

// program is a built program, and how its processes are started.
type program struct {
	path string
	args []string
}

// programs are both programs, built once for all tests, or why there is none.
var programs struct {
	once          sync.Once
	dir           string
	before, after program
	missing       string
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		panic(err)
	}
	programs.dir = dir
	scale.Main(m, 4)
	_ = os.RemoveAll(dir)
}

// build returns both programs. Without the history of the repository it skips the test, or fails where DDB_REQUIRE_FLEET=1.
func build(t *testing.T) (before, after program) {
	t.Helper()
	programs.once.Do(func() { buildAll(t) })
	switch {
	case programs.missing != "" && os.Getenv(requireVar) != "1":
		t.Skip(programs.missing)
	case programs.missing != "":
		t.Fatal(programs.missing)
	case programs.after.path == "":
		t.Fatal("the programs were not built, as the first test that needs them says")
	}
	return programs.before, programs.after
}

func buildAll(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	goBuild := func(from, to string, env ...string) {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", to, "./internal/fleet/program")
		cmd.Dir, cmd.Env = from, append(os.Environ(), env...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	// its library, with the program of today, on the SDK of today: so nothing has to be fetched
	added := map[string][]byte{}
	add := func(as, from string) {
		data, err := os.ReadFile(from)
		require.NoError(t, err)
		added[as] = data
	}
	add("go.mod", filepath.Join(root, "go.mod"))
	add("go.sum", filepath.Join(root, "go.sum"))
	add("ddbview/ddbview.go", "testdata/ddbview.go.txt")
	for _, pkg := range []string{"model", "program"} {
		files, err := filepath.Glob(filepath.Join(pkg, "*.go"))
		require.NoError(t, err)
		for _, f := range files {
			add(filepath.ToSlash(filepath.Join("internal/fleet", f)), f)
		}
	}
	before := kept(added)
	if _, err := os.Stat(before); err != nil {
		var out bytes.Buffer
		var text strings.Builder
		git := exec.CommandContext(t.Context(), "git", "-C", root, "archive", "--format=tar", release)
		git.Stdout, git.Stderr = &out, &text
		if err := git.Run(); err != nil {
			programs.missing = fmt.Sprintf("needs the repository's history back to %s: %v %s", release, err, strings.TrimSpace(text.String()))
			return
		}
		tree := filepath.Join(programs.dir, "tree")
		unpack(t, &out, tree)
		for name, data := range added {
			writeFile(t, filepath.Join(tree, name), data)
		}
		built := fmt.Sprint(before, ".", os.Getpid()) // others may build it, too
		goBuild(tree, built, "GOWORK=off")
		require.NoError(t, os.Rename(built, before))
	}
	after := filepath.Join(programs.dir, "after")
	goBuild(root, after)
	programs.before, programs.after = program{before, []string{"-old", "-schema=1"}}, program{after, []string{"-schema=2"}}
}

// kept is where the program with the older release stays for later runs, as it takes long to build: the user's cache, under a
// name that stands for all that it is built from, or else the directory of this run.
func kept(added map[string][]byte) string {
	sum := sha256.New()
	fmt.Fprintln(sum, release, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range slices.Sorted(maps.Keys(added)) {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(added[name]), added[name])
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = programs.dir
	}
	return filepath.Join(dir, "ddb-fleet", fmt.Sprintf("%x", sum.Sum(nil)[:8]), "before")
}

func unpack(t *testing.T, from io.Reader, dir string) {
	t.Helper()
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			continue
		}
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		writeFile(t, filepath.Join(dir, h.Name), data)
	}
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, data, 0o600))
}
