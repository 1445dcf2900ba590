package ddbperiod

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/apierror"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/provision"
)

// RollOptions configures a Roll. nil means all defaults.
type RollOptions struct {
	// Archive is called before a table is dropped, to copy what should be kept. After an error of it this Roll does not drop the
	// table, and returns the error. It is called again if the table could not be dropped afterwards, and by each program that
	// rolls at the same time: one of them may drop the table while another still reads it. So only a copy that is complete
	// should replace one of an earlier call. Roll returns no error of a copy that ended as the table was dropped. By default,
	// nil, nothing is archived.
	Archive func(ctx context.Context, db *ddb.DB) error

	// Missing also creates the tables of past periods that are missing, from Since or retention on: where no program
	// called Roll in a period, or for items that come late. Without Keep that is each one since Since.
	Missing bool
}

// Rolled is what one call of Roll did: names of tables, in the order of their periods.
type Rolled struct {
	Created []string // without those for which a request had to be sent again
	Lowered []string
	Dropped []string
}

// Roll creates the tables of the current period and the next one, lowers the capacity of past ones, and drops those past
// retention. Call it at the start of a program and at least once in each period, for example every hour.
//
// It can run at any time and in several programs at once: what is done already is left out. If it fails or ctx ends, the
// next call goes on. If a table cannot be created, or differs from the model, nothing is lowered or dropped: the error matches
// [ddb.ErrModel] for one that differs. An error of one past table does not stop the others. Throttled requests are sent
// again, up to [ddb.Options].MaxAttempts. Rolled says what was done, also with an error.
//
// A table is lowered or dropped only if it is due by the clock and by the service's time, as far as its responses have that: a clock
// that is ahead only creates tables too early. One that will be past retention within [Series].Ahead is not
// created; if that is the current one, the clock is far behind, and the error matches [ddb.ErrModel]. A table is dropped once as many whole periods as are kept have passed after its own, and if it
// passes the checks of [ddb.DB.DropTable]. A table whose name is not exactly one of the series is never touched, and neither is one before Since.
//
// It costs no capacity, except for the sample of a table that is dropped. It is a CreateTable for each table that should be there,
// with a DescribeTable and a DescribeTimeToLive if it is. If the series has Keep, Past or a Missing, there is a ListTables for each
// hundred tables of the account. With Past, each past table that is kept costs a DescribeTable, and one that is lowered an
// UpdateTable, and another one for the table class. The client must have these calls, as *dynamodb.Client has.
//
// AWS: "Best practices for handling time series data in DynamoDB".
func (db *DB) Roll(ctx context.Context, opts *RollOptions) (Rolled, error) {
	now := db.opts.Now().UTC()
	r := &roll{db: db, now: now, latest: now}
	if opts != nil {
		r.opts = *opts
	}
	err := r.run(ctx)
	if err != nil {
		err = fmt.Errorf("ddbperiod: roll %q: %w", db.name, err)
	}
	return r.done, err
}

// roll is the state of one Roll.
type roll struct {
	db     *DB
	opts   RollOptions
	now    time.Time
	latest time.Time // the later of the clock and the service's time
	done   Rolled
}

