package ddbdraw

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// boxes prints phrases with brackets in place of their boxes.
func boxes(code string) string {
	p := &printer{}
	phrases(p, code)
	return strings.NewReplacer(`<span class="un">`, "[", "</span>", "]", "&quot;", `"`).Replace(p.b.String())
}

func TestKeyConditionsBreakBetweenTheirParts(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"":                                 "",
		"pk":                               "pk",
		`"a b"`:                            `"a b"`,
		`pk = "p"`:                         `[[pk =] ["p"]]`,
		`pk = "a AND b" AND sk = "c#{ID}"`: `[[pk =] ["a AND b"]] [[AND] [sk =] ["c#{ID}"]]`,
		`pk = "a\" AND b" LIMIT 20`:        `[[pk =] ["a\" AND b"] [LIMIT 20]]`,
		`begins_with(sk, "c#") CONSISTENT`: `[[begins_with(sk,] ["c#")] [CONSISTENT]]`,
		`2 × put pk = "x"`:                 `[[2 ×] [put] [pk =] ["x"]]`,
		`sk BETWEEN "a" AND "b"`:           `[[sk] [BETWEEN] ["a"]] [[AND] ["b"]]`,
		`AND AND`:                          `[[AND]] [[AND]]`,
		`"open AND`:                        `"open AND`,
		`a  b`:                             `[[a] [] [b]]`,
	} {
		assert.Equal(t, want, boxes(code), code)
		assert.Equal(t, code, strings.NewReplacer("[", "", "]", "").Replace(boxes(code)), "the text is what it was")
	}
}

func TestUnitsStayWithTheirNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                "",
		"20":              "20",
		"0.5 R":           "0.5_R",
		"1 R + 4 W":       "1_R + 4_W",
		"128.5 R × pages": "128.5_R ×_pages",
		"8 × 800 W":       "8_×_800_W",
		"a b":             "a b",
	} {
		assert.Equal(t, want, strings.ReplaceAll(together(text), "\u00a0", "_"))
	}
}

func TestCardsHaveShortCellsBesideEachOther(t *testing.T) {
	t.Parallel()
	s := Section{
		Header: []string{"#", "pattern", "keys", "units"}, Right: []bool{true, false, false, true},
		Cells: [][]string{{"1", "a `b`\nc", "pk = \"x\"\nsk", "1 R"}, {"", "", "pk", "2 R"}, {"2", "d", strings.Repeat("x", 30), "1 R"}, {"", "derived", "pk", ""}},
	}
	print := func() string {
		p := &printer{}
		s.table(p, "caption", true, nil)
		return p.b.String()
	}
	out := print()
	assert.Contains(t, out, `<th scope="row" role="rowheader" class="r sh" data-label="#"><div>1</div></th><td role="cell" class="ld" data-label="pattern">`)
	assert.Contains(t, out, `<td role="cell" data-label="keys">`, "a column with a long cell")
	assert.Contains(t, out, `<td role="cell" class="long" data-label="keys">`)
	assert.Contains(t, out, `<td role="cell" class="r sh" data-label="units"><div>1`+"\u00a0"+`R</div></td>`)
	assert.Contains(t, out, `<td role="cell" data-of="1 a b c"></td>`, "what continues a line names it")
	assert.Contains(t, out, `<td role="cell" data-of="2 d"></td>`)
	s.Cells[0][2], s.Cells[2][2] = "a\nb", "c"
	assert.Contains(t, print(), `<td role="cell" data-label="keys">`, "a column with a cell of two lines")
	s.Right = nil
	out = print()
	assert.NotContains(t, out, `"ld"`, "the first column does not number the lines")
	assert.Contains(t, out, `<td role="cell" data-of="1"></td>`)
}
