package ddbjob

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/wire"
)

// LineError reports a line of a file that is no item, or that could not be written.
type LineError struct {
	File string
	Line int // 1 is the first; 0 for the file as a whole
	Err  error
}

func (e *LineError) Error() string {
	at := e.File
	if e.Line > 0 {
		at = fmt.Sprintf("%s line %d", e.File, e.Line)
	}
	return "ddb: " + at + ": " + strings.TrimPrefix(e.Err.Error(), "ddb: ")
}

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// parse reads the item of a line. What the quick reader declines is read again, and carefully.
func parse(line []byte) (attr.Item, error) {
	if p := wire.ReadLine(line); p != nil {
		it := p.Item(0)
		it.Begin()
		item := it.Attributes()
		p.Release()
		return item, nil
	}
	if err := strict(line); err != nil {
		return nil, err
	}
	var l map[string]json.RawMessage // its names are exact, other than those of a struct
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, err
	}
	if l["Item"] == nil && l["Keys"] != nil {
		return nil, errors.New("it is a line of an incremental export, not of a full one")
	}
	var item attr.JSON
	if l["Item"] != nil {
		if err := json.Unmarshal(l["Item"], &item); err != nil {
			return nil, err
		}
	}
	if len(item) == 0 {
		return nil, errors.New(`it has no "Item", or an empty one`)
	}
	return attr.Item(item), nil
}

// maxOpen bounds the objects and lists that are open at once: an item has 32 levels at most, of two each. AWS: "Quotas in
// Amazon DynamoDB", nested attribute depth. What is deeper would take a very long time.
const maxOpen = 100

// strict reports what package json would pass over: null, a name that occurs twice in an object, text that is no Unicode, and
// what is too deep.
func strict(line []byte) error {
	if !utf8.Valid(line) {
		return errors.New("it is not valid UTF-8")
	}
	if half(line) {
		return errors.New(`a text has half of a surrogate pair, which is no Unicode`)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil for a list
		value bool            // the next token is a value
	}
	var open []*level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("no JSON: %w", err)
		}
		var in *level
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		name, isText := token.(string)
		if in != nil && in.names != nil && !in.value && isText {
			if in.names[name] {
				return fmt.Errorf("the name %q occurs twice", name)
			}
			in.names[name], in.value = true, true
			continue
		}
		if in != nil {
			in.value = false
		}
		if len(open) > maxOpen {
			return errors.New("it nests deeper than the 32 levels that DynamoDB allows")
		}
		switch token {
		case nil:
			return errors.New("a value is null: NULL of DynamoDB is {\"NULL\": true}")
		case json.Delim('{'):
			open = append(open, &level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

// half reports an escape of one half of a surrogate pair without the other.
func half(line []byte) bool {
	high := false
	for i := 0; i < len(line); i++ {
		if line[i] != '\\' {
			if high {
				return true
			}
			continue
		}
		if i++; i >= len(line) || line[i] != 'u' || i+4 >= len(line) {
			if high {
				return true
			}
			continue
		}
		var code rune
		if _, err := fmt.Sscanf(string(line[i+1:i+5]), "%04x", &code); err != nil {
			return false // which is no JSON
		}
		i += 4
		isLow, isHigh := code >= 0xdc00 && code < 0xe000, code >= 0xd800 && code < 0xdc00
		if high != isLow {
			return true
		}
		high = isHigh
	}
	return high
}
