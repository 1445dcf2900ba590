package ddbblob

import (
	"encoding/hex"
	"strings"
)

// longest is how long an escaped name in a directory may be. Most file systems allow 255 bytes.
const longest = 200

// nameOf returns the path of the file of a key, with slashes: lower-case letters, digits, "_" and "-" stay, each other byte
// is % and two digits. A name that is too long goes on in a subdirectory, after a "+".
func nameOf(key string) string {
	var out strings.Builder
	length := 0
	for i := range len(key) {
		c := key[i]
		if c == '/' {
			out.WriteByte('/')
			length = 0
			continue
		}
		if length >= longest {
			out.WriteString("+/")
			length = 0
		}
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' {
			out.WriteByte(c)
			length++
			continue
		}
		out.WriteString("%" + hex.EncodeToString([]byte{c}))
		length += 3
	}
	return out.String() + fileSuffix
}

// keyOf is the inverse of nameOf; false for a file that is no object.
func keyOf(name string) (string, bool) {
	left, ok := strings.CutSuffix(name, fileSuffix)
	if !ok {
		return "", false
	}
	left = strings.ReplaceAll(left, "+/", "")
	var out strings.Builder
	for {
		plain, rest, more := strings.Cut(left, "%")
		out.WriteString(plain)
		if !more {
			break
		}
		if len(rest) < 2 {
			return "", false
		}
		c, err := hex.DecodeString(rest[:2])
		if err != nil {
			return "", false
		}
		out.Write(c)
		left = rest[2:]
	}
	key := out.String()
	return key, nameOf(key) == name
}
