package record

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/wire"
)

const lambdaSample = `{"Records":[{"eventID":"1","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",` +
	`"dynamodb":{"ApproximateCreationDateTime":1763672400.25,"Keys":{"pk":{"S":"a"}},"NewImage":{"pk":{"S":"a"},"n":{"N":"1"},"l":{"L":[{"BOOL":true},{"NULL":true},{"B":"YWI="},` +
	`{"M":{"x":{"SS":["a\n","b"]},"y":{"NS":["1"]},"z":{"BS":["YQ=="]}}}]}},"OldImage":{"pk":{"S":"a"}},"SequenceNumber":"100","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"},` +
	`"eventSourceARN":"arn:aws:dynamodb:eu-central-1:1:table/t/stream/s"},` +
	`{"eventName":"REMOVE","dynamodb":{"Keys":{"pk":{"S":"a"}},"SequenceNumber":"101"},"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}}]}`

// sameRecords requires that an event is read alike, or refused, from its JSON and by encoding/json; it reports whether the former took it.
func sameRecords(t *testing.T, event []byte) bool {
	t.Helper()
	got, ok := WireRecords(event)
	if !ok {
		return false
	}
	var want LambdaEvent
	require.NoError(t, json.Unmarshal(event, &want), "%s", event)
	if len(got)+len(want.Records) > 0 && !reflect.DeepEqual(want.Records, got) {
		require.Equal(t, want.Records, got, "%s", event)
	}
	return true
}

func TestLambdaRecords(t *testing.T) {
	t.Parallel()
	if wire.Off {
		t.Skip("the path is off")
	}
	assert.True(t, sameRecords(t, []byte(lambdaSample)))
	assert.True(t, sameRecords(t, []byte(`{"Records":[],"other":[1,{"a":null}]}`)))
	for _, event := range []string{
		``, `{}x`, `{"Records":null}`, `{"records":[]}`, `{"Records":[],"Records":[]}`, `{"Records":[{}]}`, `{"Records":[{"eventName":"UPDATE","dynamodb":{"Keys":{"pk":{"S":"a"}},"SequenceNumber":"1"}}]}`,
		`{"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1"}}]}`, `{"Records":[{"eventName":"INSERT","dynamodb":{"Keys":{},"SequenceNumber":"1"}}]}`,
		`{"Records":[{"eventName":"INSERT","eventname":"REMOVE","dynamodb":{"Keys":{"pk":{"S":"a"}},"SequenceNumber":"1"}}]}`, `{"Records":[{"eventName":"INS\u0045RT"}]}`, `{"Records":[],"a":01}`,
		`{"Records":[{"eventName":"INSERT","userIdentity":null,"dynamodb":{"Keys":{"pk":{"S":"a"}},"SequenceNumber":"1"}}]}`,
	} {
		assert.False(t, sameRecords(t, []byte(event)), event)
	}
}

func FuzzLambdaRecords(f *testing.F) {
	f.Add([]byte(lambdaSample))
	f.Add([]byte(`{"Records":[],"other":[1.5e-3,{"a":null},true,false,""]}`))
	f.Fuzz(func(t *testing.T, event []byte) { sameRecords(t, event) })
}
