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

	mu     sync.Mutex
	down   bool
	lose   int           // that many responses to POST are lost
	held   chan struct{} // POST waits until it is closed
	delay  time.Duration // of every request to the API
	posted int           // how many POST arrived
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		n.next.ServeHTTP(w, r)
		return
	}
	down, lose, held, delay := n.state(r.Method == http.MethodPost)
	if down {
		panic(http.ErrAbortHandler) // the connection is cut
	}
	for _, wait := range []<-chan struct{}{held, after(delay)} {
		if wait == nil {
			continue
		}
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
	if d == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	context.AfterFunc(ctx, cancel)
	return ctx.Done()
}

// state is what happens to a request.
func (n *network) state(post bool) (down, lose bool, held <-chan struct{}, delay time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if post {
		n.posted++
		held = n.held
		if n.lose > 0 && !n.down {
			n.lose--
			lose = true
		}
	}
	return n.down, lose, held, n.delay
}

func (n *network) set(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

func (n *network) cut()                 { n.set(func() { n.down = true }) }
func (n *network) loseResponses(k int)  { n.set(func() { n.lose = k }) }
func (n *network) hold()                { n.set(func() { n.held = make(chan struct{}) }) }
func (n *network) slow(d time.Duration) { n.set(func() { n.delay = d }) }
func (n *network) posts() (posted int)  { n.set(func() { posted = n.posted }); return posted }

// mend ends all of that.
func (n *network) mend() {
	n.set(func() {
		n.down, n.lose, n.delay = false, 0, 0
		if n.held != nil {
			close(n.held)
			n.held = nil
		}
	})
}
