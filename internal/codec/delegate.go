package codec

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// attributevalue reads options only from struct tags. So a value for it is wrapped in a struct with a field V, made for
// its type and options.
type holderKey struct {
	typ reflect.Type
	tag tag
}

var holders sync.Map // of holderKey to reflect.Type

func holder(t reflect.Type, g tag) reflect.Type {
	key := holderKey{t, g}
	if h, ok := holders.Load(key); ok {
		return h.(reflect.Type)
	}
	h := reflect.StructOf([]reflect.StructField{{
		Name: "V", Type: t, Tag: reflect.StructTag(fmt.Sprintf(`dynamodbav:"V%s"`, g)),
	}})
	holders.Store(key, h)
	return h
}

// delegateEncode encodes v by attributevalue, nil if it stores nothing. It keeps whether v is addressable, which
// matters for marshalers with pointer receivers.
func delegateEncode(v reflect.Value, g tag) (av types.AttributeValue, err error) {
	defer refuse(&err)
	h := reflect.New(holder(v.Type(), g)).Elem()
	h.Field(0).Set(v)
	in := h
	if v.CanAddr() {
		in = h.Addr()
	}
	m, err := attributevalue.MarshalMap(in.Interface())
	if err != nil {
		return nil, err
	}
	return m["V"], nil
}

// delegateDecode decodes av into dst by attributevalue.
func delegateDecode(av types.AttributeValue, dst reflect.Value, g tag) (err error) {
	defer refuse(&err)
	if k := dst.Kind(); g&asString == 0 && (k == reflect.Interface || k == reflect.Slice || k == reflect.Map) {
		return attributevalue.Unmarshal(av, dst.Addr().Interface()) // decoding has no other option
	}
	h := reflect.New(holder(dst.Type(), g)).Elem()
	h.Field(0).Set(dst)
	if err := attributevalue.UnmarshalMap(map[string]types.AttributeValue{"V": av}, h.Addr().Interface()); err != nil {
		return err
	}
	dst.Set(h.Field(0))
	return nil
}

// refuse turns the panics of attributevalue for some types and values into errors: those of reflect, and the call of a
// value method on a nil pointer. It does not recover other panics.
func refuse(err *error) {
	switch r := recover().(type) {
	case nil:
	case *reflect.ValueError:
		*err = fmt.Errorf("attributevalue cannot handle the value: %w", r)
	case string:
		if !strings.HasPrefix(r, "reflect") {
			panic(r)
		}
		*err = fmt.Errorf("attributevalue cannot handle the value: %s", r)
	case runtime.Error:
		if !strings.Contains(r.Error(), "called using nil") {
			panic(r)
		}
		*err = fmt.Errorf("attributevalue cannot handle the value: %w", r)
	default:
		panic(r)
	}
}
