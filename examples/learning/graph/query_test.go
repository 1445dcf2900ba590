package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// exploreDb is the query in the README of the original, word for word but for the line breaks, and xp of the student.
const exploreDb = `query exploreDb { getTracks { id name courses { id name chapters { id content } enrollments { id progress { xp marker } student { id firstName lastName email preferences { track { id name } } } } } } }`

type exploredTrack struct {
	ID, Name string
	Courses  []struct {
		ID, Name    string
		Chapters    []struct{ ID, Content string }
		Enrollments []struct {
			ID       string
			Progress []struct {
				XP     int
				Marker string
			}
			Student struct {
				ID, FirstName, LastName, Email string
				Preferences                    []struct{ Track struct{ ID, Name string } }
			}
		}
	}
}

// Everything of the school comes in one request for the tracks, one for the courses of each track, one for each course
// and one for each student, however many enrollments they have.
func TestExploreDb(t *testing.T) {
	t.Parallel()
	for _, size := range []school.Size{
		school.DefaultSize,
		{Seed: 2, Tracks: 4, Courses: 3, Chapters: 6, Versions: 1, Students: 40, Enrollments: 12},
		{Seed: 3, Tracks: 2, Courses: 5, Chapters: 1, Versions: 1, Students: 7, Enrollments: 10},
		{Seed: 4, Tracks: 1, Courses: 1, Chapters: 9, Versions: 9, Students: 100, Enrollments: 1},
	} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := serve(t, size, graph.Limits{})
			r := s.ask(t, exploreDb, nil)
			assert.Equal(t, 200, r.Status)
			got := data[struct{ GetTracks []exploredTrack }](t, r).GetTracks
			assert.Equal(t, 1+size.Tracks+size.Tracks*size.Courses+size.Students, r.Extensions.Cost.Requests)

			require.Len(t, got, size.Tracks)
			chapters, enrollments, progress, preferences := 0, 0, 0, map[string]int{}
			for _, tr := range got {
				require.Len(t, tr.Courses, size.Courses)
				for _, c := range tr.Courses {
					chapters += len(c.Chapters)
					enrollments += len(c.Enrollments)
					for _, e := range c.Enrollments {
						progress += len(e.Progress)
						preferences[e.Student.ID] = len(e.Student.Preferences)
						assert.NotEmpty(t, e.Student.Email)
						for _, p := range e.Student.Preferences {
							assert.NotEmpty(t, p.Track.Name)
						}
					}
				}
			}
			assert.Equal(t, len(s.Chapters), chapters)
			assert.Equal(t, len(s.Enrollments), enrollments)
			assert.Equal(t, len(s.Progress), progress)
			assert.Len(t, preferences, size.Students)
			for id, n := range preferences {
				assert.Equal(t, min(2, size.Tracks), n, id)
			}
		})
	}
}

// Each access pattern of the original is a field of Query, and one request.
func TestAccessPatternsAreOneRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	v := vars{
		"track": s.Tracks[0].ID, "course": s.Enrollments[0].CourseID, "chapter": s.Chapters[0][0].ID,
		"student": s.Students[0].ID, "email": s.Students[0].Email, "enrollment": s.Enrollments[0].ID,
	}
	for name, want := range map[string]struct {
		query string
		index string
		has   string
	}{
		"track by id":              {`query($track: String!) { getTrack(id: $track) { id name courseCount } }`, "primary", s.Tracks[0].Name},
		"all tracks":               {`{ getTracks { id name } }`, "gsi1", s.Tracks[1].Name},
		"course by id":             {`query($course: String!) { getCourse(id: $course) { id trackId name } }`, "primary", s.Enrollments[0].CourseID},
		"courses of a track":       {`query($track: String!) { getCourses(trackId: $track) { id name } }`, "gsi1", s.Courses[1].Name},
		"chapters of a course":     {`query($course: String!) { getChapters(courseId: $course) { id content version latest updated } }`, "primary", `"version":`},
		"chapter by id":            {`query($chapter: String!) { getChapter(id: $chapter) { id content } }`, "gsi1", s.Chapters[0][len(s.Chapters[0])-1].Content},
		"chapter by id and number": {`query($chapter: String!) { getChapter(id: $chapter, version: 1) { id content version } }`, "primary", s.Chapters[0][0].Content},
		"enrollments of a course":  {`query($course: String!) { getCourseEnrollments(courseId: $course) { items { id date } next } }`, "primary", s.Enrollments[0].ID},
		"enrollments of a student": {`query($student: String!) { getStudentEnrollments(studentId: $student) { items { id courseId } next } }`, "gsi2", s.Enrollments[1].ID},
		"enrollment by id":         {`query($enrollment: String!) { getEnrollment(id: $enrollment) { id studentId } }`, "gsi1", s.Students[0].ID},
		"student by id":            {`query($student: String!) { getStudent(id: $student) { firstName lastName email xp } }`, "primary", s.Students[0].Email},
		"student by email":         {`query($email: String!) { getStudentByEmail(email: $email) { id } }`, "gsi1", s.Students[0].ID},
		"preferences of a student": {`query($student: String!) { getStudentPreferences(studentId: $student) { trackId } }`, "primary", s.Preferences[0].TrackID},
		"progress in enrollment":   {`query($enrollment: String!) { getProgress(enrollmentId: $enrollment) { chapterId xp marker } }`, "gsi1", s.Progress[0].ChapterID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.ask(t, want.query, v)
			require.Empty(t, r.Errors)
			assert.Contains(t, string(r.Data), want.has)
			cost := r.Extensions.Cost
			assert.Equal(t, 1, cost.Requests)
			require.Len(t, cost.Indexes, 1)
			assert.Equal(t, want.index, cost.Indexes[0].Name)
			assert.InDelta(t, cost.ReadUnits, cost.Indexes[0].ReadUnits, 0)
			assert.Positive(t, cost.ReadUnits)
		})
	}
}

