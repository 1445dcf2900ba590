package main

import "fmt"

// atLeast rejects a guide without one of its kinds of data.
func atLeast(least int) func(int) error {
	return func(n int) error {
		if n < least {
			return fmt.Errorf("must be at least %d", least)
		}
		return nil
	}
}
