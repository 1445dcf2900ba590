package school

import (
	"fmt"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// States are the last known states of what derived values count, by key: to compare what was written with what a
// stream has shown.
type States map[string]string

// Note notes the state of a course or of progress. Gone means that it was removed.
func (s States) Note(source any, gone bool) {
	var key string
	switch is := source.(type) {
	case platform.Progress:
		key = fmt.Sprintf("%T %+v", is, platform.Progresses.Key(is))
	case platform.Course:
		key = fmt.Sprintf("%T %+v", is, platform.Courses.Key(is))
	}
	if s[key] = fmt.Sprintf("%+v", source); gone {
		s[key] = "gone"
	}
}

// Cover reports whether s has all of the states in others.
func (s States) Cover(others States) bool {
	for key, state := range others {
		if s[key] != state {
			return false
		}
	}
	return true
}
