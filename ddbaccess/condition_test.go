package ddbaccess_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbaccess"
)

// The values of an example are not part of what a write asks for.
func TestAConditionIsWithoutItsValues(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		"":                                    "",
		"attribute_not_exists(pk)":            "attribute_not_exists(pk)",
		`version = 3`:                         "version = ?",
		`a1 = "x \" AND 5" AND b-2 <= -1.5e3`: "a1 = ? AND b-2 <= ?",
		`attribute_not_exists(pk) OR (exp <= 1767323045)`:  "attribute_not_exists(pk) OR (exp <= ?)",
		`note IN ("a", "b", 3)`:                            "note IN (?)",
		`n BETWEEN 1 AND 2 AND done = true AND of = null`:  "n BETWEEN ? AND ? AND done = ? AND of = ?",
		`tags = <"a", "b"> AND l = [0x0f, 2] AND m2.x = 2`: "tags = <?> AND l = [?] AND m2.x = ?",
		`~o = {"k": "a", "s": {"x": 2}} OR n = {}`:         "~o = ? OR n = ?",
		`size(note) > 3 AND begins_with(note, "x")`:        "size(note) > ? AND begins_with(note, ?)",
	} {
		assert.Equal(t, want, ddbaccess.Shape(condition))
	}
}
