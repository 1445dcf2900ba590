package ddbaccess

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// Sections returns the tables of the report for a drawing of the model.
func (rep *Report) Sections() []ddbdraw.Section {
	var out []ddbdraw.Section
	for _, s := range rep.sections() {
		d := ddbdraw.Section{Title: s.title, Intro: s.intro, Header: s.header, Right: s.right, Notes: s.notes}
		for _, cells := range s.cells {
			line := slices.Clone(cells)
			for i := range line {
				if s.code[i] && line[i] != "" {
					line[i] = "`" + strings.ReplaceAll(line[i], "\n", "`\n`") + "`"
				}
			}
			d.Cells = append(d.Cells, line)
		}
		out = append(out, d)
	}
	return out
}

// Drawing returns the model as a drawing: the design, the seeded items, and the tables of the report. A report that was read
// back has neither design nor items.
func (rep *Report) Drawing() ddbdraw.Drawing {
	return ddbdraw.Drawing{Title: rep.Title, Doc: rep.Doc, Design: rep.Design, Samples: rep.Samples, Sections: rep.Sections()}
}

// entitiesFile is the picture of the entities.
const entitiesFile = "entities.svg"

// unrelated returns the entities without a reference, and to which none leads. It is empty if the table has one entity.
func (rep *Report) unrelated() (names []string) {
	all := rep.Design.Entities
	for _, e := range all {
		referred := func(o ddbdesign.Entity) bool {
			return slices.ContainsFunc(o.Refers, func(r ddbdesign.Ref) bool { return r.Entity == e.Name })
		}
		if len(all) > 1 && len(e.Refers) == 0 && !slices.ContainsFunc(all, referred) {
			names = append(names, e.Name)
		}
	}
	return names
}

// pictures draws the entities and each index that has items, by the names of the files.
func (rep *Report) pictures() (names []string, files map[string][]byte, err error) {
	d := rep.Drawing()
	files = map[string][]byte{}
	var b bytes.Buffer
	if err := ddbdraw.Entities(&b, d); err != nil {
		return nil, nil, err
	}
	taken := map[string]bool{}
	names = append(names, entitiesFile)
	files[entitiesFile] = bytes.Clone(b.Bytes())
	for _, ix := range rep.Design.Indexes {
		b.Reset()
		if err := ddbdraw.Index(&b, d, ix.Name); err != nil {
			return nil, nil, err
		}
		name := fileName(ix)
		for n := 2; taken[strings.ToLower(name)]; n++ { // some file systems do not tell cases apart
			name = fmt.Sprintf("%s-%d", fileName(ix), n)
		}
		taken[strings.ToLower(name)] = true
		name += ".svg"
		names = append(names, name)
		files[name] = bytes.Clone(b.Bytes())
	}
	return names, files, nil
}

// fileName is the name of an index as that of a file: a name of DynamoDB has letters, digits, "_", "-" and ".".
func fileName(ix ddbdesign.Index) string {
	if name := strings.ToLower(ix.Name); ix.Kind != ddbdesign.KindPrimary && (name == ddbdesign.Primary || name == "entities" || strings.HasPrefix(name, "index-")) {
		return "index-" + ix.Name
	}
	return ix.Name
}
