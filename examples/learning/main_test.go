package main

import (
	"os"
	"testing"

	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }
