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
	name   string // behind symbolic links
	every  time.Duration
	whole  bool   // there is a file
	saved  uint64 // what engine.Changes was when its writing began
}

// open loads the snapshot, if it is there, and makes sure that one can be written: better found out now than when there
// is something to save. It returns nil where no file is named.
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

// start saves what has changed, again and again until ctx is done or stop is called, which waits for what is being
// written. A failure is reported and tried again.
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

// save writes a snapshot, unless nothing has changed since the last. It is written beside the file and replaces it once
// it is on the disk, so that the file is a whole snapshot at any moment.
func (s *saver) save() error {
	now := s.engine.Changes()
	if s.whole && now == s.saved {
		return nil
	}
	f, err := s.temporary()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone when it was renamed
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

// pattern is what the names of the files look like that become the snapshot.
func (s *saver) pattern() string { return "." + filepath.Base(s.name) + ".ddbmem-*" }

func (s *saver) temporary() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(s.name), s.pattern())
}

// clean removes what a killed process has left of a snapshot that it was writing.
func (s *saver) clean() error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(s.name), s.pattern()))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// syncDir makes a renaming in a directory last.
func syncDir(name string) error {
	if runtime.GOOS == "windows" { // which does it on its own, and cannot be asked to
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
