package view_test

import (
	"runtime"
	"time"
)

// heapOf runs f and returns by how many megabytes what is alive grew at most while it ran.
func heapOf(f func()) float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			case <-time.After(300 * time.Millisecond):
				runtime.GC() // what is garbage does not count
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	f()
	close(done)
	<-stopped
	return float64(most-before) / (1 << 20)
}
