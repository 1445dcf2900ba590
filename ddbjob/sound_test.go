package ddbjob_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbmem"
)

// What a Transform returns is stored as it is, or the copy ends: nothing is left out or replaced on the way.
func TestWhatATransformReturnsIsSentAsItIs(t *testing.T) {
	t.Parallel()
	half := "é"[:1]
	for says, v := range map[string]types.AttributeValue{
		"a nil value":                    nil,
		"with a nil value":               (*types.AttributeValueMemberS)(nil),
		"an item with a nil value":       &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}},
		"not valid UTF-8":                text(half),
		"with a text that is not":        &types.AttributeValueMemberSS{Value: []string{half}},
		"a text that is not valid UTF-8": &types.AttributeValueMemberM{Value: attrs{half: text("x")}},
	} {
		w := newWorld(t, "old", "new")
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: "1", ID: "1"})))
		_, err := ddbjob.Copy(t.Context(), w.open("old"), w.open("new"), &ddbjob.CopyOptions{NoVerify: true, Transform: func(item attrs) (attrs, error) {
			item["x"] = v
			return item, nil
		}})
		require.ErrorContains(t, err, says)
		assert.Empty(t, w.dump(t, "new"))
	}
}

type session struct {
	ID   string    `dynamodbav:"-"`
	Ends time.Time `dynamodbav:"ends,unixtime"`
}

type lease struct {
	ID   string    `dynamodbav:"-"`
	Ends time.Time `dynamodbav:"until,unixtime"`
}

// Expired items count on neither side, also if the attribute that says so has another name in the target.
func TestExpiredItemsCountOnNeitherSide(t *testing.T) {
	t.Parallel()
	old, later := ddb.NewTable("pk", "sk").TTL("ends"), ddb.NewTable("pk", "sk").TTL("until")
	sessions := ddb.MustDefine(old, "session", func(s *session, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
		d.TTL(&s.Ends)
	})
	ddb.MustDefine(later, "session", func(s *lease, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
		d.TTL(&s.Ends)
	})
	client := ddbmem.New(ddbmem.Options{TTLDelay: 48 * time.Hour}).Client()
	from, to := ddb.New(client, "old", old, nil), ddb.New(client, "new", later, nil)
	require.NoError(t, from.CreateTable(t.Context()))
	require.NoError(t, to.CreateTable(t.Context()))
	for i, in := range []time.Duration{-time.Hour, -time.Minute, time.Hour} {
		require.NoError(t, from.Do(t.Context(), sessions.Put(session{ID: fmt.Sprint(i), Ends: time.Now().Add(in)})))
	}
	done, err := ddbjob.Copy(t.Context(), from, to, &ddbjob.CopyOptions{Transform: func(item attrs) (attrs, error) {
		item["until"] = item["ends"]
		delete(item, "ends")
		return item, nil
	}})
	require.NoError(t, err)
	assert.Equal(t, 3, done.Written)
	assert.Equal(t, 1, done.Items)
}
