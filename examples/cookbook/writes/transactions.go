package writes

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Wallet has the coins of a player.
type Wallet struct {
	Player string `dynamodbav:"-"`
	Coins  int    `dynamodbav:"coins"`
}

// Gift is a transfer of coins. Its ID is made by who asks for it, once, before the first attempt.
type Gift struct {
	ID    string `dynamodbav:"-"`
	From  string `dynamodbav:"from"`
	To    string `dynamodbav:"to"`
	Coins int    `dynamodbav:"coins"`
}

// The table of a game, and the entities.
var (
	GameTable = ddb.NewTable("pk", "")
	Wallets   = ddb.MustDefine(GameTable, "wallet", func(w *Wallet, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("wallet#"), ddb.Str(&w.Player)))
	})
	Gifts = ddb.MustDefine(GameTable, "gift", func(g *Gift, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("gift#"), ddb.Str(&g.ID)))
	})
)

// What refuses a gift.
var (
	ErrTooFewCoins = errors.New("too few coins")
	ErrNoPlayer    = errors.New("no such player")
	ErrOtherGift   = errors.New("another gift has this id")
)

// Give makes a gift, once, however often it is called. A lost response is no problem: the library sends a token, which
// DynamoDB remembers for ten minutes. A caller that crashed, or a queue that delivers twice, comes later and with another
// token: then the gift's own item exists, and all is done already.
func Give(ctx context.Context, db *ddb.DB, g Gift) error {
	if g.Coins < 1 || g.From == g.To {
		return fmt.Errorf("gift %s: %d coins from %s to %s: give one at least, to another player", g.ID, g.Coins, g.From, g.To)
	}
	f := Wallets.Fields()
	err := db.Transact(ctx,
		Gifts.Create(g),
		Wallets.Update(Wallet{Player: g.From}, ddb.If(ddb.Ge(&f.Coins, g.Coins)), ddb.Sub(&f.Coins, g.Coins)),
		Wallets.Update(Wallet{Player: g.To}, ddb.Add(&f.Coins, g.Coins)))
	tx, ok := errors.AsType[*ddb.TransactError](err)
	if !ok {
		return err // nil, or no refusal: throttled, lost
	}
	// Nothing was written. Each op that failed says why; several can.
	if stored, ok := Gifts.Current(tx.At(0)); ok {
		if stored == g {
			return nil
		}
		return fmt.Errorf("gift %s: %w", g.ID, ErrOtherGift)
	}
	switch {
	case errors.Is(tx.At(1), ddb.ErrCondition):
		has, _ := Wallets.Current(tx.At(1))
		return fmt.Errorf("gift %s: %w: %s has %d", g.ID, ErrTooFewCoins, g.From, has.Coins)
	case errors.Is(tx.At(1), ddb.ErrNotFound):
		return fmt.Errorf("gift %s: %w: %s", g.ID, ErrNoPlayer, g.From)
	case errors.Is(tx.At(2), ddb.ErrNotFound):
		return fmt.Errorf("gift %s: %w: %s", g.ID, ErrNoPlayer, g.To)
	}
	return err
}

// Both reads two wallets as of one moment: coins on their way are in one of them. Two reads could see them in none.
func Both(ctx context.Context, db *ddb.DB, a, b string) (Wallet, Wallet, error) {
	x, y := Wallet{Player: a}, Wallet{Player: b}
	err := db.TransactGet(ctx, Wallets.Load(&x), Wallets.Load(&y))
	return x, y, err
}
