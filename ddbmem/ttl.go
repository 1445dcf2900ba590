package ddbmem

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// ttl knows which items of a table expire when.
type ttl struct {
	attr   string // empty while disabled
	delay  time.Duration
	expiry tree.Tree[struct{}]
}

// oldest is how far in the past an expiry time may lie: what expired earlier is kept, as the service does to guard
// against times that were meant in another unit.
const oldest = 5 * 365 * 24 * time.Hour

// at returns when an item expires, and whether it does.
func (l *ttl) at(r *row) (int64, bool) {
	if l.attr == "" || r == nil {
		return 0, false
	}
	v := r.item.Get(l.attr)
	if v.Kind() != value.N {
		return 0, false
	}
	secs, err := strconv.ParseInt(v.Text(), 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(v.Text(), 64)
		if err != nil || f < 0 || f > 1e15 {
			return 0, false
		}
		secs = int64(f)
	}
	return secs, secs > 0
}

func expiryKey(secs int64, key string) string {
	return string(append(binary.BigEndian.AppendUint64(nil, uint64(secs)), key...))
}

func (l *ttl) change(c change) {
	if l.attr == "" {
		return
	}
	if at, ok := l.at(c.before); ok {
		l.expiry.Delete(expiryKey(at, c.key))
	}
	if at, ok := l.at(c.after); ok {
		l.expiry.Set(expiryKey(at, c.key), struct{}{})
	}
}

// enable starts expiry by an attribute, for the rows that are there too.
func (l *ttl) enable(attr string, rows *tree.Tree[*row]) {
	l.attr = attr
	l.expiry = tree.Tree[struct{}]{}
	for key, r := range rows.Ascend("") {
		if at, ok := l.at(r); ok {
			l.expiry.Set(expiryKey(at, key), struct{}{})
		}
	}
}

func (l *ttl) disable() {
	l.attr = ""
	l.expiry = tree.Tree[struct{}]{}
}

// first returns the key and time of the item that expires first and not too long ago.
func (l *ttl) first(now time.Time) (string, bool) {
	from := max(now.Add(-oldest).Unix(), 0)
	for k := range l.expiry.Ascend(expiryKey(from, "")) {
		return k, true
	}
	return "", false
}

// due reports whether an item has expired.
func (l *ttl) due(now time.Time) bool {
	if l.expiry.Len() == 0 {
		return false
	}
	k, ok := l.first(now)
	return ok && expiredAt(k).Add(l.delay).Before(now)
}

func expiredAt(k string) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64([]byte(k[:8]))), 0)
}
