package field

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Attribute is a field of a struct that attributevalue stores. Embedded structs on the way are promoted, and of several
// fields with one name it is the dominant one.
type Attribute struct {
	Name    string       // of the attribute
	Tagged  bool         // the name comes from the tag
	Index   []int        // the chain of field indexes, through embedded structs and pointers to them
	Type    reflect.Type // of the field itself
	Options Options
	Unknown string // the first tag option that attributevalue does not know
}

// Options are the options of a dynamodbav tag that attributevalue knows. It silently ignores all others, omitzero
// included.
type Options struct {
	OmitEmpty, UnixTime, AsString, StringSet, NumberSet, BinarySet bool
	NullEmpty, NullEmptyElem, OmitEmptyElem                        bool
}

// ParseTag returns the name and the options of a field's dynamodbav tag. The name "-" means that the field is not
// stored.
func ParseTag(tag reflect.StructTag) (name string, o Options) {
	name, o, _ = parseTag(tag)
	return name, o
}

// parseTag is ParseTag with the first unknown option.
func parseTag(tag reflect.StructTag) (name string, o Options, unknown string) {
	name, opts, _ := strings.Cut(tag.Get("dynamodbav"), ",")
	for opt := range strings.SplitSeq(opts, ",") {
		switch opt {
		case "omitempty":
			o.OmitEmpty = true
		case "unixtime":
			o.UnixTime = true
		case "string":
			o.AsString = true
		case "stringset":
			o.StringSet = true
		case "numberset":
			o.NumberSet = true
		case "binaryset":
			o.BinarySet = true
		case "nullempty":
			o.NullEmpty = true
		case "nullemptyelem":
			o.NullEmptyElem = true
		case "omitemptyelem":
			o.OmitEmptyElem = true
		case "":
		default:
			if unknown == "" {
				unknown = opt
			}
		}
	}
	return name, o, unknown
}

// Attributes returns the fields of t, a struct type, that attributevalue stores, in the order of their indexes.
//
// The rules are those of encoding/json: breadth first through the embedded structs, each type once. Of several fields
// with one name the shallowest is stored; at the same depth the one named by its tag; otherwise none. Unlike in
// encoding/json, a tag that begins with "-" always means a field that is not stored. An embedded value of an unexported
// type that is not a struct, or has a name in its tag, counts as a field. The slice is shared: it must not be changed.
func Attributes(t reflect.Type) []Attribute {
	if kept, ok := attributes.Load(t); ok {
		return kept.([]Attribute)
	}
	kept, _ := attributes.LoadOrStore(t, slices.Clip(attributesOf(t)))
	return kept.([]Attribute)
}

var attributes sync.Map // of struct types

func attributesOf(t reflect.Type) []Attribute {
	type level struct {
		typ   reflect.Type
		index []int
	}
	var (
		next      = []level{{typ: t}}
		times     map[reflect.Type]int // how often a struct type is embedded at the current level
		nextTimes = map[reflect.Type]int{}
		visited   = map[reflect.Type]bool{}
		all       []Attribute
	)
	for len(next) > 0 {
		var current []level
		current, next = next, nil
		times, nextTimes = nextTimes, map[reflect.Type]int{}
		for _, at := range current {
			if visited[at.typ] {
				continue
			}
			visited[at.typ] = true
			for i := range at.typ.NumField() {
				sf := at.typ.Field(i)
				if !sf.IsExported() && !sf.Anonymous {
					continue
				}
				name, options, unknown := parseTag(sf.Tag)
				if name == "-" {
					continue
				}
				index := append(slices.Clip(at.index), i)
				if name == "" && embedsStruct(sf) {
					st := structUnder(sf.Type)
					if nextTimes[st]++; nextTimes[st] == 1 {
						next = append(next, level{st, index})
					}
					continue
				}
				a := Attribute{Name: name, Tagged: name != "", Index: index, Type: sf.Type, Options: options, Unknown: unknown}
				if name == "" {
					a.Name = sf.Name
				}
				all = append(all, a)
				if times[at.typ] > 1 { // so that the fields of two embedded structs of one type conflict
					all = append(all, a)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) }) // the shallowest first
	kept := make([]Attribute, 0, len(all))
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(a Attribute) bool { return a.Name != all[0].Name })
		if n < 0 {
			n = len(all)
		}
		if i := dominant(all[:n]); i >= 0 {
			kept = append(kept, all[i])
		}
		all = all[n:]
	}
	slices.SortFunc(kept, func(a, b Attribute) int { return slices.Compare(a.Index, b.Index) })
	return kept
}

// dominant returns which of several attributes with one name is stored, -1 if none is. They come shallowest first.
func dominant(claims []Attribute) int {
	var untagged, tagged struct{ n, last int } // at the depth of the first
	for i, a := range claims {
		if len(a.Index) > len(claims[0].Index) {
			break
		}
		of := &untagged
		if a.Tagged {
			of = &tagged
		}
		of.n++
		of.last = i
	}
	switch {
	case tagged.n == 1:
		return tagged.last
	case tagged.n == 0 && untagged.n == 1:
		return untagged.last
	}
	return -1
}

// embedsStruct reports whether a field is an embedded struct or a pointer to one.
func embedsStruct(sf reflect.StructField) bool { return sf.Anonymous && structUnder(sf.Type) != nil }

// Pointee returns the type behind all pointers; a pointer type if they lead to themselves.
func Pointee(t reflect.Type) reflect.Type {
	for seen := (map[reflect.Type]bool)(nil); t.Kind() == reflect.Pointer && !seen[t]; t = t.Elem() {
		if t.Name() == "" {
			continue // only a named one leads to itself
		}
		if seen == nil {
			seen = map[reflect.Type]bool{}
		}
		seen[t] = true
	}
	return t
}

// structUnder returns the struct type that t is or points to, nil for any other.
func structUnder(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