// What is not selected is not read.
func TestOnlyWhatIsSelectedIsRead(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	v := vars{"c": s.Enrollments[0].CourseID, "s": s.Students[0].ID, "e": s.Enrollments[0].ID, "h": s.Chapters[0][0].ID}
	inCourse := 0
	for _, e := range s.Enrollments {
		if e.CourseID == s.Enrollments[0].CourseID {
			inCourse++
		}
	}
	for _, c := range []struct {
		query    string
		requests int
	}{
		{`{ __typename }`, 0},
		{`{ __schema { types { name } } }`, 0},
		{`{ getTracks { id name } }`, 1},
		{`{ getTracks { courses { id name track { name } } } }`, 1 + little.Tracks},
		{`{ getTracks { courses { chapters { id } } } }`, 1 + little.Tracks + little.Tracks*little.Courses},
		{`query($c: String!) { getCourse(id: $c) { name chapters { id } enrollments { id studentId student { id } } } }`, 1},
		{`query($c: String!) { getCourse(id: $c) { name track { id } } }`, 1},
		{`query($c: String!) { getCourse(id: $c) { name track { name } } }`, 2},
		{`query($c: String!) { getCourse(id: $c) { enrollments { student { firstName } } } }`, 1 + inCourse},
		{`query($c: String!) { getCourse(id: $c) { enrollments { progress { xp } student { firstName preferences { trackId } } } } }`, 1 + inCourse},
		{`query($s: String!) { getStudent(id: $s) { firstName preferences { trackId track { id } } } }`, 1},
		{`query($s: String!) { getStudent(id: $s) { firstName preferences { track { name } } } }`, 2},
		{`query($s: String!) { getStudent(id: $s) { xp enrollments { progress { xp } course { id } } } }`, 2},
		{`query($s: String!) { getStudent(id: $s) { xp enrollments { course { name } } } }`, 2 + little.Enrollments},
		{`query($s: String!) { getStudent(id: $s) { xp enrollments { course { name chapters { id } } } } }`, 2 + little.Enrollments},
		{`query($e: String!) { getEnrollment(id: $e) { id student { id } course { id } } }`, 1},
		{`query($e: String!) { getEnrollment(id: $e) { progress { xp } student { firstName } } }`, 2},
		{`query($h: String!) { getChapter(id: $h, version: 1) { latest } }`, 2},
		{`query($h: String!) { a: getChapter(id: $h) { id } b: getChapter(id: $h) { content } }`, 1},
		{`query($s: String!) { a: getStudent(id: $s) { email } b: getStudent(id: $s) { xp } }`, 1},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			r := s.ask(t, c.query, v)
			require.Empty(t, r.Errors)
			assert.Equal(t, c.requests, r.Extensions.Cost.Requests)
		})
	}
}

// Each field has its value wherever its item comes from: what is selected is read.
func TestEveryFieldIsReadHoweverItIsReached(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	schema := graphql.MustParseSchema(graph.Schema, nil, graphql.UseStringDescriptions()).AST()
	v := vars{"s": s.Students[0].ID, "c": s.Enrollments[0].CourseID, "e": s.Enrollments[0].ID, "t": s.Tracks[0].ID, "h": s.Chapters[0][0].ID}
	for path, typ := range map[string]string{
		`query($t: String!) { x: getTrack(id: $t) { %s } }`:                                           "Track",
		`query($c: String!) { getCourse(id: $c) { x: track { %s } } }`:                                "Track",
		`query($s: String!) { getStudent(id: $s) { preferences { x: track { %s } } } }`:               "Track",
		`query($c: String!) { x: getCourse(id: $c) { %s } }`:                                          "Course",
		`query($e: String!) { getEnrollment(id: $e) { x: course { %s } } }`:                           "Course",
		`query($h: String!) { getChapter(id: $h) { x: course { %s } } }`:                              "Course",
		`query($t: String!) { getTrack(id: $t) { x: courses { %s } } }`:                               "Course",
		`query($s: String!) { x: getStudent(id: $s) { %s } }`:                                         "Student",
		`query($e: String!) { getEnrollment(id: $e) { x: student { %s } } }`:                          "Student",
		`query($s: String!) { getStudentPreferences(studentId: $s) { x: student { %s } } }`:           "Student",
		`query($s: String!) { getStudentEnrollments(studentId: $s) { items { x: student { %s } } } }`: "Student",
	} {
		for _, f := range schema.Types[typ].(*ast.ObjectTypeDefinition).Fields {
			selected := f.Name
			if child, leaf := named(f.Type); !leaf {
				selected += map[string]string{"Chapter": " { content }", "Enrollment": " { date }", "Course": " { name }", "Track": " { name }", "Preference": " { trackId }"}[child]
			}
			r := s.ask(t, fmt.Sprintf(path, selected), v)
			require.Empty(t, r.Errors, selected)
			assert.NotRegexp(t, `"`+f.Name+`":(""|0|null|\[\])`, string(r.Data), "%s: %s", path, selected)
		}
	}
}

