package integration_test

import (
	"os"

	"github.com/singletable-go/ddb/internal/wire"
)

// With DDB_ATTRIBUTE_PATH set, the suite reads attribute maps, as with a client that knows nothing of Options.Protocol.
func init() { wire.Off = os.Getenv("DDB_ATTRIBUTE_PATH") != "" }
