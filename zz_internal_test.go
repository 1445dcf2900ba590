package ddb

import (
	"os"
	"strconv"
	"testing"
)

func TestZZ(t *testing.T) {
	from, _ := strconv.Atoi(os.Getenv("FROM"))
	to, _ := strconv.Atoi(os.Getenv("TO"))
	for i := from; i < to; i++ {
		if _, err := ride(uint64(i), map[string]int{}); err != nil {
			t.Errorf("seed %d: %v", i, err)
		}
	}
}
