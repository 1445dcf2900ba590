package ddbjob

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/singletable-go/ddb/internal/fault"
)

// exportLog is what an export under way has written, with the cursors of its checkpoints. What a run wrote stays in it when another
// one resumes at an earlier cursor: either cursor may be the next that is resumed at, and each has its own files.
type exportLog struct {
	Started string
	Last    int // the number of the last file of any run: no number is used twice
	entries []logged
	at      int // the last entry of this run, counted from 1; 0 at the beginning
}

// logged is a file that was written, or a checkpoint.
type logged struct {
	dataFile
	After  int    `json:"after,omitempty"` // the entry before it, of the same run or of the one that it resumed
	Billed int    `json:"billedSizeBytes,omitempty"`
	Cursor string `json:"cursor,omitempty"` // of a checkpoint
}

// openLog reads the log of an export that resumes at a cursor, or begins one.
func openLog(to Store, cursor string, now time.Time) (*exportLog, error) {
	l := &exportLog{Started: now.UTC().Format(time.RFC3339Nano)}
	text, err := fs.ReadFile(to, progressName)
	switch {
	case errors.Is(err, fs.ErrNotExist) && cursor != "":
		return nil, fmt.Errorf("%w: there is no %s, so no export is under way here", fault.ErrCursor, progressName)
	case errors.Is(err, fs.ErrNotExist):
		return l, l.vacant(to)
	case err != nil:
		return nil, err
	}
	written := 0
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if i == 0 {
			err = json.Unmarshal(line, l)
		} else {
			var entry logged
			err = json.Unmarshal(line, &entry)
			if entry.After > len(l.entries) {
				err = fmt.Errorf("entry %d is after %d", i, entry.After)
			}
			l.entries = append(l.entries, entry)
			if entry.Key != "" {
				written++
			}
			if cursor != "" && entry.Cursor == cursor {
				l.at = len(l.entries)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", progressName, err)
		}
	}
	switch {
	case cursor == "" && written > 0 && l.vacant(to) != nil: // it was done, but for the removal of this file
		return nil, l.vacant(to)
	case cursor == "" && written > 0:
		return nil, fmt.Errorf("%w: an export is under way here, with %d files: resume it with its last cursor, or use another place", fault.ErrExists, written)
	case cursor == "":
		l.entries = nil
		return l, l.vacant(to)
	case l.at == 0:
		return nil, fmt.Errorf("%w: it is of another export than the one under way here", fault.ErrCursor)
	}
	return l, removed(to.Remove(summaryName)) // if it was done: its files are about to change
}

// vacant returns an error that matches ErrExists if there is an export.
func (*exportLog) vacant(to Store) error {
	_, err := fs.Stat(to, summaryName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: an export is here, with a %s: use another place", fault.ErrExists, summaryName)
}

// files returns the files of this run and of those that it resumed.
func (l *exportLog) files() (out []logged) {
	for at := l.at; at > 0; at = l.entries[at-1].After {
		if e := l.entries[at-1]; e.Key != "" {
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return out
}

// add adds an entry of this run.
func (l *exportLog) add(e logged) {
	e.After = l.at
	l.entries = append(l.entries, e)
	l.at = len(l.entries)
}

// fileName is the name of a file by its number.
func fileName(n int) string { return fmt.Sprintf("data/%06d.json.gz", n) }

// checkpoint writes the log with a cursor that resumes behind its last file.
func (l *exportLog) checkpoint(to Store, cursor string) error {
	l.add(logged{Cursor: cursor})
	var text bytes.Buffer
	first, err := json.Marshal(l)
	if err != nil {
		return err
	}
	text.Write(append(first, '\n'))
	for _, e := range l.entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	return to.WriteFile(progressName, text.Bytes())
}

// tidy removes files of earlier runs that have no place in the export. One may have been written that is not in the log.
func (l *exportLog) tidy(to Store) error {
	has := map[string]bool{}
	for _, f := range l.files() {
		has[f.Key] = true
	}
	for n := 1; n <= l.Last+1; n++ {
		if has[fileName(n)] {
			continue
		}
		if err := removed(to.Remove(fileName(n))); err != nil {
			return err
		}
	}
	return nil
}

// removed is the error of a removal, nil if there was nothing.
func removed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
