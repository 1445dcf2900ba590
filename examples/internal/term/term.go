// Package term writes tables and progress for people: with borders and colours on a terminal, plain columns elsewhere.
package term

import (
	"io"
	"os"

	"golang.org/x/term"
)

// file is the file that w writes to, if it does.
func file(w io.Writer) (*os.File, bool) {
	if wrapped, ok := w.(interface{ Unwrap() io.Writer }); ok {
		return file(wrapped.Unwrap())
	}
	f, ok := w.(*os.File)
	return f, ok
}

// Is reports whether w is a terminal.
func Is(w io.Writer) bool {
	f, ok := file(w)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours follows the custom of the NO_COLOR variable.
func colours() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

// width is the number of columns of a terminal, 0 if w is none.
func width(w io.Writer) int {
	if f, ok := file(w); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}
