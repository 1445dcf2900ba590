package search

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// A directory has a generation in a directory of its own, and a file that names the current one: a rebuild makes the
// next beside it, and then writes the name. What a rebuild that was stopped has left is deleted by the next Open.
const currentFile = "current"

var generationName = regexp.MustCompile(`^generation-[A-Z0-9]{26}$`)

// Open opens the index in a directory, or a new one in memory if dir is "". Only one process can have a directory open.
// It reports whether the index is empty and needs a Rebuild: because it is new, or of another release.
func Open(store *things.Store, dir string) (x *Index, empty bool, err error) {
	x = &Index{store: store, dir: dir}
	if dir != "" {
		x.now, err = current(dir)
		if err != nil {
			return nil, false, err
		}
	}
	if x.now != nil {
		return x, false, tidy(dir, x.now.name)
	}
	if x.now, err = x.create(); err != nil {
		return nil, false, err
	}
	if err := x.choose(x.now); err != nil {
		return nil, false, errors.Join(err, x.now.drop())
	}
	return x, true, tidy(dir, x.now.name)
}

// current opens the current generation in a directory, nil if there is none that can be used.
func current(dir string) (*generation, error) {
	b, err := os.ReadFile(filepath.Join(dir, currentFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, unused(dir)
	}
	name := string(b)
	switch {
	case err != nil:
		return nil, fmt.Errorf("search index: %w", err)
	case !generationName.MatchString(name):
		return nil, fmt.Errorf("search index: %s is not a directory of this index: use another", dir)
	}
	path := filepath.Join(dir, name)
	g, err := openGeneration(name, path)
	if err != nil {
		return nil, fmt.Errorf("search index: %s cannot be opened: %w: another process may have it open; if none has, delete the directory", path, err)
	}
	if !sameMapping(g.index) {
		return nil, g.close()
	}
	return g, nil
}

// openGeneration opens the files of a generation.
func openGeneration(name, path string) (*generation, error) {
	g := &generation{name: name, path: path}
	err := g.guard(func() (err error) {
		g.index, err = bleve.OpenUsing(path, map[string]any{"bolt_timeout": "1s"})
		return err
	})
	return g, err
}

// unused returns an error if a directory has files of others.
func unused(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !generationName.MatchString(e.Name()) {
			return fmt.Errorf("search index: %s has other files: use an empty directory", dir)
		}
	}
	return err
}

// sameMapping reports whether an index has the mapping of this release.
func sameMapping(index bleve.Index) bool {
	want, err := newMapping()
	if err != nil {
		return false
	}
	a, errA := json.Marshal(want)
	b, errB := json.Marshal(index.Mapping())
	return errA == nil && errB == nil && string(a) == string(b)
}

// create creates an empty generation.
func (x *Index) create() (*generation, error) {
	mapping, err := newMapping()
	if err != nil {
		return nil, err
	}
	g := &generation{name: "generation-" + rand.Text()}
	if x.dir != "" {
		g.path = filepath.Join(x.dir, g.name)
		if err := os.MkdirAll(x.dir, 0o755); err != nil {
			return nil, fmt.Errorf("search index: %w", err)
		}
	}
	err = g.guard(func() (err error) {
		g.index, err = bleve.NewUsing(g.path, mapping, scorch.Name, scorch.Name, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search index: %w: %w", ErrIndex, err)
	}
	return g, nil
}

// choose makes a generation the current one of the directory, in one step.
func (x *Index) choose(g *generation) error {
	if x.dir == "" {
		return nil
	}
	draft := filepath.Join(g.path, currentFile)
	if err := os.WriteFile(draft, []byte(g.name), 0o644); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	if err := os.Rename(draft, filepath.Join(x.dir, currentFile)); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	return nil
}

// tidy deletes the other generations.
func tidy(dir, keep string) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != keep && generationName.MatchString(e.Name()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
