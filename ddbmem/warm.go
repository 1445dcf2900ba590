package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// readWarm reads the WarmThroughput of a table or an index, nil if there is none. A missing number is 0.
func readWarm(in *wire.Node) *capacityPair {
	p := in.Get("WarmThroughput")
	if p == nil {
		return nil
	}
	return &capacityPair{p.Int("ReadUnitsPerSecond", 0), p.Int("WriteUnitsPerSecond", 0)}
}

const initialThroughputURL = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"

// checkNewWarm rejects a warm throughput below that of every new table or index. of is "table", or "index" and the name
// of the index.
func checkNewWarm(in *wire.Node, of, billing string, units capacityPair) *apiError {
	p := in.Get("WarmThroughput")
	for _, m := range []struct {
		name, units      string
		initial, minimum int64
	}{
		{"ReadUnitsPerSecond", "ReadCapacityUnits", initialRead, units.read},
		{"WriteUnitsPerSecond", "WriteCapacityUnits", initialWrite, units.write},
	} {
		asked := p.Int(m.name, 1<<62)
		switch {
		case billing == "PAY_PER_REQUEST" && asked < m.initial:
			return parameter("Requested %s for WarmThroughput for %s is lower than initial throughput for OnDemand. See: %s", m.name, of, initialThroughputURL)
		case billing != "PAY_PER_REQUEST" && asked < m.minimum:
			return parameter("Requested %s for WarmThroughput for %s is lower than %s of ProvisionedThroughput", m.name, of, m.units)
		}
	}
	return nil
}

// checkWarm rejects a warm throughput below the present one of a table or an index.
func (r *resource) checkWarm(in *wire.Node, of string) *apiError {
	p := in.Get("WarmThroughput")
	for a, name := range [2]string{reading: "ReadUnitsPerSecond", writing: "WriteUnitsPerSecond"} {
		if asked := p.Int(name, 1<<62); float64(asked)+rounding < r.warm[a] {
			return parameter("Requested %s for WarmThroughput for %s is lower than current WarmThroughput, decreasing WarmThroughput is not supported", name, of)
		}
	}
	return nil
}

// warmth checks the warm throughputs of an update. The engine has one only with [Options.Capacity].
func (u *tableUpdate) warmth() *apiError {
	if u.t.res == nil {
		return nil
	}
	if failed := u.t.res.checkWarm(u.in, "table"); failed != nil {
		return failed
	}
	for _, n := range u.in.List("GlobalSecondaryIndexUpdates") {
		if x := u.find(n.Get("Update").Text("IndexName")); x != nil && x.res != nil {
			if failed := x.res.checkWarm(n.Get("Update"), "index "+x.name); failed != nil {
				return failed
			}
		}
	}
	return nil
}

// commitThroughput applies the limits of an update. The caller holds the locks.
func (u *tableUpdate) commitThroughput() {
	t := u.t
	if t.res == nil {
		return
	}
	t.configureThroughput(u.now)
	t.res.raise(readWarm(u.in).rates(), u.now)
	for _, n := range u.in.List("GlobalSecondaryIndexUpdates") {
		if x := u.find(n.Get("Update").Text("IndexName")); x != nil && x.res != nil {
			x.res.raise(readWarm(n.Get("Update")).rates(), u.now)
		}
	}
}

// describeWarm appends the warm throughput.
func (r *resource) describeWarm(o *out) {
	if r == nil {
		return
	}
	o.key("WarmThroughput")
	o.open()
	o.int("ReadUnitsPerSecond", int(r.warm[reading]))
	o.int("WriteUnitsPerSecond", int(r.warm[writing]))
	o.str("Status", "ACTIVE")
	o.close()
}
