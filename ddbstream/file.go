package ddbstream

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/singletable-go/ddb"
)

// File keeps dead letters as lines of JSON in a file. It only appends: no line is changed or removed. A second file,
// named with ".done" at the end, has one line for each finished dead letter: its hash. An incomplete line does not
// count, so the worst effect of a crash is a second replay of one dead letter. Without the second file every dead
// letter counts as open. To clear them, delete both files while no process writes.
//
// It is safe for concurrent use; make it with [NewFile]. Several processes may write at once, on a file system whose
// appends are atomic, as those of local ones are. Two processes that replay at once may handle the same dead letter.
type File struct {
	path string
	mu   sync.Mutex
}

// NewFile returns the sink that appends to the file at path. The file is created with the first dead letter.
func NewFile(path string) *File { return &File{path: path} }

// Put appends a dead letter and waits until it is on disk. It makes no request; its error is one of the file system.
func (f *File) Put(_ context.Context, r ddb.Record, cause error) error {
	line, err := json.Marshal(letter(r, cause))
	if err == nil {
		err = f.append(f.path, line)
	}
	if err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	return nil
}

// Done marks a dead letter as finished: [File.Letters] skips it from then on. [Replay] calls it. It waits until the
// mark is on disk. A dead letter that no File returned is an error.
func (f *File) Done(l DeadLetter) error {
	if l.id == "" {
		return errors.New("ddbstream: dead letter: not read from a File: pass a value of File.Letters")
	}
	if err := f.append(f.path+doneSuffix, []byte(l.id)); err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	return nil
}

const doneSuffix = ".done"

// append adds a line in one write, so that lines of other processes stay whole.
func (f *File) append(path string, line []byte) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, missing := os.Stat(path)
	w, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if at, err := w.Stat(); err == nil && at.Size() > 0 { // a crash may have left half a line, which must not corrupt the next one
		last := make([]byte, 1)
		if _, err := w.ReadAt(last, at.Size()-1); err == nil && last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err = w.Write(append(line, '\n')); err != nil {
		return err
	}
	if err = w.Sync(); err == nil && errors.Is(missing, os.ErrNotExist) {
		err = syncDir(filepath.Dir(path))
	}
	return err
}

// syncDir makes the name of a new file durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Letters reads the open dead letters, oldest first. It reads those that are in the file when it begins, so dead
// letters that are added during a replay do not extend it. An unreadable line yields an error, and reading continues
// with the next line.
func (f *File) Letters() iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		done := map[string]bool{}
		for line, err := range f.lines(f.path + doneSuffix) {
			if err != nil {
				yield(DeadLetter{}, err)
				return
			}
			done[string(line.text)] = true
		}
		for l, err := range f.All() {
			if err == nil && done[l.id] {
				continue
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

// All reads all dead letters, finished ones included.
func (f *File) All() iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		for line, err := range f.lines(f.path) {
			if err != nil {
				yield(DeadLetter{}, err)
				return
			}
			l, err := Decode(line.text)
			if err != nil {
				err = fmt.Errorf("%s:%d: %w", f.path, line.number, err)
			} else {
				l.in, l.id = f, hash(line.text)
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// line is a non-empty line of a file, without its line end.
type line struct {
	number int
	text   []byte
}

// lines reads the lines that a file has when it begins; a missing file has none.
func (f *File) lines(path string) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		r, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err != nil {
			yield(line{}, err)
			return
		}
		defer func() { _ = r.Close() }()
		at, err := r.Stat()
		if err != nil {
			yield(line{}, err)
			return
		}
		in := bufio.NewReader(io.LimitReader(r, at.Size()))
		for n := 1; ; n++ {
			text, err := in.ReadBytes('\n')
			if text = bytes.TrimRight(text, "\r\n"); len(text) > 0 && !yield(line{n, text}, nil) {
				return
			}
			if err == nil {
				continue
			}
			if !errors.Is(err, io.EOF) {
				yield(line{}, err)
			}
			return
		}
	}
}
