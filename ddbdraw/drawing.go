package ddbdraw

import (
	"fmt"
	"io"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// Drawing is what is drawn. The zero value draws a page that says that there is nothing yet. A Drawing is not changed, so that
// goroutines may share it.
type Drawing struct {
	Title    string             // "Design" if it is empty
	Doc      string             // paragraphs, with blank lines between them
	Design   ddbdesign.Table    // Design.Doc is printed after Doc
	Samples  []ddbdesign.Sample // none: the grids show the templates of the keys
	Sections []Section          // printed after the grids, in [HTML] alone
}

// Section is a table of the caller's, with text around it. Text may have code in backticks, and line breaks in cells. Where the
// table is shown as cards, a first column that is aligned to the right numbers them, and the second one has their names.
type Section struct {
	Title  string
	Intro  string
	Header []string
	Right  []bool     // columns that are aligned to the right, such as numbers; those beyond its length are not
	Cells  [][]string // lines of the table; a line may be shorter than Header, and one with an empty first cell continues the line above
	Notes  []string   // a list after the table
}

// HTML writes the page, in one call of Write. It fails as w does.
func HTML(w io.Writer, d Drawing) error {
	p := &printer{}
	page(p, d)
	return p.to(w, "page")
}

// Entities writes a standalone SVG of the entities and their references, at most 700 pixels wide unless many references pass
// many entities. It fails as w does.
func Entities(w io.Writer, d Drawing) error {
	p := &printer{}
	newChart(d.Design.Entities).svg(p, true)
	return p.to(w, "entities")
}

// Index writes a standalone SVG of the sample items in the index of that name; the table itself is [ddbdesign.Primary]. An index
// that the design does not have is an error; else it fails as w does. The picture is 360 to 692 pixels wide, as its content takes;
// at most 416 if that is enough, so that a README shows two of them beside each other.
func Index(w io.Writer, d Drawing, name string) error {
	var names []string
	for _, ix := range d.Design.Indexes {
		if ix.Name == name {
			p := &printer{}
			gridSVG(p, d, ix)
			return p.to(w, fmt.Sprintf("index %q", name))
		}
		names = append(names, fmt.Sprintf("%q", ix.Name))
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	return fmt.Errorf("ddbdraw: draw index %q: the design has no such index: it has %s", name, strings.Join(names, ", "))
}

func (d Drawing) title() string {
	if strings.TrimSpace(d.Title) == "" {
		return "Design"
	}
	return d.Title
}
