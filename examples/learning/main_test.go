package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/internal/trace"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

// school is a seeded table and the client that watches it.
type school struct {
	*Store
	Data
	trace *trace.Client
}

// small is enough of everything where numbers do not matter.
var small = Size{Seed: 1, Tracks: 1, Courses: 2, Chapters: 3, Versions: 3, Students: 5, Enrollments: 2}

func open(t *testing.T, env *integration.Env, d Data) school {
	t.Helper()
	tr := trace.Wrap(env.Client)
	env.Open(t, Platform)
	s := school{NewStore(ddb.New(tr, env.Table, Platform, nil)), d, tr}
	require.NoError(t, d.Write(t.Context(), s.Store, func(int, int) {}))
	env.CatchUp()
	return s
}

func TestReadmeShowsTheDesign(t *testing.T) {
	var page strings.Builder
	require.NoError(t, Platform.Describe(&page))
	golden.Section(t, "README.md", "design", "```\n"+page.String()+"```\n")
}

// Each access pattern is one GetItem or Query, finds what is in the data, and costs what the README says.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	d := Generate(DefaultSize)
	student, course, enrollment := d.Students[0].ID, d.Enrollments[0].CourseID, d.Enrollments[0].ID
	inCourse := number(d.Enrollments, func(e Enrollment) bool { return e.CourseID == course })
	want := []struct {
		name, operation, index string
		items                  int
		capacity               float64
	}{
		{"track by id", "GetItem", "primary", 1, 0.5},
		{"student by id", "GetItem", "primary", 1, 0.5},
		{"all tracks", "Query", "gsi1", DefaultSize.Tracks, 0.5},
		{"course by id", "Query", "primary", 1, 0.5},
		{"courses of a track", "Query", "gsi1", DefaultSize.Courses, 0.5},
		{"chapters of a course", "Query", "primary", DefaultSize.Chapters, 1},
		{"chapter by id", "Query", "gsi1", 1, 0.5},
		{"chapter by id and version", "GetItem", "primary", 1, 0.5},
		{"enrollments of a course", "Query", "primary", inCourse, 0.5},
		{"enrollments of a student", "Query", "gsi2", DefaultSize.Enrollments, 0.5},
		{"enrollment by id", "Query", "gsi1", 1, 0.5},
		{"student by email", "Query", "gsi1", 1, 0.5},
		{"preferences of a student", "Query", "primary", number(d.Preferences, func(p Preference) bool { return p.StudentID == student }), 0.5},
		{"progress of an enrollment", "Query", "gsi1", number(d.Progress, func(p Progress) bool { return p.EnrollmentID == enrollment }), 0.5},
		{"a whole course", "Query", "primary", 1 + DefaultSize.Chapters + inCourse, 1},
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, d)
		results, err := app.Measure(t.Context(), s.trace, accessPatterns(s.Store, d))
		require.NoError(t, err)
		require.Len(t, results, len(want))
		for i, r := range results {
			w := want[i]
			assert.Equal(t, w.name, r.Name)
			assert.Equal(t, 1, r.Requests, r.Name)
			if assert.Len(t, r.Reads, 1, r.Name) {
				assert.Equal(t, w.operation, r.Reads[0].Operation, r.Name)
				assert.Equal(t, w.index, r.Reads[0].Index, r.Name)
				assert.Empty(t, r.Reads[0].Filter, r.Name)
			}
			assert.Equal(t, w.items, r.Items, r.Name)
			assert.InDelta(t, w.capacity, r.Capacity, 0, r.Name)
		}
		golden.Section(t, "README.md", "patterns", app.Report(results).Markdown())
	})
}

// number returns how many items are of the kind.
func number[T any](items []T, of func(T) bool) int {
	n := 0
	for _, item := range items {
		if of(item) {
			n++
		}
	}
	return n
}

