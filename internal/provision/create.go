package provision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/write"
)

// Create creates the table, waits until it is active and switches TTL on if the model has it. For a table that exists
// the error matches [fault.ErrExists]: it is compared with the model, and TTL is switched on if that is all that is
// missing. A table that is being deleted is waited for, and created again. change, unless it is nil, changes the request.
func Create(ctx context.Context, db *write.DB, change func(*dynamodb.CreateTableInput)) error {
	c, err := db.Tables("create table")
	if err != nil {
		return err
	}
	if len(db.Table.Entities) == 0 {
		return fault.Model("ddb: create table %q: the model has no entities, so that the types of its keys are not known", db.Name)
	}
	fail := func(err error) error { return fmt.Errorf("ddb: create table %q: %w", db.Name, err) }
	live, exists, err := createOrWait(ctx, db, c, change)
	switch {
	case err != nil:
		return fail(err)
	case exists != nil:
		found, err := completeTable(ctx, db, c, live)
		if err != nil {
			return fail(err)
		}
		return fail(fmt.Errorf("%w: %w; %w", fault.ErrExists, exists, found))
	case db.Table.TTL != "":
		if err := enableTTL(ctx, db, c); err != nil {
			return fail(err)
		}
	}
	return nil
}

// createOrWait returns the table once it is neither being created nor deleted. If it was there already, exists is what the
// service said of it.
func createOrWait(ctx context.Context, db *write.DB, c call.TableClient, change func(*dynamodb.CreateTableInput)) (live *types.TableDescription, exists, err error) {
	create := true
	err = poll(ctx, "until it is active", func() (done bool, err error) {
		if create {
			in := db.Table.CreateTableInput(db.Name)
			if change != nil {
				change(in)
			}
			_, err := c.CreateTable(ctx, in)
			if _, ok := errors.AsType[*types.ResourceInUseException](err); err != nil && !ok {
				return false, err
			}
			create, exists = false, err
		}
		live, err = db.Describe(ctx, c)
		switch {
		case errors.Is(err, fault.ErrNotFound):
			create = exists != nil // it was there, and is gone; one that was just made is not seen yet
			return false, nil
		case err != nil:
			return false, err
		}
		return live.TableStatus != types.TableStatusCreating && live.TableStatus != types.TableStatusDeleting, nil
	})
	return live, exists, err
}

// completeTable compares a table that exists with the model, and switches TTL on if that is all that it lacks. It returns
// what it found, an error that matches ErrModel unless the table fits now.
func completeTable(ctx context.Context, db *write.DB, c call.TableClient, live *types.TableDescription) (found, err error) {
	faults, ttl, err := differences(ctx, db, c, live)
	if err != nil {
		return nil, err
	}
	if len(faults) == 1 && serves(live) && ttl == "" && db.Table.TTL != "" {
		if err := enableTTL(ctx, db, c); err != nil {
			return nil, err
		}
		return errors.New("it fits the model, and its TTL, which was off, is on now"), nil
	}
	if len(faults) > 0 {
		return fmt.Errorf("it does not fit the model: %w", &fault.ModelError{Err: errors.Join(faults...)}), nil
	}
	return errors.New("it fits the model"), nil
}

// enableTTL switches TTL on. DynamoDB refuses that where it is on: after a response that was lost, and for the second
// of two programs that create the table.
func enableTTL(ctx context.Context, db *write.DB, c call.TableClient) error {
	_, err := c.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &db.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &db.Table.TTL, Enabled: new(true)},
	})
	if err == nil {
		return nil
	}
	if attr, again := liveTTL(ctx, db, c); again == nil && attr == db.Table.TTL {
		return nil
	}
	return fmt.Errorf("switching TTL on: %w", err)
}

// pollTime is how long a table is waited for.
const pollTime = 10 * time.Minute

// poll calls done until it reports true: at first every 50 ms, later every second.
func poll(ctx context.Context, what string, done func() (bool, error)) error {
	end := time.Now().Add(pollTime)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if ok, err := done(); ok || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("waiting %s: not so after %v", what, pollTime)
		}
		if err := call.Sleep(ctx, wait); err != nil {
			return fmt.Errorf("waiting %s: %w", what, err)
		}
	}
}
