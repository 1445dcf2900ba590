package provision

import (
	"context"
	"fmt"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/singletable-go/ddb/internal/write"
)

// serviceTime is the service's time of a response, in its header Date; zero if it does not say it.
func serviceTime(m middleware.Metadata) (at time.Time) {
	tries, _ := retry.GetAttemptResults(m)
	for _, try := range tries.Results {
		if t, ok := awsmiddleware.GetServerTime(try.ResponseMetadata); ok {
			at = t
		}
	}
	return at
}

// List returns the names of all tables of the account in the region, in requests of a hundred names. at is the service's
// time of the last response, zero if the response does not say it.
func List(ctx context.Context, db *write.DB) (names []string, at time.Time, err error) {
	c, err := db.Settings("list tables")
	if err != nil {
		return nil, at, err
	}
	in := &dynamodb.ListTablesInput{}
	for {
		out, err := c.ListTables(ctx, in)
		if err != nil {
			return nil, at, fmt.Errorf("ddb: list tables: %w", err)
		}
		at = serviceTime(out.ResultMetadata)
		names = append(names, out.TableNames...)
		if in.ExclusiveStartTableName = out.LastEvaluatedTableName; in.ExclusiveStartTableName == nil {
			return names, at, nil
		}
	}
}
