package writes_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// Gifts go to and fro between two players, each asked for twice at once, and responses are lost. Each is made once or
// refused, no wallet is overdrawn, and a reader sees all coins at each moment.
func TestAGiftIsMadeOnce(t *testing.T) {
	t.Parallel()
	db, _ := unreliable(t, GameTable)
	wallets := ddb.NewRepository(db, Wallets)
	for _, p := range []string{"ann", "bob"} {
		_, err := wallets.Put(t.Context(), Wallet{Player: p, Coins: 40})
		require.NoError(t, err)
	}
	const gifts = 40
	gift := func(i int) Gift {
		g := Gift{ID: fmt.Sprint(i), From: "ann", To: "bob", Coins: 7 + i%5}
		if i%3 == 0 {
			g.From, g.To = g.To, g.From
		}
		return g
	}
	var writers, reader sync.WaitGroup
	done := make(chan struct{})
	reader.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			ann, bob, err := Both(t.Context(), db, "ann", "bob")
			assert.NoError(t, err)
			assert.Equal(t, 80, ann.Coins+bob.Coins)
		}
	})
	for range 2 {
		for part := range 3 {
			writers.Go(func() {
				for i := part; i < gifts; i += 3 {
					err := Give(t.Context(), db, gift(i))
					assert.True(t, err == nil || errors.Is(err, ErrTooFewCoins), "%v", err)
				}
			})
		}
	}
	writers.Wait()
	close(done)
	reader.Wait()

	balance := 40
	made := 0
	for item, err := range db.Scan(t.Context(), nil) {
		require.NoError(t, err)
		if g, ok := item.(Gift); ok {
			made++
			if g.From == "ann" {
				balance -= g.Coins
			} else {
				balance += g.Coins
			}
		}
	}
	ann, bob, err := Both(t.Context(), db, "ann", "bob")
	require.NoError(t, err)
	assert.Equal(t, balance, ann.Coins, "what the gifts say")
	assert.Equal(t, 80-balance, bob.Coins)
	assert.GreaterOrEqual(t, ann.Coins, 0)
	assert.GreaterOrEqual(t, bob.Coins, 0)
	assert.Greater(t, made, gifts/4, "the test makes gifts")
}
