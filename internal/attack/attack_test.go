package attack_test

import (
	"testing"
	"time"

	"github.com/singletable-go/ddb/internal/attack"
)

// rounds is how many rounds of each promise there are where the environment says nothing.
const rounds = 40

func memory() attack.Engine { return attack.Memory(1000 * time.Hour) }

func TestAttackUnique(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Unique, rounds, memory)
}

func TestAttackOutcomes(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Outcomes, rounds, memory)
}

func TestAttackHistory(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Numbers, rounds, memory)
}

func TestAttackIndexEntries(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Entries, rounds, memory)
}

func TestAttackSchema(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Schema, rounds, memory)
}

func TestAttackBatch(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Batches, rounds, memory)
}

func TestAttackTransact(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Transactions, rounds, memory)
}

func TestAttackExpiry(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Expiry, rounds, memory)
}

func TestAttackRevisions(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.Revisions, rounds, memory)
}

func TestAttackUnknownAttributes(t *testing.T) {
	t.Parallel()
	attack.Run(t, attack.UnknownAttributes, rounds, memory)
}