// One chapter of 3,000 bytes is read for the price of one, however many versions it has had.
func TestChaptersOfACourseCostWhatIsCurrent(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 3000)
	for _, versions := range []int{1, 40} {
		t.Run(fmt.Sprint(versions), func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				var d Data
				for i := range 5 {
					d.Chapters = append(d.Chapters, nil)
					for range versions {
						d.Chapters[i] = append(d.Chapters[i], Chapter{ID: fmt.Sprint("h", i), CourseID: "c", Content: text})
					}
				}
				s := open(t, env, d)
				ctx, meter := ddb.WithMeter(t.Context())
				chapters, err := ddb.Collect(s.ChaptersOf(ctx, "c"))
				require.NoError(t, err)
				require.Len(t, chapters, 5)
				assert.EqualValues(t, versions, chapters[0].Version)
				assert.Equal(t, 1, meter.Requests())
				assert.InDelta(t, 2, meter.Capacity(nil).Read, 0, "15 KB and a little, in units of 4 KB, at half price")
			})
		})
	}
}

func TestWholeCourseComesBackTyped(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Generate(small))
		course := s.Courses[0]
		page, err := s.WholeCourse(t.Context(), course.ID)
		require.NoError(t, err)
		assert.Equal(t, course, page.Course)
		chapters, err := ddb.Collect(s.ChaptersOf(t.Context(), course.ID))
		require.NoError(t, err)
		assert.Equal(t, chapters, page.Chapters)
		enrollments, err := ddb.Collect(s.EnrollmentsIn(t.Context(), course.ID))
		require.NoError(t, err)
		assert.Equal(t, enrollments, page.Enrollments)

		_, err = s.WholeCourse(t.Context(), "nothing")
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

func TestStudentByEmailInAnyCase(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Generate(small))
		st := s.Students[0]
		found, err := s.StudentByEmail(t.Context(), strings.ToUpper(st.Email))
		require.NoError(t, err)
		assert.Equal(t, st.Email, found.Email)
		assert.Equal(t, st.ID, found.ID)
	})
}

// An email belongs to one student, in whatever case it is typed: whoever comes second is told so, and nothing is written.
func TestEmailIsUnique(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		ctx := t.Context()
		ada, err := s.Register(ctx, Student{ID: "1", Email: "Ada@school.example", FirstName: "Ada"})
		require.NoError(t, err)
		assert.EqualValues(t, 1, ada.Version)
		_, err = s.Register(ctx, Student{ID: "1", Email: "other@school.example"})
		require.ErrorIs(t, err, ddb.ErrExists)
		before := stored(t, env)

		taken := func(err error) {
			t.Helper()
			require.ErrorIs(t, err, ddb.ErrNotUnique)
			refused, ok := errors.AsType[*ddb.WriteError](err)
			require.True(t, ok)
			assert.Equal(t, "email", refused.Constraint)
			assert.Equal(t, before, stored(t, env))
		}
		_, err = s.Register(ctx, Student{ID: "2", Email: "ADA@SCHOOL.example"})
		taken(err)
		_, err = s.Student(ctx, "2")
		require.ErrorIs(t, err, ddb.ErrNotFound)

		bo, err := s.Register(ctx, Student{ID: "2", Email: "bo@school.example"})
		require.NoError(t, err)
		before = stored(t, env)
		_, err = s.ChangeEmail(ctx, "2", "ada@school.EXAMPLE")
		taken(err)
		now, err := s.students.Consistent().Get(ctx, bo)
		require.NoError(t, err)
		assert.Equal(t, bo, now)

		_, err = s.ChangeEmail(ctx, "1", "ADA@school.example")
		require.NoError(t, err, "her own, in another case")
		_, err = s.ChangeEmail(ctx, "1", "ada@home.example")
		require.NoError(t, err)
		_, err = s.ChangeEmail(ctx, "2", "ada@school.example")
		require.NoError(t, err, "which is free now")
		assert.Equal(t, before, stored(t, env), "no constraint is left over")
		env.CatchUp()
		for email, id := range map[string]string{"ada@home.example": "1", "ada@school.example": "2"} {
			found, err := s.StudentByEmail(ctx, email)
			require.NoError(t, err)
			assert.Equal(t, id, found.ID)
		}
		_, err = s.ChangeEmail(ctx, "3", "c@school.example")
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

// Ten students want one email at once: one gets it.
func TestEmailRace(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		var wg sync.WaitGroup
		var got atomic.Int32
		for i := range 10 {
			wg.Go(func() {
				_, err := s.Register(t.Context(), Student{ID: fmt.Sprint(i), Email: "one@school.example"})
				if err == nil {
					got.Add(1)
					return
				}
				assert.ErrorIs(t, err, ddb.ErrNotUnique)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, got.Load())
		assert.Equal(t, 2, stored(t, env))
	})
}

func TestRenameIsOneRequest(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Generate(small))
		st := s.Students[0]
		s.trace.Take()
		renamed, err := s.Rename(t.Context(), st.ID, "New", "Name")
		require.NoError(t, err)
		assert.Equal(t, "New Name", renamed.FirstName+" "+renamed.LastName)
		assert.Equal(t, st.Email, renamed.Email)
		requests := s.trace.Take()
		require.Len(t, requests, 1)
		assert.Equal(t, "UpdateItem", requests[0].Operation)
		_, err = s.Rename(t.Context(), "nobody", "New", "Name")
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

// Nobody is enrolled in a course that is not there, nor is anybody who is not.
func TestEnroll(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Generate(small))
		ctx := t.Context()
		st, co := s.Students[0], s.Courses[0]
		before := stored(t, env)
		for at, e := range []Enrollment{{ID: "e", StudentID: "nobody", CourseID: co.ID}, {ID: "e", StudentID: st.ID, CourseID: "nothing"}} {
			err := s.Enroll(ctx, e, co.TrackID)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			failed, ok := errors.AsType[*ddb.TransactError](err)
			require.True(t, ok)
			assert.NotNil(t, failed.At(at))
			assert.Equal(t, before, stored(t, env))
		}
		e := Enrollment{ID: "e", StudentID: st.ID, CourseID: co.ID, Date: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
		require.NoError(t, s.Enroll(ctx, e, co.TrackID))
		env.CatchUp()
		found, err := s.Enrollment(ctx, "e")
		require.NoError(t, err)
		assert.Equal(t, e, found)
		assert.ErrorIs(t, s.Enroll(ctx, e, co.TrackID), ddb.ErrExists)
	})
}

