package ddbaccess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbobserve"
)

// Changes returns what is different from an older report, a sentence for each pattern: "chapters of a course: 1 → 2 requests,
// 15.0 → 30.0 RCU". It is empty if all patterns are as they were. Families, storage and notes follow from the patterns and the
// volumes and are not compared.
func (rep *Report) Changes(old *Report) (out []string) {
	for _, p := range rep.Patterns {
		i := slices.IndexFunc(old.Patterns, func(o Result) bool { return o.Name == p.Name })
		if i < 0 {
			out = append(out, fmt.Sprintf("%s: a new pattern, %s, %s", p.Name, plural(requestCount(p.Requests), "request"), capacity(p.Measured)))
			continue
		}
		if d := resultChanges(old.Patterns[i], p); len(d) > 0 {
			out = append(out, p.Name+": "+strings.Join(d, ", "))
		}
	}
	for _, o := range old.Patterns {
		if !slices.ContainsFunc(rep.Patterns, func(p Result) bool { return p.Name == o.Name }) {
			out = append(out, o.Name+": the pattern is gone")
		}
	}
	return out
}

func resultChanges(old, p Result) (out []string) {
	out = requestChanges(old.Requests, p.Requests)
	if old.Items != p.Items {
		out = append(out, fmt.Sprintf("%d → %s", old.Items, plural(p.Items, "item")))
	}
	out = append(out, unitChanges("", &old.Measured, &p.Measured)...)
	out = append(out, unitChanges("estimated ", old.Estimated, p.Estimated)...)
	for _, d := range p.Derived {
		i := slices.IndexFunc(old.Derived, func(o Derived) bool { return o.View == d.View })
		if i < 0 {
			out = append(out, fmt.Sprintf("view %s now makes %s", d.View, plural(requestCount(d.Requests), "request")))
			continue
		}
		of := requestChanges(old.Derived[i].Requests, d.Requests)
		of = append(of, unitChanges("", &old.Derived[i].Measured, &d.Measured)...)
		of = append(of, unitChanges("estimated ", old.Derived[i].Estimated, d.Estimated)...)
		if len(of) > 0 {
			out = append(out, fmt.Sprintf("view %s: %s", d.View, strings.Join(of, ", ")))
		}
	}
	for _, o := range old.Derived {
		if !slices.ContainsFunc(p.Derived, func(d Derived) bool { return d.View == o.View }) {
			out = append(out, fmt.Sprintf("view %s makes no request any more", o.View))
		}
	}
	return out
}

// requestChanges compares requests one by one if there are as many.
func requestChanges(old, now []Request) (out []string) {
	a, b := requestCount(old), requestCount(now)
	if a != b {
		out = append(out, fmt.Sprintf("%d → %s", a, plural(b, "request")))
	}
	if len(old) != len(now) {
		return out
	}
	for i, o := range old {
		n := now[i]
		for _, what := range []struct{ name, old, now string }{
			{"", o.Operation, n.Operation},
			{"index ", o.Index, n.Index},
			{"filter ", o.Filter, n.Filter},
			{"attributes ", strings.Join(o.Projection, ", "), strings.Join(n.Projection, ", ")},
			{"only counts ", fmt.Sprint(o.CountOnly), fmt.Sprint(n.CountOnly)},
			{"order ", direction(o), direction(n)},
			{"limit ", limit(o), limit(n)},
			{"consistent ", fmt.Sprint(o.Consistent), fmt.Sprint(n.Consistent)},
		} {
			if what.old != what.now {
				out = append(out, fmt.Sprintf("%s%s → %s", what.name, none(what.old), none(what.now)))
			}
		}
		out = append(out, keyChanges(o.Keys, n.Keys)...)
	}
	return out
}

func direction(q Request) string {
	if q.Descending {
		return "descending"
	}
	return "ascending"
}

func limit(q Request) string {
	if q.Limit == 0 {
		return ""
	}
	return fmt.Sprint(q.Limit)
}

// keyChanges compares what two requests read or write. A key that replaces another is "key a → b"; else each one that is gone or
// new is named: "no longer checks customer …".
func keyChanges(old, now []string) (out []string) {
	gone := without(old, now)
	added := without(now, old)
	if len(gone) == 1 && len(added) == 1 {
		key, before, _ := strings.Cut(gone[0], ifs)
		if same, after, _ := strings.Cut(added[0], ifs); same == key {
			return []string{fmt.Sprintf("condition of %s: %s → %s", key, none(before), none(after))}
		}
		return []string{fmt.Sprintf("key %s → %s", gone[0], added[0])}
	}
	return append(someOf("no longer ", gone), someOf("now ", added)...)
}

// someOf names a few keys, and says how many more there are.
func someOf(prefix string, keys []string) (out []string) {
	const few = 2
	for _, k := range keys[:min(few, len(keys))] {
		out = append(out, prefix+third(k))
	}
	if more := len(keys) - few; more > 0 {
		out = append(out, fmt.Sprintf("%s%s", prefix, plural(more, "more key")))
	}
	return out
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(k string) bool { return slices.Contains(some, k) })
}

// third is what a pattern does with a key: "checks customer …" of "check customer …", and "reads …" of a key that is read.
func third(key string) string {
	action, rest, _ := strings.Cut(key, " ")
	switch action {
	case ddbobserve.Put, ddbobserve.Update, ddbobserve.Delete, ddbobserve.Check:
		return action + "s " + rest
	}
	if n, rest, ok := strings.Cut(key, " × "); ok {
		if verb := third(rest); verb != "reads "+rest {
			return verb + " " + n + " times"
		}
	}
	return "reads " + key
}

func none(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// unitChanges is "15.0 → 30.0 RCU". Nil units are unknown.
func unitChanges(what string, old, now *Units) (out []string) {
	switch {
	case old == nil && now == nil:
		return nil
	case old == nil:
		return []string{fmt.Sprintf("%sunknown → %s", what, capacity(*now))}
	case now == nil:
		return []string{fmt.Sprintf("%s%s → unknown", what, capacity(*old))}
	}
	if old.Read != now.Read {
		out = append(out, fmt.Sprintf("%s%.1f → %.1f RCU", what, old.Read, now.Read))
	}
	if old.Write != now.Write {
		out = append(out, fmt.Sprintf("%s%.1f → %.1f WCU", what, old.Write, now.Write))
	}
	return out
}

func capacity(u Units) string {
	switch {
	case u.Write == 0:
		return fmt.Sprintf("%.1f RCU", u.Read)
	case u.Read == 0:
		return fmt.Sprintf("%.1f WCU", u.Write)
	}
	return fmt.Sprintf("%.1f RCU and %.1f WCU", u.Read, u.Write)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
