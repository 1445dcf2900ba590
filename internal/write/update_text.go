package write

import (
	"strings"

	"github.com/singletable-go/ddb/internal/model"
)

// String prints the edits and, for each index entry that they change, the source of each field in its keys.
func (p *updatePlan) String() string {
	var b strings.Builder
	for i := range p.edits[:p.asked] {
		b.WriteString(map[bool]string{true: ": ", false: ", "}[i == 0] + p.edits[i].String())
	}
	for _, r := range p.entries {
		b.WriteString("; " + r.keys.Index.Name)
		if r.out {
			b.WriteString(" left")
		}
		for i, f := range r.members {
			m := p.member(f)
			b.WriteString(map[bool]string{true: " from ", false: ", "}[i == 0] + f.Name)
			switch {
			case m.known():
				b.WriteString(" (" + m.from + ")")
			case m.fault == "MISSING" && r.out:
				b.WriteString(" (not needed)")
			case m.fault == "MISSING":
				b.WriteString(" MISSING: give it in If(Eq(…)) or in the example" + orModify(p.e))
			default:
				b.WriteString(" " + m.fault)
			}
		}
	}
	return b.String()
}

// orModify is a further hint for an entity with a Version.
func orModify(e *model.Entity) string {
	if e.Version == nil {
		return ""
	}
	return ", or use Modify"
}
