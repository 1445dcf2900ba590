// Package view keeps what is derived from other items true: aggregates by a ledger of contributions, ranks, and fan-outs into
// copies; and makes them right again (Rebuild). A delivery is a record with what its images say; a turn is the order in which
// one view works on the records of a batch.
package view
