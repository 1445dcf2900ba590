package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

func updateTimeToLive(e *Engine, in *wire.Node) (*out, error) {
	t, failed := e.forChange(in)
	if failed != nil {
		return nil, failed
	}
	spec := in.Get("TimeToLiveSpecification")
	on, attr := spec.Flag("Enabled", false), spec.Text("AttributeName")
	t.mu.Lock()
	defer t.mu.Unlock()
	l := &t.ttl
	switch {
	case on && l.attr == attr:
		return nil, invalid("TimeToLive is already enabled")
	case l.attr != "" && l.attr != attr:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", l.attr)
	case !on && l.attr == "":
		return nil, invalid("TimeToLive is already disabled")
	case on:
		l.enable(attr, &t.rows, e.clock.Now())
	default:
		l.disable()
	}
	o := &out{}
	o.open()
	o.key("TimeToLiveSpecification")
	o.open()
	o.any("Enabled", on)
	o.str("AttributeName", attr)
	o.close()
	o.close()
	return o, nil
}

func describeTimeToLive(e *Engine, in *wire.Node) (*out, error) {
	e.reap()
	name := e.localName(in.Text("TableName"))
	t := e.lookup(name)
	if t == nil {
		return nil, noNamedTable(name)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	o := &out{}
	o.open()
	o.key("TimeToLiveDescription")
	o.open()
	if t.ttl.attr == "" {
		o.str("TimeToLiveStatus", "DISABLED")
	} else {
		o.str("TimeToLiveStatus", "ENABLED")
		o.str("AttributeName", t.ttl.attr)
	}
	o.close()
	o.close()
	return o, nil
}

// forChange returns the table that a request wants to change, which must be ACTIVE.
func (e *Engine) forChange(in *wire.Node) (*table, *apiError) {
	e.reap()
	name := e.localName(in.Text("TableName"))
	t := e.lookup(name)
	if t == nil {
		return nil, noNamedTable(name)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch t.status(e.clock.Now()) {
	case "CREATING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being created: " + name)
	case "UPDATING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being updated: " + name)
	case "DELETING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being deleted: " + name)
	}
	return t, nil
}
