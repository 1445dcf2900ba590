package main

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
)

// check reads what was seen, and compares it with how many changes of each item there were.
func check(file string, written map[string]int) (seen int, faults []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	type pair struct{ worker, item string }
	newest := map[string]int{} // of each item, in the order in which all workers saw changes
	last := map[pair]int{}     // that one worker saw
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var p pair
		var n int
		if _, err := fmt.Sscan(lines.Text(), &p.worker, &p.item, &n); err != nil {
			return seen, faults, fmt.Errorf("line %q: %w", lines.Text(), err)
		}
		seen++
		if n > newest[p.item]+1 {
			faults = append(faults, fmt.Sprintf("item %s: change %d was seen before change %d, by %s", p.item, n, newest[p.item]+1, p.worker))
		}
		if before, ok := last[p]; ok && n > before+1 {
			faults = append(faults, fmt.Sprintf("item %s: %s saw change %d behind change %d, and none between them", p.item, p.worker, n, before))
		}
		newest[p.item] = max(newest[p.item], n)
		last[p] = n
	}
	for _, item := range slices.Sorted(maps.Keys(written)) {
		if newest[item] < written[item] {
			faults = append(faults, fmt.Sprintf("item %s: of %d changes the last that was seen is %d", item, written[item], newest[item]))
		}
	}
	return seen, faults, lines.Err()
}
