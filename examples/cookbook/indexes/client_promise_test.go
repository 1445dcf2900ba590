package indexes

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// scanned is a client that does something between the response of a scan and its reader.
type scanned struct {
	ddb.Client
	after func()
}

func (c *scanned) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	out, err := c.Client.Scan(ctx, in, opts...)
	c.after()
	return out, err
}
