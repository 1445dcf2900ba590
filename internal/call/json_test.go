package call_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/wire"
)

// wrapped is a client that is not the SDK's own, protocol one that only looks like it, interceptor one that looks on.
type (
	wrapped     struct{ *dynamodb.Client }
	protocol    struct{ smithyhttp.ClientProtocol }
	interceptor struct{}
)

func (interceptor) BeforeSerialization(context.Context, *smithyhttp.InterceptorContext) error {
	return nil
}

// Puts are written as JSON where no user code can look at them on their way, and only there.
func TestWritesJSON(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	assert.Equal(t, !wire.Off, call.WritesJSON(engine.Client()))
	assert.False(t, call.WritesJSON(wrapped{engine.Client()}))
	for name, option := range map[string]func(*dynamodb.Options){
		"middleware": func(o *dynamodb.Options) {
			o.APIOptions = append(o.APIOptions, func(*middleware.Stack) error { return nil })
		},
		"interceptor": func(o *dynamodb.Options) {
			o.Interceptors.BeforeSerialization = append(o.Interceptors.BeforeSerialization, interceptor{})
		},
	} {
		assert.False(t, call.WritesJSON(engine.Client(option)), name)
	}
	o := engine.Client().Options()
	o.Protocol = protocol{o.Protocol}
	assert.False(t, call.WritesJSON(dynamodb.New(o, func(to *dynamodb.Options) { to.Protocol = o.Protocol })), "protocol")
}
