package ddbjob

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
)

// maxFaults is how many errors of items are kept. The others are counted.
const maxFaults = 100

// defaultWorkers is the number of workers of the jobs that write what they read elsewhere.
const defaultWorkers = 4

// faults are errors of single items, which do not end a job.
type faults struct {
	errs []error
	more int
}

func (f *faults) add(err error) {
	if len(f.errs) == maxFaults {
		f.more++
		return
	}
	f.errs = append(f.errs, err)
}

// with joins the errors with the one that ended the job, if there is one.
func (f *faults) with(err error) error {
	all := f.errs
	if f.more > 0 {
		all = append(all, fmt.Errorf("and %d more", f.more))
	}
	if err != nil {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// patiently calls f again while DynamoDB lacks throughput: the SDK gives up after a few attempts.
func patiently(ctx context.Context, attempts int, f func() error) (err error) {
	for attempt := range attempts {
		if ended := call.PauseFrom(ctx, attempt); ended != nil {
			return errors.Join(ended, err)
		}
		if err = f(); !errors.Is(err, fault.ErrThrottled) || errors.Is(err, fault.ErrOutcomeUnknown) {
			return err
		}
	}
	return err
}

// reflectOf returns the value that p points at.
func reflectOf(p any) reflect.Value { return reflect.ValueOf(p).Elem() }
