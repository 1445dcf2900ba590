package things

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/singletable-go/ddb"
)

// The life of a thing to do:
//
//	        Edit, Tag
//	CreateThing │    Submit           Approve              Withdraw
//	     ──▶ DRAFT ──────────▶ PENDING ────────▶ PUBLISHED ─────────▶ DELETED
//	           │ Remove           │ Reject           │ NewVersion
//	           ▼                  ▼                  ▼
//	        DELETED           REJECTED           another DRAFT, which Approve puts over the original
//
// A transition is one conditional update: the same request checks the state and the organiser, changes the state, and
// with it the item's key in gsi-1. A moderator, who does not know the organiser, reads the thing first.

// StateError says that a thing is not in the state that a change needs. Nothing was changed.
type StateError struct {
	ID         string
	Want, Have Status
}

func (e *StateError) Error() string { return fmt.Sprintf("%s is %s, not %s", e.ID, e.Have, e.Want) }

var (
	// ErrNotYours says that the thing belongs to another organiser.
	ErrNotYours = errors.New("belongs to another organiser")
	// ErrOtherRole says that an id is that of a user, and not of an organiser, or the reverse.
	ErrOtherRole = errors.New("the id has the profile of another role")
	// ErrOutdated says that the published thing has changed since its new version was begun.
	ErrOutdated = errors.New("the published thing has changed since this version was begun")
)

// refusal returns why a write failed that needs a thing of an organiser in a state.
func refusal(err error, id string, want Status, orgID string) error {
	have, ok := Things.Current(err)
	switch {
	case ok && have.OrgID != orgID:
		return ErrNotYours
	case ok && have.Status != want:
		return &StateError{have.ID, want, have.Status}
	}
	return found("thing", id, err)
}

// transition moves a thing of an organiser from one state to another.
func (s *Store) transition(ctx context.Context, id, orgID string, from, to Status, e EventType) (Thing, error) {
	f := Things.Fields()
	t, err := s.things.Update(ctx, Thing{ID: id}, append(stamp(ctx, &f.Outbox, e),
		ddb.If(ddb.Eq(&f.Status, from), ddb.Eq(&f.OrgID, orgID)),
		ddb.Set(&f.Status, to))...)
	return t, refusal(err, id, from, orgID)
}

// CreateThing creates a draft of an organiser.
func (s *Store) CreateThing(ctx context.Context, id, orgID string, d Details) (Thing, error) {
	if err := cmp.Or(required("id", id, maxID), required("organiser", orgID, maxID), d.check()); err != nil {
		return Thing{}, err
	}
	return s.things.Create(ctx, Thing{ID: id, OrgID: orgID, Status: Draft, Details: d, Outbox: outbox(ctx, ThingCreated)})
}

// Edit changes a draft. It applies concurrent edits one after the other: change may be called again, with the result of
// the other edit.
func (s *Store) Edit(ctx context.Context, id, orgID string, change func(*Details)) (Thing, error) {
	t, err := s.things.Modify(ctx, Thing{ID: id}, func(t *Thing) error {
		switch {
		case t.OrgID != orgID:
			return ErrNotYours
		case t.Status != Draft:
			return &StateError{id, Draft, t.Status}
		}
		change(&t.Details)
		t.Outbox = outbox(ctx, ThingUpdated)
		return t.check()
	})
	return t, found("thing", id, err)
}

// Tag adds tags to a draft, with one request and without a read.
func (s *Store) Tag(ctx context.Context, id, orgID string, tags ...string) (Thing, error) {
	if err := checkTags(tags); err != nil {
		return Thing{}, err
	}
	f := Things.Fields()
	t, err := s.things.Update(ctx, Thing{ID: id}, append(stamp(ctx, &f.Outbox, ThingUpdated),
		ddb.If(ddb.Eq(&f.Status, Draft), ddb.Eq(&f.OrgID, orgID), roomFor(len(tags))),
		ddb.AddTo(&f.Tags, tags...))...)
	if have, ok := Things.Current(err); ok && have.OrgID == orgID && have.Status == Draft {
		return Thing{}, invalid("tags", "has %d tags, at most %d are allowed", len(have.Tags)+len(tags), maxTags)
	}
	return t, refusal(err, id, Draft, orgID)
}

