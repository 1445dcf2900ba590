package main

import (
	"context"
	"iter"
	"testing"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// The store reads as the catalog says.
func TestTheStoreReadsAsTheCatalogSays(t *testing.T) {
	t.Parallel()
	type store = platform.Store
	apptest.Reads(t, platform.Patterns, map[string]apptest.Read{
		"track by id":   one((*store).Track, "go"),
		"student by id": one((*store).Student, "ann"),
		"all tracks": many(func(s *store, ctx context.Context, _ string) iter.Seq2[platform.Track, error] {
			return s.AllTracks(ctx)
		}, ""),
		"course by id":              one((*store).Course, "basics"),
		"courses of a track":        many((*store).CoursesOf, "go"),
		"chapters of a course":      many((*store).ChaptersOf, "basics"),
		"chapter by id":             one((*store).Chapter, "hello"),
		"enrollments of a student":  many((*store).EnrollmentsOf, "ann"),
		"enrollment by id":          one((*store).Enrollment, "e1"),
		"student by email":          one((*store).StudentByEmail, "ann@school.example"),
		"preferences of a student":  many((*store).PreferencesOf, "ann"),
		"progress of an enrollment": many((*store).ProgressIn, "e1"),
		"enrollments of a course": func(ctx context.Context, db *ddb.DB) error {
			_, err := platform.NewStore(db).EnrollmentPageIn(ctx, "basics", 100, "")
			return err
		},
	})
}

func one[T any](get func(*platform.Store, context.Context, string) (T, error), id string) apptest.Read {
	return func(ctx context.Context, db *ddb.DB) error {
		_, err := get(platform.NewStore(db), ctx, id)
		return err
	}
}

func many[T any](list func(*platform.Store, context.Context, string) iter.Seq2[T, error], of string) apptest.Read {
	return func(ctx context.Context, db *ddb.DB) error {
		_, err := ddb.Collect(list(platform.NewStore(db), ctx, of))
		return err
	}
}
