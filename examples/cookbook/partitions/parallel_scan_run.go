package partitions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// manuscripts are the table that is scanned: any table would do.
var (
	manuscriptTable = ddb.NewTable("manuscript", "")
	manuscripts     = ddb.MustDefine(manuscriptTable, "manuscript", func(m *manuscript, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("manuscript#"), ddb.Str(&m.ID)))
	})
)

type manuscript struct {
	ID   string `dynamodbav:"-"`
	Text []byte `dynamodbav:"text"`
}

// ParallelScan shows a scan that takes the capacity of others, and one that leaves them theirs.
var ParallelScan = recipe.Recipe{
	Name:    "parallel-scan",
	Problem: "A whole table is to be read, soon, and the users should not notice",
	Pattern: "A scan in segments, by several workers, which waits after each page until its units are due.",
	Not:     "It is a question of users: that is an access pattern and needs a key.",
	Costs:   []string{"two workers, paced at 200 R a second"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		l, err := newLoad(ctx, manuscriptTable)
		if err != nil {
			return err
		}
		if err := provision(ctx, l); err != nil {
			return err
		}
		read := 0
		count := func(item any) error {
			if _, ok := item.(manuscript); !ok {
				return fmt.Errorf("a %T is in the table", item)
			}
			read++
			return nil
		}
		err = PacedScan{Workers: 2, Now: l.clock.Now}.Run(ctx, l.db, count)
		if !errors.Is(err, ddb.ErrThrottled) {
			return fmt.Errorf("the scan without a rate was to be throttled, and was not: %w", err)
		}
		r.Say("a table of 6 MB with 500 read units a second, which users need too")
		r.Say("two workers, as fast as they can: throttled, and so are the users")

		l.clock.Advance(time.Minute)
		read = 0
		return r.Step(ctx, "two workers, paced at 200 R a second", func(ctx context.Context) (string, error) {
			begin := l.clock.Now()
			err := PacedScan{Workers: 2, Rate: 200, Now: l.clock.Now, Sleep: func(_ context.Context, d time.Duration) error {
				l.clock.Advance(d)
				return nil
			}}.Run(ctx, l.db, count)
			return fmt.Sprintf("%d items in %.1f s, none throttled", read, l.clock.Now().Sub(begin).Seconds()), err
		})
	},
}

// provision writes 6 MB, and gives the table a fixed capacity.
func provision(ctx context.Context, l *load) error {
	for i := range 60 {
		m := manuscripts.Put(manuscript{ID: fmt.Sprint(i), Text: make([]byte, 100_000)})
		err := l.db.Do(ctx, m)
		for errors.Is(err, ddb.ErrThrottled) {
			l.clock.Advance(time.Second)
			err = l.db.Do(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	_, err := l.engine.Client().UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName: aws.String(l.db.Name()), BillingMode: types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(500), WriteCapacityUnits: aws.Int64(1000)},
	})
	return err
}
