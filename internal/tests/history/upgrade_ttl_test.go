package history_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Voucher had its end in another attribute once, before that was the table's TTL.
type Voucher struct {
	ID  string    `dynamodbav:"-"`
	X   string    `dynamodbav:"x"`
	V   int64     `dynamodbav:"v"`
	End time.Time `dynamodbav:"ttl,unixtime,omitempty"`
}

type voucherTable struct {
	*ddb.DB
	vouchers    *ddb.Entity[Voucher]
	repo        *ddb.Repository[Voucher]
	whole, keys *ddb.Index
}

// newVoucherTable has one voucher of an older schema, which ended before now or ends after it.
func newVoucherTable(t *testing.T, versions bool, end time.Duration) *voucherTable {
	table := ddb.NewTable("pk", "").TTL("ttl")
	v := &voucherTable{whole: table.GSI("whole", "w_pk", ""), keys: table.GSI("keys", "k_pk", "").Include("ttl", "x")}
	v.vouchers = ddb.MustDefine(table, "voucher", func(x *Voucher, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("v#"), ddb.Str(&x.ID)))
		d.Index(v.whole, ddb.Key(ddb.Prefix("all")))
		d.Index(v.keys, ddb.Key(ddb.Prefix("all")))
		d.TTL(&x.End)
		if versions {
			d.Version(&x.V)
		}
		d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
			if attrs["expires"] == nil {
				return errors.New("no expires")
			}
			attrs["ttl"] = attrs["expires"]
			delete(attrs, "expires")
			return nil
		})
	})
	client := ddbmem.New().Client()
	v.DB = ddb.New(client, "vouchers", table, nil)
	v.repo = ddb.NewRepository(v.DB, v.vouchers)
	require.NoError(t, v.CreateTable(t.Context()))
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("vouchers"), Item: map[string]types.AttributeValue{
		"pk": text("v#1"), "entityType": text("voucher"), "x": text("old"), "w_pk": text("all"), "k_pk": text("all"),
		"v": &types.AttributeValueMemberN{Value: "1"}, "expires": &types.AttributeValueMemberN{Value: fmt.Sprint(time.Now().Add(end).Unix())},
	}})
	require.NoError(t, err)
	return v
}

// An item of which the upgrade says that its TTL has passed is not there, to whatever reads or writes.
func TestAnUpgradeThatSaysWhenAnItemEnds(t *testing.T) {
	t.Parallel()
	one := Voucher{ID: "1"}
	some := func(n int, err error) error {
		if err == nil && n == 0 {
			return ddb.ErrNotFound
		}
		return err
	}
	verbs := map[string]func(ctx context.Context, v *voucherTable) error{ // each finds the item, or says that there is none
		"Get": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Get(ctx, one)
			return err
		},
		"Query": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.repo.Query(ctx, v.vouchers.Query(one)))
			return some(len(all), err)
		},
		"Query of an index": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.repo.Query(ctx, v.vouchers.On(v.whole, Voucher{})))
			return some(len(all), err)
		},
		"Query of a part": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.repo.Query(ctx, v.vouchers.On(v.keys, Voucher{})))
			return some(len(all), err)
		},
		"Select of the key": func(ctx context.Context, v *voucherTable) error {
			f := v.vouchers.Fields()
			all, err := ddb.Collect(v.repo.Query(ctx, v.vouchers.On(v.keys, Voucher{}).Select(&f.ID)))
			return some(len(all), err)
		},
		"Select": func(ctx context.Context, v *voucherTable) error {
			f := v.vouchers.Fields()
			all, err := ddb.Collect(v.repo.Query(ctx, v.vouchers.On(v.whole, Voucher{}).Select(&f.X)))
			return some(len(all), err)
		},
		"Items": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.Items(ctx, v.vouchers.On(v.whole, Voucher{}).Collection()))
			return some(len(all), err)
		},
		"Scan": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.repo.Scan(ctx, nil))
			return some(len(all), err)
		},
		"Lookups": func(ctx context.Context, v *voucherTable) error {
			all, err := ddb.Collect(v.repo.Lookups(ctx, v.vouchers.On(v.keys, Voucher{})))
			if err == nil && len(all) == 1 && all[0].Outcome == ddb.LookupGone {
				return ddb.ErrNotFound
			}
			return some(len(all), err)
		},
		"BatchGet": func(ctx context.Context, v *voucherTable) error {
			found, err := v.repo.BatchGet(ctx, []Voucher{one})
			if err == nil && found[0].Outcome == ddb.LookupGone {
				return ddb.ErrNotFound
			}
			return err
		},
		"Loads":       func(ctx context.Context, v *voucherTable) error { return v.LoadAll(ctx, v.vouchers.Load(new(one))) },
		"TransactGet": func(ctx context.Context, v *voucherTable) error { return v.TransactGet(ctx, v.vouchers.Load(new(one))) },
		"Create": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Create(ctx, Voucher{ID: "1", X: "new"})
			switch {
			case err == nil:
				return ddb.ErrNotFound
			case errors.Is(err, ddb.ErrExists):
				return nil
			}
			return err
		},
		"CheckAbsent": func(ctx context.Context, v *voucherTable) error {
			err := v.Transact(ctx, v.vouchers.CheckAbsent(one), v.vouchers.Put(Voucher{ID: "2"}))
			switch {
			case err == nil:
				return ddb.ErrNotFound
			case errors.Is(err, ddb.ErrExists):
				return nil
			}
			return err
		},
		"Check": func(ctx context.Context, v *voucherTable) error {
			return v.Transact(ctx, v.vouchers.Check(one), v.vouchers.Put(Voucher{ID: "2"}))
		},
		"Update": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Update(ctx, one, ddb.Set(&v.vouchers.Fields().X, "new"))
			return err
		},
		"Replace": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Replace(ctx, Voucher{ID: "1", X: "new", V: 1})
			return err
		},
		"Modify": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Modify(ctx, one, func(x *Voucher) error {
				x.X = "new"
				return nil
			})
			return err
		},
		"Move": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Move(ctx, one, Voucher{ID: "2", X: "new", V: 1})
			return err
		},
		"Take": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Take(ctx, one)
			return err
		},
		"Put if": func(ctx context.Context, v *voucherTable) error {
			_, err := v.repo.Put(ctx, Voucher{ID: "1", X: "new", V: 1}, ddb.If(ddb.Eq(&v.vouchers.Fields().X, "old")))
			return err
		},
	}
	for name, verb := range verbs {
		for _, versions := range []bool{false, true} {
			if name == "Modify" && !versions {
				continue
			}
			t.Run(fmt.Sprint(name, versions), func(t *testing.T) {
				t.Parallel()
				err := verb(t.Context(), newVoucherTable(t, versions, -time.Hour))
				if versions && name == "Put if" {
					require.ErrorIs(t, err, ddb.ErrConflict) // of the version that is gone
				} else {
					require.ErrorIs(t, err, ddb.ErrNotFound)
				}
				assert.NoError(t, verb(t.Context(), newVoucherTable(t, versions, time.Hour)), "one that has not ended")
			})
		}
	}
	v := newVoucherTable(t, false, -time.Hour)
	kept, err := v.repo.Upsert(t.Context(), one, ddb.Set(&v.vouchers.Fields().X, "new"))
	require.NoError(t, err)
	assert.Equal(t, Voucher{ID: "1", X: "new"}, kept, "of the ended one nothing is left")
}
