package wire

import "math"

// ReadLine indexes a line of an export: {"Item": {…}}. It returns nil for a line that is declined, as a response would be, or
// that has no Item.
func ReadLine(line []byte) *Page {
	p := newPage()
	p.body = append(p.body, line...)
	r := reader{Page: p}
	ok := len(line) < math.MaxUint32 && r.object(func(int) bool { return r.item() }, "Item")
	if !ok || len(p.items) != 1 || r.peek() != 0 || r.i != len(p.body) {
		p.Release()
		return nil
	}
	return p
}
