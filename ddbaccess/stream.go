package ddbaccess

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
)

// rounds bounds how often the views are drained until none of them has anything to do: a view can be the source of another.
const rounds = 10

// streams keeps views up to date.
type streams struct {
	views   []*ddb.View
	readers []*ddbstream.Reader

	mu     sync.Mutex
	failed []error // of the readers
	stop   context.CancelFunc
}

// newStreams returns nil without views. Each view has a reader of its own, so that its requests can be told from the others'.
func newStreams(client ddb.Client, db *ddb.DB, views []*ddb.View) (*streams, error) {
	if len(views) == 0 {
		return nil, nil
	}
	sdk, ok := client.(interface{ Options() dynamodb.Options })
	if !ok {
		return nil, fmt.Errorf("ddbaccess: %w: the catalog has views, and a client of type %T has no Options for a client of the stream: use a *dynamodb.Client",
			ddb.ErrModel, client)
	}
	s := &streams{views: views, failed: make([]error, len(views))}
	for i, v := range views {
		mux := ddb.NewMux(db.Table(), nil)
		mux.Maintain(db, v)
		s.readers = append(s.readers, ddbstream.NewReader(streamsClient(sdk.Options()), db.Name(), mux, &ddbstream.MemoryStore{}, &ddbstream.Options{
			Poll: time.Millisecond, Discover: time.Millisecond,
			OnError: func(_ context.Context, err error) { s.fail(i, err) },
		}))
	}
	return s, nil
}

// streamsClient returns a client for the streams of the same engine. On AWS streams have an endpoint of their own, in the same
// region; elsewhere the endpoint is the same.
func streamsClient(o dynamodb.Options) *dynamodbstreams.Client {
	endpoint := o.BaseEndpoint
	if endpoint != nil {
		if u, err := url.Parse(*endpoint); err == nil && strings.Contains(u.Hostname(), ".amazonaws.") {
			endpoint = nil
		}
	}
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: endpoint, Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, Retryer: o.Retryer, Logger: o.Logger,
	})
}

// drain hands each view the changes of the table, until there are none, and calls after when a view is done.
func (s *streams) drain(ctx context.Context, after func(view string) error) error {
	if s == nil {
		return nil
	}
	for range rounds {
		before := s.records()
		for i := range s.readers {
			if err := cmp.Or(s.read(ctx, i), after(s.views[i].Name())); err != nil {
				return fmt.Errorf("view %s: %w", s.views[i].Name(), err)
			}
		}
		if s.records() == before {
			return nil
		}
	}
	return fmt.Errorf("the views still change after %d rounds: is one of them its own source?", rounds)
}

// read hands one view the changes that it has not seen. The first failure ends it: a reader would try again for ever.
func (s *streams) read(ctx context.Context, i int) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	s.mu.Lock()
	s.stop = stop
	s.mu.Unlock()
	err := s.readers[i].Drain(run)
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.failed[i], err)
}

func (s *streams) fail(i int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[i] = cmp.Or(s.failed[i], err)
	s.stop()
}

// records is how many records the views have handled.
func (s *streams) records() (n int64) {
	for _, r := range s.readers {
		n += r.Status().Records
	}
	return n
}
