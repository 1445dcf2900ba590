package graph

import (
	"context"
	"time"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// track is a Track.
type track struct {
	platform.Track
	s *session
	n need
}

func (s *session) tracks(tracks []platform.Track, n need) *[]*track {
	return all(tracks, func(t platform.Track) *track { return &track{t, s, n} })
}

func (t *track) CourseCount() (int32, error) { return small(t.Track.Courses) }

func (t *track) Courses(ctx context.Context) (*[]*course, error) {
	courses, err := t.s.coursesOf(ctx, t.ID)
	return t.s.courses(courses, t.n), err
}

// course is a Course.
type course struct {
	platform.Course
	s     *session
	n     need
	parts platform.Parts // what its partition is read for
}

// courses are courses of a list: what is left to read of their partitions is the rest.
func (s *session) courses(courses []platform.Course, n need) *[]*course {
	return all(courses, func(c platform.Course) *course { return &course{c, s, n, n.course &^ platform.Itself} })
}

// course is the course of an enrollment or a chapter.
func (s *session) course(ctx context.Context, id string, n need) (*course, error) {
	if n.course == 0 {
		return &course{platform.Course{ID: id}, s, n, 0}, nil // no more than the id is selected
	}
	c, parts, err := s.courseByID(ctx, id, n.course)
	if err != nil {
		return nil, err
	}
	return &course{*c, s, n, parts}, nil
}

func (c *course) Track(ctx context.Context) (*track, error) { return c.s.trackOf(ctx, c.TrackID, c.n) }

func (c *course) Chapters(ctx context.Context) (*[]*chapter, error) {
	page, err := c.part(ctx, "Course.chapters", platform.InChapters)
	return c.s.chapters(page.Chapters, c.n), err
}

func (c *course) Enrollments(ctx context.Context) (*[]*enrollment, error) {
	page, err := c.part(ctx, "Course.enrollments", platform.InEnrollments)
	return c.s.enrollments(page.Enrollments, c.n), err
}

// part returns what was read of the course's partition, if the part that a field needs is among it.
func (c *course) part(ctx context.Context, field string, part platform.Parts) (platform.CoursePage, error) {
	if c.parts&part == 0 {
		return platform.CoursePage{}, unread(field)
	}
	return c.s.coursePage(ctx, c.ID, c.parts)
}

// trackOf is the track of a course.
func (s *session) trackOf(ctx context.Context, id string, n need) (*track, error) {
	if !n.track {
		return &track{platform.Track{ID: id}, s, n}, nil // no more than the id is selected
	}
	t, err := s.track(ctx, id)
	if err != nil {
		return nil, err
	}
	return &track{*t, s, n}, nil
}

// chapter is a Chapter.
type chapter struct {
	platform.Chapter
	s       *session
	n       need
	current bool // not an old version
}

func (s *session) chapters(chapters []platform.Chapter, n need) *[]*chapter {
	return all(chapters, func(h platform.Chapter) *chapter { return &chapter{h, s, n, true} })
}

func (h *chapter) Content() string         { return h.s.text(h.Chapter.Content) }
func (h *chapter) Version() (int32, error) { return small(h.Chapter.Version) }
func (h *chapter) Updated() string         { return h.Chapter.Updated.Format(time.RFC3339) }

func (h *chapter) Latest(ctx context.Context) (*int32, error) {
	now := h.Chapter
	if !h.current {
		var err error
		if now, err = h.s.chapter(ctx, h.ID); err != nil {
			return nil, err
		}
	}
	n, err := small(now.Version)
	return &n, err
}

func (h *chapter) Course(ctx context.Context) (*course, error) {
	return h.s.course(ctx, h.CourseID, h.n)
}
