package partitions

import (
	"crypto/rand"
	"time"

	"github.com/singletable-go/ddb"
)

// Vote is a vote in a poll of a newsroom. It is counted, and never looked up alone.
type Vote struct {
	Poll   string    `dynamodbav:"-"`
	ID     string    `dynamodbav:"-"` // random
	At     time.Time `dynamodbav:"-"`
	Choice string    `dynamodbav:"choice"`
}

// VoteShards is the number of partition keys of a poll. Take the busiest poll's write units a second, divided by 1,000, and
// twice that, since shards share partitions by chance. It is for years: a vote is found under the number that it was
// written with, so raise it with a new prefix, and read both while there are old votes.
const VoteShards = 10

// The table of votes, and the entity.
var (
	VoteTable = ddb.NewTable("poll_shard", "cast")

	// Votes of one poll go to VoteShards partition keys. The suffix is a hash of the vote's random ID, and so it is random
	// too. A number drawn for each write would be as even; but a write that is sent again would draw another number, and the
	// vote would be there twice. With the ID it replaces itself.
	Votes = ddb.MustDefine(VoteTable, "vote", func(v *Vote, d *ddb.Definition) {
		d.Primary(
			ddb.Key(ddb.Prefix("poll#"), ddb.Str(&v.Poll), ddb.Prefix("#"), ddb.Shard(&v.ID, VoteShards)),
			ddb.Key(ddb.Time(&v.At), ddb.Prefix("#"), ddb.Str(&v.ID)))
	})
)

// NewVote draws the ID of a vote. Make it once, and write it until it is written.
func NewVote(poll, choice string, at time.Time) Vote {
	return Vote{Poll: poll, ID: rand.Text(), At: at, Choice: choice}
}

// VotesSince are the votes of a poll from a time on, in their order. The query leaves out the ID, so it reads all shards and
// merges them: VoteShards requests a page.
func VotesSince(poll string, since time.Time) ddb.Query[Vote] {
	return Votes.Query(Vote{Poll: poll}).SortKey(ddb.Ge(&Votes.Fields().At, since))
}
