package write_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Letter has fields of many kinds, some of which only the key holds, and nothing that looks at its attributes.
type Letter struct {
	Box     string            `dynamodbav:"-"`
	Sent    time.Time         `dynamodbav:"-"`
	N       int               `dynamodbav:"-"`
	Subject string            `dynamodbav:"subject,omitempty"`
	Body    string            `dynamodbav:"body"`
	Labels  []string          `dynamodbav:"labels,stringset,omitempty"`
	Parts   []docSub          `dynamodbav:"parts"`
	Meta    map[string]string `dynamodbav:"meta"`
	Opened  *time.Time        `dynamodbav:"opened"`
	Expires time.Time         `dynamodbav:"expires,unixtime"`
	Version int64             `dynamodbav:"version"`
	Any     any               `dynamodbav:"any"`
}

func newLetters(versioned bool) (*ddb.Table, *ddb.Entity[Letter]) {
	table := ddb.NewTable("pk", "sk").TTL("expires")
	byBody := table.GSI("by-body", "body_pk", "sk") // its sort key is the table's
	letters := ddb.MustDefine(table, "letter", func(l *Letter, d *ddb.Definition) {
		sort := ddb.Key(ddb.Prefix("l#"), ddb.Time(&l.Sent), ddb.Prefix("#"), ddb.Num(&l.N, 4))
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&l.Box)), sort)
		d.Index(byBody, ddb.Key(ddb.Prefix("body#"), ddb.Str(&l.Body)), sort)
		d.TTL(&l.Expires)
		d.Schema(1, nil)
		if versioned {
			d.Version(&l.Version)
		}
	})
	return table, letters
}

func drawLetter(t *rapid.T) Letter {
	zone := rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("", 3600)}).Draw(t, "zone")
	texts := rapid.SampledFrom([]string{"a", "\"quoted\"", "line\nbreak", "é", "b\\"})
	l := Letter{
		Box: texts.Draw(t, "box"), Sent: time.Date(2026, 1, 2, 3, 4, 5, rapid.IntRange(0, 999).Draw(t, "ns"), zone), N: rapid.IntRange(-3, 3).Draw(t, "n"),
		Subject: rapid.SampledFrom([]string{"", "s"}).Draw(t, "subject"), Body: texts.Draw(t, "body"), Labels: rapid.SliceOfN(texts, 0, 1).Draw(t, "labels"),
		Meta: rapid.MapOf(texts, texts).Draw(t, "meta"), Any: rapid.SampledFrom([]any{nil, "x", 1.5, []any{true}}).Draw(t, "any"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "parts") {
		l.Parts = append(l.Parts, docSub{City: texts.Draw(t, "city")})
	}
	if rapid.Bool().Draw(t, "opened") {
		l.Opened = &l.Sent
	}
	if rapid.Bool().Draw(t, "expires") {
		l.Expires = time.Now().Add(time.Hour)
	}
	return l
}

// A put that is written as JSON stores what one that is made of attributes does, and returns what a read does.
func TestPutsWrittenAsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		versioned := rapid.Bool().Draw(t, "versioned")
		letter := drawLetter(t)
		var stored []map[string]types.AttributeValue
		for _, attributes := range []bool{false, true} {
			table, letters := newLetters(versioned)
			client := ddbmem.New().Client()
			db := ddb.New(client, "post", table, &ddb.Options{UseAttributeMaps: attributes})
			require.NoError(t, db.CreateTable(ctx))
			repo := ddb.NewRepository(db, letters)
			returned, err := repo.Create(ctx, letter)
			require.NoError(t, err)
			read, err := repo.Consistent().Get(ctx, letter)
			require.NoError(t, err)
			require.Equal(t, read, returned)
			_, err = repo.Create(ctx, letter)
			require.ErrorIs(t, err, ddb.ErrExists)
			out, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: new("post")})
			require.NoError(t, err)
			require.Len(t, out.Items, 1)
			delete(out.Items[0], "~w") // random
			stored = append(stored, out.Items[0])
		}
		require.Equal(t, stored[1], stored[0])
	})
}

// Whoever may look at a request on its way, to encrypt it for example, finds the whole item in it.
func TestMiddlewaresSeeTheItemsOfPuts(t *testing.T) {
	t.Parallel()
	table, letters := newLetters(false)
	seen := 0
	client := ddbmem.New().Client(func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Initialize.Add(middleware.InitializeMiddlewareFunc("look", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if put, ok := in.Parameters.(*dynamodb.PutItemInput); ok {
					seen = len(put.Item)
					put.Item["body"] = &types.AttributeValueMemberS{Value: "changed"}
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
		})
	})
	db := ddb.New(client, "post", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	letter := Letter{Box: "1", Sent: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Body: "plain"}
	_, err := ddb.NewRepository(db, letters).Put(t.Context(), letter)
	require.NoError(t, err)
	assert.Greater(t, seen, 8)
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("post")})
	require.NoError(t, err)
	assert.Equal(t, &types.AttributeValueMemberS{Value: "changed"}, out.Items[0]["body"])
}