// Chapters alone are read without the enrollments beside them.
func TestChaptersAloneCostLess(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{Seed: 1, Tracks: 1, Courses: 1, Chapters: 1, Versions: 1, Students: 200, Enrollments: 1}, graph.Limits{})
	v := vars{"c": s.Courses[0].ID}
	one := s.ask(t, `query($c: String!) { getCourse(id: $c) { chapters { id } } }`, v)
	both := s.ask(t, `query($c: String!) { getCourse(id: $c) { chapters { id } enrollments { id } } }`, v)
	assert.Less(t, one.Extensions.Cost.ReadUnits, both.Extensions.Cost.ReadUnits/2)
}

// Pages follow each other without a gap, and the last one has no cursor.
func TestPages(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{Seed: 1, Tracks: 7, Courses: 1, Chapters: 1, Versions: 1, Students: 23, Enrollments: 7}, graph.Limits{})
	type part struct {
		Page struct {
			Items []struct{ ID string }
			Next  *string
		}
	}
	for name, c := range map[string]struct {
		query string
		want  int
	}{
		"course":  {`query($c: String!, $after: String) { page: getCourseEnrollments(courseId: $c, first: 5, after: $after) { items { id } next } }`, 23},
		"student": {`query($s: String!, $after: String) { page: getStudentEnrollments(studentId: $s, first: 5, after: $after) { items { id } next } }`, 7},
		"tracks":  {`query($after: String) { page: getTrackPage(first: 5, after: $after) { items { id } next } }`, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, seen := vars{"c": s.Courses[0].ID, "s": s.Students[0].ID}, map[string]bool{}
			for range c.want {
				r := s.ask(t, c.query, v)
				page := data[part](t, r).Page
				assert.Equal(t, 1, r.Extensions.Cost.Requests)
				assert.LessOrEqual(t, len(page.Items), 5)
				for _, item := range page.Items {
					assert.False(t, seen[item.ID])
					seen[item.ID] = true
				}
				if page.Next == nil {
					break
				}
				v["after"] = *page.Next
			}
			assert.Len(t, seen, c.want)
		})
	}
	for query, want := range map[string]string{
		`{ getChapters(courseId: "") { id } }`:                 "courseId is empty",
		`{ getStudentPreferences(studentId: "") { trackId } }`: "studentId is empty",
		`{ getCourses(trackId: "") { id } }`:                   "trackId is empty",
		`{ getStudentByEmail(email: "") { id } }`:              "email is empty",
		`{ getProgress(enrollmentId: "") { xp } }`:             "enrollmentId is empty",
		`{ getStudentEnrollments(studentId: "") { next } }`:    "studentId is empty",
		`{ getStudent(id: "") { id } }`:                        "id is empty",
	} {
		r := s.ask(t, query, nil)
		require.Equal(t, graph.BadInput, r.code(), query)
		assert.Contains(t, r.Errors[0].Message, want)
	}
	r := s.ask(t, `{ getTrackPage(first: 0) { next } }`, nil)
	assert.Equal(t, graph.BadInput, r.code())
	r = s.ask(t, `{ getTrackPage(after: "elsewhere") { next } }`, nil)
	assert.Equal(t, graph.BadInput, r.code())
}

// A student who was removed is null, with an error, and the rest of the course is there.
func TestWhatIsMissingIsNull(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	require.NoError(t, s.store.RemoveStudent(t.Context(), s.Students[0].ID))
	require.NoError(t, s.store.RemoveTrack(t.Context(), s.Tracks[0].ID))
	r := s.ask(t, `query($c: String!) { getCourse(id: $c) { enrollments { student { email } progress { xp } } } }`, vars{"c": s.Enrollments[0].CourseID})
	require.Len(t, r.Errors, 1)
	assert.Equal(t, graph.NotFound, r.code())
	assert.Equal(t, map[string]any{"code": graph.NotFound, "kind": "student", "id": s.Students[0].ID}, r.Errors[0].Extensions)
	var got struct {
		GetCourse struct{ Enrollments []json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(r.Data, &got))
	assert.NotEmpty(t, got.GetCourse.Enrollments)

	r = s.ask(t, `query($s: String!) { getStudent(id: $s) { preferences { track { name } } } }`, vars{"s": s.Students[1].ID})
	require.Len(t, r.Errors, 1)
	assert.Equal(t, "track", r.Errors[0].Extensions["kind"])
}
