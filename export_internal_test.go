package ddb

import (
	"os"

	"github.com/singletable-go/ddb/internal/wire"
)

// With DDB_ATTRIBUTE_PATH set, the tests of the package run on attribute maps: as with a client that knows nothing of Options.Protocol.
func init() { wire.Off = os.Getenv("DDB_ATTRIBUTE_PATH") != "" }