func (r *roll) run(ctx context.Context) error {
	s := r.db.series
	var live []time.Time
	trusted := r.now
	if s.Keep > 0 || s.Past != nil || r.opts.Missing {
		var err error
		if live, trusted, err = r.live(ctx); err != nil {
			return err
		}
	}
	if err := r.create(ctx, live, trusted); err != nil {
		return err
	}
	var faults []error
	for _, start := range live {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(faults, err)...)
		}
		var err error
		switch {
		case s.expired(start, trusted):
			err = r.drop(ctx, start)
		case s.lowers(start, trusted):
			err = r.lower(ctx, start)
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// live returns the periods whose tables are there, from the oldest on, and the earlier of the clock and the service's time.
func (r *roll) live(ctx context.Context) (starts []time.Time, trusted time.Time, err error) {
	s := r.db.series
	var names []string
	var at time.Time
	err = r.retry(ctx, func() (err error) {
		names, at, err = provision.List(ctx, face.DB(r.db.table(s.Every.Start(r.now))))
		return err
	})
	if err != nil {
		return nil, trusted, err
	}
	for _, name := range names {
		if start, ok := s.Every.tableNamed(r.db.name, name); ok && !start.Before(s.Every.Start(s.Since)) {
			starts = append(starts, start)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	if trusted = r.now; !at.IsZero() && at.Before(trusted) {
		trusted = at
	}
	if at.After(r.latest) {
		r.latest = at
	}
	return starts, trusted, nil
}

// create creates the tables that should be there; those that were missing have the capacity that they are lowered to.
func (r *roll) create(ctx context.Context, live []time.Time, trusted time.Time) error {
	s := r.db.series
	due := s.toCreate(r.now)
	if r.opts.Missing {
		for start := s.held(r.now).first; start.Before(due.first); start = s.Every.Add(start, 1) {
			if slices.ContainsFunc(live, start.Equal) {
				continue
			}
			capacity := s.Current
			if s.lowers(start, trusted) {
				capacity = *s.Past
			}
			if err := r.createTable(ctx, start, capacity); err != nil {
				return err
			}
		}
	}
	for start := due.first; due.contains(start); start = s.Every.Add(start, 1) {
		if err := r.createTable(ctx, start, s.Current); err != nil {
			return err
		}
	}
	return nil
}

// createTable creates a table, unless a program whose clock is ahead may have dropped it: it would be archived again, without items.
func (r *roll) createTable(ctx context.Context, start time.Time, capacity Capacity) error {
	if s := r.db.series; s.expired(start, r.latest.Add(s.ahead())) {
		if !start.Equal(s.Every.Start(r.now)) {
			return nil
		}
		return fmt.Errorf("%w: the clock says %s, and the service %s, by which the table of now is past retention: correct the clock, or give a test's engine the same one",
			ddb.ErrModel, r.now.Format(time.RFC3339), r.latest.Format(time.RFC3339))
	}
	table := r.db.table(start)
	made := false
	err := r.retry(ctx, func() error {
		err := provision.Create(ctx, face.DB(table), capacity.below().Into)
		made = err == nil
		if errors.Is(err, ddb.ErrExists) && !errors.Is(err, ddb.ErrModel) {
			return nil
		}
		return err
	})
	if made {
		r.done.Created = append(r.done.Created, table.Name())
	}
	return err
}

func (r *roll) lower(ctx context.Context, start time.Time) error {
	table := r.db.table(start)
	lowered := false
	err := r.retry(ctx, func() error {
		done, err := provision.Lower(ctx, face.DB(table), r.db.series.Past.below())
		lowered = lowered || done
		return err
	})
	if lowered {
		r.done.Lowered = append(r.done.Lowered, table.Name())
	}
	if errors.Is(err, ddb.ErrNotFound) { // another program dropped it
		return nil
	}
	return err
}

// retry calls f again while the service is throttled or the table is being changed.
func (r *roll) retry(ctx context.Context, f func() error) error {
	attempts := r.db.opts.MaxAttempts
	if attempts <= 0 {
		attempts = 10
	}
	for n := 1; ; n++ {
		err := f()
		if err == nil || n == attempts || isCaller(err) || !passes(err) {
			return err
		}
		if err := call.Pause(ctx, n); err != nil {
			return err
		}
	}
}

// passes reports whether an error of a request on a table may be gone soon.
func passes(err error) bool {
	_, busy := errors.AsType[*types.ResourceInUseException](err)
	_, many := errors.AsType[*types.LimitExceededException](err)
	return (busy || many || apierror.Of(err) == apierror.Throttling) && !errors.Is(err, ddb.ErrModel)
}
