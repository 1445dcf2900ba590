// Package versions has the recipes of items with a past.
package versions

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Contract is the latest version of a contract, or an older one.
type Contract struct {
	ID      string `dynamodbav:"-"`
	Terms   string `dynamodbav:"terms"`
	Version int64  `dynamodbav:"version"` // kept by the library: 1, 2, 3 …
}

// The table of contracts, and the entity. The item of a contract is its latest version, so reads of it cost what they would
// without a past. Each version, also the latest, has an item in a partition beside it. It is never changed, and is written in
// one transaction with the item: no version is lost, and no number is given twice, not even after a delete.
var (
	ContractTable = ddb.NewTable("contract", "version_no")

	Contracts = ddb.MustDefine(ContractTable, "contract", func(c *Contract, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("contract#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("latest")))
		d.Version(&c.Version)
		// Ten digits, so that version 10 comes after version 9: sort keys are compared as text.
		d.History(ddb.Key(ddb.Prefix("versions#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("v"), ddb.Num(&c.Version, 10)))
	})
)

// AmendContract makes a new version. Two amendments at a time become two versions: change runs again on the newer one.
func AmendContract(ctx context.Context, db *ddb.DB, id string, change func(*Contract) error) (Contract, error) {
	return ddb.NewRepository(db, Contracts).Modify(ctx, Contract{ID: id}, change)
}

// ContractAt is version n of a contract.
func ContractAt(ctx context.Context, db *ddb.DB, id string, n int64) (Contract, error) {
	return ddb.NewRepository(db, Contracts).History().At(ctx, Contract{ID: id}, n)
}

// NewestVersions are up to n versions of a contract, the newest first. The first request reads up to 1 MB of them, also where
// n is small.
func NewestVersions(ctx context.Context, db *ddb.DB, id string, n int) (versions []Contract, err error) {
	for c, err := range ddb.NewRepository(db, Contracts).History().All(ctx, Contract{ID: id}) {
		if err != nil {
			return nil, err
		}
		if versions = append(versions, c); len(versions) == n {
			break
		}
	}
	return versions, nil
}

// KeepNewest deletes all but the newest n versions. The numbers of the others stay.
func KeepNewest(ctx context.Context, db *ddb.DB, id string, n int) error {
	return ddb.NewRepository(db, Contracts).History().Prune(ctx, Contract{ID: id}, n)
}
