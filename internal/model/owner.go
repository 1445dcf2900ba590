package model

import (
	"strings"

	"github.com/singletable-go/ddb/internal/attr"
)

// Role is what an item is in its table.
type Role uint8

// The roles of items.
const (
	RoleUnknown Role = iota // no entity claims it
	RoleItem                // of an entity
	RoleVersion             // of an entity with a History: a version, a tombstone or a marker
	RoleUnique              // of an entity: a value that a Unique holds
	RoleView                // of a view: ledger, rank, count of a value, mark of a gap
	RoleLease               // of a reader of the stream
)

// RoleOf returns what an item is, and of which entity; that is nil for an unknown item and for those of views and readers, and
// for the values of an entity that the program does not declare.
func (t *Table) RoleOf(s attr.Stored) (Role, *Entity) {
	s.Begin()
	if key, ok := s.Text(t.Primary.Partition[0]); ok && t.Companion(s) {
		switch {
		case strings.HasPrefix(key, LeasePrefix), strings.HasPrefix(key, LeaseStartPrefix):
			return RoleLease, nil
		case strings.HasPrefix(key, UniquePrefix):
			name, _, _ := strings.Cut(strings.TrimPrefix(key, UniquePrefix), "~")
			return RoleUnique, t.byName[name]
		}
		return RoleView, nil
	}
	if e := t.historyOf(s); e != nil {
		return RoleVersion, e
	}
	if e, err := t.Claim(s); err == nil && e != nil {
		return RoleItem, e
	}
	return RoleUnknown, nil
}
