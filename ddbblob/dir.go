package ddbblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// Dir returns a store in a directory, which the first Put creates: one file for each object, in subdirectories as its key
// has slashes. An object is written to a temporary file, synchronized, and renamed. Names are escaped, so that they are
// different where file names do not distinguish letters by case. Several programs of one user can use the directory.
// The age of an object is that of its file. List reads all names into memory and sorts them. The directory may be a symbolic
// link; List follows none in it.
//
// After a crash a temporary file may stay in the subdirectory .tmp, which can be deleted while no program writes.
func Dir(path string) Store { return dir(filepath.Clean(path)) }

type dir string

const (
	fileSuffix = ".blob" // no escaped name has a dot
	temporary  = ".tmp"
)

func (d dir) Put(ctx context.Context, key string, content *io.SectionReader) error {
	if err := d.put(ctx, key, content); err != nil {
		return fmt.Errorf("ddbblob: put %q: %w", key, err)
	}
	return nil
}

func (d dir) put(ctx context.Context, key string, content *io.SectionReader) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(string(d), temporary), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Join(string(d), temporary), "*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = errors.Join(copyAll(ctx, f, content), f.Sync(), f.Close()); err != nil {
		return err
	}
	to := d.file(key)
	for range 100 { // a Delete beside may remove the directory again, if it is empty
		if err = os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			continue
		}
		if err = os.Rename(f.Name(), to); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	return d.sync(filepath.Dir(to))
}

// sync makes the names in a directory, and in those around it, survive a power failure.
func (d dir) sync(path string) error {
	for {
		f, err := os.Open(path) //nolint:gosec // made of escaped names
		if err != nil {
			return err
		}
		err = f.Sync()
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		if path == string(d) || len(path) <= len(d) {
			return nil
		}
		path = filepath.Dir(path)
	}
}

func (d dir) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(d.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoObject
	}
	return f, err
}

// Copy implements [Copier].
func (d dir) Copy(ctx context.Context, from, to string) error {
	f, err := os.Open(d.file(from))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoObject
	} else if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return d.Put(ctx, to, io.NewSectionReader(f, 0, info.Size()))
}

func (d dir) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := d.file(key)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ddbblob: delete %q: %w", key, err)
	}
	for path = filepath.Dir(path); len(path) > len(d); path = filepath.Dir(path) {
		if os.Remove(path) != nil { // it is not empty
			break
		}
	}
	return nil
}

func (d dir) List(ctx context.Context, prefix, after string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		var found []Object
		err := fs.WalkDir(os.DirFS(string(d)), ".", func(name string, entry fs.DirEntry, err error) error { // follows d itself, a link
			switch {
			case errors.Is(err, fs.ErrNotExist): // deleted meanwhile, or nothing was put yet
				return nil
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == temporary:
				return fs.SkipDir
			case entry.IsDir():
				return ctx.Err()
			}
			key, ok := keyOf(name)
			if !ok || !strings.HasPrefix(key, prefix) || key <= after {
				return nil
			}
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil {
				found = append(found, Object{key, info.Size(), info.ModTime()})
			}
			return err
		})
		if err != nil {
			yield(Object{}, fmt.Errorf("ddbblob: list %q: %w", prefix, err))
			return
		}
		yieldSorted(ctx, found, yield)
	}
}

func (d dir) file(key string) string {
	return filepath.Join(string(d), filepath.FromSlash(nameOf(key)))
}
