package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func TestHelp(t *testing.T) {
	apptest.Help(t, thingsToDo(), "seed", "patterns", "describe", "scan", "purge", "drop", "-organisers", "-local", "DYNAMODB_ENDPOINT")
}

func TestMistakesInTheArguments(t *testing.T) {
	apptest.Mistakes(t, thingsToDo, 2, map[string]string{
		"paterns":        `thingstodo: unknown command "paterns": use one of seed, patterns, describe, scan, purge, drop`,
		"seed more":      `unknown command "more"`,
		"-organizers 3":  `-organizers`,
		"-users many":    `"many"`,
		"seed -users 0":  `must be at least 1`,
		"-things 5 seed": `must be at least 6`,
	})
}

func TestDescribeNeedsNoEngine(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	code, out, errs := apptest.Run(t, thingsToDo(), "describe")
	assert.Zero(t, code, errs)
	assert.Contains(t, out, "favourite")
}

func TestNothingNeedsToBeInstalled(t *testing.T) {
	apptest.Works(t, thingsToDo, map[string]string{
		"":         "14 access patterns, 14 requests, 9.0 read units; no scan, no filter expression",
		"seed":     "seeded",
		"patterns": "bookings of an organiser",
		"scan":     "Booking",
		"purge":    fmt.Sprintf("deleted %d items", things.Generate(things.DefaultSize).Items()),
		"drop":     "dropped",
	})
}

// The smallest guide that the flags allow has something for every access pattern.
func TestEveryPatternFindsSomething(t *testing.T) {
	t.Setenv("DYNAMODB_ENDPOINT", "")
	for seed := range 20 {
		code, out, errs := apptest.Run(t, thingsToDo(), "patterns", "-seed", fmt.Sprint(seed), "-organisers", "1", "-things", "6", "-users", "1",
			"-children", "1", "-favourites", "1", "-bookings", "1")
		assert.Zero(t, code, errs)
		assert.Contains(t, out, "14 access patterns, 14 requests")
	}
}

// The life of a table on an endpoint that keeps it.
func TestCommands(t *testing.T) {
	table := apptest.NewTable(t, thingsToDo)
	size := []string{"-organisers", "2", "-users", "3"}
	table.Run(1, fmt.Sprintf("no table %q", table.Name), append(size, "patterns")...)
	table.Run(0, "seeded", append(size, "seed")...)
	table.Run(0, "14 access patterns, 14 requests", append(size, "patterns")...)
	table.Run(1, "was the table seeded with the same flags?", append(size, "patterns", "-seed", "2")...)
	table.Run(0, "Booking", "scan")
	table.Run(0, "14 access patterns, 14 requests", size...)
	table.Run(0, "deleted", "purge")
	table.Run(1, "was the table seeded", append(size, "patterns")...)
	table.Run(0, "dropped table", "drop")
	table.Run(1, "no table", "drop")
}
