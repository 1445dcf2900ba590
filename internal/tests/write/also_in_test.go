package write_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Ticket is in an index of several attributes by its attributes alone, one of which is a text key of the table.
type Ticket struct {
	ID    string `dynamodbav:"-"`
	Org   string `dynamodbav:"org"`
	Score int    `dynamodbav:"score"`
}

// Whatever attributes put an item into an index, they are of the types that they have; and the index is read, or the query
// says why not.
func TestAlsoInAnIndexOfSeveralAttributes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		partition, sort []string
		read            bool
	}{
		"text in the sort key":      {[]string{"org"}, []string{"sk", "score"}, false},
		"text in the partition key": {[]string{"org", "sk"}, []string{"score"}, false},
		"text in both":              {[]string{"pk", "org"}, []string{"score", "sk"}, false},
		"text alone on one side":    {[]string{"org"}, []string{"sk"}, true},
		"no text":                   {[]string{"org"}, []string{"score"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, table := t.Context(), ddb.NewTable("pk", "sk")
			multi := table.MultiGSI("multi", c.partition, c.sort)
			tickets, err := ddb.Define(table, "ticket", func(x *Ticket, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
				d.Primary(id, id)
				d.AlsoIn(multi)
			})
			require.NoError(t, err)
			if !c.read {
				_, err = ddb.Define(table, "coupon", func(x *Ticket, d *ddb.Definition) {
					id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&x.ID))
					d.Primary(id, id)
					d.AlsoIn(multi)
				})
				require.NoError(t, err, "nothing reads the one or the other there")
			}
			require.NoError(t, table.Describe(&strings.Builder{}))
			kinds := map[string]types.ScalarAttributeType{}
			for _, a := range table.CreateTableInput("x").AttributeDefinitions {
				kinds[*a.AttributeName] = a.AttributeType
			}
			for attr, kind := range kinds {
				assert.Equal(t, map[bool]types.ScalarAttributeType{true: "N", false: "S"}[attr == "score"], kind, attr)
			}
			db := ddb.New(ddbmem.New().Client(), "tickets", table, nil)
			require.NoError(t, db.CreateTable(ctx))
			repo := ddb.NewRepository(db, tickets)
			_, err = repo.Put(ctx, Ticket{ID: "1", Org: "o", Score: 4})
			require.NoError(t, err)
			q := tickets.On(multi, Ticket{Org: "o"})
			got, err := ddb.Collect(repo.Query(ctx, q))
			if !c.read {
				require.ErrorIs(t, err, ddb.ErrModel)
				require.ErrorContains(t, err, "by AlsoIn, and a text key is among the key attributes")
				var into []Ticket
				require.ErrorIs(t, db.Gather(ctx, q.Collection(), tickets.Into(&into)), ddb.ErrModel)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []Ticket{{ID: "1", Org: "o", Score: 4}}, got)
		})
	}
}
