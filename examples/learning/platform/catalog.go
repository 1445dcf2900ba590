package platform

import (
	"context"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Patterns is the catalog of the platform's access patterns: how much there is in a year, and how often each is called in a
// second. The command patterns and the test TestModel measure it.
var Patterns = &ddbaccess.Catalog{
	Title: "The access patterns of a learning platform", Table: Table, Seed: Sample, Views: []*ddb.View{StudentXP, TrackCourses}, Peak: 5,
	Volumes: []ddbaccess.Volume{
		{Entity: Tracks, Items: 50, Bytes: 200},
		{Entity: Courses, Items: 2_000, Bytes: 300, Per: []ddbaccess.Per{{Index: GSI1, Typical: 40, Most: 200}}},
		{Entity: Chapters, Items: 40_000, Bytes: 6 << 10, Versions: 3, Per: []ddbaccess.Per{{Index: Table.Primary(), Typical: 20, Most: 120}}},
		{Entity: Students, Items: 500_000, Bytes: 400},
		{Entity: Enrollments, Items: 2_000_000, Bytes: 250, Per: []ddbaccess.Per{
			{Index: Table.Primary(), Typical: 1_000, Most: 50_000}, {Index: GSI2, Typical: 4, Most: 60},
		}},
		{Entity: Preferences, Items: 1_000_000, Bytes: 120, Per: []ddbaccess.Per{{Index: Table.Primary(), Typical: 2, Most: 20}}},
		{Entity: Progresses, Items: 40_000_000, Bytes: 260, Per: []ddbaccess.Per{
			{Index: Table.Primary(), Typical: 80, Most: 2_000}, {Index: GSI1, Typical: 20, Most: 120},
		}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("track by id", Tracks, Track{ID: "go"}).Rate(5),
		ddbaccess.Get("student by id", Students, Student{ID: "ann"}).Rate(200),
		ddbaccess.All("all tracks", AllTracks).Rate(20),
		ddbaccess.One("course by id", CourseByID, "basics").Rate(50),
		ddbaccess.Many("courses of a track", CoursesOf, "go").Rate(20),
		ddbaccess.Many("chapters of a course", ChaptersOf, "basics").Rate(40),
		ddbaccess.One("chapter by id", ChapterByID, "hello").Rate(100),
		ddbaccess.FuncItems("chapter by id and version", func(ctx context.Context, db *ddb.DB, h Chapter) ([]Chapter, error) {
			h, err := NewStore(db).ChapterAt(ctx, h.ID, h.Version)
			return []Chapter{h}, err
		}, Chapter{ID: "hello", Version: 1}).Rate(1),
		ddbaccess.Many("enrollments of a course", func(courseID string) ddb.Query[Enrollment] {
			return EnrollmentsIn(courseID).Limit(100)
		}, "basics").Rate(2),
		ddbaccess.Many("enrollments of a student", EnrollmentsOf, "ann").Rate(100),
		ddbaccess.One("enrollment by id", EnrollmentByID, "e1").Rate(50),
		ddbaccess.One("student by email", StudentByEmail, "ann@school.example").Rate(30),
		ddbaccess.Many("preferences of a student", PreferencesOf, "ann").Rate(10),
		ddbaccess.Many("progress of an enrollment", ProgressIn, "e1").Rate(100),
		ddbaccess.Whole("a whole course", func(id string) ddb.Collection { return WholeCourse(id, 0) }, "basics").Rate(0.1),
		ddbaccess.Whole("a whole student", func(id string) ddb.Collection { return WholeStudent(id, 0) }, "ann").Rate(20),

		ddbaccess.Func("register", by((*Store).Register), Student{ID: "eve", Email: "eve@school.example"}).Rate(0.5),
		ddbaccess.Func("enroll", func(ctx context.Context, db *ddb.DB, e Enrollment) error {
			return NewStore(db).Enroll(ctx, e, "sql")
		}, Enrollment{ID: "e4", CourseID: "joins", StudentID: "bob", Date: sampleDay}).Rate(1),
		ddbaccess.Func("make progress", by((*Store).AddProgress), Progress{StudentID: "ann", EnrollmentID: "e1", ChapterID: "loops", XP: 5}).Rate(300),
		ddbaccess.Func("edit a chapter", func(ctx context.Context, db *ddb.DB, h Chapter) error {
			_, err := NewStore(db).EditChapter(ctx, h.CourseID, h.ID, h.Content)
			return err
		}, Chapter{CourseID: "basics", ID: "loops", Content: "There is one loop, and it is for, also for a range."}).Rate(0.05),
		ddbaccess.Func("open a course", func(ctx context.Context, db *ddb.DB, c Course) error {
			return NewStore(db).CreateCourse(ctx, c)
		}, Course{ID: "tests", TrackID: "go", Name: "Tests"}).Rate(0.01),
	},
}

// by makes a write of the store a function that a pattern calls.
func by[P, R any](write func(*Store, context.Context, P) (R, error)) func(context.Context, *ddb.DB, P) error {
	return func(ctx context.Context, db *ddb.DB, p P) error {
		_, err := write(NewStore(db), ctx, p)
		return err
	}
}
