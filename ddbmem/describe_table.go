package ddbmem

import (
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

func describeTable(e *Engine, in *wire.Node) (*out, error) {
	name := e.localName(in.Text("TableName"))
	e.reap()
	t := e.lookup(name)
	if t == nil {
		return nil, noNamedTable(name)
	}
	t.settle()
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.dropped {
		return nil, noNamedTable(name)
	}
	o := &out{}
	o.open()
	t.describe(o, "Table", "")
	o.close()
	return o, nil
}

func listTables(e *Engine, in *wire.Node) (*out, error) {
	e.reap()
	limit := int(in.Int("Limit", 100))
	after := in.Text("ExclusiveStartTableName")
	page, last := []string{}, ""
	for _, name := range e.names() {
		if after != "" && name <= after {
			continue
		}
		if len(page) == limit {
			last = page[limit-1]
			break
		}
		page = append(page, name)
	}
	o := &out{}
	o.open()
	o.any("TableNames", page)
	if last != "" {
		o.str("LastEvaluatedTableName", last)
	}
	o.close()
	return o, nil
}

// status returns the state of the table at that time.
func (t *table) status(now time.Time) string {
	switch {
	case t.def.goneAt.set:
		return "DELETING"
	case !t.usable(now):
		return "CREATING"
	case t.def.updatedAt.ahead(now):
		return "UPDATING"
	}
	return "ACTIVE"
}

// describe appends a TableDescription. A status overrides that of the table.
func (t *table) describe(o *out, member, status string) {
	now := t.engine.clock.Now()
	d := &t.def
	o.key(member)
	o.open()
	whole := status != "DELETING" // the response to a deletion omits the details
	if whole {
		o.any("AttributeDefinitions", d.attrs)
		o.any("KeySchema", t.order)
		o.float("CreationDateTime", seconds(t.created))
	}
	o.str("TableName", t.name)
	o.str("TableStatus", orDefault(status, t.status(now)))
	describeThroughput(o, d.throughput, t.res, now)
	o.int("TableSizeBytes", int(t.bytes))
	o.int("ItemCount", t.rows.Len())
	o.str("TableArn", t.arn)
	o.str("TableId", t.id)
	if d.billing == "PAY_PER_REQUEST" || d.billedAt.set {
		o.key("BillingModeSummary")
		o.open()
		o.str("BillingMode", d.billing)
		if d.billedAt.set {
			o.float("LastUpdateToPayPerRequestDateTime", seconds(d.billedAt.Time))
		}
		o.close()
	}
	describeOnDemand(o, d.onDemand)
	t.res.describeWarm(o)
	if whole {
		t.describeIndexes(o, "LocalSecondaryIndexes", true, status, now)
		t.describeIndexes(o, "GlobalSecondaryIndexes", false, status, now)
	}
	if t.stream != nil {
		if !t.stream.disabled() {
			o.key("StreamSpecification")
			o.b = append(o.b, `{"StreamEnabled":true,"StreamViewType":"`+t.stream.view+`"}`...)
		}
		o.str("LatestStreamLabel", t.stream.label)
		o.str("LatestStreamArn", t.stream.arn)
	}
	if d.sse != nil {
		o.key("SSEDescription")
		o.open()
		o.str("Status", "ENABLED")
		o.str("SSEType", d.sse.kind)
		if d.sse.kind == "KMS" {
			o.str("KMSMasterKeyArn", orDefault(d.sse.key,
				"arn:aws:kms:"+t.engine.opts.Region+":"+t.engine.opts.Account+":key/"+t.id))
		}
		o.close()
	}
	if d.class != "" {
		o.key("TableClassSummary")
		o.open()
		o.str("TableClass", d.class)
		if d.classAt.set {
			o.float("LastUpdateDateTime", seconds(d.classAt.Time))
		}
		o.close()
	}
	o.key("DeletionProtectionEnabled")
	if d.protected {
		o.b = append(o.b, "true"...)
	} else {
		o.b = append(o.b, "false"...)
	}
	o.close()
}

func (t *table) describeIndexes(o *out, member string, local bool, status string, now time.Time) {
	began := false
	for _, x := range t.indexes {
		if x.local != local {
			continue
		}
		if !began {
			o.key(member)
			o.b = append(o.b, '[')
			began = true
		}
		o.open()
		o.str("IndexName", x.name)
		o.any("KeySchema", x.order)
		o.key("Projection")
		o.open()
		o.str("ProjectionType", x.kind)
		if x.extra != nil {
			o.any("NonKeyAttributes", x.extra)
		}
		o.close()
		if !local {
			state := "ACTIVE"
			switch {
			case x.goneAt.set:
				state = "DELETING"
			case x.activeAt.ahead(now) || status == "CREATING":
				state = "CREATING"
			}
			o.str("IndexStatus", state)
			if state == "CREATING" && status != "CREATING" && t.usable(now) {
				o.key("Backfilling")
				o.b = append(o.b, "true"...)
			}
			describeThroughput(o, x.throughput, x.res, now)
			describeOnDemand(o, x.onDemand)
			x.res.describeWarm(o)
		}
		o.int("IndexSizeBytes", int(x.bytes))
		o.int("ItemCount", x.tree.Len())
		o.str("IndexArn", t.arn+"/index/"+x.name)
		o.close()
	}
	if began {
		o.b = append(o.b, ']')
	}
}

// describeThroughput appends provisioned units. The times of their changes are known only with limits.
func describeThroughput(o *out, c capacityPair, res *resource, now time.Time) {
	o.key("ProvisionedThroughput")
	o.open()
	if res != nil {
		res.changes.describe(o, now)
	} else {
		o.int("NumberOfDecreasesToday", 0)
	}
	o.int("ReadCapacityUnits", int(c.read))
	o.int("WriteCapacityUnits", int(c.write))
	o.close()
}

func describeOnDemand(o *out, c *capacityPair) {
	if c == nil {
		return
	}
	o.key("OnDemandThroughput")
	o.open()
	o.int("MaxReadRequestUnits", int(c.read))
	o.int("MaxWriteRequestUnits", int(c.write))
	o.close()
}

// seconds is a time as the service writes it: seconds with a fraction of milliseconds.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
