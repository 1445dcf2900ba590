package codec

// index finds names by a hash that was chosen without collisions. It is made once; a lookup compares one name.
type index struct {
	names  []string
	slots  []int16 // 1 + the position in names
	factor uint32
	shift  uint32
	all    map[string]int // if no hash without collisions was found
}

func newIndex(names []string) *index {
	x := &index{names: names}
	for bits := uint32(3); bits <= 12 && len(names) < 1<<14; bits++ {
		if 4*len(names) > 1<<bits { // with fewer slots, most factors fail
			continue
		}
		x.shift = 32 - bits
		x.slots = make([]int16, 1<<bits)
		for x.factor = 0x9E3779B1; x.factor < 0x9E3779B1+2*200; x.factor += 2 {
			if x.place() {
				return x
			}
		}
	}
	x.slots, x.all = nil, make(map[string]int, len(names))
	for i, name := range names {
		x.all[name] = i
	}
	return x
}

// place fills the slots, and returns false if two names collide.
func (x *index) place() bool {
	clear(x.slots)
	for i, name := range x.names {
		slot := &x.slots[hash(name)*x.factor>>x.shift]
		if *slot != 0 {
			return false
		}
		*slot = int16(i + 1)
	}
	return true
}

// hash uses the length and a few bytes, in which the names of one item mostly differ.
func hash[T string | []byte](name T) uint32 {
	n := len(name)
	h := uint32(n)
	if n > 0 {
		h = h*31 + uint32(name[0])
		h = h*31 + uint32(name[n/2])
		h = h*31 + uint32(name[max(n-2, 0)])
		h = h*31 + uint32(name[n-1])
	}
	return h
}

// find returns the position of name, -1 if it is missing.
func (x *index) find(name []byte) int {
	if x.slots == nil {
		if i, ok := x.all[string(name)]; ok {
			return i
		}
		return -1
	}
	i := int(x.slots[hash(name)*x.factor>>x.shift]) - 1
	if i < 0 || x.names[i] != string(name) {
		return -1
	}
	return i
}
