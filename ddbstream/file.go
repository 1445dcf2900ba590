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

// File keeps dead letters as lines of JSON in a file. It only ever appends: no letter is changed or taken out. What is done is told by a
// second file, with ".done" behind the name, which has a line for each letter, its hash. A line is whole or does not count, so a
// crash costs no more than that a letter is replayed twice; without the second file all letters are to be done. When both are no
// longer wanted, delete both, while nobody writes.
//
// It is safe for concurrent use. Several processes may write at once, on a file system that appends in one piece, as local ones do; of two
// that replay at once both may handle a letter.
type File struct {
	path string
	mu   sync.Mutex
}

// NewFile returns the sink that appends to the file at path, which it creates when it is needed.
func NewFile(path string) *File { return &File{path: path} }

// Put appends a dead letter and waits until it is on disk.
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

// Done notes that a letter needs no more: [File.Letters] leaves it out from now on. [Replay] calls it. It waits until that is on disk.
func (f *File) Done(l DeadLetter) error {
	if l.id == "" {
		return errors.New("ddbstream: dead letter: it is not from a File")
	}
	if err := f.append(f.path+doneSuffix, []byte(l.id)); err != nil {
		return fmt.Errorf("ddbstream: dead letter: %w", err)
	}
	return nil
}

const doneSuffix = ".done"

// append adds a line in one write, so that those of other processes stay whole.
func (f *File) append(path string, line []byte) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, missing := os.Stat(path)
	w, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if at, err := w.Stat(); err == nil && at.Size() > 0 { // a crash may have left half a line, which must not spoil the next one
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

// syncDir makes the name of a new file last.
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

// Letters reads the dead letters that are not done, oldest first: those that are in the file when it begins, so that letters which
// are put meanwhile do not make it endless. A line that is none is an error, after which it goes on with the next.
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

// All is Letters with those that are done.
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

// line is a line of a file that is not empty, without its end.
type line struct {
	number int
	text   []byte
}

// lines reads the lines that a file has when it begins; none of a file that is not there.
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
