//go:build !race

package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// network is a connection to a server that can be slow, lost, or lose what the server responds.
type network struct {
	next http.Handler

	mu      sync.Mutex
	down    bool
	lose    int           // that many responses are lost
	loseTo  string        // to requests with this method
	held    string        // requests with this in their method and path wait
	release chan struct{} // until it is closed
	waiting int           // how many do
	delay   time.Duration // of every request to the API
	posted  int           // how many POST arrived
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		n.next.ServeHTTP(w, r)
		return
	}
	down, lose, waits := n.arrived(r)
	if down {
		panic(http.ErrAbortHandler) // the connection is cut
	}
	for _, wait := range waits {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	if lose {
		n.next.ServeHTTP(httptest.NewRecorder(), r)
		_, _ = w.Write([]byte("{")) // without a beginning of a response Chromium itself sends the request again
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	n.next.ServeHTTP(w, r)
}

func after(d time.Duration) <-chan struct{} {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	context.AfterFunc(ctx, cancel)
	return ctx.Done()
}

// arrived is what happens to a request.
func (n *network) arrived(r *http.Request) (down, lose bool, waits []<-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Method == http.MethodPost {
		n.posted++
	}
	if lose = r.Method == n.loseTo && n.lose > 0 && !n.down; lose {
		n.lose--
	}
	if n.release != nil && strings.Contains(r.Method+" "+r.URL.Path, n.held) {
		n.waiting++
		waits = append(waits, n.release)
	}
	if n.delay > 0 {
		waits = append(waits, after(n.delay))
	}
	return n.down, lose, waits
}

func (n *network) set(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

func (n *network) cut()                 { n.set(func() { n.down = true }) }
func (n *network) hold(what string)     { n.set(func() { n.held, n.release = what, make(chan struct{}) }) }
func (n *network) holds() (k int)       { n.set(func() { k = n.waiting }); return k }
func (n *network) slow(d time.Duration) { n.set(func() { n.delay = d }) }
func (n *network) posts() (posted int)  { n.set(func() { posted = n.posted }); return posted }

// loseResponses loses the next k responses to requests with a method.
func (n *network) loseResponses(method string, k int) {
	n.set(func() { n.loseTo, n.lose = method, k })
}

// mend ends all of that.
func (n *network) mend() {
	n.set(func() {
		n.down, n.lose, n.delay = false, 0, 0
		if n.release != nil {
			close(n.release)
			n.release = nil
		}
	})
}
