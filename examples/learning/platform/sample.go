package platform

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Sample writes a small school whose ids can be read: the catalog measures its patterns on it, and the pictures of the table show
// it.
func Sample(ctx context.Context, db *ddb.DB) error {
	s := NewStore(db)
	for _, h := range []Chapter{
		{ID: "hello", CourseID: "basics", Content: "Hello, gophers."},
		{ID: "hello", CourseID: "basics", Content: "Hello, world.", Version: 1},
		{ID: "loops", CourseID: "basics", Content: "There is one loop, and it is for."},
		{ID: "generics", CourseID: "types", Content: "A type parameter stands for a type."},
	} {
		if _, err := s.SaveChapter(ctx, h); err != nil {
			return err
		}
	}
	return db.Batch(ctx,
		Tracks.Put(Track{ID: "go", Name: "Go"}), Tracks.Put(Track{ID: "sql", Name: "SQL"}),
		Courses.Put(Course{ID: "basics", TrackID: "go", Name: "The basics"}),
		Courses.Put(Course{ID: "types", TrackID: "go", Name: "Types"}),
		Courses.Put(Course{ID: "joins", TrackID: "sql", Name: "Joins"}),
		Students.Create(Student{ID: "ann", Email: "Ann@school.example", FirstName: "Ann", LastName: "Brook"}),
		Students.Create(Student{ID: "bob", Email: "bob@school.example", FirstName: "Bob", LastName: "Kent"}),
		Enrollments.Put(Enrollment{ID: "e1", CourseID: "basics", StudentID: "ann", Date: sampleDay}),
		Enrollments.Put(Enrollment{ID: "e2", CourseID: "basics", StudentID: "bob", Date: sampleDay}),
		Enrollments.Put(Enrollment{ID: "e3", CourseID: "joins", StudentID: "ann", Date: sampleDay}),
		Preferences.Put(Preference{StudentID: "ann", TrackID: "go"}),
		Preferences.Put(Preference{StudentID: "bob", TrackID: "sql"}),
		Progresses.Put(Progress{StudentID: "ann", EnrollmentID: "e1", ChapterID: "hello", Marker: "done", XP: 10}),
		Progresses.Put(Progress{StudentID: "ann", EnrollmentID: "e1", ChapterID: "loops", Marker: "half", XP: 5}),
		Progresses.Put(Progress{StudentID: "bob", EnrollmentID: "e2", ChapterID: "hello", Marker: "begun", XP: 5}),
	)
}

var sampleDay = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
