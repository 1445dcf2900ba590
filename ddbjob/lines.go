package ddbjob

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/face"
)

const (
	// maxLine bounds a line: an item of 400 KB, of whose bytes each may be six in JSON.
	maxLine = 4 << 20
	// linesPerPage and bytesPerPage bound what is read of a file at once.
	linesPerPage = 256
	bytesPerPage = 1 << 20
)

// place is how far a file was read.
type place struct {
	line    int // the last one that was read
	items   int // of the lines
	damaged int // lines that are none
	ended   bool
}

// lines reads the files of an export as a feed of a job: each file is a part.
type lines struct {
	from  fs.FS
	found *found
	at    []place // taken
	began []bool
	take  func(ctx context.Context, o outgoing) error
	fault func(*LineError)
}

// line is an item of a file, or what is wrong there.
type line struct {
	n    int
	item attr.Item
	err  error
}

// linePage is what was read at once.
type linePage struct {
	lines []line
	to    place
}

func newLines(from fs.FS, f *found) *lines {
	return &lines{from: from, found: f, at: make([]place, len(f.files)), began: make([]bool, len(f.files))}
}

// digest tells the files of one export from those of another.
func (l *lines) digest() string {
	h := sha256.New()
	for _, f := range l.found.files {
		fmt.Fprintf(h, "%q %q %d\n", f.name, f.MD5, f.size)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Parts returns the number of files.
func (l *lines) Parts() int { return len(l.found.files) }

// Ended reports whether a file was taken to its end.
func (l *lines) Ended(part int) bool { return l.at[part].ended }

// Position is how far a file was taken.
func (l *lines) Position(part int) []types.AttributeValue {
	if !l.began[part] {
		return nil
	}
	p, ended := l.at[part], 0
	if p.ended {
		ended = 1
	}
	out := make([]types.AttributeValue, 4)
	for i, n := range []int{p.line, p.items, p.damaged, ended} {
		out[i] = attr.Number(int64(n))
	}
	return out
}

// Resume continues a file.
func (l *lines) Resume(part int, at []types.AttributeValue) error {
	var n [4]int
	for i := range n {
		if i >= len(at) {
			return errors.New("it is malformed")
		}
		text, ok := at[i].(*types.AttributeValueMemberN)
		if !ok {
			return errors.New("it is malformed")
		}
		var err error
		if n[i], err = strconv.Atoi(text.Value); err != nil {
			return err
		}
	}
	l.at[part], l.began[part] = place{n[0], n[1], n[2], n[3] == 1}, true
	return nil
}

// Take takes what was read of a file.
func (l *lines) Take(ctx context.Context, part int, page any) (int, error) {
	p := page.(*linePage)
	l.at[part].line, l.at[part].ended, l.began[part] = p.to.line, p.to.ended, true
	n := 0
	for _, one := range p.lines {
		if one.err != nil {
			l.at[part].damaged++
			l.fault(&LineError{File: l.found.files[part].name, Line: one.n, Err: one.err})
			continue
		}
		n++
		l.at[part].items++
		if err := l.take(ctx, outgoing{item: one.item, file: part, line: one.n}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// refused reports the line of an item that cannot be written. key is its key, as errors have it.
func (l *lines) refused(o outgoing, key string, err error) {
	if err = face.Public(err); !strings.Contains(err.Error(), key) {
		err = fmt.Errorf("item %s: %w", key, err)
	}
	l.at[o.file].items--
	l.at[o.file].damaged++
	l.fault(&LineError{File: l.found.files[o.file].name, Line: o.line, Err: err})
}

// finish counts what all runs read, and returns the errors of the lines, with the one that ended the run, or what the manifest says
// otherwise.
func (l *lines) finish(err error, f *faults, items, damaged *int) error {
	for _, at := range l.at {
		*items += at.items
		*damaged += at.damaged
	}
	if err != nil {
		return f.with(err)
	}
	if before := *damaged - len(f.errs) - f.more; before > 0 {
		f.add(fmt.Errorf("%d damaged lines were found by earlier runs", before))
	}
	if sum := l.found.listed(); sum >= 0 && l.found.total != nil && sum != *l.found.total {
		f.add(fmt.Errorf("%s says %d items, and its files %d: files are missing in the manifest", summaryName, *l.found.total, sum))
	}
	return f.with(nil)
}

// Read reads a file from where it was taken to. What is wrong with its content is an error of its line, and no error of Read.
func (l *lines) Read(ctx context.Context, part int, page func(any) error) error {
	r := &lineReader{from: l.at[part], page: page, p: &linePage{}}
	r.p.to = r.from
	err := r.file(ctx, l.from, l.found.files[part])
	if r.ended != nil {
		return r.ended
	}
	if err != nil {
		r.p.lines = append(r.p.lines, line{err: err})
	}
	r.p.to.line, r.p.to.ended = max(r.n, r.from.line), true
	return page(r.p)
}

// lineReader reads one file.
type lineReader struct {
	from  place
	n     int // of the line
	lines int // that are not blank
	bytes int // of the page
	p     *linePage
	page  func(any) error
	ended error // of page, of the context or of the file system
}

// source is a file that knows why it could not be read: what is wrong with its content is another matter.
type source struct {
	fs.File
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.File.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (r *lineReader) file(ctx context.Context, from fs.FS, f dataFile) error {
	file, err := from.Open(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		r.ended = err
		return err
	}
	src := &source{File: file}
	defer func() {
		file.Close()
		if src.err != nil && r.ended == nil {
			r.ended = fmt.Errorf("%s: %w", f.name, src.err)
		}
	}()
	sum := md5.New()
	raw := bufio.NewReaderSize(io.TeeReader(src, sum), 1<<16)
	var in io.Reader = raw
	switch head, _ := raw.Peek(4); {
	case len(head) == 0 && strings.HasSuffix(f.name, ".gz"):
		return errors.New("it is empty, and no gzip")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		if in, err = gzip.NewReader(raw); err != nil {
			return err
		}
	case bytes.HasPrefix(head, []byte{0xe0, 0x01, 0x00, 0xea}), bytes.HasPrefix(head, []byte("$ion")):
		return errors.New("it is Amazon Ion: only lines of DynamoDB JSON are read")
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return errors.New("it is compressed by ZSTD: only gzip is read")
	}
	if err := r.all(ctx, bufio.NewReaderSize(in, 1<<16)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, raw); err != nil { // what follows the gzip, for the checksum
		return err
	}
	return r.agrees(f, sum)
}

// agrees compares the file with the manifest.
func (r *lineReader) agrees(f dataFile, sum hash.Hash) error {
	if f.MD5 != "" {
		if have := base64.StdEncoding.EncodeToString(sum.Sum(nil)); have != f.MD5 {
			return fmt.Errorf("its MD5 checksum is %s, the manifest says %s: the file was changed or damaged", have, f.MD5)
		}
	}
	if f.ItemCount != nil && *f.ItemCount != r.lines {
		return fmt.Errorf("it has %d items, the manifest says %d: the file was changed or damaged", r.lines, *f.ItemCount)
	}
	return nil
}

// all reads the lines, and hands on those behind the place where it begins.
func (r *lineReader) all(ctx context.Context, in *bufio.Reader) error {
	for {
		text, long, err := next(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("behind line %d: %w", r.n, err)
		}
		last := err != nil
		if last && len(text) == 0 && !long {
			return nil
		}
		r.n++
		if r.n == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark
		}
		if text = bytes.TrimSpace(text); len(text) > 0 || long {
			r.lines++
			if r.n > r.from.line {
				r.add(text, long)
			}
		}
		if len(r.p.lines) >= linesPerPage || r.bytes >= bytesPerPage {
			r.p.to.line = r.n
			if r.ended = r.page(r.p); r.ended != nil {
				return r.ended
			}
			r.p, r.bytes = &linePage{}, 0
		}
		if last {
			return nil
		}
		if r.ended = ctx.Err(); r.ended != nil {
			return r.ended
		}
	}
}

func (r *lineReader) add(text []byte, long bool) {
	out := line{n: r.n}
	if long {
		out.err = fmt.Errorf("it has more than %d bytes, which no item has", maxLine)
	} else if out.item, out.err = parse(text); out.err != nil {
		out.err = fmt.Errorf("no item: %w", out.err)
	}
	r.p.lines = append(r.p.lines, out)
	r.bytes += len(text)
}

// next reads a line without its end; long says that it was too long, and passed over. The error is io.EOF after the last one.
func next(in *bufio.Reader) (text []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if !long {
			if long = len(text)+len(part) > maxLine; long {
				text = nil
			} else {
				text = append(text, part...)
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, long, err
		}
	}
}
