package plan

import "strings"

// Update collects the clauses of an update expression. The zero value is empty and ready to use.
type Update struct{ set, remove, add, del []string }

// Set sets a path to an operand.
func (u *Update) Set(path, operand string) { u.set = append(u.set, path+" = "+operand) }

// Remove removes a path.
func (u *Update) Remove(path string) { u.remove = append(u.remove, path) }

// Add adds a value to a number or a set.
func (u *Update) Add(path, value string) { u.add = append(u.add, path+" "+value) }

// Delete deletes a value from a set.
func (u *Update) Delete(path, value string) { u.del = append(u.del, path+" "+value) }

// Makes reports whether the update creates a missing item: one that only removes does not.
func (u *Update) Makes() bool { return len(u.set)+len(u.add) > 0 }

// String returns the expression, "" if there is nothing to do.
func (u *Update) String() string {
	var b strings.Builder
	for _, c := range []struct {
		name    string
		clauses []string
	}{{"SET", u.set}, {"REMOVE", u.remove}, {"ADD", u.add}, {"DELETE", u.del}} {
		if len(c.clauses) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.name + " " + strings.Join(c.clauses, ", "))
	}
	return b.String()
}
