package ddbmem

import "github.com/singletable-go/ddb/ddbmem/internal/wire"

func scan(e *Engine, in *wire.Node) (*out, error) {
	if err := e.checkLegacy(in); err != nil {
		return nil, err
	}
	if _, err := in.Values("ExclusiveStartKey").Fault(); err != nil {
		return nil, startFault(err)
	}
	segment, total, failed := segments(in)
	if failed != nil {
		return nil, failed
	}
	rd, _, err := newReader(in, "FilterExpression")
	if err != nil {
		return nil, err
	}
	t, failed := e.openToRead(in.Text("TableName"))
	if failed != nil {
		return nil, failed
	}
	defer t.mu.RUnlock()
	if failed := rd.bind(t, in.Text("IndexName")); failed != nil {
		return nil, failed
	}
	low, high := segmentStart(segment, total), ""
	if segment+1 < total {
		high = segmentStart(segment+1, total)
	}
	if rd.start != nil {
		at, failed := rd.startKey()
		if failed != nil {
			return nil, failed
		}
		if segmentOf(at, total) != segment && total > 1 {
			return nil, invalid("The provided starting key is invalid: Invalid ExclusiveStartKey. "+
				"Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d", total, segment)
		}
		low = at + "\x00"
	}
	for _, check := range []func() *apiError{rd.checkProjected, rd.checkFiltered, rd.checkSelected} {
		if failed := check(); failed != nil {
			return nil, failed
		}
	}
	rd.from = low
	rd.scanning(low, high)
	p, failed := rd.page(rd.between(low, high, true))
	if failed != nil {
		return nil, failed
	}
	return rd.answer(in, p), nil
}

// segments reads the segment of a parallel scan; 0 of 1 is the whole table.
func segments(in *wire.Node) (segment, total uint64, failed *apiError) {
	switch has := in.Has("TotalSegments"); {
	case !has && !in.Has("Segment"):
		return 0, 1, nil
	case !has:
		return 0, 0, invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case !in.Has("Segment"):
		return 0, 0, invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	}
	s, n := in.Int("Segment", 0), in.Int("TotalSegments", 1)
	if s >= n {
		return 0, 0, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", s, n)
	}
	return uint64(s), uint64(n), nil
}
