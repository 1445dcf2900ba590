// Package ddbperiod stores items that age, such as readings and events, in one table for each period. The current table has the
// capacity for the writes. Past tables are lowered: to few units, or to the table class that stores for less. Old ones are archived
// and dropped as a whole. If items only have to vanish, a TTL in one table is simpler, and as cheap: see [ddb.Definition.TTL].
//
//	var Months = &ddbperiod.Series{
//		Every: ddbperiod.Month, Since: launch, Keep: 12,
//		By:    []ddbperiod.Field{ddbperiod.By(Readings, &Readings.Fields().At)},
//	}
//
//	db := ddbperiod.New(client, "readings", Months, nil) // readings-2026-10, readings-2026-11, …
//	rolled, err := db.Roll(ctx, nil)                     // creates, lowers, drops
//	readings := ddbperiod.NewRepository(db, Readings)
//	_, err = readings.Put(ctx, Reading{Device: "d1", At: now, Celsius: 21.5})
//	for r, err := range readings.Query(ctx, Readings.Query(Reading{Device: "d1"}).Desc()) { … } // the newest first
//
// # Which table
//
// The primary key of each entity holds a time, and [By] names its field. So each key is of one table: a write, a Get and a Delete
// touch that table alone, and an item never moves. An item that comes late goes into the table of its own period. An item of a
// period that is not held (before Since, past retention, or not begun) is refused with [ErrPeriod].
//
// A query reads the tables that the range of its times needs, and of these only as many as the caller consumes: see
// [Repository.Query]. A time range that is always given, or a Limit with Desc, keeps a query from reading every table.
//
// # Roll
//
// [DB.Roll] creates tables ahead of time, lowers what past ones are provisioned with, and drops those past retention, after the
// checks of [ddb.DB.DropTable] and a function that may archive them. A write creates no table: if no program calls Roll for more
// than a period, writes fail with [ErrNoTable].
//
// Auto scaling is not known to Roll: it would raise what Roll lowered. Remove the targets of past tables.
//
// # Limits
//
//   - A transaction is within one table. A Unique value, a version history and a view are those of one table too: a value may be
//     there once in each period.
//   - Each table has its own stream. Read it, and maintain views, with the [ddb.DB] of [DB.At]: a reader for each table.
//   - A query whose sort key does not begin with the time reads all tables of its range at once, and has no Page.
//
// AWS: "Best practices for handling time series data in DynamoDB".
package ddbperiod
