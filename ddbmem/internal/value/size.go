package value

import "unsafe"

// Size returns the size of v in bytes, by the rules of DynamoDB's
// documentation: strings and binary by their bytes, numbers by their digits,
// booleans and null 1, lists and maps 3 and 1 for each part.
func (v Value) Size() int {
	switch v.kind {
	case S, B:
		return len(v.text)
	case N:
		return numberSize(v.Decimal())
	case BOOL, NULL:
		return 1
	case M:
		return 3 + len(v.ref.fields) + v.ref.fields.Size()
	case L:
		size := 3
		for _, e := range v.ref.list {
			size += 1 + e.Size()
		}
		return size
	case NS:
		size := 0
		for _, m := range v.ref.members {
			d, _ := parseDecimal(m)
			size += numberSize(d)
		}
		return size
	case SS, BS:
		size := 0
		for _, m := range v.ref.members {
			size += len(m)
		}
		return size
	default:
		return 0
	}
}

// Size returns the size of an item in bytes: its names and its values.
func (it Item) Size() int {
	size := 0
	for _, f := range it {
		size += len(f.Name) + f.Value.Size()
	}
	return size
}

// Memory returns roughly how many bytes of memory an item uses: more than its size, because names and types are stored
// with every value.
func (it Item) Memory() int {
	total := sliceBytes
	for _, f := range it {
		total += int(unsafe.Sizeof(f)) + f.Value.memory()
	}
	return total
}

// sliceBytes is what the header of a slice, or the rounding of an allocation, takes.
const sliceBytes = 24

// memory returns about what a value takes beside the value itself.
func (v Value) memory() int {
	total := len(v.text)
	if v.ref == nil {
		return total
	}
	total += int(unsafe.Sizeof(*v.ref)) + v.ref.fields.Memory()
	for _, e := range v.ref.list {
		total += int(unsafe.Sizeof(e)) + e.memory()
	}
	for _, m := range v.ref.members {
		total += int(unsafe.Sizeof(m)) + len(m)
	}
	return total
}

// numberSize is one byte, one for each pair of digits, and one for the sign of a negative number. Digits are paired
// from the decimal point, so an even number of digits around it may need one more byte.
func numberSize(d Decimal) int {
	if d.count == 0 {
		return 1
	}
	size := 1 + (d.count+1)/2
	if d.count%2 == 0 && d.exponent%2 == 0 {
		size++
	}
	if d.negative {
		size++
	}
	return size
}
