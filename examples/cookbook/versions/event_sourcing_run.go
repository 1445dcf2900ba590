package versions

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

var errTooLittle = errors.New("too little money")

// spend is a command.
func spend(cents int) func(GiftCard) (CardEvent, error) {
	return func(c GiftCard) (CardEvent, error) {
		if c.Cents < cents {
			return CardEvent{}, errTooLittle
		}
		return CardEvent{Kind: "spent", Cents: -cents}, nil
	}
}

// EventSourcing spends the money of a gift card.
var EventSourcing = recipe.Recipe{
	Name:    "event-sourcing",
	Problem: "What happened to a gift card is the truth, and its balance must follow from that, also when commands meet or come twice",
	Pattern: "Events with numbers, each created only if its number is free; every 20th holds a snapshot; a token for each command.",
	Not:     "Only the current state is asked for: then an item with a version is one read and one write.",
	Costs:   []string{"load it, after 199 events", "spend 5 dollars"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, CardTable, nil)
		if err != nil {
			return err
		}
		forgets := r.Now().AddDate(50, 0, 0) // a day or two in a service; the engine that deletes expired items has a clock of its own
		execute := func(ctx context.Context, token string, decide func(GiftCard) (CardEvent, error)) (string, error) {
			c, err := ExecuteCommand(ctx, db, "g1", token, forgets, decide)
			if errors.Is(err, errTooLittle) {
				return err.Error(), nil
			}
			return fmt.Sprintf("%d events, %d cents", c.Events, c.Cents), err
		}
		load := func(GiftCard) (CardEvent, error) { return CardEvent{Kind: "loaded", Cents: 10000}, nil }
		if _, err := execute(ctx, "t1", load); err != nil {
			return err
		}
		for i := 2; i <= 199; i++ {
			if _, err := execute(ctx, fmt.Sprint("t", i), spend(47)); err != nil {
				return err
			}
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"load it, after 199 events", func(ctx context.Context) (string, error) {
				c, err := LoadCard(ctx, db, "g1")
				return fmt.Sprintf("%d events, %d cents", c.Events, c.Cents), err
			}},
			{"replay all events", func(ctx context.Context) (string, error) {
				c := GiftCard{}
				for e, err := range ddb.NewRepository(db, CardEvents).Consistent().Query(ctx, CardEvents.Query(CardEvent{Card: "g1"})) {
					if err != nil {
						return "", err
					}
					c = c.Apply(e)
				}
				return fmt.Sprintf("%d events, %d cents", c.Events, c.Cents), nil
			}},
			{"spend 5 dollars", func(ctx context.Context) (string, error) { return execute(ctx, "t200", spend(500)) }},
			{"load it", func(ctx context.Context) (string, error) {
				c, err := LoadCard(ctx, db, "g1")
				return fmt.Sprintf("%d events, %d cents", c.Events, c.Cents), err
			}},
			{"the command again", func(ctx context.Context) (string, error) { return execute(ctx, "t200", spend(500)) }},
			{"spend 5 dollars more", func(ctx context.Context) (string, error) { return execute(ctx, "t201", spend(500)) }},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}