// roomFor requires that n more tags are within the limit.
func roomFor(n int) ddb.Cond {
	tags := expression.Name("tags")
	return ddb.Expr(expression.Or(expression.AttributeNotExists(tags), tags.Size().LessThanEqual(expression.Value(maxTags-n))))
}

// Submit requests the publication of a draft.
func (s *Store) Submit(ctx context.Context, id, orgID string) (Thing, error) {
	return s.transition(ctx, id, orgID, Draft, Pending, ThingSubmitted)
}

// Remove deletes a draft.
func (s *Store) Remove(ctx context.Context, id, orgID string) (Thing, error) {
	return s.transition(ctx, id, orgID, Draft, Deleted, ThingDeleted)
}

// Withdraw withdraws a published thing.
func (s *Store) Withdraw(ctx context.Context, id, orgID string) (Thing, error) {
	return s.transition(ctx, id, orgID, Published, Deleted, ThingWithdrawn)
}

// NewVersion copies a published thing into a draft with its own id. Approve replaces the original by the draft, if the
// original has not changed since.
func (s *Store) NewVersion(ctx context.Context, id, orgID, draftID string) (Thing, error) {
	if err := required("id", draftID, maxID); err != nil {
		return Thing{}, err
	}
	t, err := s.things.Consistent().Get(ctx, Thing{ID: id})
	switch {
	case err != nil:
		return Thing{}, found("thing", id, err)
	case t.OrgID != orgID:
		return Thing{}, ErrNotYours
	case t.Status != Published:
		return Thing{}, &StateError{id, Published, t.Status}
	}
	return s.things.Create(ctx, Thing{
		ID: draftID, OrgID: orgID, Status: Draft, Details: t.Details,
		NewOf: id, NewFrom: t.Version, Outbox: outbox(ctx, NewVersionCreated),
	})
}

// Approve publishes a pending thing, or replaces an original by its new version.
func (s *Store) Approve(ctx context.Context, id string) error {
	t, err := s.things.Consistent().Get(ctx, Thing{ID: id})
	switch {
	case err != nil:
		return found("thing", id, err)
	case t.NewOf != "":
		return s.promote(ctx, t)
	}
	_, err = s.transition(ctx, id, t.OrgID, Pending, Published, ThingApproved)
	return err
}

// Reject rejects a pending thing.
func (s *Store) Reject(ctx context.Context, id string) (Thing, error) {
	t, err := s.things.Consistent().Get(ctx, Thing{ID: id})
	if err != nil {
		return Thing{}, found("thing", id, err)
	}
	return s.transition(ctx, id, t.OrgID, Pending, Rejected, ThingRejected)
}

// promote replaces an original by its new version and deletes the draft, in one transaction.
func (s *Store) promote(ctx context.Context, t Thing) error {
	f := Things.Fields()
	promoted := t
	promoted.ID, promoted.NewOf, promoted.NewFrom = t.NewOf, "", 0
	promoted.Version = t.NewFrom // a copy has the version of its draft; the original has the version that was copied
	promoted.Status, promoted.Outbox = Published, outbox(ctx, ThingApproved)
	err := s.db.Transact(ctx,
		Things.Update(Thing{ID: t.ID, Version: t.Version}, append(stamp(ctx, &f.Outbox, ThingDeleted),
			ddb.If(ddb.Eq(&f.Status, Pending), ddb.Eq(&f.OrgID, t.OrgID)),
			ddb.Set(&f.Status, Deleted))...),
		Things.Replace(promoted, ddb.If(ddb.Eq(&f.Status, Published), ddb.Eq(&f.OrgID, t.OrgID))))
	tx, ok := errors.AsType[*ddb.TransactError](err)
	if !ok {
		return err
	}
	if draft := tx.At(0); draft != nil {
		return refusal(draft, t.ID, Pending, t.OrgID)
	}
	err = refusal(tx.At(1), t.NewOf, Published, t.OrgID)
	if original, ok := Things.Current(err); ok && original.Version != t.NewFrom {
		return ErrOutdated
	}
	return err
}
