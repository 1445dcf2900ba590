// Aws connects the clinic to AWS: configuration, clients, the check of the table, and what follows its stream, in Lambda or
// in a separate process.
//
//	go run ./examples/clinic/aws -table prod-clinic                     # compares the table with the model
//	go run ./examples/clinic/aws -table prod-clinic -leases prod-leases # and follows its stream until an interrupt
//
// As a Lambda function it is the target of an event source mapping of the stream, with ReportBatchItemFailures and the
// filter that [ddb.Table.StreamFilter] prints. A role needs these actions of dynamodb:
//
//	check        on the table: DescribeTable, DescribeTimeToLive
//	application  on the table: GetItem, BatchGetItem, Query, and on its index/*: Query
//	             on the table: PutItem, UpdateItem, DeleteItem, BatchWriteItem, ConditionCheckItem
//	Lambda       on the table's stream/*: DescribeStream, GetShardIterator, GetRecords; on *: ListStreams
//	             and of logs, on its log group: CreateLogGroup, CreateLogStream, PutLogEvents
//	-leases      check, and as Lambda on streams
//	             on the table of leases: CreateTable, DescribeTable, Query, PutItem, UpdateItem, DeleteItem
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/clinic"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" { // Lambda sets it
		lambda.Start(newMux(os.Stdout).Lambda) // it does not return
	}
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run compares the table with the model, and then follows its stream if a table of leases is named.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	flags.SetOutput(out)
	table := flags.String("table", "", "the `name` of the clinic's table; it is only read")
	leases := flags.String("leases", "", "follow the stream, with leases in the table of this `name`, which is created unless it exists")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *table == "" {
		return errors.New("aws: no table: name it with -table")
	}
	cfg, err := configuration(ctx)
	if err != nil {
		return err
	}
	client := dynamodb.NewFromConfig(cfg)

	// An application reads and writes with repositories: ddb.NewRepository(db, clinic.Patients). If it hands out cursors, it
	// sets Options.CursorKey to a secret.
	db := ddb.New(client, *table, clinic.Table, nil)
	if err := db.VerifyTable(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "table %q matches the model\n", *table)
	if *leases == "" {
		return nil
	}
	store := ddbstream.NewTableStore(client, *leases, "clinic") // the group: all workers that share the stream's shards
	if err := store.CreateTable(ctx); err != nil {
		return err
	}
	opts := &ddbstream.Options{Grace: 10 * time.Second, Logger: slog.Default()} // Grace is for the current batches at the end
	return ddbstream.NewReader(dynamodbstreams.NewFromConfig(cfg), *table, newMux(out), store, opts).Run(ctx)
}

// configuration loads the configuration of the environment, the shared files and the machine's role. A missing value is
// an error here, before any request.
func configuration(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 5, 2*time.Second })
	}))
	if err != nil {
		return cfg, fmt.Errorf("aws: %w", err)
	}
	if cfg.Region == "" {
		return cfg, errors.New("aws: no region: set AWS_REGION, or one in the profile of AWS_PROFILE")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, fmt.Errorf("aws: no credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role: %w", err)
	}
	return cfg, nil
}

// newMux passes the changes of the table to handlers. Mux.Maintain adds the views of a model. MuxOptions.DeadLetters
// stores the records that fail every attempt, for instance in a queue of package ddbsqs.
func newMux(out io.Writer) *ddb.Mux {
	mux := ddb.NewMux(clinic.Table, nil)
	ddb.Handle(mux, clinic.Appointments, func(_ context.Context, c ddb.Change[clinic.Appointment]) error {
		if c.Kind == ddb.Modified && c.Old.Status != clinic.Done && c.New.Status == clinic.Done {
			fmt.Fprintf(out, "appointment %s of %s is done\n", c.New.ID, c.New.PatientID)
		}
		return nil
	})
	return mux
}
