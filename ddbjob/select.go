package ddbjob

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Select says which items a job is for. The zero value is for all. The leases of the readers of a stream are never taken: they
// belong to the stream of their own table.
type Select struct {
	// Entities are those whose items are taken, with what the library keeps for them: the versions of a History, and the
	// values of a Unique. Items of views, such as the ledger of an aggregate, belong to no entity: Rebuild makes them. By
	// default all items are taken, also those that no entity claims.
	Entities []ddb.AnyEntity

	// NoCompanions leaves out what the library keeps for items: versions, unique values, and the items of views.
	NoCompanions bool

	// Keys gets a primary key, and reports whether the item is taken. For a version and for a unique value
	// it gets the key of their item, and for an item of a view the key of its target: so what belongs together is taken
	// together. See
	// [InPartition].
	Keys func(key map[string]types.AttributeValue) bool
}

// InPartition is for [Select].Keys: it takes the items of one partition of the table, such as those of a tenant. key is by example:
// the fields of e's partition key are set. It panics if they cannot be one.
func InPartition[T any](e *ddb.Entity[T], key T) func(map[string]types.AttributeValue) bool {
	below := face.Entity(e)
	name := below.Table.Primary.Partition[0]
	want, err := below.PartitionOf("select", reflectOf(&key))
	if err != nil {
		panic(err)
	}
	return func(key map[string]types.AttributeValue) bool {
		have := key[name]
		return have != nil && attr.Equal(have, want)
	}
}

// picker picks the items of a Select.
type picker struct {
	table    *model.Table
	entities map[*model.Entity]bool // nil for all
	alone    bool
	keys     func(attr.Item) bool
}

func (s Select) of(t *model.Table) (*picker, error) {
	p := &picker{table: t, alone: s.NoCompanions, keys: s.Keys}
	for _, e := range s.Entities {
		if e == nil {
			return nil, fault.Model("Select.Entities holds a nil entity: package variables are set in the order of their use")
		}
		below := face.Entity(e)
		if below.Table != t {
			return nil, fault.Model("Select.Entities: %s belongs to another table", below.Name)
		}
		if p.entities == nil {
			p.entities = map[*model.Entity]bool{}
		}
		p.entities[below] = true
	}
	return p, nil
}

// mayTake reports whether items of an entity are taken at all.
func (p *picker) mayTake(e *model.Entity) bool { return p.entities == nil || p.entities[e] }

// takes reports whether an item is taken.
func (p *picker) takes(s attr.Stored) bool {
	role, e := p.table.RoleOf(s)
	switch {
	case role == model.RoleLease,
		p.alone && role != model.RoleItem && role != model.RoleUnknown,
		p.entities != nil && !p.entities[e]:
		return false
	case p.keys == nil:
		return true
	}
	key := p.table.KeyOf(s)
	switch role {
	case model.RoleUnique:
		key = within(s, model.OwnerAttr, key)
	case model.RoleVersion:
		if of := e.KeyOfVersion(s); of != nil {
			key = of
		}
	case model.RoleView:
		key = within(s, model.TargetAttr, key)
	default:
	}
	return p.keys(key)
}

// within returns the key that an attribute holds.
func within(s attr.Stored, name string, own attr.Item) attr.Item {
	if m, ok := s.Attr(name).(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return own
}

// names are the entities for a cursor: one of other entities is refused.
func (s Select) names() []string {
	out := []string{"all"}
	if s.NoCompanions {
		out[0] = "alone"
	}
	for _, e := range s.Entities {
		out = append(out, face.Entity(e).Name)
	}
	return out
}
