package graph

import (
	"strings"
	"testing"

	"github.com/graph-gophers/graphql-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// A list or an object that the table of what fields need does not have is an error, not an empty field.
func TestEachListAndObjectSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	check := func(change ...string) error {
		text := strings.NewReplacer(change...).Replace(Schema)
		return checkApart(graphql.MustParseSchema(text, nil, graphql.UseStringDescriptions()).AST())
	}
	require.NoError(t, check())
	for _, typ := range []string{"Track", "Course", "Chapter", "Student", "Enrollment", "Preference"} {
		err := check("type "+typ+" {", "type "+typ+" {\n  badges: [Progress!]!\n")
		require.ErrorContains(t, err, "apart has no entry for "+typ+".badges")
		assert.ErrorContains(t, check("type "+typ+" {", "type "+typ+" {\n  badge: Progress\n"), typ+".badge:")
		require.NoError(t, check("type "+typ+" {", "type "+typ+" {\n  badge: String!\n"), "which is of the item")
		require.ErrorContains(t, check("type "+typ+" {", "type "+typ+" {\n  badges: [String!]!\n"), typ+".badges")
	}
	assert.ErrorContains(t, check("  chapters: [Chapter!]\n", ""), "apart has an entry for Course.chapters, which the schema does not have")
}

// A field whose part was not loaded is an error that the log explains, and no empty list.
func TestAFieldThatWasNotLoadedFails(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), &session{}
	co := &course{s: s, parts: platform.Itself}
	_, chapters := co.Chapters(ctx)
	_, enrollments := co.Enrollments(ctx)
	_, preferences := (&student{s: s}).Preferences(ctx)
	_, progress := (&enrollment{s: s}).Progress(ctx)
	for field, err := range map[string]error{
		"Course.chapters": chapters, "Course.enrollments": enrollments, "Student.preferences": preferences, "Enrollment.progress": progress,
	} {
		require.ErrorContains(t, err, field+" was selected and not loaded")
		assert.Equal(t, Internal, explain(err).Code)
	}
}
