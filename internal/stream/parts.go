package stream

import (
	"github.com/singletable-go/ddb/internal/view"
)

// The parts of a Mux: what it does with a record that can fail by itself. Its views come first, as they were given to Maintain.
const (
	HandlersName = "handlers"
	BatchName    = "batch handlers"
)

func (m *Mux) parts() int { return len(m.views) + 2 }

func (m *Mux) handlersPart() int { return len(m.views) }

func (m *Mux) batchPart() int { return len(m.views) + 1 }

// partName is the name of a part in a RecordError and in a dead letter.
func (m *Mux) partName(part int) string {
	switch part {
	case m.handlersPart():
		return HandlersName
	case m.batchPart():
		return BatchName
	}
	return m.views[part].view.PartName()
}

func (r *batchRun) turn(part int) *view.Turn {
	t := &view.Turn{In: r, Part: part, Behind: map[string]*view.Delivery{}}
	if part < r.m.handlersPart() {
		t.View = r.m.partName(part)
	}
	return t
}
