package wire

import (
	"math"
	"strings"
)

// Record is a record of a Lambda stream event. Its items are valid until the page is released, and zero if there are
// none.
type Record struct {
	ID, Event, Source, Sequence string
	Version, Service            string // eventVersion and eventSource
	At                          string // a number, "" if there is none
	Identity, Principal         string // the type and the principal of userIdentity
	Keys, New, Old              Item
}

// ReadEvent indexes a Lambda stream event, and calls each for its records. It returns nil, perhaps after some calls of
// each, for an event that is declined. It declines what a response is declined for, and members that occur twice or
// that differ from a known one only in case.
func ReadEvent(event []byte, each func(*Record)) *Page {
	p := newPage()
	p.body = append(p.body, event...)
	r := reader{Page: p}
	ok := len(event) < math.MaxUint32 && r.object(func(member int) bool {
		return r.list(func(r *reader) bool {
			rec := &Record{}
			if !r.record(rec) {
				return false
			}
			each(rec)
			return true
		})
	}, "Records")
	if !ok || r.peek() != 0 || r.i != len(p.body) {
		p.Release()
		return nil
	}
	return p
}

func (r *reader) record(rec *Record) bool {
	return r.object(func(member int) bool {
		switch member {
		case 0:
			return r.object(func(member int) bool {
				switch member {
				case 0:
					return r.image(&rec.Keys)
				case 1:
					return r.image(&rec.New)
				case 2:
					return r.image(&rec.Old)
				case 3:
					return r.plain(&rec.Sequence)
				}
				start := r.i
				if !r.number() {
					return false
				}
				rec.At = string(r.body[start:r.i])
				return true
			}, "Keys", "NewImage", "OldImage", "SequenceNumber", "ApproximateCreationDateTime")
		case 1:
			return r.plain(&rec.ID)
		case 2:
			return r.plain(&rec.Event)
		case 3:
			return r.plain(&rec.Source)
		case 5:
			return r.plain(&rec.Version)
		case 6:
			return r.plain(&rec.Service)
		}
		return r.object(func(member int) bool {
			if member == 0 {
				return r.plain(&rec.Identity)
			}
			return r.plain(&rec.Principal)
		}, "type", "principalId")
	}, "dynamodb", "eventID", "eventName", "eventSourceARN", "userIdentity", "eventVersion", "eventSource")
}

func (r *reader) image(dst *Item) bool {
	n := len(r.items)
	if !r.item() {
		return false
	}
	*dst = Item{r.Page, r.items[n]}
	return true
}

// plain takes a string without escapes.
func (r *reader) plain(dst *string) bool {
	if !r.delim('"') {
		return false
	}
	from, to, escaped, ok := r.string()
	*dst = string(r.body[from:to])
	return ok && !escaped
}

// object takes an object, and calls each for the known members; others are skipped.
func (r *reader) object(each func(member int) bool, known ...string) bool {
	if !r.delim('{') {
		return false
	}
	if r.empty('}') {
		return true
	}
	seen := 0
	for another := true; another; {
		from, to, ok := r.name()
		if !ok {
			return false
		}
		member := -1
		for i, name := range known {
			switch text := r.body[from:to]; {
			case string(text) == name:
				member = i
			case len(text) >= len(name) && strings.EqualFold(string(text), name):
				return false
			}
		}
		r.peek()
		switch {
		case member < 0:
			ok = r.any(0)
		case seen&(1<<member) != 0:
			ok = false
		default:
			seen |= 1 << member
			ok = each(member)
		}
		if !ok {
			return false
		}
		if another, ok = r.more('}'); !ok {
			return false
		}
	}
	return true
}

// any takes any value.
func (r *reader) any(depth int) bool {
	if depth > 2*maxDepth {
		return false
	}
	switch r.peek() {
	case '"':
		r.i++
		_, _, _, ok := r.string()
		return ok
	case '{':
		r.i++
		if r.empty('}') {
			return true
		}
		for another := true; another; {
			_, _, ok := r.name()
			if !ok || !r.any(depth+1) {
				return false
			}
			if another, ok = r.more('}'); !ok {
				return false
			}
		}
		return true
	case '[':
		return r.list(func(r *reader) bool { return r.any(depth + 1) })
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	}
	return r.number()
}

// number takes a number.
func (r *reader) number() bool {
	b, i := r.body, r.i
	digits := func() bool {
		from := i
		for i < len(b) && '0' <= b[i] && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	if !digits() || b[first] == '0' && i > first+1 {
		return false
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	r.i = i
	return true
}
