// Package browser gives tests a Chromium.
package browser

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Require is the variable that turns skips for a missing Chromium into failures.
const Require = "DDB_REQUIRE_BROWSER"

// Start starts a Chromium with a tab and its own profile, and ends it when the test ends. Until [Emulate] or another
// emulation gives the tab a size, it has what a window of 1200 by 800 leaves it: 1200 by about 660. Without a Chromium the
// test skips. What the page's console reports as an error fails the test, unless it is from one of the sources in
// ignore, such as "network".
func Start(t *testing.T, ignore ...string) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	switch {
	case path != "":
	case os.Getenv(Require) == "1":
		require.Fail(t, "there is no Chromium in the PATH, and "+Require+"=1 requires one")
	default:
		t.Skip("needs a browser: install chromium")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), // it ends in an orderly way
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 800),
		chromedp.Flag("headless", true), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		assert.NoError(t, chromedp.Cancel(ctx)) // and wait until it has ended
		cancel()
	})
	require.NoError(t, chromedp.Do(ctx), "start %s", path)
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err == nil && (m.IsException() || m.Type == chromedp.ConsoleError) && !slices.Contains(ignore, m.Source) {
				t.Errorf("the page's console says: %s", m)
			}
		}
	}()
	return ctx
}

// Emulate gives the tab a size, and a color scheme: "light" or "dark".
func Emulate(ctx context.Context, t *testing.T, width, height int64, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return err
	})))
}
