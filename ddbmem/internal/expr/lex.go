package expr

import (
	"strings"
	"unicode/utf8"
)

// tokenKind is the kind of a token; punctuation and operators are symbols.
type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenIdentifier
	tokenKeyword // one of keywords; its word is upper case
	tokenName    // #placeholder
	tokenValue   // :placeholder
	tokenNumber  // a list position
	tokenSymbol  // = <> < <= > >= ( ) [ ] , . + -
	tokenIllegal // a character that no token begins with
)

// token is one token with its place in the text.
type token struct {
	kind       tokenKind
	word       string // the text; of keywords in upper case
	start, end int
}

var keywords = map[string]bool{
	"SET": true, "REMOVE": true, "ADD": true, "DELETE": true,
	"AND": true, "OR": true, "NOT": true, "BETWEEN": true, "IN": true,
}

// lex returns the tokens of an expression, an EOF token last.
func lex(text string) []token {
	tokens := make([]token, 0, 16)
	for pos := 0; pos < len(text); {
		if isSpace(text[pos]) {
			pos++
			continue
		}
		t := lexOne(text, pos)
		tokens = append(tokens, t)
		pos = t.end
	}
	return append(tokens, token{tokenEOF, "<EOF>", len(text), len(text)})
}

func lexOne(text string, pos int) token {
	end := pos + 1
	kind := tokenSymbol
	switch c := text[pos]; {
	case isLetter(c):
		kind, end = tokenIdentifier, wordEnd(text, end)
		if upper := strings.ToUpper(text[pos:end]); keywords[upper] {
			return token{tokenKeyword, upper, pos, end}
		}
	case c == '#' || c == ':':
		end = wordEnd(text, end)
		kind = tokenName
		if c == ':' {
			kind = tokenValue
		}
		if end == pos+1 {
			kind = tokenIllegal
		}
	case c == '0':
		kind = tokenNumber
	case isDigit(c):
		kind = tokenNumber
		for end < len(text) && isDigit(text[end]) {
			end++
		}
	case c == '<' && end < len(text) && (text[end] == '>' || text[end] == '='),
		c == '>' && end < len(text) && text[end] == '=':
		end++
	case strings.IndexByte("=<>()[],.+-", c) >= 0:
	default:
		_, n := utf8.DecodeRuneInString(text[pos:])
		kind, end = tokenIllegal, pos+n
	}
	return token{kind, text[pos:end], pos, end}
}

func wordEnd(text string, pos int) int {
	for pos < len(text) && (isLetter(text[pos]) || isDigit(text[pos]) || text[pos] == '_') {
		pos++
	}
	return pos
}

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// isPlaceholder reports whether key is the prefix followed by at least one
// letter, digit or underscore and by nothing else.
func isPlaceholder(key string, prefix byte) bool {
	return len(key) > 1 && key[0] == prefix && wordEnd(key, 1) == len(key)
}