func TestSaveChapterRefusesAStaleOne(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		ctx := t.Context()
		read, err := s.SaveChapter(ctx, Chapter{ID: "h", CourseID: "c", Content: "one"})
		require.NoError(t, err)
		mine, yours := read, read
		mine.Content, yours.Content = "mine", "yours"
		_, err = s.SaveChapter(ctx, mine)
		require.NoError(t, err)
		_, err = s.SaveChapter(ctx, yours)
		require.ErrorIs(t, err, ddb.ErrConflict)

		env.CatchUp()
		now, err := s.Chapter(ctx, "h")
		require.NoError(t, err)
		assert.Equal(t, "mine", now.Content)
		assert.EqualValues(t, 2, now.Version)
		for n, content := range map[int64]string{1: "one", 2: "mine"} {
			v, err := s.ChapterAt(ctx, "h", n)
			require.NoError(t, err)
			assert.Equal(t, content, v.Content)
		}
		_, err = s.ChapterAt(ctx, "h", 3)
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

// Ten writers edit one chapter: each edit is a version, numbered without a gap, and none is lost.
func TestEditsAreVersions(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		ctx := t.Context()
		_, err := s.SaveChapter(ctx, Chapter{ID: "h", CourseID: "c", Content: "new"})
		require.NoError(t, err)
		const writers = 10
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for { // Modify gives up after ten conflicts in a row
					_, err := s.EditChapter(ctx, "c", "h", fmt.Sprint("by ", i))
					if !errors.Is(err, ddb.ErrConflict) {
						assert.NoError(t, err)
						return
					}
				}
			})
		}
		wg.Wait()

		versions, err := ddb.Collect(s.ChapterVersions(ctx, "h"))
		require.NoError(t, err)
		require.Len(t, versions, 1+writers)
		by := map[string]bool{}
		for i, v := range versions {
			assert.EqualValues(t, 1+writers-i, v.Version)
			by[v.Content] = true
			at, err := s.ChapterAt(ctx, "h", v.Version)
			require.NoError(t, err)
			assert.Equal(t, v, at)
		}
		assert.Len(t, by, 1+writers, "every edit is there once")
	})
}

