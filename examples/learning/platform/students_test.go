package platform_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/internal/schooltest"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
	"github.com/singletable-go/ddb/internal/integration"
)

func TestStudentByEmailInAnyCase(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		st := s.Students[0]
		found, err := s.StudentByEmail(t.Context(), strings.ToUpper(st.Email))
		require.NoError(t, err)
		assert.Equal(t, st.Email, found.Email)
		assert.Equal(t, st.ID, found.ID)
	})
}

// An email belongs to one student, in any case: the second student gets an error, and nothing is written.
func TestEmailIsUnique(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Data{})
		ctx := t.Context()
		ada, err := s.Register(ctx, platform.Student{ID: "1", Email: "Ada@school.example", FirstName: "Ada"})
		require.NoError(t, err)
		assert.EqualValues(t, 1, ada.Version)
		_, err = s.Register(ctx, platform.Student{ID: "1", Email: "other@school.example"})
		require.ErrorIs(t, err, ddb.ErrExists)
		before := schooltest.Stored(t, env)

		taken := func(err error) {
			t.Helper()
			require.ErrorIs(t, err, ddb.ErrNotUnique)
			refused, ok := errors.AsType[*ddb.WriteError](err)
			require.True(t, ok)
			assert.Equal(t, "email", refused.Constraint)
			assert.Equal(t, before, schooltest.Stored(t, env))
		}
		_, err = s.Register(ctx, platform.Student{ID: "2", Email: "ADA@SCHOOL.example"})
		taken(err)
		_, err = s.Student(ctx, "2")
		require.ErrorIs(t, err, ddb.ErrNotFound)

		bo, err := s.Register(ctx, platform.Student{ID: "2", Email: "bo@school.example"})
		require.NoError(t, err)
		before = schooltest.Stored(t, env)
		_, err = s.ChangeEmail(ctx, "2", "ada@school.EXAMPLE")
		taken(err)
		now, err := ddb.NewRepository(s.DB(), platform.Students).Consistent().Get(ctx, bo)
		require.NoError(t, err)
		assert.Equal(t, bo, now)

		_, err = s.ChangeEmail(ctx, "1", "ADA@school.example")
		require.NoError(t, err, "her own, in another case")
		_, err = s.ChangeEmail(ctx, "1", "ada@home.example")
		require.NoError(t, err)
		_, err = s.ChangeEmail(ctx, "2", "ada@school.example")
		require.NoError(t, err, "which is free now")
		assert.Equal(t, before, schooltest.Stored(t, env), "no constraint is left over")
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
		s := schooltest.Open(t, env, school.Data{})
		var wg sync.WaitGroup
		var got atomic.Int32
		for i := range 10 {
			wg.Go(func() {
				_, err := s.Register(t.Context(), platform.Student{ID: fmt.Sprint(i), Email: "one@school.example"})
				if err == nil {
					got.Add(1)
					return
				}
				assert.ErrorIs(t, err, ddb.ErrNotUnique)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, got.Load())
		assert.Equal(t, 2, schooltest.Stored(t, env))
	})
}

func TestRenameIsOneRequest(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		st := s.Students[0]
		s.Sent.Take()
		renamed, err := s.Rename(t.Context(), st.ID, "New", "Name")
		require.NoError(t, err)
		assert.Equal(t, "New Name", renamed.FirstName+" "+renamed.LastName)
		assert.Equal(t, st.Email, renamed.Email)
		requests := s.Sent.Take()
		require.Len(t, requests, 1)
		assert.Equal(t, "UpdateItem", requests[0].Operation)
		_, err = s.Rename(t.Context(), "nobody", "New", "Name")
		assert.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

// Enroll rejects a missing course and a missing student.
func TestEnroll(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := schooltest.Open(t, env, school.Generate(schooltest.Small))
		ctx := t.Context()
		st, co := s.Students[0], s.Courses[0]
		before := schooltest.Stored(t, env)
		for at, e := range []platform.Enrollment{{ID: "e", StudentID: "nobody", CourseID: co.ID}, {ID: "e", StudentID: st.ID, CourseID: "nothing"}} {
			err := s.Enroll(ctx, e, co.TrackID)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			failed, ok := errors.AsType[*ddb.TransactError](err)
			require.True(t, ok)
			assert.NotNil(t, failed.At(at))
			assert.Equal(t, before, schooltest.Stored(t, env))
		}
		e := platform.Enrollment{ID: "e", StudentID: st.ID, CourseID: co.ID, Date: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}
		require.NoError(t, s.Enroll(ctx, e, co.TrackID))
		env.CatchUp()
		found, err := s.Enrollment(ctx, "e")
		require.NoError(t, err)
		assert.Equal(t, e, found)
		assert.ErrorIs(t, s.Enroll(ctx, e, co.TrackID), ddb.ErrExists)
	})
}
