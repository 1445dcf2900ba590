package graph

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// What inputs may be.
const (
	maxName    = 200
	maxID      = 100
	maxEmail   = 254
	maxContent = 64 << 10
	maxXP      = 100_000 // of one field of a mutation
)

// check checks the values of an input and keeps the first fault.
type check struct{ fault error }

func (c *check) fail(format string, args ...any) {
	if c.fault == nil {
		c.fault = badInput(format, args...)
	}
}

// line returns a text of one line without the spaces around it.
func (c *check) line(name, text string, most int) string {
	text = strings.TrimSpace(text)
	c.text(name, text, most, false)
	return text
}

// content returns a text of several lines.
func (c *check) content(text string) string {
	c.text("content", text, maxContent, true)
	return text
}

func (c *check) text(name, text string, most int, lines bool) {
	switch {
	case strings.TrimSpace(text) == "":
		c.fail("%s is empty", name)
	case len(text) > most:
		c.fail("%s has more than %d bytes", name, most)
	case !printable(text, lines):
		c.fail("%s has characters that cannot be printed", name)
	}
}

// printable refuses control characters, and the character that stands for those that were not valid.
func printable(text string, lines bool) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		if lines && (r == '\n' || r == '\r' || r == '\t') {
			return false
		}
		return unicode.IsControl(r) || r == utf8.RuneError
	})
}

// id returns an id that the client refers to. The argument has the name.
func (c *check) id(name, id string) string {
	c.text(name, id, maxID, false)
	if strings.Contains(id, "#") {
		c.fail("%s is %q: no id has a #", name, id)
	}
	return id
}

func (c *check) email(text string) string {
	text = c.line("email", text, maxEmail)
	name, host, ok := strings.Cut(text, "@")
	if !ok || name == "" || host == "" || strings.ContainsAny(text, " \t,;<>") || strings.Contains(host, "@") {
		c.fail("email is %q: it is like name@host", text)
	}
	return text
}

// number returns a number between two others.
func (c *check) number(name string, n, least, most int32) int {
	if n < least || n > most {
		c.fail("%s is %d: it is from %d to %d", name, n, least, most)
	}
	return int(n)
}

// newID returns the id that the client chose, of letters, digits and dashes, or a new one.
func (c *check) newID(chosen *string) string {
	if chosen == nil {
		return uuid.NewString()
	}
	id := *chosen
	bad := strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
	if id == "" || len(id) > maxID || bad {
		c.fail("id is %q: it has up to %d letters, digits and dashes", id, maxID)
	}
	return id
}
