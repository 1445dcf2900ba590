package main

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb"
)

// Store is the data layer of the platform, for a service to call.
type Store struct {
	db          *ddb.DB
	tracks      *ddb.Repository[Track]
	courses     *ddb.Repository[Course]
	chapters    *ddb.Repository[Chapter]
	students    *ddb.Repository[Student]
	enrollments *ddb.Repository[Enrollment]
	preferences *ddb.Repository[Preference]
	progress    *ddb.Repository[Progress]
}

// NewStore returns the store on db, whose model is [Platform].
func NewStore(db *ddb.DB) *Store {
	return &Store{
		db:          db,
		tracks:      ddb.NewRepository(db, Tracks),
		courses:     ddb.NewRepository(db, Courses),
		chapters:    ddb.NewRepository(db, Chapters),
		students:    ddb.NewRepository(db, Students),
		enrollments: ddb.NewRepository(db, Enrollments),
		preferences: ddb.NewRepository(db, Preferences),
		progress:    ddb.NewRepository(db, Progresses),
	}
}

// Track returns a track by id.
func (s *Store) Track(ctx context.Context, id string) (Track, error) {
	return s.tracks.Get(ctx, Track{ID: id})
}

// AllTracks returns every track.
func (s *Store) AllTracks(ctx context.Context) iter.Seq2[Track, error] {
	return s.tracks.Query(ctx, AllTracks())
}

// Course returns a course by id.
func (s *Store) Course(ctx context.Context, id string) (Course, error) {
	return s.courses.One(ctx, CourseByID(id))
}

// CoursesOf returns the courses of a track.
func (s *Store) CoursesOf(ctx context.Context, trackID string) iter.Seq2[Course, error] {
	return s.courses.Query(ctx, CoursesOf(trackID))
}

// Chapter returns the current chapter by id.
func (s *Store) Chapter(ctx context.Context, id string) (Chapter, error) {
	return s.chapters.One(ctx, ChapterByID(id))
}

// ChaptersOf returns the current chapters of a course.
func (s *Store) ChaptersOf(ctx context.Context, courseID string) iter.Seq2[Chapter, error] {
	return s.chapters.Query(ctx, ChaptersOf(courseID))
}

// ChapterAt returns version n of a chapter.
func (s *Store) ChapterAt(ctx context.Context, id string, n int64) (Chapter, error) {
	return s.chapters.History().At(ctx, Chapter{ID: id}, n)
}

// ChapterVersions returns the versions of a chapter, the newest first.
func (s *Store) ChapterVersions(ctx context.Context, id string) iter.Seq2[Chapter, error] {
	return s.chapters.History().All(ctx, Chapter{ID: id})
}

// Student returns a student by id.
func (s *Store) Student(ctx context.Context, id string) (Student, error) {
	return s.students.Get(ctx, Student{ID: id})
}

// StudentByEmail returns the student with an email address.
func (s *Store) StudentByEmail(ctx context.Context, email string) (Student, error) {
	return s.students.One(ctx, StudentByEmail(email))
}

// Enrollment returns an enrollment by id.
func (s *Store) Enrollment(ctx context.Context, id string) (Enrollment, error) {
	return s.enrollments.One(ctx, EnrollmentByID(id))
}

// EnrollmentsIn returns the enrollments of a course.
func (s *Store) EnrollmentsIn(ctx context.Context, courseID string) iter.Seq2[Enrollment, error] {
	return s.enrollments.Query(ctx, EnrollmentsIn(courseID))
}

// EnrollmentsOf returns the enrollments of a student.
func (s *Store) EnrollmentsOf(ctx context.Context, studentID string) iter.Seq2[Enrollment, error] {
	return s.enrollments.Query(ctx, EnrollmentsOf(studentID))
}

// PreferencesOf returns the preferences of a student.
func (s *Store) PreferencesOf(ctx context.Context, studentID string) iter.Seq2[Preference, error] {
	return s.preferences.Query(ctx, PreferencesOf(studentID))
}

// ProgressIn returns the progress made in an enrollment.
func (s *Store) ProgressIn(ctx context.Context, enrollmentID string) iter.Seq2[Progress, error] {
	return s.progress.Query(ctx, ProgressIn(enrollmentID))
}

// CoursePage is a course with its chapters and enrollments.
type CoursePage struct {
	Course      Course
	Chapters    []Chapter
	Enrollments []Enrollment
}

// WholeCourse reads a course, its chapters and its enrollments with one Query.
func (s *Store) WholeCourse(ctx context.Context, id string) (CoursePage, error) {
	var page CoursePage
	var courses []Course
	err := s.db.Gather(ctx, WholeCourse(id),
		Courses.Into(&courses), Chapters.Into(&page.Chapters), Enrollments.Into(&page.Enrollments))
	if err != nil {
		return CoursePage{}, err
	}
	if len(courses) == 0 {
		return CoursePage{}, ddb.ErrNotFound
	}
	page.Course = courses[0]
	return page, nil
}

// Register creates a student; [ddb.ErrNotUnique] if another has the email, [ddb.ErrExists] if the id is taken.
func (s *Store) Register(ctx context.Context, st Student) (Student, error) {
	return s.students.Create(ctx, st)
}

// ChangeEmail gives a student another email and releases the old one; [ddb.ErrNotUnique] if another student has it.
func (s *Store) ChangeEmail(ctx context.Context, id, email string) (Student, error) {
	return s.students.Modify(ctx, Student{ID: id}, func(st *Student) error {
		st.Email = email
		return nil
	})
}

// Rename gives a student another name, with one request and without a read.
func (s *Store) Rename(ctx context.Context, id, first, last string) (Student, error) {
	f := Students.Fields()
	return s.students.Update(ctx, Student{ID: id}, ddb.Set(&f.FirstName, first), ddb.Set(&f.LastName, last))
}

// Enroll enrolls a student in a course, if both exist at that moment. Otherwise the error matches [ddb.ErrNotFound] and
// names the missing one.
func (s *Store) Enroll(ctx context.Context, e Enrollment, trackID string) error {
	return s.db.Transact(ctx,
		Students.Check(Student{ID: e.StudentID}),
		Courses.Check(Course{ID: e.CourseID, TrackID: trackID}),
		Enrollments.Create(e),
	)
}

// SaveChapter writes the next version of a chapter. c.Version is the version that was read, 0 for a new chapter. The
// error is [ddb.ErrConflict] if the chapter was modified concurrently.
func (s *Store) SaveChapter(ctx context.Context, c Chapter) (Chapter, error) {
	return s.chapters.Put(ctx, c)
}

// EditChapter changes the content of a chapter, whatever its version is.
func (s *Store) EditChapter(ctx context.Context, courseID, id, content string) (Chapter, error) {
	return s.chapters.Modify(ctx, Chapter{CourseID: courseID, ID: id}, func(c *Chapter) error {
		c.Content = content
		return nil
	})
}

// MoveChapter moves a chapter to another course. Its versions stay together, because they belong to the chapter.
func (s *Store) MoveChapter(ctx context.Context, c Chapter, courseID string) (Chapter, error) {
	to := c
	to.CourseID = courseID
	return s.chapters.Move(ctx, c, to)
}

// Mux returns the mux that maintains the derived values, for a stream reader or a Lambda function. More handlers may be
// added.
func (s *Store) Mux(opts *ddb.MuxOptions) *ddb.Mux {
	mux := ddb.NewMux(Platform, opts)
	mux.Maintain(s.db, StudentXP, TrackCourses)
	return mux
}
