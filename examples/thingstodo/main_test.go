package main

import (
	"os"
	"testing"

	"github.com/singletable-go/ddb/examples/internal/moto"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) {
	code := localtest.Main(m)
	moto.Stop()
	os.Exit(code)
}
