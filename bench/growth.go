package main

import (
	"context"
	"fmt"
	"io"
	"maps"

	"github.com/singletable-go/ddb"
)

// growing is a row of the report: a Get and a Put of some size.
type growing struct {
	name     string
	get, put func(world) benchCase
}

func sizes() []growing {
	rows := []growing{wideCases("10", Tens), wideCases("100", Hundreds), wideCases("500", FiveHundreds)}
	for _, kB := range []int{1, 5, 25, 100, 350} {
		rows = append(rows, growing{fmt.Sprintf("item of %d KB", kB), getLargeCase(kB), putLargeCase(kB)})
	}
	return rows
}

// growth measures what grows with the model and with its items.
func growth(ctx context.Context, out io.Writer, set settings) error {
	definitions(ctx, out, set)
	decodes(ctx, out, set)
	fmt.Fprintf(out, "\nCalls with wide structs and with large items, on the stub:\n\n| | Get, ratio | Get, ddb | Get, SDK | Put, ratio | Put, ddb | Put, SDK |\n|---|---|---|---|---|---|---|\n")
	w := stubWorld()
	for _, row := range sizes() {
		fmt.Fprintf(out, "| %s |", row.name)
		for _, of := range []func(world) benchCase{row.get, row.put} {
			if err := verified(ctx, w, of); err != nil {
				return err
			}
			fs := of(w).race(ctx, set.rounds, set.turn)
			fmt.Fprintf(out, " %.2f | %.1f µs | %.1f µs |", fs[1].ratio(fs[0]), micros(fs[1].cpu()), micros(fs[0].cpu()))
		}
		fmt.Fprintln(out)
	}
	return nil
}

// entry is the struct of the many entities.
type entry struct {
	ID, Customer, Status string
	Total                int64
}

// manyEntities defines n entities, each with an index and literals of its own: in a partition of its own, or in one that all share.
func manyEntities(n int, shared bool) (last *ddb.Entity[entry]) {
	t := ddb.NewTable("pk", "sk")
	ix := t.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	for i := range n {
		partition := ddb.Prefix(fmt.Sprintf("c%d#", i))
		if shared {
			partition = "c#"
		}
		last = ddb.MustDefine(t, fmt.Sprintf("e%d", i), func(e *entry, d *ddb.Definition) {
			d.Primary(ddb.Key(partition, ddb.Str(&e.Customer)), ddb.Key(ddb.Prefix(fmt.Sprintf("o%d#", i)), ddb.Str(&e.ID)))
			d.Index(ix, ddb.Key(ddb.Prefix(fmt.Sprintf("s%d#", i)), ddb.Str(&e.Status)), ddb.Key(ddb.Str(&e.ID)))
		})
	}
	return last
}

func definitions(ctx context.Context, out io.Writer, set settings) {
	fmt.Fprintf(out, "Definition of many entities, CPU time an entity:\n\n| entities of the table | own partitions | one partition |\n|---|---|---|\n")
	for _, n := range []int{1, 10, 100, 1000} {
		c := benchCase{contenders: []contender{
			{"", func(context.Context) (any, error) { return manyEntities(n, false), nil }},
			{"", func(context.Context) (any, error) { return manyEntities(n, true), nil }},
		}}
		fs := c.race(ctx, set.rounds, set.turn)
		fmt.Fprintf(out, "| %d | %.1f µs | %.1f µs |\n", n, micros(fs[0].cpu())/float64(n), micros(fs[1].cpu())/float64(n))
	}
}

// decodes decodes an item of the last one of many entities.
func decodes(ctx context.Context, out io.Writer, set settings) {
	fmt.Fprintf(out, "\nDecode of an item, which checks that no other entity claims it:\n\n| entities of the table | partitions | with its type attribute | without |\n|---|---|---|---|\n")
	for _, n := range []int{1, 1000} {
		for _, shared := range []bool{false, true} {
			last := manyEntities(n, shared)
			typed := must(last.Encode(entry{"1", "2", "open", 3}))
			untyped := maps.Clone(typed)
			delete(untyped, "entityType")
			c := benchCase{contenders: []contender{
				{"", func(context.Context) (any, error) { return last.Decode(typed) }},
				{"", func(context.Context) (any, error) { return last.Decode(untyped) }},
			}}
			fs := c.race(ctx, set.rounds, set.turn)
			where := map[bool]string{false: "own", true: "one"}[shared]
			fmt.Fprintf(out, "| %d | %s | %.2f µs | %.2f µs |\n", n, where, micros(fs[0].cpu()), micros(fs[1].cpu()))
		}
	}
}
