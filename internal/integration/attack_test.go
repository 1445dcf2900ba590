package integration_test

import (
	"testing"

	"github.com/singletable-go/ddb/internal/attack"
	"github.com/singletable-go/ddb/internal/integration"
)

// The promises of the write half, attacked by processes that run as they come. DDB_ATTACK makes it longer: see package attack.
func TestAttack(t *testing.T) {
	t.Parallel()
	for _, p := range attack.Promises {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			integration.Each(t, func(t *testing.T, env *integration.Env) {
				attack.Run(t, p, 3, func() attack.Engine { return attack.Around(env.Client) })
			})
		})
	}
}
