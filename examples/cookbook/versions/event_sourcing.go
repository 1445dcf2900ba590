package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
)

// GiftCard is what the events of a gift card add up to.
type GiftCard struct {
	Cents  int `dynamodbav:"cents"`
	Events int `dynamodbav:"events"` // how many there were
}

// CardEvent is something that happened to a gift card. It is never changed. Each snapshotEvery-th has the card as it was then.
type CardEvent struct {
	Card  string    `dynamodbav:"-"`
	N     int       `dynamodbav:"-"` // 1, 2, 3 …
	Kind  string    `dynamodbav:"kind"`
	Cents int       `dynamodbav:"cents"` // above zero if loaded, below if spent
	After *GiftCard `dynamodbav:"after,omitempty"`
}

// CardCommand says that a command has been done, and by which event, so that one that is sent again is not done again.
type CardCommand struct {
	Card    string    `dynamodbav:"-"`
	Token   string    `dynamodbav:"-"` // chosen by the client, the same each time that it sends the command
	N       int       `dynamodbav:"n"`
	Forgets time.Time `dynamodbav:"forgets,unixtime"` // later than any client tries again
}

// The table of gift cards, and its entities. A partition is the stream of one card, in the order of its numbers.
var (
	CardTable = ddb.NewTable("card", "event").TTL("forgets")

	CardEvents = ddb.MustDefine(CardTable, "card-event", func(e *CardEvent, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("card#"), ddb.Str(&e.Card)), ddb.Key(ddb.Prefix("event#"), ddb.Num(&e.N, 10)))
	})
	CardCommands = ddb.MustDefine(CardTable, "card-command", func(c *CardCommand, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("card#"), ddb.Str(&c.Card)), ddb.Key(ddb.Prefix("command#"), ddb.Str(&c.Token)))
		d.TTL(&c.Forgets)
	})
)

const snapshotEvery = 20

// Apply is the card after a further event. Snapshots keep what it was when they were made: if its rules change, store a number
// of the rules beside After, and read on past snapshots of older rules.
func (c GiftCard) Apply(e CardEvent) GiftCard {
	return GiftCard{Cents: c.Cents + e.Cents, Events: e.N}
}

// Following is an event as the next one of the card, with a snapshot if it is time for one, and the card after it. A command
// that makes several events, also of two cards, appends each of them in its transaction.
func (c GiftCard) Following(e CardEvent) (CardEvent, GiftCard) {
	e.N = c.Events + 1
	next := c.Apply(e)
	if e.N%snapshotEvery == 0 {
		e.After = &next
	}
	return e, next
}

// CardTail are the newest events of a card, down to one with a snapshot or to the first.
func CardTail(card string) ddb.Query[CardEvent] {
	return CardEvents.Query(CardEvent{Card: card}).Desc().Limit(snapshotEvery)
}

// LoadCard rebuilds a card from its last snapshot and the events after it, in one Query. Without events it is the zero card.
func LoadCard(ctx context.Context, db *ddb.DB, card string) (GiftCard, error) {
	tail, err := ddb.Collect(ddb.NewRepository(db, CardEvents).Consistent().Query(ctx, CardTail(card)))
	if err != nil {
		return GiftCard{}, err
	}
	var c GiftCard
	later := slices.IndexFunc(tail, func(e CardEvent) bool { return e.After != nil })
	if later < 0 {
		later = len(tail)
	} else {
		c = *tail[later].After
	}
	for _, e := range slices.Backward(tail[:later]) {
		c = c.Apply(e)
	}
	return c, nil
}

// ExecuteCommand appends the event that decide makes of the current card: Kind and Cents. The number of an event is the
// expected version: an event of that number that is there already was decided first, and decide runs again on the card after
// it. A token that was used before makes no event. An error of decide is returned as it is. After any other error it is not
// known whether the command was done: send it again, with its token.
func ExecuteCommand(
	ctx context.Context, db *ddb.DB, card, token string, forgets time.Time, decide func(GiftCard) (CardEvent, error),
) (GiftCard, error) {
	commands := ddb.NewRepository(db, CardCommands).Consistent()
	for range 20 {
		now, err := LoadCard(ctx, db, card)
		if err != nil {
			return GiftCard{}, err
		}
		// After the load: what has spent the money of this card may be this very command.
		if _, err := commands.Get(ctx, CardCommand{Card: card, Token: token}); !errors.Is(err, ddb.ErrNotFound) {
			return now, err
		}
		event, err := decide(now)
		if err != nil {
			return GiftCard{}, err
		}
		event.Card = card
		event, next := now.Following(event)
		err = db.Transact(ctx, CardEvents.Create(event),
			CardCommands.Create(CardCommand{Card: card, Token: token, N: event.N, Forgets: forgets}))
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, ddb.ErrExists) {
			return GiftCard{}, err
		}
	}
	return GiftCard{}, fmt.Errorf("gift card %s: 20 times another command came first", card)
}