// A chapter that moves takes its history along: the versions say which course they were of.
func TestMoveChapter(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		ctx := t.Context()
		first, err := s.SaveChapter(ctx, Chapter{ID: "h", CourseID: "from", Content: "text"})
		require.NoError(t, err)
		moved, err := s.MoveChapter(ctx, first, "to")
		require.NoError(t, err)
		assert.EqualValues(t, 2, moved.Version)
		_, err = s.MoveChapter(ctx, first, "elsewhere")
		require.ErrorIs(t, err, ddb.ErrNotFound, "it is not there any more")
		last, err := s.EditChapter(ctx, "to", "h", "more text")
		require.NoError(t, err)
		assert.EqualValues(t, 3, last.Version)

		env.CatchUp()
		now, err := s.Chapter(ctx, "h")
		require.NoError(t, err)
		assert.Equal(t, last, now)
		for n, courseID := range map[int64]string{1: "from", 2: "to", 3: "to"} {
			v, err := s.ChapterAt(ctx, "h", n)
			require.NoError(t, err)
			assert.Equal(t, courseID, v.CourseID, "version %d", n)
		}
		left, err := ddb.Collect(s.ChaptersOf(ctx, "from"))
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

func TestGenerateIsReproducible(t *testing.T) {
	t.Parallel()
	size := DefaultSize
	assert.Equal(t, Generate(size), Generate(size))
	size.Seed++
	assert.NotEqual(t, Generate(DefaultSize), Generate(size))
}

// A seeding that is interrupted goes on where it was, and one more changes nothing.
func TestSeedingCanBeRunAgain(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env, Data{})
		size := small
		size.Students = 40 // which takes more than one batch
		d := Generate(size)
		for moment := range 5 { // wherever it is by then
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+4*moment)*time.Millisecond)
			if err := d.Write(ctx, s.Store, func(int, int) {}); err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			cancel()
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := d.Write(ctx, s.Store, func(done, _ int) {
			if done > d.Items()/2 {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		for range 2 {
			last := 0
			require.NoError(t, d.Write(t.Context(), s.Store, func(done, total int) {
				last = done
				assert.Equal(t, d.Items(), total)
			}))
			assert.Equal(t, d.Items(), last)
			assert.Equal(t, d.Items(), stored(t, env))
		}
	})
}

// stored counts the items of a table, those that the library keeps for itself included.
func stored(t *testing.T, env *integration.Env) int {
	t.Helper()
	n := 0
	pages := dynamodb.NewScanPaginator(env.Client, &dynamodb.ScanInput{TableName: &env.Table, Select: types.SelectCount, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		n += int(page.Count)
	}
	return n
}

// run runs the example as a command.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = app.Run(t.Context(), learning(), append([]string{"learning"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestHelp(t *testing.T) {
	code, out, errs := run(t, "-h")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	for _, want := range []string{"seed", "patterns", "describe", "scan", "purge", "drop", "stream", "replay", "verify", "rebuild", "-students", "-dead-letters", "-local", "DYNAMODB_ENDPOINT"} {
		assert.Contains(t, out, want)
	}
}

func TestMistakesInTheArguments(t *testing.T) {
	for args, want := range map[string]string{
		"paterns":           `learning: unknown command "paterns": there are seed, patterns, describe, scan, purge, drop, stream, replay, verify, rebuild`,
		"seed more":         `unknown command "more"`,
		"-pupils 3":         `-pupils`,
		"-students many":    `"many"`,
		"seed -students 0":  `must be at least 1`,
		"stream -writes -1": `must not be negative`,
	} {
		t.Run(args, func(t *testing.T) {
			code, out, errs := run(t, strings.Fields(args)...)
			assert.Equal(t, 2, code)
			assert.Empty(t, out)
			assert.Contains(t, errs, want)
			assert.Equal(t, 1, strings.Count(errs, "\n"), "one line: %s", errs)
		})
	}
}

