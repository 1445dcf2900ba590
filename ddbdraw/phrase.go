package ddbdraw

import (
	"slices"
	"strings"
)

// phrases writes code so that a line breaks before AND, else after an operator or between other words, and inside of quotes only
// if the text is longer than a line. It nests boxes that stay whole where there is room.
func phrases(p *printer, code string) {
	words := quotedWords(code)
	if len(words) < 2 {
		p.f("%s", code)
		return
	}
	for len(words) > 0 {
		n := slices.Index(words[1:], "AND") + 1
		if n == 0 {
			n = len(words)
		}
		p.f(`<span class="un">`)
		for i, word := range words[:n] {
			switch {
			case i == 0:
				p.f(`<span class="un">`)
			case operator(word) || number(word):
				p.f(" ")
			default:
				p.f(`</span> <span class="un">`)
			}
			p.f("%s", word)
		}
		p.f("</span></span>")
		if words = words[n:]; len(words) > 0 {
			p.f(" ")
		}
	}
}

// number reports whether a word is digits: that of LIMIT 20.
func number(word string) bool { return word != "" && strings.Trim(word, "0123456789") == "" }

func operator(word string) bool {
	return slices.Contains([]string{"=", "<>", "<", "<=", ">", ">=", "×"}, word)
}

// quotedWords splits code at single spaces that are not in quotes.
func quotedWords(code string) (words []string) {
	quoted, start := false, 0
	for i := 0; i < len(code); i++ {
		switch {
		case quoted && code[i] == '\\':
			i++
		case code[i] == '"':
			quoted = !quoted
		case code[i] == ' ' && !quoted:
			words = append(words, code[start:i])
			start = i + 1
		}
	}
	return append(words, code[start:])
}

// together keeps a number and its unit in one line.
func together(text string) string {
	words := strings.Split(text, " ")
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case words[i-1] == "×", ends(words[i-1]) && word != "+":
			b.WriteString("\u00a0")
		default:
			b.WriteString(" ")
		}
		b.WriteString(word)
	}
	return b.String()
}

// ends reports whether a word ends with a digit.
func ends(word string) bool {
	return word != "" && word[len(word)-1] >= '0' && word[len(word)-1] <= '9'
}
