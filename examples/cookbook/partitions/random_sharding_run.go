package partitions

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// oneKeyVotes have one partition key a poll.
var (
	oneKeyVoteTable = ddb.NewTable("poll", "cast")
	oneKeyVotes     = ddb.MustDefine(oneKeyVoteTable, "vote", func(v *Vote, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("poll#"), ddb.Str(&v.Poll)), ddb.Key(ddb.Time(&v.At), ddb.Prefix("#"), ddb.Str(&v.ID)))
	})
)

func oneKeyVotesSince(poll string, since time.Time) ddb.Query[Vote] {
	return oneKeyVotes.Query(Vote{Poll: poll}).SortKey(ddb.Ge(&oneKeyVotes.Fields().At, since))
}

// RandomSharding shows votes of one poll on one key, and on ten.
var RandomSharding = recipe.Recipe{
	Name:    "random-sharding",
	Problem: "All writes of the hour have one key, which is too much for a partition, and they are read together",
	Pattern: "The partition key ends with a random one of a few values; a reader queries all of them and merges.",
	Not:     "Single items are read by their id: calculate the suffix from it.",
	Costs:   []string{"1,500 votes in a second, ten keys a poll", "its votes of that second"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		one, err := newLoad(ctx, oneKeyVoteTable)
		if err != nil {
			return err
		}
		began, err := cast(ctx, r, "1,500 votes in a second, one key a poll", one, oneKeyVotes)
		if err != nil {
			return err
		}
		if err := tally(ctx, r, "its votes of that second, from one key", one, oneKeyVotesSince("best-picture", began)); err != nil {
			return err
		}
		ten, err := newLoad(ctx, VoteTable)
		if err != nil {
			return err
		}
		began, err = cast(ctx, r, "1,500 votes in a second, ten keys a poll", ten, Votes)
		if err != nil {
			return err
		}
		return tally(ctx, r, "its votes of that second", ten, VotesSince("best-picture", began))
	},
}

// cast writes 1,500 votes a second in a second, and returns when it began.
func cast(ctx context.Context, r *recipe.Run, what string, l *load, votes *ddb.Entity[Vote]) (began time.Time, err error) {
	err = r.Step(ctx, what, func(ctx context.Context) (string, error) {
		throttled, err := l.run(1, 1500, func(i int) error {
			began = l.clock.Now()
			v := NewVote("best-picture", fmt.Sprintf("film-%d", i%5), began.Add(time.Duration(i)*time.Microsecond))
			v.ID = fmt.Sprintf("vote-%d", i) // not random here, so that each run prints the same
			return l.db.Do(ctx, votes.Put(v))
		})
		return fmt.Sprintf("%d of 1500 throttled", throttled), err
	})
	return began, err
}

// tally reads votes, and checks that they come in their order.
func tally(ctx context.Context, r *recipe.Run, what string, l *load, q ddb.Query[Vote]) error {
	return r.Step(ctx, what, func(ctx context.Context) (string, error) {
		var last time.Time
		n := 0
		for v, err := range ddb.NewRepository(l.db, q.Entity()).Query(ctx, q) {
			if err != nil {
				return "", err
			}
			if v.At.Before(last) {
				return "", fmt.Errorf("vote %s comes after a later one", v.ID)
			}
			last = v.At
			n++
		}
		return fmt.Sprintf("%d, in their order", n), nil
	})
}
