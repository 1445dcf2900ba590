package ddbdraw

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// maxOwn is the number of kinds of the library's own items that are told apart.
const maxOwn = 4

// own is items that the library keeps for one purpose. They are counted, since they are of no use to those who read a design.
type own struct {
	n       int
	purpose string // as it continues a number of items
	key     string // the partition key of the first
}

func addOwn(all []own, purpose, key string) []own {
	for i := range all {
		if all[i].purpose == purpose {
			all[i].n++
			return all
		}
	}
	return append(all, own{1, purpose, key})
}

// purpose says what a sample of the library's own is for.
func purpose(t ddbdesign.Table, s ddbdesign.Sample, partition []string) string {
	for _, c := range t.Companions {
		if c.Purpose != s.Companion || c.Entity != s.Entity || len(partition) == 0 || len(c.Key.Parts) == 0 || c.Key.Parts[0].Text == "" ||
			!strings.HasPrefix(partition[0], c.Key.Parts[0].Text) {
			continue
		}
		e, _ := t.Entity(c.Entity)
		for _, u := range e.Uniques {
			if strings.HasSuffix(c.Key.Parts[0].Text, "~"+u.Name+"=") {
				return "to keep " + u.Name + " of " + c.Entity + " unique"
			}
		}
		for _, v := range t.Views {
			if v.Name == c.View {
				return "of the " + v.Kind + " " + v.Name
			}
		}
	}
	if s.Entity == "" {
		return "with the purpose " + s.Companion
	}
	return "with the purpose " + s.Companion + " of " + s.Entity
}

// ownKinds are the kinds that are told apart, and what is left of many.
func (g grid) ownKinds() []own {
	if len(g.own) <= maxOwn {
		return g.own
	}
	kinds := append([]own(nil), g.own[:maxOwn-1]...)
	others := own{purpose: "for other purposes"}
	for _, o := range g.own[maxOwn-1:] {
		others.n += o.n
	}
	return append(kinds, others)
}

// ownText is all of them in one sentence, "" if there are none.
func (g grid) ownText() string {
	var texts []string
	for _, o := range g.ownKinds() {
		texts = append(texts, fmt.Sprintf("%d %s", o.n, o.purpose))
	}
	if len(texts) == 0 {
		return ""
	}
	return "and items of the library's own: " + strings.Join(texts, ", ")
}

// ownHTML writes them as the last group of a grid.
func (g grid) ownHTML(p *printer, columns int) {
	for i, o := range g.ownKinds() {
		if i == 0 {
			p.f(`<tbody role="rowgroup" class="own"><tr role="row" class="more"><th scope="rowgroup" role="rowheader" class="pk" rowspan="%d">The library's own</th>`,
				len(g.ownKinds()))
		} else {
			p.f(`<tr role="row" class="more">`)
		}
		p.f(`<td role="cell" colspan="%d">%d %s`, columns-1, o.n, o.purpose)
		if o.key != "" {
			p.f(`: <bdi class="k">%s</bdi>`, cut(o.key, 2*maxValue))
		}
		p.f("</td></tr>\n")
	}
	if len(g.own) > 0 {
		p.f("</tbody>\n")
	}
}
