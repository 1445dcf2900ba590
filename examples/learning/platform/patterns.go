package platform

import "github.com/singletable-go/ddb"

// The access patterns that are queries. Each is a value: it can be printed, tested and listed without a client. A
// track, a student and a version of a chapter are read by their primary key.

// AllTracks is every track.
func AllTracks() ddb.Query[Track] { return Tracks.On(GSI1, Track{}) }

// CourseByID is one course. The track is part of its key, so the id alone is not a primary key.
func CourseByID(id string) ddb.Query[Course] { return Courses.Query(Course{ID: id}) }

// CoursesOf is the courses of a track.
func CoursesOf(trackID string) ddb.Query[Course] { return Courses.On(GSI1, Course{TrackID: trackID}) }

// ChaptersOf is the current chapters of a course.
func ChaptersOf(courseID string) ddb.Query[Chapter] {
	return Chapters.Query(Chapter{CourseID: courseID})
}

// ChapterByID is one current chapter.
func ChapterByID(id string) ddb.Query[Chapter] { return Chapters.On(GSI1, Chapter{ID: id}) }

// StudentByEmail is the student with an email address, in any case.
func StudentByEmail(email string) ddb.Query[Student] { return Students.On(GSI1, Student{Email: email}) }

// EnrollmentsIn is the enrollments of a course.
func EnrollmentsIn(courseID string) ddb.Query[Enrollment] {
	return Enrollments.Query(Enrollment{CourseID: courseID})
}

// EnrollmentsOf is the enrollments of a student.
func EnrollmentsOf(studentID string) ddb.Query[Enrollment] {
	return Enrollments.On(GSI2, Enrollment{StudentID: studentID})
}

// EnrollmentByID is one enrollment.
func EnrollmentByID(id string) ddb.Query[Enrollment] { return Enrollments.On(GSI1, Enrollment{ID: id}) }

// PreferencesOf is the preferences of a student.
func PreferencesOf(studentID string) ddb.Query[Preference] {
	return Preferences.Query(Preference{StudentID: studentID})
}

// ProgressIn is the progress made in an enrollment.
func ProgressIn(enrollmentID string) ddb.Query[Progress] {
	return Progresses.On(GSI1, Progress{EnrollmentID: enrollmentID})
}

// WholeCourse is a course with its chapters and enrollments: one partition, three types, one request for each 1 MB. With a
// limit it is one item more, so that the reader can tell a longer one. A request then reads so many items, also of types
// that lie between those that the reader takes, so there are more requests if those are many.
func WholeCourse(id string, limit int) ddb.Collection {
	return atMost(Courses.Query(Course{ID: id}), limit).Collection()
}

// WholeStudent is a student with their preferences and progress, limited as [WholeCourse] is.
func WholeStudent(id string, limit int) ddb.Collection {
	return atMost(Students.Query(Student{ID: id}), limit).Collection()
}

func atMost[T any](q ddb.Query[T], limit int) ddb.Query[T] {
	if limit > 0 {
		return q.Limit(limit + 1)
	}
	return q
}
