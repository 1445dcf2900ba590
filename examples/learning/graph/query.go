package graph

import (
	"context"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// query resolves the fields of Query. Each is one of the access patterns, and one request, or one for each 1 MB.
type query struct{}

type byID struct{ ID string }

func (query) GetTracks(ctx context.Context) (*[]*track, error) {
	s := of(ctx)
	tracks, err := s.allTracks(ctx)
	return s.tracks(tracks, s.need(ctx, "Track")), err
}

type page struct {
	First int32
	After *string
}

func (query) GetTrackPage(ctx context.Context, p page) (*trackPage, error) {
	s := of(ctx)
	n, after, err := p.bounds()
	if err != nil {
		return nil, err
	}
	found, err := s.store.TrackPage(ctx, n, after)
	if err != nil {
		return nil, err
	}
	return &trackPage{Items: *s.tracks(found.Items, s.need(ctx, "TrackPage")), Next: next(found.Next)}, nil
}

func (query) GetTrack(ctx context.Context, a byID) (*track, error) {
	s := of(ctx)
	t, err := s.track(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return &track{*t, s, s.need(ctx, "Track")}, nil
}

func (query) GetCourse(ctx context.Context, a byID) (*course, error) {
	s := of(ctx)
	n := s.need(ctx, "Course")
	c, parts, err := s.courseByID(ctx, a.ID, n.course)
	if err != nil {
		return nil, err
	}
	return &course{*c, s, n, parts}, nil
}

type ofTrack struct{ TrackID string }

func (query) GetCourses(ctx context.Context, a ofTrack) (*[]*course, error) {
	s := of(ctx)
	courses, err := s.coursesOf(ctx, a.TrackID)
	return s.courses(courses, s.need(ctx, "Course")), err
}

type ofCourse struct{ CourseID string }

func (query) GetChapters(ctx context.Context, a ofCourse) (*[]*chapter, error) {
	s := of(ctx)
	var c check
	if c.id("courseId", a.CourseID); c.fault != nil {
		return nil, c.fault
	}
	found, err := s.coursePage(ctx, a.CourseID, platform.InChapters)
	return s.chapters(found.Chapters, s.need(ctx, "Chapter")), err
}

type chapterVersion struct {
	ID      string
	Version *int32
}

func (query) GetChapter(ctx context.Context, a chapterVersion) (*chapter, error) {
	s := of(ctx)
	if a.Version == nil {
		h, err := s.chapter(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		return &chapter{h, s, s.need(ctx, "Chapter"), true}, nil
	}
	if *a.Version < 1 {
		return nil, badInput("version is %d: the first one is 1", *a.Version)
	}
	h, err := s.store.ChapterAt(ctx, a.ID, int64(*a.Version))
	if err != nil {
		return nil, err
	}
	return &chapter{h, s, s.need(ctx, "Chapter"), false}, nil
}

func (query) GetEnrollment(ctx context.Context, a byID) (*enrollment, error) {
	s := of(ctx)
	e, err := s.store.Enrollment(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return &enrollment{e, s, s.need(ctx, "Enrollment")}, nil
}

type courseEnrollments struct {
	CourseID string
	page
}

func (query) GetCourseEnrollments(ctx context.Context, a courseEnrollments) (*enrollmentPage, error) {
	s := of(ctx)
	return s.enrollmentPage(ctx, a.page, func(n int, after ddb.Cursor) (ddb.Page[platform.Enrollment], error) {
		return s.store.EnrollmentPageIn(ctx, a.CourseID, n, after)
	})
}

type studentEnrollments struct {
	StudentID string
	page
}

func (query) GetStudentEnrollments(ctx context.Context, a studentEnrollments) (*enrollmentPage, error) {
	s := of(ctx)
	return s.enrollmentPage(ctx, a.page, func(n int, after ddb.Cursor) (ddb.Page[platform.Enrollment], error) {
		return s.store.EnrollmentPageOf(ctx, a.StudentID, n, after)
	})
}

func (query) GetStudent(ctx context.Context, a byID) (*student, error) {
	s := of(ctx)
	n := s.need(ctx, "Student")
	n.student |= platform.Itself
	return s.student(ctx, a.ID, n)
}

type byEmail struct{ Email string }

func (query) GetStudentByEmail(ctx context.Context, a byEmail) (*student, error) {
	s := of(ctx)
	st, err := s.store.StudentByEmail(ctx, a.Email)
	if err != nil {
		return nil, err
	}
	return &student{st, s, s.need(ctx, "Student")}, nil
}

type ofStudent struct{ StudentID string }

func (query) GetStudentPreferences(ctx context.Context, a ofStudent) (*[]*preference, error) {
	s := of(ctx)
	var c check
	if c.id("studentId", a.StudentID); c.fault != nil {
		return nil, c.fault
	}
	n := s.need(ctx, "Preference")
	found, err := s.studentPage(ctx, a.StudentID, n.student|platform.InPreferences)
	if err != nil {
		return nil, err
	}
	return s.preferences(ctx, found.Preferences, n)
}

type ofEnrollment struct{ EnrollmentID string }

func (query) GetProgress(ctx context.Context, a ofEnrollment) (*[]*progress, error) {
	s := of(ctx)
	found, err := atMost(s.limits.List, s.store.ProgressIn(ctx, a.EnrollmentID))
	return progressList(found), s.tooLong(err, "progress of an enrollment", noPages)
}

// all is a nullable list of the things made of items.
func all[T, R any](items []T, resolver func(T) *R) *[]*R {
	list := make([]*R, len(items))
	for i, item := range items {
		list[i] = resolver(item)
	}
	return &list
}
