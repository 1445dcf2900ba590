package ddbdesign

import "strings"

// Claim says whose item a primary key is.
type Claim struct {
	Entity    string // of the item, of the version item, or of the companion; "" for a companion of a view that is not described
	Version   bool   // it is a version item of the entity's history
	Companion string // the purpose of an item of the library's own; "" for an item of an entity
	View      string // of a companion of a view
}

// Claim returns whose item a primary key is, as the library decides by the shape of the key; sort is the zero Scalar for a
// table without a sort key. It is false for a key of an unknown item. The library also compares an item's type attribute with
// the claim. The cost grows with the number of entities and companions.
func (t Table) Claim(partition, sort Scalar) (Claim, bool) {
	reservedKey := partition.Type == "S" && strings.HasPrefix(partition.Text, string(reserved))
	if c, ok := t.companion(partition.Text); reservedKey && ok {
		return c, true
	}
	for _, e := range t.Entities {
		if e.History != nil && e.History.claims(partition, sort) {
			return Claim{Entity: e.Name, Version: true}, true
		}
	}
	if reservedKey {
		return Claim{}, false
	}
	for _, e := range t.Entities {
		if len(e.Entries) > 0 && e.Entries[0].claims(partition, sort) {
			return Claim{Entity: e.Name}, true
		}
	}
	return Claim{}, false
}

func (r IndexEntry) claims(partition, sort Scalar) bool {
	return r.Partition.claims(partition) && (r.Sort.IsZero() || r.Sort.claims(sort))
}

// claims reports whether a key attribute is of the template. A native one is by its type alone.
func (t Template) claims(s Scalar) bool {
	if t.Native {
		return len(t.Parts) == 1 && t.Parts[0].Kind == PartNative && t.Parts[0].Type == s.Type
	}
	return s.Type == "S" && t.Match(s.Text)
}

// purposes are the beginnings of the keys of companions, also of those that the design does not list.
var purposes = []struct{ prefix, purpose string }{
	{"~a#", PurposeLedger},
	{"~r#", PurposeRank},
	{"~d#", PurposeDistinct},
	{"~u#", PurposeUnique},
	{"~l#", PurposeLease},
	{"~lstart#", PurposeLease},
}

// companion returns what a key is that begins with ~. A long value in it is a hash, so the literal at its beginning decides.
func (t Table) companion(key string) (claim Claim, ok bool) {
	if key == "~g" {
		return Claim{Companion: PurposeGap}, true
	}
	for _, p := range purposes {
		if strings.HasPrefix(key, p.prefix) {
			claim, ok = Claim{Companion: p.purpose}, true
		}
	}
	if !ok {
		return Claim{}, false
	}
	longest := 0
	for _, c := range t.Companions {
		if len(c.Key.Parts) == 0 || c.Key.Parts[0].Kind != PartLiteral {
			continue
		}
		for _, head := range c.heads() {
			if strings.HasPrefix(key, head) && len(head) > longest {
				longest, claim.Entity, claim.View = len(head), c.Entity, c.View
			}
		}
	}
	return claim, true
}

// heads returns what keys of the companion begin with, whose first part is a literal. That of a unique value may be
// ~u#student~seat=in#{SchoolID}, or ~u#student~seat~ and a hash of the whole value.
func (c Companion) heads() []string {
	head := c.Key.Parts[0].Text
	of := "~u#" + c.Entity + "~"
	rest, ok := strings.CutPrefix(head, of)
	name, _, value := strings.Cut(rest, "=")
	if c.Purpose != PurposeUnique || !ok || !value {
		return []string{head}
	}
	return []string{head, of + name + "~"}
}
