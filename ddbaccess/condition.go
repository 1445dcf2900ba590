package ddbaccess

import (
	"regexp"
	"slices"

	"github.com/singletable-go/ddb/ddbobserve"
)

// ifs stands between the key and the condition of a write.
const ifs = " IF "

// values are the texts of values in a condition: strings, binaries, numbers, and words. A name or a number inside of a name is none.
var values = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|(^|[ (,<\[:{])(?:0x[0-9a-f]*|-?[0-9][0-9.eE+-]*|true|false|null)([ ),>\]}]|$)`)

// several are the values of a list, of a set, of a map or of IN.
var several = regexp.MustCompile(`\{[?:, ]*\}|\?(?:, \?)+`)

// shape is a condition without its values, which are those of the example: "version = ?". It is "" if there is none.
func shape(condition string) string {
	for { // two values with one space between them take two rounds, and so do values within values
		next := several.ReplaceAllString(values.ReplaceAllString(condition, "$1?$2"), "?")
		if next == condition {
			return condition
		}
		condition = next
	}
}

// conditional is a write and its condition, where it has one. Those of versions and of the library's own items follow from it.
func (e *estimator) conditional(write string, w ddbobserve.Write) string {
	c := claimOf(e.design, w.Key)
	if s := shape(w.Condition); s != "" && c.Companion == "" && !c.Version {
		return write + ifs + s
	}
	return write
}

// unconditional is a request of a view, whose conditions are not those of a pattern.
func unconditional(c call) call {
	c.Writes = slices.Clone(c.Writes)
	for i := range c.Writes {
		c.Writes[i].Condition = ""
	}
	return c
}
