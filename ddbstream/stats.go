package ddbstream

import "github.com/singletable-go/ddb"

// statsOf returns what a processor did, nil if it has no Stats method.
func statsOf(p Processor) *ddb.MuxStats {
	m, ok := p.(interface{ Stats() ddb.MuxStats })
	if !ok {
		return nil
	}
	return new(m.Stats())
}
