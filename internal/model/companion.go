package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// HasCompanions reports whether the table can hold items of the library's own: its partition and sort keys are strings.
func (t *Table) HasCompanions() bool {
	return len(t.Primary.Sort) == 1 && t.KeyType(t.Primary.Partition[0]) == types.ScalarAttributeTypeS &&
		t.KeyType(t.Primary.Sort[0]) == types.ScalarAttributeTypeS
}

// RefText is the text of a table key inside a key of the library's own. Different keys have different texts.
func (t *Table) RefText(key attr.Item) string {
	var b strings.Builder
	for i, attr := range t.Primary.Attrs() {
		s, _ := key[attr].(*types.AttributeValueMemberS)
		if s == nil {
			continue // not possible after HasCompanions
		}
		if i == 0 {
			b.WriteString(strconv.Itoa(len(s.Value)) + "#")
		} else {
			b.WriteByte('#')
		}
		b.WriteString(s.Value)
	}
	return b.String()
}

// CompanionKey is the key of an item of the library's own.
func (t *Table) CompanionKey(pk, sk string) attr.Item {
	return attr.Item{
		t.Primary.Partition[0]: &types.AttributeValueMemberS{Value: pk},
		t.Primary.Sort[0]:      &types.AttributeValueMemberS{Value: sk},
	}
}

// Reserved reports whether the key of the item begins with ~, as the keys of all releases' own items do.
func (t *Table) Reserved(s attr.Stored) bool {
	key, ok := s.Text(t.Primary.Partition[0])
	return ok && strings.HasPrefix(key, "~")
}

// companions are the prefixes of the keys of the library's own items.
var companions = []string{LedgerPrefix, RankPrefix, DistinctPrefix, UniquePrefix, LeasePrefix, LeaseStartPrefix}

// Companion reports whether the item is one of the library's own. An item that another program wrote under a key that begins
// with ~ is an unknown item.
func (t *Table) Companion(s attr.Stored) bool {
	key, ok := s.Text(t.Primary.Partition[0])
	return ok && strings.HasPrefix(key, "~") &&
		(key == GapPartition || slices.ContainsFunc(companions, func(prefix string) bool { return strings.HasPrefix(key, prefix) }))
}

// Own reports whether an attribute identifies the item and its entity: the primary key, the type and the schema.
func (t *Table) Own(attr string) bool {
	return slices.Contains(t.Primary.Attrs(), attr) || attr == t.TypeAttr || attr == SchemaAttr
}
