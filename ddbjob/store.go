package ddbjob

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Store is where an [Export] writes its files: a [Dir], or an adapter of a bucket. It is used by one goroutine at a time.
type Store interface {
	// FS opens files that were written.
	fs.FS

	// WriteFile writes a file, of which other programs see all or nothing, and replaces one of that name. Names are as those
	// of [fs.FS]: data/000001.json.gz.
	WriteFile(name string, data []byte) error

	// Remove deletes a file. The error matches [fs.ErrNotExist] if there is none.
	Remove(name string) error
}

// Dir is a directory of the file system as a [Store]. It is made when a file is written. An [Import] reads it too. Files can be read by
// their owner alone. A process that is killed while it writes one leaves a file behind whose name begins with a dot.
type Dir string

// Open opens a file, as [os.DirFS] does.
func (d Dir) Open(name string) (fs.File, error) { return os.DirFS(string(d)).Open(name) }

// WriteFile writes a file beside the one of that name, and then takes its place.
func (d Dir) WriteFile(name string, data []byte) (err error) {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "write", Path: name, Err: fs.ErrInvalid}
	}
	to := d.path(name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), "."+path.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), to)
}

// Remove deletes a file.
func (d Dir) Remove(name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrInvalid}
	}
	return os.Remove(d.path(name))
}

func (d Dir) path(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }
