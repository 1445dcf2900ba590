package app

import (
	"errors"
	"io"
	"sync"
	"syscall"
)

// output is stdout. It keeps the first error, because a full disk must not look like success.
type output struct {
	io.Writer
	mu  sync.Mutex
	err error
}

// Unwrap returns the writer, which may be a terminal.
func (o *output) Unwrap() io.Writer { return o.Writer }

// Write writes to the writer. A reader that has left wants no more, which is no failure.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
	return n, err
}

func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
