package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// topics is how many topics TOPICS.md has. A topic that is added or removed changes it.
const topics = 210

var (
	row  = regexp.MustCompile(`(?m)^\| (.+?) \| (.+) \|$`)
	link = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	code = regexp.MustCompile("`([^`]+)`")
)

func topicsPage(t *testing.T) string {
	page, err := os.ReadFile("TOPICS.md")
	require.NoError(t, err)
	return string(page)
}

func TestEveryTopicIsSomewhere(t *testing.T) {
	n := 0
	for _, r := range row.FindAllStringSubmatch(topicsPage(t), -1) {
		if r[1] == "topic" {
			continue
		}
		n++
		assert.True(t, link.MatchString(r[2]) || code.MatchString(r[2]), "%s: where?", r[1])
	}
	assert.Equal(t, topics, n)
}

func TestLinksOfTopicsResolve(t *testing.T) {
	files := map[string]string{} // by recipe
	for _, c := range book {
		for _, p := range c.recipes {
			files[p.Name] = c.file(p)
		}
	}
	linked := map[string]bool{}
	for _, l := range link.FindAllStringSubmatch(topicsPage(t), -1) {
		text, target := l[1], l[2]
		if file, ok := files[text]; ok {
			assert.Equal(t, file, target, text)
			linked[text] = true
			continue
		}
		if strings.HasPrefix(target, "https://") {
			assert.Regexp(t, `^https://(docs\.aws\.amazon\.com|www\.usenix\.org)/`, target)
			continue
		}
		file, heading, _ := strings.Cut(target, "#")
		_, err := os.Stat(filepath.FromSlash(file))
		require.NoError(t, err, "[%s]", text)
		if heading != "" {
			assert.Contains(t, headings(t, file), heading, "[%s]", text)
		}
	}
	for name := range files {
		assert.True(t, linked[name], "recipe %s is linked nowhere", name)
	}
}

// headings are the anchors of a page.
func headings(t *testing.T, file string) (anchors []string) {
	page, err := os.ReadFile(filepath.FromSlash(file))
	require.NoError(t, err)
	for _, h := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(page), -1) {
		text := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(h[1]), "")
		anchors = append(anchors, strings.ReplaceAll(text, " ", "-"))
	}
	return anchors
}

// Names such as ddb.DB.Batch are in the exported API.
func TestNamesOfTopicsAreExported(t *testing.T) {
	api := exported(t)
	n := 0
	for _, c := range code.FindAllStringSubmatch(topicsPage(t), -1) {
		if regexp.MustCompile(`^ddb\w*(\.\w+)*$`).MatchString(c[1]) {
			assert.True(t, api[c[1]], "%s is not exported", c[1])
			n++
		}
	}
	assert.Greater(t, n, 50)
}

// exported reads the names of testdata/api.txt: ddb, ddb.DB, ddb.DB.Batch, ddb.Options.Now.
func exported(t *testing.T) map[string]bool {
	text, err := os.ReadFile("../../testdata/api.txt")
	require.NoError(t, err)
	var (
		method = regexp.MustCompile(`^func \(\w+ \*?(\w+)(?:\[[^\]]*\])?\) (\w+)\(`)
		name   = regexp.MustCompile(`^(?:func|type|const|var) (\w+)`)
		member = regexp.MustCompile(`^\t(\w+(?:, \w+)*)[\t (]`)
		api    = map[string]bool{}
		pkg    string
		owner  string
	)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "package "); ok {
			pkg = rest
			api[pkg] = true
		} else if m := method.FindStringSubmatch(line); m != nil {
			api[pkg+"."+m[1]+"."+m[2]] = true
		} else if m := name.FindStringSubmatch(line); m != nil {
			owner = pkg + "." + m[1]
			api[owner] = true
		} else if m := member.FindStringSubmatch(line); m != nil {
			for f := range strings.SplitSeq(m[1], ", ") {
				api[owner+"."+f] = true
			}
		}
	}
	return api
}
