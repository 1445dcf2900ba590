package model

import (
	"slices"

	"github.com/singletable-go/ddb/ddbdesign"
)

// declaredView is a view as its table knows it.
type declaredView struct {
	name   string
	design func(Names) (ddbdesign.View, []ddbdesign.Companion)
}

// AddView makes a view part of the table; design describes it and the items that it keeps.
func (t *Table) AddView(name string, design func(Names) (ddbdesign.View, []ddbdesign.Companion)) {
	t.views = append(t.views, declaredView{name, design})
}

// HasView reports whether a view of that name is declared for the table.
func (t *Table) HasView(name string) bool {
	return slices.ContainsFunc(t.views, func(v declaredView) bool { return v.name == name })
}
