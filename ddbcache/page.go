package ddbcache

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// request is a Query or a Scan.
type request struct {
	operation string
	table     *string
	text      string // of the parameters
	known     bool   // the text says all
	want      types.ReturnConsumedCapacity
	opts      []func(*dynamodb.Options)
}

// page returns a page from the cache, or from read.
func (c *Cache) page(ctx context.Context, r request, read func(*sending) (page, error)) (page, error) {
	name := aws.ToString(r.table)
	t := c.table(nameOf(name))
	a := Access{Operation: r.operation, Table: t.name}
	defer func() { c.note(ctx, a) }()
	if !r.known {
		a.Passed = 1
		return c.ask(r, read)
	}
	at := place{name, t.pages.Load(), r.text}
	for alone := false; ; {
		if err := ctx.Err(); err != nil {
			c.unsent(r.opts)
			return page{}, ended(r.operation, err)
		}
		e := c.queries.get(at)
		if e == nil {
			f, lead := c.pages.enter(at, c.now(), alone)
			if lead {
				if e = c.queries.get(at); e != nil { // another flight has just landed
					c.pages.leave(at, f, landed{found: e})
					continue
				}
				a.Misses = 1
				return c.leadPage(ctx, t, at, f, r, read)
			}
			if err := f.wait(ctx, r.operation); err != nil {
				c.unsent(r.opts)
				return page{}, err
			}
			if e = f.found; e == nil {
				alone = alone || f.alone
				continue
			}
			a.Shared = 1
		}
		a.Hits, a.Saved = 1-a.Shared, e.units
		p := e.page()
		p.consumed = c.free(r.table, r.want, r.opts, &p.metadata)
		return p, nil
	}
}

// leadPage reads a page for this caller and for those who wait for it.
func (c *Cache) leadPage(ctx context.Context, t *table, at place, f *flight, r request, read func(*sending) (page, error)) (p page, err error) {
	var l landed // nothing, if the client panics
	defer func() {
		if l.found != nil && t.pages.Load() == at.generation {
			c.queries.put(at, l.found, f.begun)
		}
		if t.pages.Load() != at.generation { // it was forgotten meanwhile
			c.queries.remove(at)
		}
		c.pages.leave(at, f, l)
	}()
	if p, err = read(new(sending)); err != nil {
		l.fails(ctx, err)
		return page{}, err
	}
	l.finds(p.entry())
	return p.told(r.want), nil
}

// ask reads a page past the cache.
func (c *Cache) ask(r request, read func(*sending) (page, error)) (page, error) {
	p, err := read(new(sending))
	return p.told(r.want), err
}

// told returns p for a caller that may not want to know what it consumed.
func (p page) told(want types.ReturnConsumedCapacity) page {
	if !asks(want) {
		p.consumed = nil
	}
	return p
}
