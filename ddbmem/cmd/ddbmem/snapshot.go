package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/singletable-go/ddb/ddbmem"
)

// saver keeps the snapshot of an engine in a file.
type saver struct {
	engine *ddbmem.Engine
	name   string // with symbolic links resolved
	every  time.Duration
	whole  bool   // the file exists
	saved  uint64 // engine.Changes at the start of the last save
}

// open loads the snapshot, if it exists, and checks that one can be written, so that a failure shows at the start. It
// returns nil if no file is named.
func open(engine *ddbmem.Engine, name string, every time.Duration) (*saver, error) {
	if name == "" {
		return nil, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	s := &saver{engine: engine, name: name, every: every}
	if err := s.clean(); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	f, err := s.temporary()
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return s, s.load()
}

func (s *saver) load() error {
	f, err := os.Open(s.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	s.whole = true
	return s.engine.Restore(f)
}

// start saves changes periodically until ctx is done or stop is called; stop waits for a current save. A failure is
// reported and retried.
func (s *saver) start(ctx context.Context, stderr io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait := time.NewTicker(s.every)
		defer wait.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-wait.C:
			}
			if err := s.save(); err != nil {
				fmt.Fprintln(stderr, "ddbmem: snapshot:", err)
			}
			wait.Reset(s.every)
		}
	}()
	return func() { cancel(); <-done }
}

// save writes a snapshot, unless nothing has changed since the last. It writes a temporary file, syncs it, and renames
// it: the file is a complete snapshot at any moment.
func (s *saver) save() error {
	now := s.engine.Changes()
	if s.whole && now == s.saved {
		return nil
	}
	f, err := s.temporary()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // does nothing after the rename
	mode := os.FileMode(0o644)
	if info, err := os.Stat(s.name); err == nil {
		mode = info.Mode().Perm()
	}
	if err := errors.Join(s.engine.Snapshot(f), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), s.name); err != nil {
		return err
	}
	s.whole, s.saved = true, now
	return syncDir(filepath.Dir(s.name))
}

// pattern is the pattern of the temporary files' names.
func (s *saver) pattern() string { return "." + filepath.Base(s.name) + ".ddbmem-*" }

func (s *saver) temporary() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(s.name), s.pattern())
}

// clean removes the temporary files of a killed process.
func (s *saver) clean() error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(s.name), s.pattern()))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// syncDir makes a rename in a directory durable.
func syncDir(name string) error {
	if runtime.GOOS == "windows" { // Windows does that itself and has no call for it
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
