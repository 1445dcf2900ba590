package fault_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// The SDK's error can be reached from whatever a write returns, in one request or in a transaction.
func TestErrorsReachTheSDK(t *testing.T) {
	t.Parallel()
	type member struct {
		ID    string `dynamodbav:"-"`
		Email string `dynamodbav:"email"`
	}
	table := ddb.NewTable("pk", "sk")
	members := ddb.MustDefine(table, "member", func(m *member, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("m#"), ddb.Str(&m.ID))
		d.Primary(id, id)
		d.Unique("email", ddb.Fold(&m.Email))
	})
	db := ddb.New(ddbmem.New().Client(), "members", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), members.Create(member{ID: "1", Email: "a@x"})))

	err := db.Do(t.Context(), members.Create(member{ID: "2", Email: "A@x"}))
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	_, ok := errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, err)

	err = db.Transact(t.Context(), members.Check(member{ID: "1"}), members.CheckAbsent(member{ID: "2"}), members.Check(member{ID: "3"}))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, ok = errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, err)
	tx, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok)
	require.NoError(t, tx.At(0))
	require.ErrorIs(t, tx.At(2), ddb.ErrNotFound)

	f := members.Fields()
	err = db.Do(t.Context(), members.Update(member{ID: "1"}, ddb.If(ddb.Eq(&f.Email, "b@x")), ddb.Set(&f.Email, "c@x")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	_, ok = errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, err)
}
