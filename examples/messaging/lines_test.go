package main

import (
	"testing"

	"github.com/singletable-go/ddb/examples/internal/apptest"
)

func TestTheLinesBesideThePatternsAreTheSource(t *testing.T) {
	t.Parallel()
	apptest.Lines(t, messaging(), "access.go", "groups")
}
