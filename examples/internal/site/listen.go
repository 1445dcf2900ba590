// Package site is the HTTP side of the examples: an address to listen on, limits in time and size, a guard against the
// pages of other sites, and JSON in and out with errors that say what to do.
package site

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// CheckAddr returns an error if addr, the value of the flag -addr, is no host and port.
func CheckAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("-addr is %q: use a host and a port, such as localhost:8080", addr)
	}
	return nil
}

// Listen listens on addr, which is the value of the flag -addr. Port 0 takes any free port.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := CheckAddr(addr); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("-addr %s: another program listens there: choose another port, or 0 for any free one", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("-addr %s: listening there needs more rights: choose a port above 1023", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("-addr %s: that is no address of this machine: use localhost", addr)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return nil, fmt.Errorf("-addr %s: there is no such host: use localhost", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("-addr %s: %w", addr, err)
	}
	return l, nil
}
