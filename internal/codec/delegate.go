package codec

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// attributevalue reads options only from the tags of a struct's fields, so a value that is handed to it travels as the field V
// of a struct made for its type and options.
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

// delegateEncode encodes v by attributevalue, nil where it stores nothing. Whether v can be addressed makes a difference
// to marshalers with pointer receivers, so it is kept.
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
	h := reflect.New(holder(dst.Type(), g)).Elem()
	h.Field(0).Set(dst)
	if err := attributevalue.UnmarshalMap(map[string]types.AttributeValue{"V": av}, h.Addr().Interface()); err != nil {
		return err
	}
	dst.Set(h.Field(0))
	return nil
}

// refuse turns a panic of attributevalue, which has no other way to refuse some types, into an error.
func refuse(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("attributevalue refuses the type: %v", r)
	}
}
