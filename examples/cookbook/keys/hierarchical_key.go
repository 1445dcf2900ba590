package keys

import "github.com/singletable-go/ddb"

// Branch is a branch of a chain of libraries.
type Branch struct {
	Country string `dynamodbav:"-"` // "US"
	Region  string `dynamodbav:"-"` // "west"
	State   string `dynamodbav:"-"` // "OR"
	City    string `dynamodbav:"-"`
	ID      string `dynamodbav:"-"`
	Seats   int    `dynamodbav:"seats"`
}

// The table of branches. Its sort key has the levels from the widest to the narrowest, so that the branches of each place are
// neighbours. Each branch has all levels: one that is empty, or contains the "#" after it, is refused when it is
// written, so two places never share a key.
//
// The country is the partition key, since each query knows it; it is one item collection, which takes 1,000 writes a second.
// To find a branch by its ID alone, add an index. In an index the levels can also be attributes of their own, up to four of them:
// see ddb.Table.MultiGSI.
var (
	BranchTable = ddb.NewTable("country", "place")

	Branches = ddb.MustDefine(BranchTable, "branch", func(b *Branch, d *ddb.Definition) {
		const level ddb.Prefix = "#"
		d.Primary(
			ddb.Key(ddb.Prefix("country#"), ddb.Str(&b.Country)),
			ddb.Key(ddb.Str(&b.Region), level, ddb.Str(&b.State), level, ddb.Str(&b.City), level, ddb.Str(&b.ID)))
	})
)

// BranchesIn are the branches at a place: those of its country, or of its region, state and city too, as far as they are
// given. A narrower level without the wider ones is a mistake of the program: no key begins with it.
func BranchesIn(place Branch) ddb.Query[Branch] {
	f := Branches.Fields()
	q := Branches.Query(Branch{Country: place.Country})
	if place.Region != "" {
		q = q.SortKey(ddb.Eq(&f.Region, place.Region))
	}
	if place.State != "" {
		q = q.SortKey(ddb.Eq(&f.State, place.State))
	}
	if place.City != "" {
		q = q.SortKey(ddb.Eq(&f.City, place.City))
	}
	return q
}
