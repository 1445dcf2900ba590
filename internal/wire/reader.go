package wire

// maxDepth is the maximum nesting of maps and lists; DynamoDB allows 32 levels.
const maxDepth = 40

// reader reads a response. Its methods return false for what is declined; nothing may be used after that.
type reader struct {
	*Page
	i    int // the next byte of body
	text int // bytes of the strings of the item
}

// delim takes the byte c, with white space before it.
func (r *reader) delim(c byte) bool {
	if r.i < len(r.body) && r.body[r.i] == c {
		r.i++
		return true
	}
	return r.peek() == c && r.delim(c)
}

// peek returns the next byte that is not white space, 0 at the end.
func (r *reader) peek() byte {
	for ; r.i < len(r.body); r.i++ {
		switch c := r.body[r.i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// more is called after a value of an object or array that ends in end: it takes the comma, or the end.
func (r *reader) more(end byte) (another, ok bool) {
	switch r.peek() {
	case ',':
		r.i++
		return true, true
	case end:
		r.i++
		return false, true
	}
	return false, false
}

// empty takes the end of an empty object or array.
func (r *reader) empty(end byte) bool {
	if r.peek() != end {
		return false
	}
	r.i++
	return true
}

// attributes takes a map of attribute values, whose brace has been taken, and returns their number.
func (r *reader) attributes(depth int) (n uint32, ok bool) {
	if r.empty('}') {
		return 0, true
	}
	var seen names
	first := len(r.entries)
	for another := true; another; n++ {
		from, to, ok := r.name()
		if !ok || seen.twice(r, first, from, to) || !r.value(from, to, depth) {
			return 0, false
		}
		if another, ok = r.more('}'); !ok {
			return 0, false
		}
	}
	return n, true
}

// names is the set of names in one map.
type names struct {
	bits uint64 // a Bloom filter
	n    int
	all  map[string]struct{} // of a large map
}

// twice adds the name at from, and reports whether it is already in the set. The map's entries begin at first.
func (s *names) twice(r *reader, first, from, to int) bool {
	name := r.body[from:to]
	if s.n++; s.all != nil || s.n > 40 {
		if s.all == nil {
			s.all = make(map[string]struct{}, 2*s.n)
			for i := first; i < len(r.entries); i = r.after(i) {
				s.all[string(r.nameOf(i))] = struct{}{}
			}
		}
		if _, ok := s.all[string(name)]; ok {
			return true
		}
		s.all[string(name)] = struct{}{}
		return false
	}
	h := uint(len(name)) * 7
	if len(name) > 0 {
		h += uint(name[0])*11 + uint(name[len(name)-1])*3 + uint(name[len(name)/2])
	}
	bit := uint64(1) << (h & 63)
	if s.bits&bit == 0 {
		s.bits |= bit
		return false
	}
	for i := first; i < len(r.entries); i = r.after(i) {
		if string(r.nameOf(i)) == string(name) {
			return true
		}
	}
	return false
}

// value takes an attribute value: {"S": "text"}.
func (r *reader) value(name, nameEnd, depth int) bool {
	e := entry{name: uint32(name), nameLen: uint16(nameEnd - name)}
	if b := r.body[r.i:]; len(b) > 8 && b[0] == '{' && b[1] == '"' && (b[2] == 'S' || b[2] == 'N') && b[3] == '"' && b[4] == ':' && b[5] == '"' {
		r.i += 6 // {"S":" without white space, as DynamoDB writes it
		e.kind = S
		if b[2] == 'N' {
			e.kind = N
		}
		if !r.scalar(&e) {
			return false
		}
		r.entries = append(r.entries, e)
		return r.delim('}')
	}
	if !r.delim('{') || !r.delim('"') {
		return false
	}
	if e.kind = r.kind(); e.kind == None || !r.delim(':') {
		return false
	}
	switch e.kind {
	case S, N, B:
		if !r.delim('"') || !r.scalar(&e) {
			return false
		}
		r.entries = append(r.entries, e)
	case True: // the value decides which BOOL it is
		switch r.peek() {
		case 't':
			if !r.literal("true") {
				return false
			}
		default:
			if e.kind = False; !r.literal("false") {
				return false
			}
		}
		r.entries = append(r.entries, e)
	case Null:
		if r.peek(); !r.literal("true") {
			return false
		}
		r.entries = append(r.entries, e)
	default:
		at := len(r.entries)
		r.entries = append(r.entries, e)
		n, ok := r.container(e.kind, depth+1)
		if !ok {
			return false
		}
		r.entries[at].at, r.entries[at].n = uint32(len(r.entries)), n
	}
	return r.delim('}')
}

// kind takes the rest of a type's name, whose first quote has been taken.
func (r *reader) kind() Kind {
	b := r.body[r.i:]
	if len(b) < 8 { // no complete value ends here
		return None
	}
	switch {
	case b[1] == '"':
		r.i += 2
		switch b[0] {
		case 'S':
			return S
		case 'N':
			return N
		case 'B':
			return B
		case 'M':
			return M
		case 'L':
			return L
		}
	case b[2] == '"' && b[1] == 'S':
		r.i += 3
		switch b[0] {
		case 'S':
			return SS
		case 'N':
			return NS
		case 'B':
			return BS
		}
	case string(b[:5]) == `BOOL"`:
		r.i += 5
		return True
	case string(b[:5]) == `NULL"`:
		r.i += 5
		return Null
	}
	return None
}

// scalar takes the text of a string, number or binary, whose quote has been taken.
func (r *reader) scalar(e *entry) bool {
	from, to, escaped, ok := r.string()
	if !ok {
		return false
	}
	switch text := r.body[from:to]; e.kind {
	case N:
		if escaped || !validNumber(text) {
			return false
		}
	case B:
		if escaped || !validBase64(text) {
			return false
		}
	default:
		r.text += to - from
	}
	e.at, e.n, e.escaped = uint32(from), uint32(to-from), escaped
	return true
}

// container takes a map, list or set.
func (r *reader) container(kind Kind, depth int) (n uint32, ok bool) {
	if depth > maxDepth {
		return 0, false
	}
	if kind == M {
		if !r.delim('{') {
			return 0, false
		}
		return r.attributes(depth)
	}
	if !r.delim('[') {
		return 0, false
	}
	if r.empty(']') {
		return 0, true
	}
	for another := true; another; n++ {
		switch kind {
		case L:
			ok = r.value(0, 0, depth)
		default:
			e := entry{kind: kind - SS + S}
			if ok = r.delim('"') && r.scalar(&e); ok {
				r.entries = append(r.entries, e)
			}
		}
		if !ok {
			return 0, false
		}
		if another, ok = r.more(']'); !ok {
			return 0, false
		}
	}
	return n, true
}

// item takes an item.
func (r *reader) item() bool {
	if !r.delim('{') {
		return false
	}
	at := len(r.entries)
	r.text = 0
	r.entries = append(r.entries, entry{kind: M})
	n, ok := r.attributes(0)
	if !ok || n == 0 { // an empty item does not exist, and its sender is unknown
		return false
	}
	e := &r.entries[at]
	e.at, e.n, e.name = uint32(len(r.entries)), n, uint32(r.text)
	r.items = append(r.items, uint32(at))
	return true
}
