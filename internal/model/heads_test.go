package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestHeadsFindWhatTextsBeginWith(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{0,4}`)
		all := rapid.SliceOf(word).Draw(t, "heads")
		var h heads[string]
		for _, head := range all {
			h.add(head, head)
		}
		text := word.Draw(t, "text")
		var of, near []string
		for _, head := range all {
			if strings.HasPrefix(text, head) {
				of = append(of, head)
			}
			if strings.HasPrefix(text, head) || strings.HasPrefix(head, text) {
				near = append(near, head)
			}
		}
		assert.ElementsMatch(t, of, found(h.of, text), "of")
		assert.ElementsMatch(t, near, found(h.near, text), "near")
	})
}

func found(by func(string, func(string) bool) bool, text string) (all []string) {
	by(text, func(head string) bool {
		all = append(all, head)
		return true
	})
	return all
}
