package search

import (
	"fmt"

	"github.com/singletable-go/ddb"
)

// A write of bleve that fails leaves an index in memory that is not what its files are, and that tries to write itself
// again. So after a failure the index is closed, and opened again from the last state that was written. No record is lost:
// Refresh has failed, so the reader keeps its position and hands the same records over again.

// shut closes the current generation if it is damaged. x.writing is locked.
func (x *Index) shut() {
	x.reading.Lock()
	defer x.reading.Unlock()
	if g := x.now; g.damaged.Load() && g.path != "" {
		_ = g.close() // it is damaged, which was an error already
	}
}

// mend opens the current generation again if it is damaged; one in memory has no files, and stays damaged until a Rebuild.
// x.writing is locked.
func (x *Index) mend() error {
	x.reading.Lock()
	defer x.reading.Unlock()
	g := x.now
	switch {
	case g == nil:
		return errClosed
	case !g.damaged.Load() || g.path == "":
		return nil
	}
	_ = g.close()
	again, err := openGeneration(g.name, g.path)
	if err != nil {
		return fmt.Errorf("%w: search index: %w: %w", ddb.ErrUnavailable, ErrIndex, err)
	}
	x.now = again
	return nil
}

// mendForSearch is mend for a search. It waits for no writer: the search fails, and the next one may not.
func (x *Index) mendForSearch() {
	x.reading.RLock()
	damaged := x.now != nil && x.now.damaged.Load()
	x.reading.RUnlock()
	if damaged && x.writing.TryLock() {
		defer x.writing.Unlock()
		_ = x.mend() // else the search says so
	}
}
