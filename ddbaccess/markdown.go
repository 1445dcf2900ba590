package ddbaccess

import (
	"strings"
	"unicode"
)

// clean is text without characters that control a terminal or the direction of writing, and on one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\u00a0', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control), r == '\ufffe', r == '\uffff':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// markup are the characters that mean something within a line of Markdown, or in a cell.
var markup = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "~", `\~`, "<", "&lt;", "&", "&amp;",
)

// prose is text on one line that is no markup.
func prose(text string) string { return markup.Replace(clean(text)) }

// paragraphs are lines of text that are no markup, also where they begin. Lines that are empty stay between paragraphs.
func paragraphs(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		l = prose(strings.TrimSpace(l))
		digits := len(l) - len(strings.TrimLeft(l, "0123456789"))
		switch rest := l[digits:]; {
		case digits > 0 && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ")")): // a list
			l = l[:digits] + `\` + rest
		case digits == 0 && rest != "" && strings.ContainsRune("#>-+=", rune(rest[0])):
			l = `\` + l
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}

// codeSpan is text as code in a cell: a vertical bar would end the cell, and a backtick the code.
func codeSpan(text string) string {
	text = clean(text)
	if strings.Contains(text, "|") && strings.Contains(text, `\`) { // a backslash before a bar has no form in a code span
		return "<code>" + entities.Replace(text) + "</code>"
	}
	text = strings.ReplaceAll(text, "|", `\|`)
	if n := backticks(text); n > 0 {
		around := strings.Repeat("`", n+1)
		return around + " " + text + " " + around
	}
	return "`" + text + "`"
}

// entities are the characters of markup for HTML within Markdown.
var entities = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", `\`, "&#92;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;", "~", "&#126;",
)

// fence is text as a block of code, which ends behind all of it.
func fence(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	text = strings.Join(lines, "\n")
	around := strings.Repeat("`", max(3, backticks(text)+1))
	return around + "\n" + text + "\n" + around + "\n"
}

// backticks is the number of backticks in the longest sequence of them.
func backticks(text string) (most int) {
	n := 0
	for _, r := range text {
		if n++; r != '`' {
			n = 0
		}
		most = max(most, n)
	}
	return most
}
