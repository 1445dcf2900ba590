package main

import (
	"testing"

	"github.com/singletable-go/ddb/examples/internal/apptest"
)

func TestTheLinesBesideThePatternsAreTheSource(t *testing.T) {
	t.Parallel()
	apptest.Lines(t, thingsToDo(), "access.go", "things")
}
