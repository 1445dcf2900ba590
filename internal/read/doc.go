// Package read plans queries and scans, and reads them page by page: key conditions, projections, hydration of items that
// an index does not hold, shards, cursors.
package read
