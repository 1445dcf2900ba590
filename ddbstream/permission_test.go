package ddbstream_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// restricted is a client whose role lacks UpdateItem, like roles made for earlier releases.
type restricted struct {
	*dynamodb.Client
	allowed atomic.Bool
}

func (c *restricted) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, f ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if !c.allowed.Load() {
		return nil, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "UpdateItem", Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}}
	}
	return c.Client.UpdateItem(ctx, in, f...)
}

// A reader whose role lacks a permission reports which, reads nothing whose position it could not write, and continues
// when it has the permission.
func TestAWorkerWithoutAPermissionSaysWhich(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 3})
		client := &restricted{Client: a.client}
		store := ddbstream.NewTableStore(client, "readers", "g")
		require.NoError(t, store.CreateTable(t.Context()))
		var errs told
		var l log
		opts := latest()
		opts.OnError = errs.add
		r := ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, opts)
		run(t, r)
		eventually(t, func() bool {
			return strings.Contains(fmt.Sprint(errs.all()), `in table "readers": operation error DynamoDB: UpdateItem, api error AccessDeniedException: not authorized: `+
				`allow dynamodb:UpdateItem in the policy of this program's role`)
		}, "it is told")
		eventually(t, func() bool { o := r.Status().Outages; return len(o) == 1 && o[0].Operation == "writes of leases" }, "it is an outage, though the leases can be read")
		a.put(t, Point{Game: "g", ID: "a", N: 1})
		client.allowed.Store(true)
		eventually(t, func() bool { return l.last("a") == 1 }, "what is written meanwhile arrives")
		eventually(t, func() bool { return len(r.Status().Outages) == 0 }, "it is over")
	})
}
