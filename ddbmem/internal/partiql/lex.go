package partiql

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

type kind uint8

const (
	end    kind = iota
	word        // a name or a keyword
	quoted      // a name in double quotes
	text        // a string in single quotes
	number
	symbol
)

// token is one token, with its position.
type token struct {
	kind kind
	text string
	at   int
	size int
}

// malformed is the error for a statement that cannot be parsed.
func malformed(format string, args ...any) error {
	return value.Invalid("Statement wasn't well formed, can't be processed: "+format, args...)
}

// unreadable is the error for an invalid token, for which the service has no text.
func unreadable() error { return malformed("") }

// symbols are the tokens of several characters, longer ones first.
var symbols = []string{"<<", ">>", "<=", ">=", "<>", "!="}

const single = "()[]{},.:?*=<>+-;"

// lex splits a statement into tokens.
func lex(statement string) ([]token, error) {
	var all []token
	for at := 0; at < len(statement); {
		rest := statement[at:]
		size, err := skip(rest)
		if err != nil {
			return nil, err
		}
		if size > 0 {
			at += size
			continue
		}
		t, err := next(rest)
		if err != nil {
			return nil, err
		}
		t.at = at
		all = append(all, t)
		at += t.size
	}
	return append(all, token{kind: end, at: len(statement)}), nil
}

// skip returns how many bytes of space or comment a text begins with.
func skip(rest string) (int, error) {
	switch {
	case strings.HasPrefix(rest, "--"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			return i, nil
		}
		return len(rest), nil
	case strings.HasPrefix(rest, "/*"):
		i := strings.Index(rest, "*/")
		if i < 0 {
			return 0, unreadable()
		}
		return i + 2, nil
	}
	if r, size := utf8.DecodeRuneInString(rest); unicode.IsSpace(r) {
		return size, nil
	}
	return 0, nil
}

// next reads the token that a text begins with.
func next(rest string) (token, error) {
	switch c := rest[0]; {
	case c == '\'':
		return enclosed(rest, text)
	case c == '"':
		return enclosed(rest, quoted)
	case isDigit(c), c == '.' && len(rest) > 1 && isDigit(rest[1]):
		n := numberLen(rest)
		return token{kind: number, text: rest[:n], size: n}, nil
	case isLetter(c):
		n := 1
		for n < len(rest) && (isLetter(rest[n]) || isDigit(rest[n])) {
			n++
		}
		return token{kind: word, text: rest[:n], size: n}, nil
	}
	if rest[0] == '#' {
		return token{}, unreadable()
	}
	for _, s := range symbols {
		if strings.HasPrefix(rest, s) {
			return token{kind: symbol, text: s, size: len(s)}, nil
		}
	}
	if strings.IndexByte(single, rest[0]) < 0 {
		r, _ := utf8.DecodeRuneInString(rest)
		return token{}, malformed("Unexpected character: '%c'", r)
	}
	return token{kind: symbol, text: rest[:1], size: 1}, nil
}

// enclosed reads a quoted text, in which quotes are doubled.
func enclosed(rest string, k kind) (token, error) {
	quote := rest[:1]
	for at := 1; ; {
		i := strings.Index(rest[at:], quote)
		if i < 0 {
			return token{}, malformed("Unterminated quote")
		}
		at += i + 1
		if !strings.HasPrefix(rest[at:], quote) {
			return token{kind: k, text: strings.ReplaceAll(rest[1:at-1], quote+quote, quote), size: at}, nil
		}
		at++
	}
}

func numberLen(rest string) int {
	n := 0
	for n < len(rest) {
		c := rest[n]
		exponent := n > 0 && (rest[n-1] == 'e' || rest[n-1] == 'E')
		if !isDigit(c) && c != '.' && c != 'e' && c != 'E' && (!exponent || c != '+' && c != '-') {
			break
		}
		n++
	}
	return n
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
