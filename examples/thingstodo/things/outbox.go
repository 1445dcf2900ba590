package things

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Outbox is part of every item: the event of its last write. A follower of the table's stream publishes it. So no event
// is lost, and none is published for a write that did not happen.
type Outbox struct {
	Event   Event             `dynamodbav:"__event__"`
	Context map[string]string `dynamodbav:"__context__,omitempty"`
}

// Event is the event of a write.
type Event struct {
	Type EventType `dynamodbav:"type"`
}

// EventType is the kind of an event; subscribers filter by it.
type EventType string

// The events.
const (
	UserSaved         EventType = "USR_SAVED"
	ChildAdded        EventType = "CHL_ADDED"
	ChildUpdated      EventType = "CHL_UPDATED"
	ThingCreated      EventType = "TTD_CREATED"
	ThingUpdated      EventType = "TTD_UPDATED"
	ThingSubmitted    EventType = "TTD_PUBLISHED"
	ThingApproved     EventType = "TTD_APPROVED"
	ThingRejected     EventType = "TTD_REJECTED"
	ThingDeleted      EventType = "TTD_DELETED"
	ThingWithdrawn    EventType = "TTD_WITHDRAWN"
	NewVersionCreated EventType = "TTD_NEW_VERSION_CREATED"
	FavouriteAdded    EventType = "FAV_ADDED"
	FavouriteRemoved  EventType = "FAV_REMOVED"
	BookingCreated    EventType = "BKG_CREATED"
	BookingCancelled  EventType = "BKG_CANCELLED"

	// Of items that were deleted as a whole. The store deletes only favourites; an operator may delete any.
	UserRemoved    EventType = "USR_REMOVED"
	ChildRemoved   EventType = "CHL_REMOVED"
	ThingRemoved   EventType = "TTD_REMOVED"
	BookingRemoved EventType = "BKG_REMOVED"
)

// EventOf returns the event of a change. A deleted item has no outbox any more: its event is that of the deletion. It
// is "" for an item that was written without an outbox.
func EventOf(c ddb.Change[any]) EventType {
	if o, ok := c.New.(interface{ event() EventType }); ok {
		return o.event()
	}
	switch c.Old.(type) {
	case User:
		return UserRemoved
	case Child:
		return ChildRemoved
	case Thing:
		return ThingRemoved
	case Favourite:
		return FavouriteRemoved
	case Booking:
		return BookingRemoved
	}
	return ""
}

func (o Outbox) event() EventType { return o.Event.Type }

type correlationKey struct{}

// WithCorrelation returns a context whose writes carry the id of a request.
func WithCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// outbox is the outbox for the write of a whole item.
func outbox(ctx context.Context, e EventType) Outbox {
	o := Outbox{Event: Event{Type: e}}
	if id, ok := ctx.Value(correlationKey{}).(string); ok {
		o.Context = map[string]string{"correlation-id": id}
	}
	return o
}

// stamp is the same for an update; f is the outbox of the entity's fields.
func stamp(ctx context.Context, f *Outbox, e EventType) []ddb.Edit {
	o := outbox(ctx, e)
	return []ddb.Edit{ddb.Set(&f.Event, o.Event), ddb.Set(&f.Context, o.Context)}
}
