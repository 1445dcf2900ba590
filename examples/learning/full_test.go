package main

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// full fills the item collections of [platform.Sample] that patterns read, up to their typical numbers.
func full(ctx context.Context, db *ddb.DB) error {
	if err := platform.Sample(ctx, db); err != nil {
		return err
	}
	s := platform.NewStore(db)
	for i := range 18 {
		if _, err := s.SaveChapter(ctx, platform.Chapter{ID: id("chapter", i), CourseID: "basics"}); err != nil {
			return err
		}
	}
	var ops []ddb.Op
	add := func(n int, op func(i int) ddb.Op) {
		for i := range n {
			ops = append(ops, op(i))
		}
	}
	add(48, func(i int) ddb.Op { return platform.Tracks.Put(platform.Track{ID: id("track", i)}) })
	add(38, func(i int) ddb.Op { return platform.Courses.Put(platform.Course{ID: id("course", i), TrackID: "go"}) })
	add(998, func(i int) ddb.Op {
		return platform.Enrollments.Put(platform.Enrollment{ID: id("in", i), CourseID: "basics", StudentID: id("student", i)})
	})
	add(2, func(i int) ddb.Op {
		return platform.Enrollments.Put(platform.Enrollment{ID: id("of", i), CourseID: id("course", i), StudentID: "ann"})
	})
	add(1, func(i int) ddb.Op {
		return platform.Preferences.Put(platform.Preference{StudentID: "ann", TrackID: id("track", i)})
	})
	add(18, func(i int) ddb.Op {
		return platform.Progresses.Put(platform.Progress{StudentID: "ann", EnrollmentID: "e1", ChapterID: id("chapter", i), XP: 5})
	})
	add(60, func(i int) ddb.Op {
		return platform.Progresses.Put(platform.Progress{StudentID: "ann", EnrollmentID: id("of", i%2), ChapterID: id("chapter", i), XP: 5})
	})
	return db.Batch(ctx, ops...)
}

func id(of string, i int) string { return fmt.Sprintf("%s-%d", of, i) }
