package ddbjob

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// CopyOptions configures a [Copy]. nil copies every item into an empty table.
type CopyOptions struct {
	// JobOptions have the workers, the rate, checkpoints and progress. Rate limits the units of both tables together. Workers
	// is 4 by default: several parts of the table are read at once, so that writes go to several parts of the other. The
	// first checkpoint comes before the first write, and "" after the verification.
	ddb.JobOptions

	// Select says which items are copied; by default all but leases.
	Select

	// Transform gets each item that is selected, companions too, and returns what is written in its place; nil leaves it out. It may
	// change the item it was given. It must return the same for the same item: what follows the last checkpoint is
	// transformed again by a copy that resumes, and everything by the verification. If it changes keys, two items must not
	// become one. An error ends the copy, and so does a nil value or a text that is not valid UTF-8. It is called by one
	// goroutine at a time.
	Transform func(item map[string]types.AttributeValue) (map[string]types.AttributeValue, error)

	// Overwrite copies into a table that has items: those of the same key are replaced, also by an older state, and the
	// others stay. Nothing is verified then. By default the target must be empty when the copy starts.
	Overwrite bool

	// NoVerify leaves out the verification, and its cost.
	NoVerify bool
}

// Copied counts what a [Copy] did. All but Verified and Items count this run: one that resumes does not know what was done
// before it.
type Copied struct {
	Read        int // items of the source, of any kind
	LeftOut     int // by Select or by Transform
	Transformed int // that Transform was called for
	Written     int
	Refused     int // by DynamoDB, or without the key of the target: they are in the error

	// Verified says that both tables were read at the end, and are equal: Items is how many they have.
	Verified bool
	Items    int
}

// Copy puts the items of one table into another, as they are stored: versions, stamps, created times, unique values,
// histories and what views derived survive. The tables may be in different accounts and regions, and declared by different
// models, but their key attributes are the same, unless Transform makes those of the target.
//
// It reads as from does, so pass from.Consistent() to read strongly consistently. It writes whole items by their key, in an order
// that spreads partition keys: it holds up to 4096 items, or 16 MB, and writes those of one partition key evenly apart. So a copy that is
// resumed at an older cursor writes some items twice, and doubles nothing. The target must have no other writers until
// Copy has returned: a put of an older state would overwrite theirs. If it has items at the start, the error matches
// [ddb.ErrExists], unless Overwrite is set.
//
// At the end Copy reads both tables, and compares number and content of their items. If they differ the error matches
// [ddb.ErrConflict], and says how many items each has. Writes to the source beside the copy have this effect: stop them, or copy
// again with Overwrite, or set NoVerify and let a stream bring the target up to date. Expired items are copied, but not
// compared. Views in a copy made beside writes need a Rebuild.
//
// It refuses entities with Blobs (package ddbblob), whose objects belong to the items of one table. Leave them out with
// Select.Entities. Read their items, and put them into the other table: a Put copies the objects. [Import] refuses them too,
// and [Restore] copies them. The target may have such an entity only if it has the model of the source, and there is no Transform.
//
// It costs a scan of the source and the puts of the target, in requests of 25; the verification, a scan of each. Items that
// DynamoDB refuses are reported together at the end, at most 100 of them, and the others are copied. Any other error ends
// the run: resume it with the last cursor.
func Copy(ctx context.Context, from, to *ddb.DB, opts *CopyOptions) (Copied, error) {
	if opts == nil {
		opts = &CopyOptions{}
	}
	c := &copying{opts: opts, from: face.DB(from), to: face.DB(to)}
	err := c.run(ctx)
	if err != nil {
		err = fmt.Errorf("ddb: copy %q to %q: %w", c.nameOf(c.from), c.nameOf(c.to), face.Public(err))
	}
	return c.Copied, err
}

// copying is a Copy under way.
type copying struct {
	Copied
	opts     *CopyOptions
	from, to *write.DB
	pick     *picker
	job      *read.Job
	out      *spread
	faults   faults
}

func (*copying) nameOf(db *write.DB) string {
	if db == nil {
		return ""
	}
	return db.Name
}

// mayPut reports whether items of an entity of the target may be written: with another model, or a Transform, any may be.
func (c *copying) mayPut(e *model.Entity) bool {
	return c.from.Table != c.to.Table || c.opts.Transform != nil || c.pick.mayTake(e)
}

func (c *copying) run(ctx context.Context) error {
	switch {
	case c.from == nil || c.to == nil:
		return fault.Model("a nil DB")
	case c.from.Name == c.to.Name && sameClient(c.from.Client, c.to.Client):
		return fault.Model("source and target are one table")
	}
	var err error
	if c.pick, err = c.opts.of(c.from.Table); err != nil {
		return err
	}
	const instead = "read its items and put them into the other table"
	if err := errors.Join(c.sameKeys(), c.from.NoBlobs(c.pick.mayTake, instead), c.to.NoBlobs(c.mayPut, instead)); err != nil {
		return err
	}
	o := face.Job(&c.opts.JobOptions)
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	inner, job, err := c.from.NewJob(ctx, o, slices.Concat([]string{"copy", c.to.Name}, c.opts.names())...)
	if err != nil {
		return err
	}
	if o.Resume == "" && !c.opts.Overwrite {
		if err := isEmpty(inner, c.to); err != nil {
			return err
		}
	}
	c.job = job
	c.out = &spread{db: c.to, job: job, refused: c.refuse, written: func(outgoing) { c.Written++ }}
	verify := !c.opts.Overwrite && !c.opts.NoVerify
	job.Staged = true
	if o.Resume == "" {
		job.Mark()
	}
	err = job.Run(inner, c)
	c.Read = job.Items
	if err != nil {
		return c.faults.with(err)
	}
	if err := c.faults.with(nil); err != nil {
		return err
	}
	if verify {
		if err := c.verify(ctx, o, job.Progress); err != nil {
			return err
		}
	}
	if o.Checkpoint != nil {
		o.Checkpoint("")
	}
	return nil
}

