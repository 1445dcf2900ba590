package wire_test

import (
	"slices"
	"testing"
)

// FuzzAnswer requires that the SDK gives the same result or the same error for a response, whether a Call reads it
// first or not.
func FuzzAnswer(f *testing.F) {
	for _, body := range slices.Concat(taken, left) {
		if len(body) < 10000 {
			f.Add([]byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) { sameQuery(t, &stub{body: body}) })
}

// FuzzItem is FuzzAnswer for the inside of an item, so that the fuzzer need not find the way there.
func FuzzItem(f *testing.F) {
	for _, v := range []string{
		`{"S":"text"}`, `{"S":"\n\u00e9\ud83d\ude00é"}`, `{"N":"-1.5e10"}`, `{"B":"YWI="}`, `{"BOOL":true}`, `{"NULL":true}`, `{"L":[{"S":"a"},{"N":"1"}]}`,
		`{"M":{"a":{"S":"b"},"c":{"M":{}}}}`, `{"SS":["a","b"]}`, `{"NS":["1"]}`, `{"BS":["YQ=="]}`,
	} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		body := append([]byte(`{"Count":1,"Items":[{"pk":{"S":"k"},"v":`), v...)
		sameQuery(t, &stub{body: append(body, `}],"ScannedCount":1}`...)})
	})
}
