package events

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// weather is an SNS that fails at random, and refuses messages with the text "bad" for ever.
type weather struct {
	t    *rapid.T
	took map[string]bool // bodies
}

func (w *weather) PublishBatch(_ context.Context, in *sns.PublishBatchInput, _ ...func(*sns.Options)) (*sns.PublishBatchOutput, error) {
	if rapid.IntRange(0, 4).Draw(w.t, "outage") == 4 {
		return nil, errors.New("no route to host")
	}
	out := &sns.PublishBatchOutput{}
	size := 0
	for _, e := range in.PublishBatchRequestEntries {
		size += len(*e.Message)
		switch {
		case strings.Contains(*e.Message, "bad"):
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: new("InvalidParameter"), SenderFault: true})
		case rapid.IntRange(0, 3).Draw(w.t, "fails") == 3:
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: new("InternalFailure")})
		default:
			w.took[*e.Message] = true
			out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: e.Id})
		}
	}
	require.LessOrEqual(w.t, size, maxMessage)
	return out, nil
}

// notes are dead letters in memory, by sequence number.
type notes map[string]error

func (n notes) Put(_ context.Context, r ddb.Record, cause error) error {
	n[r.Sequence] = cause
	return nil
}

// Whatever fails, each record is published in the end, or it is a dead letter because of itself.
func TestEachRecordIsPublishedOrADeadLetter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var records []ddb.Record
		kinds := map[string]string{}
		for i := range rapid.IntRange(1, 4).Draw(rt, "records") {
			now := thing(fmt.Sprint("id", i), things.Draft, rapid.SampledFrom([]things.EventType{things.ThingCreated, things.ThingUpdated}).Draw(rt, "event"))
			kind := rapid.SampledFrom([]string{"small", "small", "large", "huge", "bad"}).Draw(rt, "kind")
			now.Title, now.About = kind, strings.Repeat("x", map[string]int{"large": 90_000, "huge": 263_000}[kind])
			r := record(t, things.Things, i+1, nil, now)
			records, kinds[r.Sequence] = append(records, r), kind
		}
		client, letters := &weather{rt, map[string]bool{}}, notes{}
		mux := Publisher((&Topic{client, "arn", time.Nanosecond}).Publish, letters)
		due := records
		for range 60 {
			failed, _ := mux.Process(t.Context(), due)
			var again []ddb.Record
			for _, r := range due {
				for _, sequence := range failed {
					if r.Sequence == sequence {
						again = append(again, r)
					}
				}
			}
			if due = again; len(due) == 0 {
				break
			}
		}
		require.Empty(rt, due)
		published := map[string]bool{}
		for body := range client.took {
			for _, id := range (Message{Body: body}).ids(t) {
				published[id] = true
			}
		}
		for i, r := range records {
			own := kinds[r.Sequence] == "huge" || kinds[r.Sequence] == "bad"
			require.Equal(rt, own, letters[r.Sequence] != nil, "%s: %v", kinds[r.Sequence], letters[r.Sequence])
			require.Equal(rt, !own, published[fmt.Sprint("id", i)], kinds[r.Sequence])
		}
	})
}
