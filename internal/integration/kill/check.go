package main

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
)

// check reads the seen changes and compares them with the number of changes of each item.
func check(file string, written map[string]int) (seen int, faults []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	newest := map[string]int{} // of each item, in the order in which all workers saw changes
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var worker, item string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &worker, &item, &n); err != nil {
			return seen, faults, fmt.Errorf("line %q: %w", lines.Text(), err)
		}
		seen++
		// A repetition begins anywhere. A worker may also skip changes that another saw while it had the shard.
		if n > newest[item]+1 {
			faults = append(faults, fmt.Sprintf("item %s: change %d was seen before change %d, by %s", item, n, newest[item]+1, worker))
		}
		newest[item] = max(newest[item], n)
	}
	for _, item := range slices.Sorted(maps.Keys(written)) {
		if newest[item] < written[item] {
			faults = append(faults, fmt.Sprintf("item %s: of %d changes the last one seen is %d", item, written[item], newest[item]))
		}
	}
	return seen, faults, lines.Err()
}
