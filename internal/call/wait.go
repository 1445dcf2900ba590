package call

import (
	"context"
	"math/rand/v2"
	"time"
)

// Pause waits before attempt n > 0: exponential from 25 ms to 5 s, with full jitter.
func Pause(ctx context.Context, n int) error {
	ceiling := min(25*time.Millisecond<<min(n-1, 16), 5*time.Second)
	return Sleep(ctx, rand.N(ceiling)+time.Millisecond)
}

// PauseFrom is pause, which does not wait before the first attempt.
func PauseFrom(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return ctx.Err()
	}
	return Pause(ctx, attempt)
}

// Sleep waits for d, or until the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
