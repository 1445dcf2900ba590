package graph

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/graph-gophers/graphql-go/ast"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// session is one operation: what it has read so far, and how much it may still do.
type session struct {
	store  *platform.Store
	schema *ast.Schema
	limits Limits
	meter  *ddb.Meter
	abort  context.CancelCauseFunc // ends the operation

	valid bool // for graphql-go, which executes it

	passed, refused       atomic.Int64 // requests, by the client
	fields, bytes, writes atomic.Int64

	loaded atomic.Pointer[loaded]
}

// loaded is what an operation has read. Each key is read once.
type loaded struct {
	tracks        once[string, *platform.Track]
	coursesOf     once[string, []platform.Course]
	courses       once[string, *platform.Course]
	coursePages   once[partition, platform.CoursePage]
	studentPages  once[partition, platform.StudentPage]
	enrollmentsOf once[string, []platform.Enrollment]
	chapters      once[string, platform.Chapter]
}

// partition is parts of the partition of a course or a student.
type partition struct {
	id    string
	parts platform.Parts
}

type sessionKey struct{}

// of returns the session of an operation.
func of(ctx context.Context) *session { return ctx.Value(sessionKey{}).(*session) }

// sending is called before each request. It fails if the operation has ended, or has no requests left.
func (s *session) sending(ctx context.Context) error {
	if n := max(int(s.passed.Add(1)), 1+s.requests()); n > s.limits.Requests {
		s.abort(tooComplex("the operation needs more than %d requests: select less, or page through the lists", s.limits.Requests))
	}
	err := context.Cause(ctx)
	if err != nil {
		s.refused.Add(1)
	}
	return err
}

// requests returns how many requests were sent, those that the SDK sent again included. The meter sees also those that
// the client refused.
func (s *session) requests() int { return max(0, s.meter.Requests()-int(s.refused.Load())) }

// writing must be called before each field that writes, with the fault of its input. What was read before it may be read
// again.
func (s *session) writing(ctx context.Context, fault error) error {
	if fault != nil {
		return fault
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	s.writes.Add(1)
	s.loaded.Store(&loaded{})
	return nil
}

// stopped returns the error of an operation that ended early. Its mutations are not taken back, and the response has no
// data that would tell.
func (s *session) stopped(cause error) *Error {
	stopped := *explain(cause)
	if n := s.writes.Load(); n > 0 {
		stopped.Text += fmt.Sprintf(" (the first %d of the mutations may be written: read before you send them again)", n)
		stopped.Details = map[string]any{"mutationsBegun": n}
	}
	return &stopped
}

// resolving counts the fields of the response.
func (s *session) resolving() {
	if n := s.fields.Add(1); n > int64(s.limits.Fields) {
		s.abort(tooComplex("the response has more than %d fields: select less, or page through the lists", s.limits.Fields))
	}
}

// text counts the long text of the response.
func (s *session) text(text string) string {
	if n := s.bytes.Add(int64(len(text))); n > int64(s.limits.Bytes) {
		s.abort(tooComplex("the response has more than %d bytes of text: select less, or page through the lists", s.limits.Bytes))
	}
	return text
}

// need returns the need of the field of Query or Mutation that ctx resolves. What is nested too deeply ends the operation:
// each level multiplies the work of the one above.
func (s *session) need(ctx context.Context, root string) need {
	n, nesting := needOf(ctx, s.schema, root)
	if nesting > maxNesting {
		s.abort(tooComplex("the fields are nested %d levels deep: up to %d are allowed", nesting+1, maxNesting+1))
	}
	return n
}
