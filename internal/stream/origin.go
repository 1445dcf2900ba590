package stream

import (
	"fmt"
	"sync"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/write"
)

// origin is the table whose stream a Mux reads.
type origin struct {
	mu   sync.Mutex
	name string // "" while it is not known
}

// refuse returns the error of a batch with a record that the Mux must not handle: of another table's stream, or one that a source
// has made wrongly. Nothing of the batch is handled then.
func (m *Mux) refuse(records []*record.Record) *RecordError {
	for i := range records {
		if err := m.foreign(records[i]); err != nil {
			return &RecordError{Record: *records[i], Err: &fault.Outside{Err: err}}
		}
	}
	return nil
}

func (m *Mux) foreign(r *record.Record) error {
	switch r.Kind {
	case record.Inserted, record.Modified, record.Removed, record.Expired:
	default:
		if r.Raw == nil {
			return fault.Model("the record's kind is %q: use Inserted, Modified, Removed or Expired", r.Kind)
		}
	}
	if r.Sequence == "" {
		return fault.Model("the record has no sequence number")
	}
	name := record.TableName(r.Stream)
	if name == "" {
		return nil
	}
	if own := m.origin.bind(name); own != name {
		return fault.Model("the record comes from the stream of table %q, but the Mux handles table %q: use one Mux for each table", name, own)
	}
	return nil
}

// bind returns the table that the Mux is bound to, which is the given one if it is the first.
func (o *origin) bind(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name == "" {
		o.name = name
	}
	return o.name
}

// bindTo binds a Mux to the table of a DB.
func (m *Mux) bindTo(db *write.DB) {
	name := record.TableName(db.Name)
	if name == "" {
		name = db.Name
	}
	if own := m.origin.bind(name); own != name {
		panic(fmt.Sprintf("ddb: Maintain: the DB is for table %q, but the Mux handles table %q", name, own))
	}
}
