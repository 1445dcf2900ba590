package readmetest

import "testing"

// The page that says which example to read first.
func TestThePageOfTheExamplesIsTrue(t *testing.T) {
	t.Chdir("../..")
	True(t)
}
