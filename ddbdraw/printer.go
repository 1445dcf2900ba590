package ddbdraw

import (
	"fmt"
	"io"
	"strings"
)

// markup is text that is written as it is.
type markup string

// printer collects markup. It escapes each string that it is given.
type printer struct{ b strings.Builder }

// f adds to the markup. Arguments that are strings are escaped.
func (p *printer) f(format string, args ...any) {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = markup(escape(s))
		}
	}
	fmt.Fprintf(&p.b, format, args...)
}

// to writes what was collected.
func (p *printer) to(w io.Writer, what string) error {
	n, err := io.WriteString(w, p.b.String())
	if err == nil && n < p.b.Len() {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("ddbdraw: write %s: %w", what, err)
	}
	return nil
}
