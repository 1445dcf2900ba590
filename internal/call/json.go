package call

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"github.com/singletable-go/ddb/internal/wire"
)

// WritesJSON reports that no user code can look at the Item of a PutItemInput on its way to the wire, so that it need
// not be whole. Such code is a client that is not the SDK's own, or a middleware, an interceptor or a protocol of the
// user's, one of which might encrypt the item.
func WritesJSON(client Client) bool {
	c, _ := client.(*dynamodb.Client)
	if c == nil {
		return false
	}
	o := c.Options()
	if _, own := o.Protocol.(*awsjson.Protocol); !own || !wire.Speaks(&o) || len(o.APIOptions) > 0 {
		return false
	}
	for _, registered := range reflect.ValueOf(o.Interceptors).Fields() {
		if registered.Kind() != reflect.Slice || registered.Len() > 0 {
			return false
		}
	}
	return true
}
