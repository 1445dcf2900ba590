package value

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// scanner walks over JSON text. It reports what does not fit as a
// SerializationException and never panics, whatever the text.
type scanner struct {
	data []byte
	pos  int
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next returns the first byte of what follows, 0 at the end.
func (s *scanner) next() byte {
	s.skipSpace()
	if s.pos == len(s.data) {
		return 0
	}
	return s.data[s.pos]
}

// accept consumes c when it follows.
func (s *scanner) accept(c byte) bool {
	if s.next() != c {
		return false
	}
	s.pos++
	return true
}

// word consumes a literal when it follows.
func (s *scanner) word(w string) bool {
	s.skipSpace()
	if !strings.HasPrefix(string(s.data[s.pos:min(len(s.data), s.pos+len(w))]), w) {
		return false
	}
	s.pos += len(w)
	return true
}

func (s *scanner) null() bool { return s.next() == 'n' && s.word("null") }

// eachField calls read for each name of an object, which must consume the value.
func (s *scanner) eachField(read func(name string) error) error {
	if !s.accept('{') {
		return malformed("Unexpected field type")
	}
	if s.accept('}') {
		return nil
	}
	for {
		if s.next() != '"' {
			return malformed("")
		}
		name, err := s.quoted()
		if err != nil {
			return err
		}
		if !s.accept(':') {
			return malformed("")
		}
		if err := read(name); err != nil {
			return err
		}
		if s.accept('}') {
			return nil
		}
		if !s.accept(',') {
			return malformed("")
		}
	}
}

// eachElement calls read for each element of an array, which must consume it.
func (s *scanner) eachElement(read func() error) error {
	if !s.accept('[') {
		return malformed("")
	}
	if s.accept(']') {
		return nil
	}
	for {
		if err := read(); err != nil {
			return err
		}
		if s.accept(']') {
			return nil
		}
		if !s.accept(',') {
			return malformed("")
		}
	}
}

// quoted reads a string, whose opening quote is next.
func (s *scanner) quoted() (string, error) {
	start := s.pos
	plain := true
	for i := start + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '\\':
			plain = false
			i++
		case c >= utf8.RuneSelf || c < ' ':
			plain = false
		case c == '"':
			s.pos = i + 1
			if plain {
				return string(s.data[start+1 : i]), nil
			}
			var text string
			if json.Unmarshal(s.data[start:s.pos], &text) != nil {
				return "", malformed("")
			}
			return text, nil
		}
	}
	return "", malformed("")
}

// skip consumes any JSON value.
func (s *scanner) skip() error {
	switch s.next() {
	case '"':
		_, err := s.quoted()
		return err
	case '{':
		return s.eachField(func(string) error { return s.skip() })
	case '[':
		return s.eachElement(s.skip)
	}
	start := s.pos
	for s.pos < len(s.data) && !strings.ContainsRune(" \t\r\n,]}", rune(s.data[s.pos])) {
		s.pos++
	}
	if !json.Valid(s.data[start:s.pos]) {
		return malformed("")
	}
	return nil
}

// text reads a string where one is wanted; class names the wanted Java class.
func (s *scanner) text(class string) (string, error) {
	switch s.next() {
	case '"':
		return s.quoted()
	case '{':
		return "", malformed("Start of structure or map found where not expected")
	case '[':
		return "", malformed("Unrecognized collection type class java.lang.%s", class)
	}
	return "", malformed("%s cannot be converted to %s", s.token(), class)
}

// token names the literal that follows as DynamoDB's parser does.
func (s *scanner) token() string {
	switch {
	case s.next() == 't':
		return "TRUE_VALUE"
	case s.next() == 'f':
		return "FALSE_VALUE"
	}
	start := s.pos
	if s.skip() == nil && strings.ContainsAny(string(s.data[start:s.pos]), ".eE") {
		return "DECIMAL_VALUE"
	}
	return "NUMBER_VALUE"
}

// boolean reads true or false, or one of the strings that DynamoDB takes for them.
func (s *scanner) boolean() (bool, error) {
	switch s.next() {
	case 't', 'f':
		if s.word("true") {
			return true, nil
		}
		if s.word("false") {
			return false, nil
		}
		return false, malformed("")
	case '"':
		text, err := s.quoted()
		if err != nil {
			return false, err
		}
		switch strings.ToLower(text) {
		case "true", "1", "yes":
			return true, nil
		case "false", "0", "no":
			return false, nil
		}
		return false, malformed("Unexpected token received from parser")
	}
	_, err := s.text("Boolean")
	return false, err
}

// blob reads a base64 string and returns the bytes.
func (s *scanner) blob() (string, error) {
	switch s.next() {
	case '"':
	case '{':
		return "", malformed("Start of structure or map found where not expected")
	case '[':
		return "", malformed("Unrecognized collection type class java.nio.ByteBuffer")
	default:
		return "", malformed("only base-64-encoded strings are convertible to bytes")
	}
	text, err := s.quoted()
	if err != nil {
		return "", err
	}
	if len(text)%4 != 0 {
		return "", malformed("Base64 encoded length is expected a multiple of 4 bytes but found: %d", len(text))
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", malformed("Invalid last non-pad Base64 character dectected")
	}
	return string(b), nil
}
