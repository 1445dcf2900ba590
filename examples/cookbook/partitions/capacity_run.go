package partitions

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Capacity shows the arithmetic, and that the engine charges the same.
var Capacity = recipe.Recipe{
	Name:    "capacity",
	Problem: "How much capacity do these requests need, and how many partitions",
	Pattern: "Size, rounded up to 1 KB for a write and to 4 KB for a read, times rate; a half for an eventual read, twice in a transaction.",
	Not:     "There is a program to measure: a catalog of ddbaccess runs its access patterns and says what each costs.",
	Costs:   []string{"write 4.5 KB", "read 6 KB, consistent"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		r.Say("10 writes of 2 KB a second: %d WCU; 6 of 4.5 KB: %d WCU; 120 of 2 KB a minute: %d WCU",
			Provision(10, WriteUnits(2048)), Provision(6, WriteUnits(4608)), Provision(120.0/60, WriteUnits(2048)))
		r.Say("10 consistent reads of 4 KB a second: %d RCU; of 6 KB: %d RCU; 16 eventual ones of 12 KB: %d RCU",
			Provision(10, ReadUnits(4096, Strong)), Provision(10, ReadUnits(6144, Strong)), Provision(16, ReadUnits(12288, Eventual)))
		r.Say("partitions: %d for 6,000 RCU and 1,500 WCU, %d for 35 GB", Partitions(6000, 1500, 0), Partitions(0, 0, 35<<30))
		return charged(ctx, r)
	},
}

// parcel is an item of any size.
type parcel struct {
	ID      string `dynamodbav:"-"`
	Content []byte `dynamodbav:"content"`
}

var (
	parcelTable = ddb.NewTable("parcel", "")
	parcels     = ddb.MustDefine(parcelTable, "parcel", func(p *parcel, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("parcel#"), ddb.Str(&p.ID)))
	})
)

// parcelOf is an item of exactly so many bytes.
func parcelOf(bytes int) (parcel, error) {
	p := parcel{ID: "a"}
	empty, err := parcels.Encode(p)
	if err != nil {
		return parcel{}, err
	}
	p.Content = make([]byte, bytes-ItemBytes(empty)+1) // nil bytes are NULL, of one byte
	return p, nil
}

func charged(ctx context.Context, r *recipe.Run) error {
	db, err := r.DB(ctx, parcelTable, nil)
	if err != nil {
		return err
	}
	repo := ddb.NewRepository(db, parcels)
	get := func(repo *ddb.Repository[parcel]) func(context.Context, parcel) error {
		return func(ctx context.Context, p parcel) error {
			_, err := repo.Get(ctx, p)
			return err
		}
	}
	transactGet := func(ctx context.Context, p parcel) error { return db.TransactGet(ctx, parcels.Load(&p)) }
	put := func(ctx context.Context, p parcel) error { return db.Do(ctx, parcels.Put(p)) }
	transact := func(ctx context.Context, p parcel) error { return db.Transact(ctx, parcels.Put(p)) }
	for _, s := range []struct {
		what  string
		bytes int
		do    func(context.Context, parcel) error
		units float64
	}{
		{"write 4 KB", 4096, put, WriteUnits(4096)},
		{"write 4 KB and a byte", 4097, put, WriteUnits(4097)},
		{"write 4.5 KB", 4608, put, WriteUnits(4608)},
		{"write 6 KB in a transaction", 6144, transact, TransactWriteUnits(6144)},
		{"read 6 KB", 6144, get(repo), ReadUnits(6144, Eventual)},
		{"read 6 KB, consistent", 6144, get(repo.Consistent()), ReadUnits(6144, Strong)},
		{"read 6 KB in a transaction", 6144, transactGet, ReadUnits(6144, Transactional)},
	} {
		p, err := parcelOf(s.bytes)
		if err != nil {
			return err
		}
		err = r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
			return fmt.Sprintf("%v calculated", s.units), s.do(ctx, p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
