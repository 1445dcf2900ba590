package groups

import (
	"regexp"
	"slices"
	"strings"
)

// named is the number of people that a title names.
const named = 4

// others ends the title of a group of more people. It has no number: that would change in all entries with each person.
const others = " and others"

// counted is the end of the titles that an older version wrote. Its number became wrong when people were added.
var counted = regexp.MustCompile(` and \d+ more$`)

// Name is the group's name for the owner: the other's name in a group of two, else the first names of up to four.
func (g Group) Name() string {
	if g.Title == "" {
		return g.DisplayName
	}
	return counted.ReplaceAllString(g.Title, others)
}

// title is the title of a group of these people; "" for two, who see each other's name.
func title(people []Author) string {
	if len(people) == 2 {
		return ""
	}
	var names []string
	for _, p := range people[:min(len(people), named)] {
		names = append(names, p.firstName())
	}
	if len(people) > named {
		return strings.Join(names, ", ") + others
	}
	return strings.Join(names, ", ")
}

// titleWith is the title of a group of up to [named] people after one more has come. entries are the entries of those who were
// there, and have its former title.
func titleWith(entries []Group, by, who Author) string {
	former := entries[0].Title
	switch {
	case former == "":
		people := []Author{by}
		for _, entry := range entries {
			if !slices.ContainsFunc(people, entry.is) {
				people = append(people, entry.Author)
			}
		}
		people = append(people, who)
		if len(people) <= len(entries) { // an older version left a group of three without a title
			return title(people) + others
		}
		return title(people)
	case len(entries) == named:
		return former + others
	}
	return former + ", " + who.firstName()
}

// is reports whether two people are the same.
func (a Author) is(b Author) bool { return a.UserID == b.UserID }

func (a Author) firstName() string {
	first, _, _ := strings.Cut(a.DisplayName, " ")
	return first
}
