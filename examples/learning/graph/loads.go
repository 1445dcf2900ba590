package graph

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// The loads: each is a request the first time, and none after that. What is longer than a page of the table, 1 MB, is a
// request for each page.

func (s *session) track(ctx context.Context, id string) (*platform.Track, error) {
	return s.loaded.Load().tracks.get(id, func() (*platform.Track, error) {
		t, err := s.store.Track(ctx, id)
		return &t, err
	})
}

// tracksOf loads the tracks of preferences: those that are not known yet, with one request. A missing one is nil.
func (s *session) tracksOf(ctx context.Context, prefs []platform.Preference) ([]*platform.Track, error) {
	ids := make([]string, len(prefs))
	for i, p := range prefs {
		ids[i] = p.TrackID
	}
	return s.loaded.Load().tracks.getAll(ids, func(missing []string) (map[string]*platform.Track, error) {
		found, err := s.store.TracksByID(ctx, missing)
		tracks := make(map[string]*platform.Track, len(found))
		for id, t := range found {
			tracks[id] = &t
		}
		return tracks, err
	})
}

// allTracks loads every track, so that none has to be loaded again for a preference or a course.
func (s *session) allTracks(ctx context.Context) ([]platform.Track, error) {
	tracks, err := atMost(s.limits.List, s.store.AllTracks(ctx))
	err = s.tooLong(err, "tracks", "page through them with getTrackPage")
	for _, t := range tracks {
		s.loaded.Load().tracks.put(t.ID, &t)
	}
	return tracks, err
}

func (s *session) coursesOf(ctx context.Context, trackID string) ([]platform.Course, error) {
	return s.loaded.Load().coursesOf.get(trackID, func() ([]platform.Course, error) {
		courses, err := atMost(s.limits.List, s.store.CoursesOf(ctx, trackID))
		err = s.tooLong(err, "courses of a track", "read those that you know with getCourse")
		for _, c := range courses {
			s.loaded.Load().courses.put(c.ID, &c)
		}
		return courses, err
	})
}

// courseByID loads a course, and in the same request what else is needed of its partition.
func (s *session) courseByID(ctx context.Context, id string, parts platform.Parts) (*platform.Course, platform.Parts, error) {
	if c, ok := s.loaded.Load().courses.known(id); ok {
		return c, parts &^ platform.Itself, nil
	}
	parts |= platform.Itself
	if parts == platform.Itself {
		c, err := s.loaded.Load().courses.get(id, func() (*platform.Course, error) {
			c, err := s.store.Course(ctx, id)
			return &c, err
		})
		return c, parts, err
	}
	page, err := s.coursePage(ctx, id, parts)
	if err == nil && page.Course.ID == "" {
		err = notFound("course", id)
	}
	return &page.Course, parts, err
}

func (s *session) coursePage(ctx context.Context, id string, parts platform.Parts) (platform.CoursePage, error) {
	return s.loaded.Load().coursePages.get(partition{id, parts}, func() (platform.CoursePage, error) {
		page, err := s.store.CourseParts(ctx, id, parts, s.limits.List)
		return page, s.courseTooLong(err, parts)
	})
}

func (s *session) studentPage(ctx context.Context, id string, parts platform.Parts) (platform.StudentPage, error) {
	return s.loaded.Load().studentPages.get(partition{id, parts}, func() (platform.StudentPage, error) {
		page, err := s.store.StudentParts(ctx, id, parts, s.limits.List)
		return page, s.studentTooLong(err, parts)
	})
}

func (s *session) enrollmentsOf(ctx context.Context, studentID string) ([]platform.Enrollment, error) {
	return s.loaded.Load().enrollmentsOf.get(studentID, func() ([]platform.Enrollment, error) {
		found, err := atMost(s.limits.List, s.store.EnrollmentsOf(ctx, studentID))
		return found, s.tooLong(err, "enrollments of a student", "page through them with getStudentEnrollments")
	})
}

func (s *session) chapter(ctx context.Context, id string) (platform.Chapter, error) {
	return s.loaded.Load().chapters.get(id, func() (platform.Chapter, error) {
		return s.store.Chapter(ctx, id)
	})
}

// atMost collects a list that has no more than limit entries.
func atMost[T any](limit int, list iter.Seq2[T, error]) ([]T, error) {
	var items []T
	for item, err := range list {
		if err != nil {
			return nil, err
		}
		if len(items) == limit {
			return nil, platform.ErrTooLong
		}
		items = append(items, item)
	}
	return items, nil
}