func TestDescribeNeedsNoEngine(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, out, errs := run(t, "describe")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "enrollment")
}

func TestNothingAnswersAtTheEndpoint(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, _, errs := run(t, "patterns")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "nothing answers at http://127.0.0.1:1, which DYNAMODB_ENDPOINT names")
}

func TestEndpointThatIsNoURL(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "localhost")
	code, _, errs := run(t, "patterns")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, `DYNAMODB_ENDPOINT is "localhost": it takes a URL`)
}

func TestInterrupted(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	code := app.Run(ctx, learning(), []string{"learning"}, io.Discard, &errs)
	assert.Equal(t, 1, code)
	assert.Equal(t, "learning: interrupted\n", errs.String())
}

func TestNothingNeedsToBeInstalled(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	d := Generate(DefaultSize)
	for command, want := range map[string]string{
		"":         "14 access patterns, 14 requests, 7.5 read units; no scan, no filter expression",
		"seed":     "seeded",
		"patterns": "progress of an enrollment",
		"scan":     "Enrollment",
		"verify":   "student-xp: no drift, every student's xp equals the sum of their progress\ntrack-courses: no drift",
		"rebuild":  "0 changed",
		"stream":   "0 given up\nstudent-xp: no drift",
		"purge":    fmt.Sprintf("deleted %d items", d.Items()+len(d.Progress)+len(d.Courses)), // and what each contributes
		"drop":     "dropped",
	} {
		t.Run(command, func(t *testing.T) {
			code, out, errs := run(t, append(strings.Fields(command), "-pause", "1ms")...)
			assert.Zero(t, code, errs)
			assert.Contains(t, out, "in this process")
			assert.Contains(t, out, want)
		})
	}
}

func TestEndpointAndLocalAreTwoEngines(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, _, errs := run(t, "-local")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "unset one")
}

// The life of a table on an endpoint that keeps it.
func TestCommands(t *testing.T) {
	client := localtest.Client(t)
	t.Setenv("DYNAMODB_ENDPOINT", *client.Options().BaseEndpoint)
	table := localtest.TableName(t)
	do := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, errs := run(t, append(args, "-table", table)...)
		assert.Equal(t, wantCode, code, "%v: %s", args, errs)
		assert.Contains(t, out+errs, want, "%v", args)
	}
	little := DefaultSize
	little.Students, little.Tracks, little.Chapters, little.Versions = 5, 2, 2, 1
	studentKey := &types.AttributeValueMemberS{Value: "s#" + Generate(little).Students[0].ID}
	size := []string{"-students", "5", "-tracks", "2", "-chapters", "2", "-versions", "1"}
	do(1, fmt.Sprintf("there is no table %q", table), append(size, "patterns")...)
	do(0, "seeded", append(size, "seed")...)
	do(0, "14 access patterns, 14 requests", append(size, "patterns")...)
	do(1, "was the table seeded with the same flags?", append(size, "patterns", "-seed", "2")...)
	do(0, "Enrollment", "scan")
	letters := []string{"-dead-letters", filepath.Join(t.TempDir(), "letters.jsonl")}
	do(0, "student-xp: no drift", append(append(size, letters...), "stream", "-writes", "10", "-pause", "1ms")...)
	do(0, "replayed 0 dead letters", append(letters, "replay")...)
	do(0, "0 changed", "rebuild")
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, UpdateExpression: aws.String("SET xp = xp + :n"),
		Key:                       map[string]types.AttributeValue{"pk": studentKey, "sk": studentKey},
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "1"}},
	})
	require.NoError(t, err)
	do(1, "derived data differs in 1 places", "verify")
	do(0, "1 changed", "rebuild")
	do(0, "no drift", "verify")
	do(0, "14 access patterns, 14 requests", size...)
	do(0, "deleted", "purge")
	do(1, "was the table seeded", append(size, "patterns")...)
	do(0, "dropped table", "drop")
	do(1, "there is no table", "drop")
}
