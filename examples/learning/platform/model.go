// Package platform is the data layer of a learning platform on one DynamoDB table: its model, its access patterns as
// values, and the store that a service calls.
package platform

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// The prefixes of keys. A Query reads a range of sort keys, and what lies between is read and paid for: the prefixes make
// neighbours of the types that are read together, e# h# t# in a course's partition and g# p# s# in a student's.
const (
	track    ddb.Prefix = "t#"
	course   ddb.Prefix = "c#"
	chapter  ddb.Prefix = "h#"
	student  ddb.Prefix = "s#"
	enroll   ddb.Prefix = "e#"
	pref     ddb.Prefix = "p#"
	progress ddb.Prefix = "g#"
	version  ddb.Prefix = "v#"
	tracks   ddb.Prefix = "track" // the one partition with all tracks
)

// The table.
var (
	Table = ddb.NewTable("pk", "sk")
	GSI1  = Table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	GSI2  = Table.GSI("gsi2", "gsi2_pk", "gsi2_sk")
)

// Track is a series of courses.
type Track struct {
	ID      string `dynamodbav:"-"`
	Name    string `dynamodbav:"name"`
	Courses int    `dynamodbav:"courses"` // derived by TrackCourses
}

// Tracks are found by id, and listed in one partition of gsi1.
var Tracks = ddb.MustDefine(Table, "track", func(t *Track, d *ddb.Definition) {
	id := ddb.Key(track, ddb.Str(&t.ID))
	d.Primary(id, id)
	d.Index(GSI1, ddb.Key(tracks), ddb.Key(ddb.Str(&t.ID)))
})

// Course belongs to one track.
type Course struct {
	ID      string `dynamodbav:"-"`
	TrackID string `dynamodbav:"-"`
	Name    string `dynamodbav:"name"`
}

// Courses share their partition with their chapters and enrollments.
var Courses = ddb.MustDefine(Table, "course", func(c *Course, d *ddb.Definition) {
	id := ddb.Key(course, ddb.Str(&c.ID))
	inTrack := ddb.Key(track, ddb.Str(&c.TrackID))
	d.Primary(id, inTrack)
	d.Index(GSI1, inTrack, id)
})

// Chapter is the current chapter, or one of its versions.
type Chapter struct {
	ID       string    `dynamodbav:"-"`
	CourseID string    `dynamodbav:"courseId"` // also an attribute, because the key of a version does not contain it
	Version  int64     `dynamodbav:"version"`
	Content  string    `dynamodbav:"content"`
	Updated  time.Time `dynamodbav:"updated"`
}

// Chapters are in their course's partition, and are found by id through gsi1. Each write makes a version and keeps it
// in a partition of the chapter, so that reading a course does not cost its past. The version number is padded, so that
// 10 sorts after 9. A write based on an older version is rejected.
var Chapters = ddb.MustDefine(Table, "chapter", func(h *Chapter, d *ddb.Definition) {
	id := ddb.Key(chapter, ddb.Str(&h.ID))
	inCourse := ddb.Key(course, ddb.Str(&h.CourseID))
	d.Primary(inCourse, id)
	d.Index(GSI1, id, inCourse)
	d.Version(&h.Version)
	d.History(id, ddb.Key(version, ddb.Num(&h.Version, 10)))
	d.Updated(&h.Updated)
})

// Student is a student of the platform.
type Student struct {
	ID        string    `dynamodbav:"-"`
	Email     string    `dynamodbav:"email"`
	FirstName string    `dynamodbav:"firstName"`
	LastName  string    `dynamodbav:"lastName"`
	XP        int       `dynamodbav:"xp"` // derived by StudentXP
	Version   int64     `dynamodbav:"version"`
	Created   time.Time `dynamodbav:"created"`
}

// Students are found by id, and by email in any case. Two students cannot have the same email.
var Students = ddb.MustDefine(Table, "student", func(s *Student, d *ddb.Definition) {
	id := ddb.Key(student, ddb.Str(&s.ID))
	d.Primary(id, id)
	d.Index(GSI1, ddb.Key(student, ddb.Fold(&s.Email)), id)
	d.Unique("email", ddb.Fold(&s.Email))
	d.Version(&s.Version)
	d.Created(&s.Created)
})

// Enrollment is a student in a course.
type Enrollment struct {
	ID        string    `dynamodbav:"-"`
	CourseID  string    `dynamodbav:"-"`
	StudentID string    `dynamodbav:"studentId"`
	Date      time.Time `dynamodbav:"date"`
}

// Enrollments are read in three ways: by course, by id, by student.
var Enrollments = ddb.MustDefine(Table, "enrollment", func(e *Enrollment, d *ddb.Definition) {
	id := ddb.Key(enroll, ddb.Str(&e.ID))
	inCourse := ddb.Key(course, ddb.Str(&e.CourseID))
	d.Primary(inCourse, id)
	d.Index(GSI1, id, inCourse)
	d.Index(GSI2, ddb.Key(student, ddb.Str(&e.StudentID)), id)
})

// Preference is a student's preference for a track.
type Preference struct {
	StudentID string `dynamodbav:"-"`
	TrackID   string `dynamodbav:"-"`
}

// Preferences are in their student's partition.
var Preferences = ddb.MustDefine(Table, "preference", func(p *Preference, d *ddb.Definition) {
	d.Primary(ddb.Key(student, ddb.Str(&p.StudentID)), ddb.Key(pref, ddb.Str(&p.TrackID)))
})

// Progress is a student's progress in one chapter of an enrollment.
type Progress struct {
	StudentID    string `dynamodbav:"-"`
	EnrollmentID string `dynamodbav:"-"`
	ChapterID    string `dynamodbav:"-"`
	Marker       string `dynamodbav:"marker"`
	XP           int    `dynamodbav:"xp"`
}

// Progresses are in their student's partition, and by enrollment in gsi1. Three ids make up their key.
var Progresses = ddb.MustDefine(Table, "progress", func(p *Progress, d *ddb.Definition) {
	ofStudent := ddb.Key(student, ddb.Str(&p.StudentID))
	ofEnrollment := ddb.Key(enroll, ddb.Str(&p.EnrollmentID))
	d.Primary(ofStudent, ddb.Key(progress, enroll, ddb.Str(&p.EnrollmentID), "#"+chapter, ddb.Str(&p.ChapterID)))
	d.Index(GSI1, ofEnrollment, ddb.Key(progress, student, ddb.Str(&p.StudentID), "#"+chapter, ddb.Str(&p.ChapterID)))
})

// The derived values. The stream maintains them: see [Store.Mux].
var (
	// StudentXP is the sum of the xp of a student's progress.
	StudentXP = ddbview.MustAggregate("student-xp", Progresses, Students, func(p *Progress, s *Student) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&p.StudentID, &s.ID), ddbview.Sum(&p.XP, &s.XP)}
	})

	// TrackCourses is the number of a track's courses.
	TrackCourses = ddbview.MustAggregate("track-courses", Courses, Tracks, func(c *Course, t *Track) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&c.TrackID, &t.ID), ddbview.Count(&t.Courses)}
	})
)
