package ddbperiod

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/model"
)

var (
	// ErrPeriod says that the time of an item is in a period that has no table: before Since, past retention, or too far ahead.
	ErrPeriod = errors.New("the period has no table")
	// ErrNoTable says that the table of a period should be there, and is not: [DB.Roll] creates it.
	ErrNoTable = errors.New("the table is missing")
)

// DB is the tables of a series behind a client. Safe for concurrent use; nothing needs closing.
type DB struct {
	client     ddb.Client
	name       string
	series     *Series
	opts       ddb.Options
	consistent bool
	made       *sync.Map // of *ddb.DB, by the start of the period
}

// New returns a DB for the series called name, whose tables are named name-2026-11 and so on. opts are those of each
// table's [ddb.DB]; its Now is the clock that says which period is the current one. It makes no request: see [DB.Roll]. It
// panics on a fault of the series or of its table, on an empty name, and where [ddb.New] does.
func New(client ddb.Client, name string, series *Series, opts *ddb.Options) *DB {
	if err := series.Check(); err != nil {
		panic("ddbperiod: New: " + err.Error())
	}
	if name == "" {
		panic("ddbperiod: New: an empty name")
	}
	db := &DB{client: client, name: name, series: series, made: new(sync.Map)}
	if opts != nil {
		db.opts = *opts
	}
	if db.opts.Now == nil {
		db.opts.Now = time.Now
	}
	db.table(series.Every.Start(series.Since)) // what ddb.New panics on
	return db
}

// Name returns the name of the series.
func (db *DB) Name() string { return db.name }

// Series returns the declaration.
func (db *DB) Series() *Series { return db.series }

// Consistent returns a view of db whose reads are strongly consistent: see [ddb.DB.Consistent].
func (db *DB) Consistent() *DB {
	view := *db
	view.consistent = true
	return &view
}

// At returns the DB of the table of t's period, for what this package lacks: views, streams, jobs and reads of one period.
// It makes no request. The error matches [ErrPeriod] if there can be no table.
func (db *DB) At(t time.Time) (*ddb.DB, error) {
	start, err := db.period(t)
	if err != nil {
		return nil, err
	}
	return db.table(start), nil
}

// period is the start of the period of t, which must be held.
func (db *DB) period(t time.Time) (time.Time, error) {
	s := db.series
	now := db.opts.Now()
	start, held := s.Every.Start(t), s.held(now)
	why := ""
	switch {
	case start.Before(s.Every.Start(s.Since)):
		why = "it is before Since of the series"
	case start.Before(held.first):
		why = fmt.Sprintf("it is past retention: %d periods before the current one are kept", s.Keep)
	case start.After(held.last):
		why = fmt.Sprintf("its period begins more than %v after the clock, which says %s", s.ahead(), now.UTC().Format(time.RFC3339))
	default:
		return start, nil
	}
	return start, fmt.Errorf("ddbperiod: series %q: %w for %s: %s", db.name, ErrPeriod, t.UTC().Format(time.RFC3339Nano), why)
}

// table is the DB of the period that begins at start.
func (db *DB) table(start time.Time) *ddb.DB {
	made, ok := db.made.Load(start.Unix())
	if !ok {
		opts := db.opts
		made, _ = db.made.LoadOrStore(start.Unix(), ddb.New(db.client, db.series.Every.tableName(db.name, start), db.series.table(), &opts))
	}
	if db.consistent {
		return made.(*ddb.DB).Consistent()
	}
	return made.(*ddb.DB)
}

// timeOf is the time of an item or key of e.
func (db *DB) timeOf(op string, e *model.Entity, item reflect.Value) (time.Time, error) {
	f, err := db.series.of(e)
	if err != nil {
		return time.Time{}, err
	}
	t := f.Get(item).Interface().(time.Time)
	if t.IsZero() {
		return t, fmt.Errorf("ddbperiod: %s %s: %w: %s is zero: it says in which table the item is", op, e.Name, ddb.ErrKey, f.Name)
	}
	return t, nil
}

// of is the DB of the table of an item or key.
func (db *DB) of(op string, e *model.Entity, item reflect.Value) (*ddb.DB, error) {
	t, err := db.timeOf(op, e, item)
	if err != nil {
		return nil, err
	}
	return db.at(op, e, t)
}

func (db *DB) at(op string, e *model.Entity, t time.Time) (*ddb.DB, error) {
	one, err := db.At(t)
	if err != nil {
		return nil, fmt.Errorf("ddbperiod: %s %s: %w", op, e.Name, unprefixed(err))
	}
	return one, nil
}

// in adds the name of the table to an error of it, and says what to do if it is missing. An error of the caller stays as it is.
func in(one *ddb.DB, err error) error {
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[*callerError](err); ok {
		return own.error
	}
	if missing(err) {
		return fmt.Errorf("ddbperiod: %w: %s: call Roll, with Missing for a past one: %w", ErrNoTable, one.Name(), err)
	}
	return fmt.Errorf("ddbperiod: table %s: %w", one.Name(), err)
}

// missing reports whether err says that a table is not there.
func missing(err error) bool {
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok && !isCaller(err)
}

// callerError is an error of a function of the program, whatever it wraps.
type callerError struct{ error }

func (e *callerError) Unwrap() error { return e.error }

func isCaller(err error) bool {
	_, ok := errors.AsType[*callerError](err)
	return ok
}

// inner is an error without the prefix that names this package.
type inner struct{ error }

func (e inner) Unwrap() error { return e.error }

func (e inner) Error() string { return e.error.Error()[len("ddbperiod: "):] }

func unprefixed(err error) error { return inner{err} }
