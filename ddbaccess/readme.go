package ddbaccess

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// The parts of the page beside the test that are kept.
const (
	patternsPart = "ddb:patterns"
	designPart   = "ddb:design"
)

func beginOf(part string) string { return "<!-- " + part + " -->" }

func endOf(part string) string { return "<!-- /" + part + " -->" }

// readme is the page beside the test, with what its markers enclose renewed. It is empty if there is no page or no marker.
func (rep *Report) readme(name string) (map[string][]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newline := "\n"
	if strings.Contains(string(b), "\r\n") {
		newline = "\r\n"
	}
	page, found, err := renewed(string(withoutCR(b)), map[string]string{
		patternsPart: rep.patternsMarkdown(), designPart: fence(rep.describe),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !found {
		return nil, nil
	}
	return map[string][]byte{name: []byte(strings.ReplaceAll(page, "\n", newline))}, nil
}

// renewed returns a page with the text of each part between its markers. A marker is alone in its line: a sentence can speak of it.
// The text of a user would be lost where a marker is forgotten, so any that is no pair is an error.
func renewed(page string, parts map[string]string) (out string, found bool, err error) {
	var b strings.Builder
	first := map[string]int{} // the line in which a part begins
	open := ""
	number := 0
	for line := range strings.Lines(page) {
		number++
		part, end := marker(line, parts)
		switch {
		case part == "" && open == "":
			b.WriteString(line)
		case part == "": // what is renewed
		case open == "" && end:
			return "", false, fmt.Errorf("line %d: %s has no %s before it: add one, or remove it", number, endOf(part), beginOf(part))
		case open == "" && first[part] > 0:
			return "", false, fmt.Errorf("line %d: there is a %s in line %d already: remove one", number, beginOf(part), first[part])
		case open == "":
			open, first[part] = part, number
			b.WriteString(line)
		case part == open && end:
			open = ""
			b.WriteString(parts[part] + line)
		default:
			return "", false, fmt.Errorf("line %d: %s is between %s in line %d and its end: end that with %s before it", number, strings.TrimSpace(line), beginOf(open), first[open], endOf(open))
		}
	}
	if open != "" {
		return "", false, fmt.Errorf("line %d: %s has no end: add a line %s", first[open], beginOf(open), endOf(open))
	}
	return b.String(), len(first) > 0, nil
}

// marker returns the part that begins or ends in a line, "" for another line.
func marker(line string, parts map[string]string) (part string, end bool) {
	line = strings.TrimSpace(line)
	for part := range parts {
		switch line {
		case beginOf(part):
			return part, false
		case endOf(part):
			return part, true
		}
	}
	return "", false
}
