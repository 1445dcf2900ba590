package table_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A table whose creation ended before TTL was on is finished by calling it again.
func TestCreateTableFinishesWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	lost := errors.New("connection lost")
	db := ddb.New(&ttlClient{Client: client, fails: 1, err: lost}, "parcels", m.table, nil)
	err := db.CreateTable(t.Context())
	require.ErrorIs(t, err, lost)
	require.NotErrorIs(t, err, ddb.ErrExists)
	require.ErrorContains(t, err, `ddb: create table "parcels": switching TTL on: `)
	require.Empty(t, liveTTLOf(t, client, "parcels"))

	err = db.CreateTable(t.Context())
	require.ErrorIs(t, err, ddb.ErrExists)
	require.NotErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "; it fits the model, and its TTL, which was off, is on now")
	require.ErrorAs(t, err, new(*types.ResourceInUseException), "the SDK's error is in the tree")
	require.Equal(t, "expires", liveTTLOf(t, client, "parcels"))
	require.NoError(t, db.VerifyTable(t.Context()))

	err = db.CreateTable(t.Context())
	require.ErrorIs(t, err, ddb.ErrExists)
	require.NotErrorIs(t, err, ddb.ErrModel)
	require.Regexp(t, "; it fits the model$", err)
}

// A rerun that cannot switch TTL on either does not say that all is well.
func TestCreateTableSaysThatTTLIsStillOff(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	lost := errors.New("connection lost")
	db := ddb.New(&ttlClient{Client: client, fails: 2, err: lost}, "parcels", m.table, nil)
	for range 2 {
		err := db.CreateTable(t.Context())
		require.ErrorIs(t, err, lost)
		require.NotErrorIs(t, err, ddb.ErrExists)
	}
	require.ErrorIs(t, db.CreateTable(t.Context()), ddb.ErrExists)
	require.NoError(t, db.VerifyTable(t.Context()))
}

// DynamoDB refuses to switch on what is on: after a response that was lost, that is no failure.
func TestCreateTableWhereTheResponseToTTLIsLost(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	db := ddb.New(&ttlClient{Client: client, done: true, fails: 1, err: errors.New("connection lost")}, "parcels", m.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.VerifyTable(t.Context()))
}

func TestCreateTableGoesOnWaitingForATableThatIsBeingCreated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 30 * time.Second}).Client()
		db := ddb.New(client, "parcels", m.table, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := db.CreateTable(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `ddb: create table "parcels": waiting until it is active: `)
		require.NotErrorIs(t, err, ddb.ErrExists)

		err = db.CreateTable(t.Context())
		require.ErrorIs(t, err, ddb.ErrExists)
		require.NotErrorIs(t, err, ddb.ErrModel)
		require.NoError(t, db.VerifyTable(t.Context()), "at once")
	})
}

// One of several programs that create a table at once makes it. When the others are told that it exists, it is ready.
func TestCreateTableBySeveralAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 30 * time.Second}).Client()
		const programs = 5
		results := make(chan error, programs)
		for range programs {
			go func() {
				db := ddb.New(client, "parcels", m.table, nil)
				err := db.CreateTable(t.Context())
				assert.NoError(t, db.VerifyTable(t.Context()), "it is ready as soon as CreateTable returns")
				results <- err
			}()
		}
		made := 0
		for range programs {
			if err := <-results; err == nil {
				made++
			} else {
				require.ErrorIs(t, err, ddb.ErrExists)
				require.NotErrorIs(t, err, ddb.ErrModel)
			}
		}
		assert.Equal(t, 1, made)
	})
}

func TestCreateTableWaitsForATableThatIsBeingDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 30 * time.Second}).Client()
		db := ddb.New(client, "parcels", m.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		_, err := client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: new("parcels")})
		require.NoError(t, err)
		require.NoError(t, db.CreateTable(t.Context()), "it is created anew")
		require.NoError(t, db.VerifyTable(t.Context()))
	})
}

// A table that is not the model's is left as it is, TTL included.
func TestCreateTableListsHowAnExistingTableDiffers(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	t.Run("by an index", func(t *testing.T) {
		db := m.live(t, client, "by-index", withGSI("by-name", "pk", "csk"))
		err := db.CreateTable(t.Context())
		require.ErrorIs(t, err, ddb.ErrExists)
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "; it does not fit the model: by-name: the model does not have this index\n"+`TTL is off, in the model on attribute "expires"`)
		assert.Empty(t, liveTTLOf(t, client, "by-index"))
	})
	t.Run("by its TTL", func(t *testing.T) {
		db := m.live(t, client, "by-ttl", nil)
		switchTTLOn(t, client, "by-ttl", "other")
		err := db.CreateTable(t.Context())
		require.ErrorIs(t, err, ddb.ErrExists)
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, `; it does not fit the model: TTL is on attribute "other", in the model on attribute "expires"`)
		assert.Equal(t, "other", liveTTLOf(t, client, "by-ttl"))
	})
}