// sameKeys refuses a target with other key attributes.
func (c *copying) sameKeys() error {
	if c.opts.Transform != nil {
		return nil
	}
	have, want := c.from.Table.Primary.Attrs(), c.to.Table.Primary.Attrs()
	same := slices.Equal(have, want)
	for _, name := range have {
		same = same && c.from.Table.KeyType(name) == c.to.Table.KeyType(name)
	}
	if !same {
		return fault.Model("the key attributes of the source are %q, those of the target %q, or their types differ: pass a Transform that makes them", have, want)
	}
	return nil
}

// sameClient reports whether two clients are one.
func sameClient(a, b call.Client) bool {
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// isEmpty returns an error that matches ErrExists if a table has items, but for leases.
func isEmpty(ctx context.Context, db *write.DB) error {
	in := &dynamodb.ScanInput{TableName: &db.Name, Limit: new(int32(10)), ConsistentRead: new(true)}
	for {
		out, err := db.Scan(ctx, in)
		if err != nil {
			return db.Explain(err)
		}
		for _, item := range out.Items {
			if role, _ := db.Table.RoleOf(model.Loaded(item)); role != model.RoleLease {
				return fmt.Errorf("%w: table %q has items, such as %s: use an empty table, resume with the last cursor, or set Overwrite",
					fault.ErrExists, db.Name, db.Table.KeyText(item))
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return nil
		}
	}
}

func (c *copying) refuse(o outgoing, err error) {
	c.Refused++
	c.faults.add(fmt.Errorf("item %s: %w", c.to.Table.KeyText(o.item), err))
}

// Add takes an item of the source.
func (c *copying) Add(ctx context.Context, s attr.Stored) error {
	item, called, err := c.made(s)
	if called {
		c.Transformed++
	}
	switch {
	case err != nil:
		return err
	case item == nil:
		c.LeftOut++
		return nil
	}
	if err := keyed(c.to.Table, item); err != nil {
		c.Refused++
		c.faults.add(fmt.Errorf("item %s: %w", c.from.Table.KeyText(c.from.Table.KeyOf(s)), err))
		return nil
	}
	c.job.Sources++
	return c.out.add(ctx, outgoing{item: item})
}

// made returns what is written for an item of the source, nil for nothing.
func (c *copying) made(s attr.Stored) (item attr.Item, called bool, err error) {
	if !c.pick.takes(s) {
		return nil, false, nil
	}
	item = s.Attributes()
	if c.opts.Transform == nil {
		return item, false, nil
	}
	key := c.from.Table.KeyOf(s)
	err = fault.Safely(func() (err error) {
		item, err = c.opts.Transform(item)
		return err
	})
	if err != nil {
		return nil, true, fmt.Errorf("item %s: Transform: %w", c.from.Table.KeyText(key), err)
	}
	if err := sound(&types.AttributeValueMemberM{Value: item}); err != nil {
		return nil, true, fmt.Errorf("item %s: Transform returned an item %w", c.from.Table.KeyText(key), err)
	}
	return item, true, nil
}

// Flush writes what was added.
func (c *copying) Flush(ctx context.Context, all bool) (bool, error) { return c.out.flush(ctx, all) }

// keyed reports an item without the key of a table: DynamoDB would refuse the request.
func keyed(t *model.Table, item attr.Item) error {
	for _, name := range t.Primary.Attrs() {
		if want := t.KeyType(name); item[name] == nil || want != "" && attr.ScalarType(item[name]) != want {
			return fmt.Errorf("%w: it has no key attribute %q of type %s", fault.ErrKey, name, want)
		}
	}
	return nil
}

// verify reads both tables, and compares what they have.
func (c *copying) verify(ctx context.Context, o read.JobOptions, so read.Progress) error {
	v := &verification{o: o, so: so, of: []*model.Table{c.from.Table, c.to.Table}, now: c.from.Opts.Now()}
	source, err := v.sum(ctx, c.from, func(s attr.Stored) (attr.Item, error) {
		item, _, err := c.made(s)
		return item, err
	})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	target, err := v.sum(ctx, c.to.Consistently(), func(s attr.Stored) (attr.Item, error) {
		if role, _ := c.to.Table.RoleOf(s); role == model.RoleLease {
			return nil, nil
		}
		return s.Attributes(), nil
	})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if err := source.differs(target); err != nil {
		return err
	}
	c.Verified, c.Items = true, target.items
	return nil
}
