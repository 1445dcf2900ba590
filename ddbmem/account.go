package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

// The capacity that a new account may provision, for one table and for all tables.
const (
	tableCapacity   = 40_000
	accountCapacity = 80_000
)

func describeLimits(*Engine, *wire.Node) (*out, error) {
	o := &out{}
	o.open()
	o.int("AccountMaxReadCapacityUnits", accountCapacity)
	o.int("AccountMaxWriteCapacityUnits", accountCapacity)
	o.int("TableMaxReadCapacityUnits", tableCapacity)
	o.int("TableMaxWriteCapacityUnits", tableCapacity)
	o.close()
	return o, nil
}

// describeEndpoints names the host of the request: a client that follows it stays with the engine.
func describeEndpoints(host string) *out {
	o := &out{}
	o.open()
	o.any("Endpoints", []map[string]any{{"Address": host, "CachePeriodInMinutes": 1440}})
	o.close()
	return o
}

// describeContinuousBackups describes a table without point-in-time recovery.
func describeContinuousBackups(e *Engine, in *wire.Node) (*out, error) {
	e.reap()
	name := in.Text("TableName")
	if e.lookup(name) == nil {
		return nil, failure(modelSpace+"TableNotFoundException", "Table not found: "+e.localName(name))
	}
	o := &out{}
	o.open()
	o.any("ContinuousBackupsDescription", map[string]any{
		"ContinuousBackupsStatus":        "ENABLED", // the same for every table
		"PointInTimeRecoveryDescription": map[string]string{"PointInTimeRecoveryStatus": "DISABLED"},
	})
	o.close()
	return o, nil
}

func listGlobalTables(*Engine, *wire.Node) (*out, error) {
	o := &out{}
	o.open()
	o.any("GlobalTables", []string{})
	o.close()
	return o, nil
}
