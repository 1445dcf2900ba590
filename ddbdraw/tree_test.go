package ddbdraw_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// element is an element of a page or a picture.
type element struct {
	name       string
	attributes map[string]string
	children   []*element
	text       string // of the element and what is in it
	own        strings.Builder
}

// tree reads a page or a picture strictly, as XML.
func tree(t testing.TB, text string) *element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	root := &element{}
	open := []*element{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				if _, twice := e.attributes[a.Name.Local]; twice {
					assert.Fail(t, "an attribute that is there twice", a.Name.Local)
				}
				e.attributes[a.Name.Local] = a.Value
			}
			last := open[len(open)-1]
			last.children = append(last.children, e)
			open = append(open, e)
		case xml.EndElement:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			last.text = last.own.String()
			open[len(open)-1].own.WriteString(last.text)
		case xml.CharData:
			open[len(open)-1].own.Write(token)
		case xml.Comment, xml.ProcInst:
			assert.Fail(t, "a comment or an instruction", "%v", token)
		}
	}
	require.Len(t, root.children, 1)
	return root.children[0]
}

// all returns the elements of that name, or all of them.
func (e *element) all(name string) (found []*element) {
	if name == "" || e.name == name {
		found = append(found, e)
	}
	for _, c := range e.children {
		found = append(found, c.all(name)...)
	}
	return found
}

// with returns the elements whose attribute has a value, or one of several.
func (e *element) with(attribute, value string) (found []*element) {
	for _, c := range e.all("") {
		if slices.Contains(strings.Fields(c.attributes[attribute]), value) {
			found = append(found, c)
		}
	}
	return found
}

func (e *element) texts(name string) (texts []string) {
	for _, c := range e.all(name) {
		texts = append(texts, c.text)
	}
	return texts
}

var (
	link     = regexp.MustCompile(`(?i)https?:|javascript:|data:`)
	elements = set(`html head meta title style body header nav main section h1 h2 h3 p ul li a figure table caption thead tbody tr th td
		span bdi code br div strong svg desc g rect path text tspan clipPath`)
	attributes = set(`lang charset name content id class href aria-label aria-labelledby role scope rowspan colspan data-label data-of
		xmlns viewBox width height x y d rx font-size text-anchor stroke-width clip-path`)
)

func set(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// sound checks what holds of every page and picture.
func sound(t testing.TB, text string) *element {
	t.Helper()
	root := tree(t, text)
	ids := map[string]*element{}
	for _, e := range root.all("") {
		if !elements[e.name] {
			assert.Fail(t, "an element that is not drawn", e.name)
		}
		for name, value := range e.attributes {
			if !attributes[name] {
				assert.Fail(t, "an attribute that is not drawn", "%s of %s", name, e.name)
			}
			if name != "xmlns" && name != "data-label" && name != "data-of" && link.MatchString(value) {
				assert.Fail(t, "an address", value)
			}
		}
		if id, ok := e.attributes["id"]; ok {
			if ids[id] != nil {
				assert.Fail(t, "an id that is there twice", id)
			}
			ids[id] = e
		}
	}
	for _, e := range root.all("") {
		for id := range strings.FieldsSeq(e.attributes["aria-labelledby"]) {
			assert.NotNil(t, ids[id], id)
		}
		if href := e.attributes["href"]; href != "" {
			assert.NotNil(t, ids[strings.TrimPrefix(href, "#")], href)
		}
		if clip := e.attributes["clip-path"]; clip != "" {
			assert.NotNil(t, ids[strings.TrimSuffix(strings.TrimPrefix(clip, "url(#"), ")")], clip)
		}
	}
	for _, s := range root.all("style") {
		assert.NotRegexp(t, `(?i)url\(|@import|@font-face|https?:`, s.text)
	}
	pictures := root.with("role", "img")
	assert.Len(t, pictures, len(root.all("svg")))
	for _, svg := range pictures {
		named := strings.Fields(svg.attributes["aria-labelledby"])
		require.Len(t, named, 2)
		assert.NotEmpty(t, ids[named[0]].text)
		assert.NotEmpty(t, ids[named[1]].text)
		assert.Regexp(t, `^0 0 [\d.]+ [\d.]+$`, svg.attributes["viewBox"])
	}
	return root
}

// accessible checks a page.
func accessible(t testing.TB, root *element) {
	t.Helper()
	assert.Equal(t, "en", root.attributes["lang"])
	assert.NotEmpty(t, strings.TrimSpace(root.all("title")[0].text))
	for _, one := range []string{"h1", "main", "nav", "header"} {
		assert.Len(t, root.all(one), 1, one)
	}
	assert.NotEmpty(t, root.all("nav")[0].attributes["aria-label"])
	for _, s := range root.all("section") {
		assert.NotEmpty(t, s.attributes["aria-labelledby"])
		assert.Len(t, s.all("h2"), 1)
	}
	for _, table := range root.all("table") {
		require.NotEmpty(t, table.children)
		assert.Equal(t, "caption", table.children[0].name)
		assert.NotEmpty(t, table.children[0].text)
		for _, th := range table.all("th") {
			assert.Contains(t, []string{"col", "row", "rowgroup"}, th.attributes["scope"])
		}
		for name, role := range map[string]string{"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"} {
			for _, e := range table.all(name) {
				if e.attributes["role"] != role {
					assert.Fail(t, "cards lose the role "+role, name)
				}
			}
		}
		columns := len(table.all("thead")[0].all("th"))
		assert.GreaterOrEqual(t, columns, 3)
		left := 0 // lines that the header of a group still spans
		for _, tr := range table.all("tr") {
			n := 0
			for _, cell := range tr.children {
				span := atoi(t, cell.attributes["colspan"], 1)
				n += span
				if span := atoi(t, cell.attributes["rowspan"], 0); span > 0 {
					assert.Zero(t, left)
					left = span
				}
			}
			if left > 0 && tr.children[0].attributes["scope"] != "rowgroup" {
				n++
			}
			left = max(0, left-1)
			assert.Equal(t, columns, n, "cells of a line: %s", tr.text)
		}
		assert.Zero(t, left)
	}
}
