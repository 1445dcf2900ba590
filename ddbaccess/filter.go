package ddbaccess

import "regexp"

// filter returns the filter expression of a read without the part that the library adds to leave out expired items: they are
// paid for, but no pattern asks for them.
func (e *estimator) filter(text string) string {
	if e.design.TTL == "" {
		return text
	}
	alive := `NOT \(` + regexp.QuoteMeta(e.design.TTL) + ` <= [0-9]+\)`
	if regexp.MustCompile(`\A` + alive + `\z`).MatchString(text) {
		return ""
	}
	return regexp.MustCompile(`(?s)\A\((.*)\) AND \(`+alive+`\)\z`).ReplaceAllString(text, "$1")
}
