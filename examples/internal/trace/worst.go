package trace

import "fmt"

// The units of the largest item, 400 KB, and of the largest page of items, 1 MB and a little. An eventually consistent read
// costs half of a strongly consistent one, a read in a transaction twice as much.
const (
	itemRead  = 100
	itemWrite = 400
	pageRead  = 257
)

// Worst is what the request costs at most, in read units, or in write units with a w. A Query without a limit is followed by
// another for each further page.
func (r Request) Worst() string {
	read := func(units int) string {
		if r.Consistent {
			return fmt.Sprint(units)
		}
		return fmt.Sprint(float64(units) / 2)
	}
	switch r.Operation {
	case "GetItem":
		return read(itemRead)
	case "BatchGetItem":
		return fmt.Sprintf("%d × %s", r.Items, read(itemRead))
	case "TransactGetItems":
		return fmt.Sprintf("%d × %d", r.Items, 2*itemRead)
	case "Query", "Scan":
		switch {
		case r.Limit == 0:
			return read(pageRead) + " × pages"
		case r.Limit*itemRead < pageRead:
			return read(r.Limit * itemRead)
		}
		return read(pageRead)
	case "TransactWriteItems":
		return fmt.Sprintf("%d × %d w", r.Items, 2*itemWrite)
	case "BatchWriteItem":
		return fmt.Sprintf("%d × %d w", r.Items, itemWrite)
	}
	return fmt.Sprintf("%d w", itemWrite)
}
