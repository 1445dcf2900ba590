package ddbdesign

import "fmt"

const (
	// maxNested is the number of levels of conditions within conditions. Define of package ddb refuses more.
	maxNested = 50
	// maxDepth is the number of levels of arrays and objects, with those that are not known: two for each level of conditions, and
	// the 32 levels of a DynamoDB value in a condition.
	maxDepth = 200
)

// tooDeep reports JSON of too many levels, whose indentation would be many times as long as the text.
func tooDeep(text []byte) error {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			if depth++; depth > maxDepth {
				return fmt.Errorf("byte %d of the text: it nests more than %d levels of arrays and objects", i, maxDepth)
			}
		case ']', '}':
			depth--
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return nil
}
