package attack_test

import (
	"testing"

	"github.com/singletable-go/ddb/internal/attack"
	"github.com/singletable-go/ddb/internal/scale"
)

func TestMain(m *testing.M) { scale.Main(m, 0) }

// rounds is how many rounds of each promise there are where DDB_ATTACK says nothing.
var rounds = scale.Of(40, 8)

func TestAttackUnique(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Unique, rounds, attack.Memory)
}

func TestAttackOutcomes(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Outcomes, rounds, attack.Memory)
}

func TestAttackHistory(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Numbers, rounds, attack.Memory)
}

func TestAttackIndexEntries(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Entries, rounds, attack.Memory)
}

func TestAttackSchema(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Schema, rounds, attack.Memory)
}

func TestAttackBatch(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Batches, rounds, attack.Memory)
}

func TestAttackTransact(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Transactions, rounds, attack.Memory)
}

func TestAttackExpiry(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Expiry, rounds, attack.Memory)
}

func TestAttackRevisions(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Revisions, rounds, attack.Memory)
}

func TestAttackUnknownAttributes(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.UnknownAttributes, rounds, attack.Memory)
}
