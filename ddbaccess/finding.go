package ddbaccess

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbobserve"
)

// The rules of findings.
const (
	Scan        = "scan"         // a pattern reads the whole table or index
	Filter      = "filter"       // a pattern pays for items that a filter expression drops
	UnusedIndex = "unused-index" // no pattern reads the index
	UnusedEntry = "unused-entry" // no pattern reads the entity in the index
	Accepted    = "accepted"     // an acceptance is of no finding
)

// Finding is what is wrong with a pattern or an index.
type Finding struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"`          // the pattern, the index, or the entity in the index: "track in gsi1"
	Text    string `json:"text"`             // one sentence
	Reason  string `json:"reason,omitempty"` // why it is accepted; "" if it is not
}

// String returns the finding in one line.
func (f Finding) String() string {
	s := f.Rule + ": " + f.Text
	if f.Reason != "" {
		s += " Accepted: " + f.Reason
	}
	return s
}

// findings applies the rules. Those that are not accepted are first.
func (r *run) findings(all []*measured) []Finding {
	var out []Finding
	reads := map[string]map[string]bool{} // by index, the entities
	e := &estimator{design: &r.design}
	for _, m := range all {
		out = append(out, e.patternFindings(m)...)
		e.note(reads, m)
	}
	out = append(out, r.indexFindings(reads)...)
	out = r.accept(out)
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(min(len(a.Reason), 1), min(len(b.Reason), 1)) })
	return out
}

func (e *estimator) patternFindings(m *measured) (out []Finding) {
	seen := map[string]bool{}
	for _, c := range m.calls {
		if c.Operation == "Scan" && !seen[Scan] {
			seen[Scan] = true
			out = append(out, Finding{Rule: Scan, Subject: m.p.name, Text: fmt.Sprintf("%s reads all of %s: its cost grows with the table.", m.p.name, nameOf(c.Index))})
		}
		if f := e.filter(c.Filter); f != "" && !seen[f] {
			seen[f] = true
			text := fmt.Sprintf("%s pays for what it drops: %d of %d items of the sample, by %s.", m.p.name, c.Examined-count(&c.Request), c.Examined, f)
			if c.Examined == 0 {
				text = fmt.Sprintf("%s pays for what it drops, by %s. Its example finds nothing in the sample.", m.p.name, f)
			}
			out = append(out, Finding{Rule: Filter, Subject: m.p.name, Text: text})
		}
	}
	return out
}

func nameOf(index string) string {
	if index == ddbobserve.Primary {
		return "the table"
	}
	return "index " + index
}

// note notes which entities a pattern and its views read in which index.
func (e *estimator) note(reads map[string]map[string]bool, m *measured) {
	calls := slices.Clone(m.calls)
	for _, v := range m.views {
		calls = append(calls, v.calls...)
	}
	for _, c := range calls {
		if c.Operation != "Query" && c.Operation != "Scan" {
			continue
		}
		if reads[c.Index] == nil {
			reads[c.Index] = map[string]bool{}
		}
		for name := range c.Items {
			reads[c.Index][name] = true
		}
		if c.Entity != "" {
			reads[c.Index][c.Entity] = true
		}
		for _, name := range e.reached(&c.Request) {
			reads[c.Index][name] = true
		}
	}
}

// reached returns the entities whose entries a query of a whole item collection can return. The sample need not have an item of
// each.
func (e *estimator) reached(r *ddbobserve.Request) (names []string) {
	ix, ok := e.design.Index(r.Index)
	if !ok || r.Operation != "Query" || len(r.Condition) != len(ix.Partition) {
		return nil
	}
	for _, m := range entriesAt(e.design, r.Index, "", partitionOf(ix, r)) {
		names = append(names, m.Entity)
	}
	return names
}

func (r *run) indexFindings(reads map[string]map[string]bool) (out []Finding) {
	for _, ix := range r.design.Indexes[1:] {
		if reads[ix.Name] == nil {
			text := fmt.Sprintf("No pattern reads index %s, and writes pay for it.", ix.Name)
			if !slices.ContainsFunc(r.design.Entities, func(e ddbdesign.Entity) bool { _, in := entryOf(&r.design, e.Name, ix.Name); return in }) {
				text = fmt.Sprintf("No pattern reads index %s, and no entity has entries in it.", ix.Name)
			}
			out = append(out, Finding{Rule: UnusedIndex, Subject: ix.Name, Text: text})
			continue
		}
		for _, e := range r.design.Entities {
			if _, in := entryOf(&r.design, e.Name, ix.Name); in && !reads[ix.Name][e.Name] {
				out = append(out, Finding{
					Rule: UnusedEntry, Subject: e.Name + " in " + ix.Name,
					Text: fmt.Sprintf("No pattern reads %s in %s, and each write of it pays for the entry.", e.Name, ix.Name),
				})
			}
		}
	}
	return out
}

// accept gives findings the reasons of their acceptances. An acceptance of nothing is a finding itself.
func (r *run) accept(out []Finding) []Finding {
	all := slices.Clone(r.c.Accept)
	for _, p := range r.c.Patterns {
		all = append(all, p.accepted...)
	}
	for _, a := range all {
		found := false
		for i := range out {
			if out[i].Rule == a.Rule && out[i].Subject == a.Subject {
				out[i].Reason, found = a.Reason, true
			}
		}
		if !found {
			out = append(out, Finding{Rule: Accepted, Subject: a.Subject, Text: fmt.Sprintf("There is no finding %q of %s any more: remove its acceptance.", a.Rule, a.Subject)})
		}
	}
	return out
}
