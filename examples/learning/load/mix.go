package load

import (
	"fmt"

	"github.com/singletable-go/ddb/examples/internal/random"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// kind is a kind of operation.
type kind struct {
	name      string
	weight    int // of a hundred
	query     string
	variables func(*client) map[string]any
	expected  []string // the codes of errors that are no failure here: another client was first
}

// client is one of the clients: it picks values of the school.
type client struct {
	*random.Source
	school.Data
	number   int
	versions map[string]int // of chapters, as it has seen them last
}

// The mix of operations: seven queries for three mutations, about as a school would have.
var mix = []kind{
	{
		name: "tracks", weight: 20, query: `{ getTracks { id name courseCount } }`,
		variables: func(*client) map[string]any { return nil },
	}, {
		name: "course", weight: 20,
		query:     `query($id: String!) { getCourse(id: $id) { name track { name } chapters { id version content } } }`,
		variables: func(c *client) map[string]any { return map[string]any{"id": c.course()} },
	}, {
		name: "enrollments", weight: 10,
		query: `query($id: String!) { getCourseEnrollments(courseId: $id, first: 5) {
			items { date progress { xp marker } student { firstName lastName } } next } }`,
		variables: func(c *client) map[string]any { return map[string]any{"id": c.course()} },
	}, {
		name: "student", weight: 15,
		query: `query($id: String!) { getStudent(id: $id) { firstName lastName xp preferences { track { name } }
			enrollments { progress { xp } course { name } } } }`,
		variables: func(c *client) map[string]any { return map[string]any{"id": c.Students[c.IntN(len(c.Students))].ID} },
	}, {
		name: "by email", weight: 4, query: `query($email: String!) { getStudentByEmail(email: $email) { id firstName } }`,
		variables: func(c *client) map[string]any {
			return map[string]any{"email": c.Students[c.IntN(len(c.Students))].Email}
		},
	}, {
		name: "exploreDb", weight: 1,
		query: `{ getTracks { id name courses { id name chapters { id content } enrollments { id progress { xp marker }
			student { id firstName lastName email preferences { track { id name } } } } } } }`,
		variables: func(*client) map[string]any { return nil },
	}, {
		name: "make progress", weight: 20,
		query:     `mutation($in: ProgressInput!) { addProgress(ProgressInput: $in) { xp } }`,
		variables: (*client).progress,
	}, {
		name: "save chapter", weight: 5,
		query:     `mutation($id: String!, $v: Int!, $c: String!) { saveChapter(id: $id, version: $v, content: $c) { id version } }`,
		variables: (*client).chapter, expected: []string{graph.Conflict},
	}, {
		name: "enroll", weight: 3,
		query:     `mutation($in: EnrollmentInput!) { addEnrollment(EnrollmentInput: $in) { id } }`,
		variables: (*client).enrollment, expected: []string{graph.Exists},
	}, {
		name: "register", weight: 2,
		query:     `mutation($in: StudentInput!) { addStudent(StudentInput: $in) { id } }`,
		variables: (*client).student, expected: []string{graph.Exists, graph.EmailTaken},
	},
}

func (c *client) course() string { return c.Courses[c.IntN(len(c.Courses))].ID }

func (c *client) progress() map[string]any {
	p := c.Progress[c.IntN(len(c.Progress))]
	return map[string]any{"in": map[string]any{
		"studentId": p.StudentID, "enrollmentId": p.EnrollmentID, "chapterId": p.ChapterID, "xp": c.UpTo(10), "marker": "load",
	}}
}

// chapter saves a chapter from the version that the client knows, which may be old.
func (c *client) chapter() map[string]any {
	versions := c.Chapters[c.IntN(len(c.Chapters))]
	id, version := versions[0].ID, len(versions)
	if known := c.versions[id]; known > 0 {
		version = known
	}
	return map[string]any{"id": id, "v": version, "c": fmt.Sprint("by client ", c.number)}
}

func (c *client) enrollment() map[string]any {
	return map[string]any{"in": map[string]any{"courseId": c.course(), "studentId": c.Students[c.IntN(len(c.Students))].ID}}
}

// student chooses its id, of a few for each client: the school does not grow with the time.
func (c *client) student() map[string]any {
	n := c.IntN(3)
	return map[string]any{"in": map[string]any{
		"id": fmt.Sprintf("load-%d-%d", c.number, n), "email": fmt.Sprintf("load-%d-%d@school.example", c.number, n),
		"firstName": c.FirstName(), "lastName": c.LastName(),
	}}
}

// pick picks a kind by weight.
func (c *client) pick() *kind {
	n := c.IntN(100)
	for i := range mix {
		if n -= mix[i].weight; n < 0 {
			return &mix[i]
		}
	}
	panic("the weights are less than a hundred")
}
