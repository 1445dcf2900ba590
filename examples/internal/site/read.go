package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ReadJSON reads a body of at most limit bytes, which is one JSON object, into the struct that into points to. Unknown
// and repeated names, and text that is not valid UTF-8, are faults: nothing of a request is lost or replaced.
func ReadJSON(r *http.Request, limit int64, into any) error {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return &Fault{http.StatusUnsupportedMediaType, "not_json", "the Content-Type must be application/json"}
	}
	body, err := ReadBody(r, limit)
	if err != nil {
		return err
	}
	if jsontext.Value(body).Kind() != '{' {
		return Bad("the body must be a JSON object")
	}
	if err := json.Unmarshal(body, into, json.RejectUnknownMembers(true)); err != nil {
		return Bad("the body is not the expected JSON object: %s", mistake(err))
	}
	return nil
}

// ReadBody reads a body of at most limit bytes.
func ReadBody(r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &Fault{http.StatusRequestEntityTooLarge, "too_long", fmt.Sprintf("the body has more than %d bytes", limit)}
	}
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return nil, &Fault{http.StatusRequestTimeout, "too_slow", "the body did not arrive in time"}
	}
	return nil, Bad("the body ends early")
}

// mistake says in words what is wrong with a JSON text. The errors of the decoder name Go types.
func mistake(err error) string {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			return fmt.Sprintf("at byte %d: %v", syntax.ByteOffset, syntax.Err)
		}
		return "it cannot be read"
	}
	field := string(wrong.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Sprintf("%s is not a name of it", field)
	case wrong.GoType == nil:
		return fmt.Sprintf("%s has a wrong value", field)
	}
	return fmt.Sprintf("%s must be %s", field, kind(wrong.GoType))
}

// kind is the JSON value that a type is written as.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number that is not negative"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Pointer:
		return kind(t.Elem())
	}
	return "an object"
}
