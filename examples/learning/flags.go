package main

import (
	"errors"
	"time"
)

// atLeastOne rejects a school without one of its kinds of data.
func atLeastOne(n int) error {
	if n < 1 {
		return errors.New("must be at least 1")
	}
	return nil
}

func positive(d time.Duration) error {
	if d <= 0 {
		return errors.New("must be positive")
	}
	return nil
}

func notNegative(n int) error {
	if n < 0 {
		return errors.New("must not be negative")
	}
	return nil
}
