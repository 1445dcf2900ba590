package ddbmem

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// maxTTLName is the maximum length of the TTL attribute's name, in characters.
const maxTTLName = 255

// ttl tracks the expiry of a table's items.
type ttl struct {
	attr   string // empty while disabled
	delay  time.Duration
	expiry tree.Tree[struct{}]
	kept   tree.Tree[struct{}] // those that were too old to expire when they were written
}

// oldest is how far in the past an expiry time may be when it is written. Items that expired earlier are kept, as in
// the service, because their times were probably meant in another unit.
const oldest = 5 * 365 * 24 * time.Hour

// latest is the last valid expiry time, in the year 5138: later ones never expire.
const latest = 100_000_000_000

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
		if err != nil || f < 0 || f > latest {
			return 0, false
		}
		secs = int64(f)
	}
	return secs, secs > 0 && secs <= latest
}

func expiryKey(secs int64, key string) string {
	return string(append(binary.BigEndian.AppendUint64(nil, uint64(secs)), key...))
}

func (l *ttl) change(c change, now time.Time) {
	if l.attr == "" {
		return
	}
	if at, ok := l.at(c.before); ok {
		l.expiry.Delete(expiryKey(at, c.key))
		l.kept.Delete(expiryKey(at, c.key))
	}
	l.note(c.key, c.after, now)
}

// note notes when a row expires, if it does.
func (l *ttl) note(key string, r *row, now time.Time) {
	switch at, ok := l.at(r); {
	case !ok:
	case at < now.Add(-oldest).Unix():
		l.kept.Set(expiryKey(at, key), struct{}{})
	default:
		l.expiry.Set(expiryKey(at, key), struct{}{})
	}
}

// enable starts expiry by an attribute, also for existing rows.
func (l *ttl) enable(attr string, rows *tree.Tree[*row], now time.Time) {
	l.disable()
	l.attr = attr
	for key, r := range rows.Ascend("") {
		l.note(key, r, now)
	}
}

func (l *ttl) disable() {
	l.attr = ""
	l.expiry, l.kept = tree.Tree[struct{}]{}, tree.Tree[struct{}]{}
}

// first returns the key and time of the item that expires first.
func (l *ttl) first() (string, bool) {
	for k := range l.expiry.Ascend("") {
		return k, true
	}
	return "", false
}

// due reports whether an item has expired.
func (l *ttl) due(now time.Time) bool {
	if l.expiry.Len() == 0 {
		return false
	}
	k, ok := l.first()
	return ok && expiredAt(k).Add(l.delay).Before(now)
}

func expiredAt(k string) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint64([]byte(k[:8]))), 0)
}
