package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func TestHelp(t *testing.T) {
	apptest.Help(t, thingsToDo(), "seed", "patterns", "describe", "scan", "purge", "drop", "search", "index", "events", "serve", "-organisers", "-local", "DYNAMODB_ENDPOINT")
}

func TestMistakesInTheArguments(t *testing.T) {
	apptest.Mistakes(t, thingsToDo, 2, map[string]string{
		"paterns":        `thingstodo: unknown command "paterns": use one of seed, patterns, describe, scan, purge, drop, search, index, events, serve`,
		"seed more":      `unknown command "more"`,
		"-organizers 3":  `-organizers`,
		"-users many":    `"many"`,
		"seed -users 0":  `must be at least 1`,
		"-things 5 seed": `must be at least 6`,

		"index":                       `index needs a command: use one of rebuild, verify`,
		"index drop":                  `unknown command "drop": use one of rebuild, verify`,
		"search -age old":             `age: "old" is no whole number`,
		"search -from 2026-13-99":     `from: "2026-13-99" is no day`,
		"search -near here":           `near: is a latitude and a longitude`,
		"search -within 10km kites":   `within: is of no use without a place`,
		"events publish -topic queue": `-topic is "queue": use the ARN of an SNS topic`,
		"events replay -topic arn:aws:sqs:eu-west-1:1:q": `use the ARN of an SNS topic`,
		"serve -addr nowhere":                            `-addr is "nowhere": use a host and a port`,
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
		"":         "29 access patterns, 32 requests, ",
		"seed":     "seeded",
		"patterns": "bookings of an organiser",
		"scan":     "Booking",
		"purge":    fmt.Sprintf("deleted %d items", things.Generate(things.DefaultSize).Items()),
		"drop":     "dropped",

		"search pottery":                                     "1 found; requests to the table: 1, read units: 0.5",
		"search -near 52.2,21.0 pottery harbour":             "0 found; requests to the table: 0",
		"search pottery -near 52.2,21.0 -within 10km -age 7": "Pottery at Northgate",
		"search -near -52.2,21.0":                            "0 found",
		"index rebuild":                                      "indexed 20 published things",
		"index verify":                                       "the index has what is published, and nothing else",
		"events publish":                                     "TTD_APPROVED               20 records",
	})
}

// The life of a table on an endpoint that keeps it.
func TestCommands(t *testing.T) {
	table := apptest.NewTable(t, thingsToDo)
	size := []string{"-organisers", "2", "-users", "3"}
	table.Run(1, fmt.Sprintf("no table %q", table.Name), append(size, "serve", "-addr", "127.0.0.1:0")...)
	table.Run(0, "no scan, no filter expression", "patterns")
	table.Run(0, "seeded", append(size, "seed")...)
	table.Run(0, "Booking", "scan")
	table.Run(0, "no scan, no filter expression", size...)
	table.Run(0, "deleted", "purge")
	table.Run(0, "dropped table", "drop")
	table.Run(1, "no table", "drop")
}
