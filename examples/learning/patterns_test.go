package main

import (
	"testing"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/apptest"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// The page and the pictures in model, and the tables of the README, are what the catalog prints.
func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), platform.Patterns) }

func TestReadmeIsTrue(t *testing.T) {
	t.Parallel()
	readmetest.True(t)
}

// Each access pattern is one request on every engine, but for an edit, which reads first, and a registration, which reads the student as stored.
func TestAccessPatterns(t *testing.T) {
	t.Parallel()
	apptest.Patterns(t, learning(), map[string]string{
		"register":       "TransactWriteItems GetItem",
		"edit a chapter": "GetItem TransactWriteItems",
	})
}

// What the catalog estimates is what ddbmem charges at these volumes.
func TestTheEstimatesAreWhatIsCharged(t *testing.T) {
	t.Parallel()
	apptest.Estimates(t, platform.Patterns, full, nil)
}
