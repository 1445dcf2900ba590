package ddbcache

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Options configures a [Cache]. The zero value of each field is its default; nil means all defaults.
type Options struct {
	// ItemTTL is how long an item is kept after it was read or written; default five minutes. QueryTTL is the same for
	// the pages of Query and Scan. A negative number keeps none: those reads pass by, and are what they are without a cache.
	// So with a negative ItemTTL, one that is eventually consistent may miss a write that ended before it.
	ItemTTL, QueryTTL time.Duration

	// ItemBytes is how much memory the items may need, with their keys and what a map needs for each; default 64 MiB.
	// QueryBytes is the same for pages. When there is no room, entries that were read long ago or seldom leave first.
	ItemBytes, QueryBytes int64

	// Settle is how long DynamoDB may need until every eventually consistent read sees a write; default five seconds.
	// So long after a write, an item that is not in the cache is read strongly consistently, at twice the capacity. And so
	// long after a write of which it is not known whether it was done, the item is not kept, and read so for twice the time.
	// Of more than 32,768 keys of a table that were written within this time, the oldest are not told apart: all misses are
	// such reads. A negative number is none: it is for a table of which all reads are up to date.
	Settle time.Duration

	// Now is the clock of both. The default is the time since the cache was made, which no one sets: a Now that jumps back
	// keeps what is cached for longer.
	Now func() time.Time

	// OnAccess is called after each GetItem, BatchGetItem, Query and Scan, with what the cache did in it, also if the call
	// failed. It must be safe for concurrent use, and return quickly.
	OnAccess func(ctx context.Context, a Access)
}

// Cache is a [ddb.Client] in front of another one. Make it with [New]; the zero value is not usable. It is safe for
// concurrent use, and nothing needs closing.
type Cache struct {
	client ddb.Client
	opts   Options
	now    func() int64

	items   *store
	queries *store
	tables  sync.Map // from the name to the *table
	pages   flights  // of Query and Scan

	counts  [2]counters // of items and of queries
	without steps
}

// steps are those parts of the protocol that a test leaves out, to show why each is needed.
type steps struct {
	detach   bool // a write detaches the reads under way
	remove   bool // a write removes what is cached
	last     bool // what a write does in the cache comes after the request
	settle   bool // what is missed after a write is read strongly consistently
	overlap  bool // writes that overlap do not fill
	unsure   bool // what may have been written is not kept
	follower bool // a record of the stream detaches reads under way
	marks    bool // a record of the stream is followed by strongly consistent reads
	shape    bool // a write of a key that cannot be told concerns the whole table
	late     bool // what may arrive late may be seen later still
	reshape  bool // a put concerns the whole table, if that has got another key meanwhile
	remade   bool // a table with another key detaches reads under way
	relearn  bool // a table with another key is read strongly consistently
	stranger bool // a key of another shape than was known is read so too
}

// New returns a cache in front of client. It makes no request, and panics on a nil client.
//
// All calls must be meant for the same tables: a hit ignores per-call options, so these must not name another region,
// endpoint or account.
func New(client ddb.Client, opts *Options) *Cache {
	if v := reflect.ValueOf(client); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		panic("ddbcache: New: a nil client")
	}
	c := &Cache{client: client}
	if opts != nil {
		c.opts = *opts
	}
	for _, o := range []struct {
		d     *time.Duration
		usual time.Duration
	}{{&c.opts.ItemTTL, 5 * time.Minute}, {&c.opts.QueryTTL, 5 * time.Minute}, {&c.opts.Settle, 5 * time.Second}} {
		if *o.d == 0 {
			*o.d = o.usual
		}
	}
	for _, b := range []*int64{&c.opts.ItemBytes, &c.opts.QueryBytes} {
		if *b <= 0 {
			*b = 64 << 20
		}
	}
	c.now = clock(c.opts.Now)
	c.items = newStore(c.opts.ItemBytes, c.opts.ItemTTL, c.now)
	c.queries = newStore(c.opts.QueryBytes, c.opts.QueryTTL, c.now)
	return c
}

// table returns what is known of the table called name.
func (c *Cache) table(name string) *table {
	if t, ok := c.tables.Load(name); ok {
		return t.(*table)
	}
	t, _ := c.tables.LoadOrStore(name, newTable(name))
	return t.(*table)
}

// Forget removes an item from the cache, as a record of the stream does: the next read of it is strongly consistent. key
// has the attributes of the primary key, and no others. It makes no request.
func (c *Cache) Forget(table string, key map[string]types.AttributeValue) {
	c.changed(c.table(nameOf(table)), key, nil)
}

// ForgetTable removes all items and pages of a table, for instance after an import. It makes no request.
func (c *Cache) ForgetTable(table string) {
	t := c.table(nameOf(table))
	c.forget(t)
	c.forgetPages(t)
}

// ended is the error of a call whose context ended before it had a result.
func ended(operation string, err error) error {
	return fmt.Errorf("ddbcache: %s: %w", operation, err)
}
