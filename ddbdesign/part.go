package ddbdesign

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// reserved is the first character of the library's own keys.
const reserved = '~'

// timeShape has a 0 for each digit of a time in a key.
const timeShape = "0000-00-00T00:00:00.000000000Z"

// String returns the part as a design page prints it: {Email:fold}, {Seq:10}, =Score.
func (p Part) String() string {
	switch p.Kind {
	case PartLiteral:
		return p.Text
	case PartNative:
		return "=" + p.Field
	case PartFold:
		return "{" + p.Field + ":fold}"
	case PartNum:
		return "{" + p.Field + ":" + strconv.Itoa(p.Width) + "}"
	case PartShard:
		return "{" + p.Field + ":shard" + strconv.Itoa(p.N) + "}"
	case PartTarget:
		return "{target}"
	}
	return "{" + p.Field + "}"
}

// open reports whether the part is text of any length.
func (p Part) open() bool {
	return p.Kind == PartStr || p.Kind == PartFold || p.Kind == PartText || p.Kind == PartTarget
}

// fixed reports whether the part has Width bytes.
func (p Part) fixed() bool { return p.Kind == PartNum || p.Kind == PartTime || p.Kind == PartShard }

// lossless reports whether the text determines the field's value.
func (p Part) lossless() bool {
	return p.Kind == PartStr || p.Kind == PartNum || p.Kind == PartTime || p.Kind == PartText || p.Kind == PartNative
}

// length returns the length of the part's text at the beginning of text, which is not 0; ok is false if it is not there.
func (p Part) length(text string) (n int, ok bool) {
	switch {
	case p.Kind == PartLiteral:
		return len(p.Text), strings.HasPrefix(text, p.Text)
	case p.fixed():
		return p.Width, 0 < p.Width && p.Width <= len(text) && p.shaped(text[:p.Width])
	case !p.open():
		return 0, false
	case p.Stop != "":
		// The first occurrence is the right one: the library refuses to write a value with an earlier one.
		n = strings.Index(text, p.Stop)
		return n, n > 0
	}
	return len(text), text != ""
}

// shaped reports whether text, of up to Width bytes, may be the beginning of a value.
func (p Part) shaped(text string) bool {
	switch {
	case p.Kind == PartTime && len(text) > len(timeShape), len(text) > p.Width:
		return false
	case p.Kind == PartNum && p.Signed && p.Width > 1 && strings.HasPrefix(text, "-"):
		text = text[1:]
	}
	for i := range len(text) {
		want := byte('0')
		if p.Kind == PartTime {
			want = timeShape[i]
		}
		if digit := '0' <= text[i] && text[i] <= '9'; want == '0' && !digit || want != '0' && text[i] != want {
			return false
		}
	}
	return true
}

// begins reports whether text may be a bound on the part. The last character of one before U+10FFFF is one less than that of a
// value.
func (p Part) begins(text string, after bool) bool {
	if after && text != "" {
		text = text[:len(text)-1]
	}
	return p.fixed() && p.shaped(text)
}

// native reports whether text is a value of the part's type.
func (p Part) native(text string) bool {
	switch {
	case p.Kind != PartNative || text == "":
		return false
	case p.Type == "N":
		_, err := strconv.ParseFloat(text, 64)
		return err == nil && !strings.ContainsAny(text, "xX_iInN")
	case p.Type == "B":
		_, err := base64.StdEncoding.DecodeString(text)
		return err == nil
	}
	return true
}
