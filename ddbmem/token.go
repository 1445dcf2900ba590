package ddbmem

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// tokenLife is how long a ClientRequestToken is remembered.
const tokenLife = 10 * time.Minute

// tokenStore remembers the transactions that were applied under a token.
type tokenStore struct {
	mu   sync.Mutex
	seen map[string]*token
	ends []expiringToken // in the order of their ends
}

// expiringToken is a token that was used at a time.
type expiringToken struct {
	name string
	at   time.Time
}

type token struct {
	content [sha256.Size]byte
	at      time.Time
	running bool
}

// once runs a transaction unless its token has been used. Then it repeats the first response, or rejects different
// content.
func (s *tokenStore) once(e *Engine, name string, content []byte, in *wire.Node, all []*write, names []string) (*out, error) {
	now := e.clock.Now()
	sum := sha256.Sum256(content)
	s.mu.Lock()
	if s.seen == nil {
		s.seen = map[string]*token{}
	}
	s.forget(now)
	if t := s.seen[name]; t != nil && (t.running || now.Sub(t.at) < tokenLife) {
		defer s.mu.Unlock()
		switch {
		case t.content != sum:
			return nil, failure(modelSpace+"IdempotentParameterMismatchException", "")
		case t.running:
			return nil, failure(modelSpace+"TransactionInProgressException",
				"The transaction with the given request token is already in progress.")
		}
		return replay(in, all, names, e)
	}
	mine := &token{content: sum, at: now, running: true}
	s.seen[name] = mine
	s.mu.Unlock()

	done := false
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		mine.running, mine.at = false, e.clock.Now()
		if !done && s.seen[name] == mine {
			delete(s.seen, name) // a cancelled transaction may be retried
			return
		}
		s.ends = append(s.ends, expiringToken{name, mine.at})
	}()
	o, err := e.transact(in, all, names)
	done = err == nil
	return o, err
}

// forget removes expired tokens.
func (s *tokenStore) forget(now time.Time) {
	n := 0
	for ; n < len(s.ends) && now.Sub(s.ends[n].at) >= tokenLife; n++ {
		if t := s.seen[s.ends[n].name]; t != nil && !t.running && t.at.Equal(s.ends[n].at) {
			delete(s.seen, s.ends[n].name)
		}
	}
	s.ends = s.ends[n:]
}

// replay handles a repeated transaction: it writes nothing and costs reads of the items.
func replay(in *wire.Node, all []*write, names []string, e *Engine) (*out, error) {
	var used []*usage
	for i, w := range all {
		t, failed := e.open(names[i])
		if failed != nil {
			return nil, failed
		}
		if failed := w.bind(t); failed != nil {
			return nil, failed
		}
		t.settle()
		t.mu.RLock()
		size := 0
		if r := t.get(w.key); r != nil {
			size = r.size
		}
		units := 2 * readUnits(size, true)
		failed = t.payRead(w.key, units)
		t.mu.RUnlock()
		if failed != nil {
			return nil, failed
		}
		u := usageOf(&used, t)
		u.read = true
		u.add(units, nil)
	}
	o := &out{}
	o.open()
	wantedCapacity(in).many(o, used, true)
	noResponses(o, in)
	o.close()
	return o, nil
}

// canonical renders a request so that equal content is equal text, in whatever order of members.
func canonical(n *wire.Node) []byte {
	if n == nil {
		return nil
	}
	o := &out{}
	canonicalTo(o, n)
	return o.b
}

func canonicalTo(o *out, n *wire.Node) {
	switch {
	case n.Shape != nil && n.Shape.Type == wire.Attr && n.Kind == wire.Object:
		o.sep()
		if v, err := value.Parse(n.Raw); err == nil {
			o.b = v.AppendJSON(o.b)
		} else {
			o.b = append(o.b, n.Raw...)
		}
	case n.Input != nil:
		o.sep()
		o.b = n.Input.Item.AppendJSON(o.b)
	case n.Kind == wire.Object:
		order := make([]int, len(n.Keys))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int {
			if n.Keys[a] < n.Keys[b] {
				return -1
			}
			return 1
		})
		o.open()
		for _, i := range order {
			if n.Elems[i].Kind != wire.Null {
				o.key(n.Keys[i])
				canonicalTo(o, &n.Elems[i])
			}
		}
		o.close()
	case n.Kind == wire.Array:
		o.sep()
		o.list(len(n.Elems), func(i int) { canonicalTo(o, &n.Elems[i]) })
	default:
		o.sep()
		o.quote(n.String())
	}
}
