// Package ddbjob has the jobs that move whole tables, or change many items:
//
//   - [Copy] puts the items of one table into another, as they are or transformed.
//   - [Export] writes a table to files of DynamoDB JSON, and [Import] puts such files into a table: also those of
//     DynamoDB's own export to S3.
//   - [Restore] writes an export into a table in use, through its model, and keeps what is there.
//   - [Each] runs an op for each item of an entity for which conditions hold.
//
// For example:
//
//	done, err := ddbjob.Copy(ctx, before, now, &ddbjob.CopyOptions{
//		JobOptions: ddb.JobOptions{Workers: 8, Rate: 2000, Resume: saved, Checkpoint: save},
//	})
//
// # What they have in common
//
// Each job takes the [ddb.JobOptions] of all jobs that read a whole table: workers, a rate of capacity units, a cursor to
// resume at, checkpoints, and progress. A job whose process was killed is done by another run, with the last cursor that
// Checkpoint got, or with an earlier one: what was done after it is done again, and nothing is doubled. The first checkpoint comes
// before the first write. While there is work a checkpoint comes about every ten seconds, since what is held in memory is written
// for it. A cursor belongs to its job, its table, its files and its entities: with another it is [ddb.ErrCursor].
//
// Counts are those of a run, also with an error, unless a field says otherwise. What is wrong with single items, or lines of
// a file, does not end a job: their errors are joined at the end.
//
// # What is copied
//
// Copy, Export and Import move stored items as they are, with what the library keeps for them: unique values, versions of a
// history, ledgers of aggregates. Leases of the readers of a stream stay behind: a copy has a stream of its own, which begins
// when it is enabled. Start its readers before its writers. If items were written while they were copied, an aggregate of the
// copy may miss them: run Rebuild. An item that no entity claims is copied too, but not restored.
//
// The objects of Blobs (package ddbblob) belong to the items of one table. So Copy and Import refuse entities with Blobs, and
// Restore copies the objects.
//
// # Which backup
//
// DynamoDB itself does the bulk: point-in-time recovery and backups make a new table of any moment, and its export to S3
// reads no capacity. Use them for disasters, and this package for what they cannot do: a table of other keys or another
// account at a given rate, one entity or tenant, an export without S3, and a restore into a table in use.
package ddbjob
