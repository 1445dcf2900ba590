package write_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

type (
	// Recipe is what an older program knows of a recipe.
	Recipe struct {
		ID      string             `dynamodbav:"-"`
		Book    bookRef            `dynamodbav:"book"`
		Steps   []recipeStep       `dynamodbav:"steps"`
		Notes   map[string]bookRef `dynamodbav:"notes"`
		Tags    []string           `dynamodbav:"tags"`
		Version int64              `dynamodbav:"version"`
	}
	bookRef struct {
		Title string `dynamodbav:"title"`
	}
	recipeStep struct {
		Text string `dynamodbav:"text"`
	}
)

// What an entity's type does not know of nested attributes stays, whether a field beside it, around it or in another
// element changes.
func TestNestedAttributesThatATypeDoesNotKnowStay(t *testing.T) {
	t.Parallel()
	str := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	m := func(kv ...string) types.AttributeValue {
		out := map[string]types.AttributeValue{}
		for i := 0; i < len(kv); i += 2 {
			out[kv[i]] = str(kv[i+1])
		}
		return &types.AttributeValueMemberM{Value: out}
	}
	list := func(vs ...types.AttributeValue) types.AttributeValue { return &types.AttributeValueMemberL{Value: vs} }
	full := func() map[string]types.AttributeValue {
		return map[string]types.AttributeValue{
			"book":  m("title", "a", "isbn", "1"),
			"steps": list(m("text", "cut", "tool", "knife"), m("text", "cook", "tool", "pot"), m("text", "eat", "tool", "fork")),
			"notes": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": m("title", "x", "page", "3"), "y": m("title", "y", "page", "4")}},
			"tags":  list(str("t")),
		}
	}
	for name, c := range map[string]struct {
		change func(*Recipe)
		want   func(map[string]types.AttributeValue)
	}{
		"a field of a struct": {
			func(r *Recipe) { r.Book.Title = "b" },
			func(w map[string]types.AttributeValue) { w["book"] = m("title", "b", "isbn", "1") },
		},
		"an element of a list": {
			func(r *Recipe) { r.Steps[1].Text = "fry" },
			func(w map[string]types.AttributeValue) {
				w["steps"] = list(m("text", "cut", "tool", "knife"), m("text", "fry", "tool", "pot"), m("text", "eat", "tool", "fork"))
			},
		},
		"a list that is reversed": {
			func(r *Recipe) { r.Steps[0], r.Steps[2] = r.Steps[2], r.Steps[0] },
			func(w map[string]types.AttributeValue) {
				w["steps"] = list(m("text", "eat", "tool", "fork"), m("text", "cook", "tool", "pot"), m("text", "cut", "tool", "knife"))
			},
		},
		"a list that loses its first element and gains a last one": {
			func(r *Recipe) { r.Steps = append(r.Steps[1:], recipeStep{"rest"}, recipeStep{"wash"}) },
			func(w map[string]types.AttributeValue) {
				w["steps"] = list(m("text", "cook", "tool", "pot"), m("text", "eat", "tool", "fork"), m("text", "rest"), m("text", "wash"))
			},
		},
		"entries of a map": {
			func(r *Recipe) {
				r.Notes["x"] = bookRef{"xx"}
				delete(r.Notes, "y")
				r.Notes["z"] = bookRef{"z"}
			},
			func(w map[string]types.AttributeValue) {
				w["notes"] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": m("title", "xx", "page", "3"), "z": m("title", "z")}}
			},
		},
	} {
		for verb, write := range map[string]func(*testing.T, *ddb.Repository[Recipe], func(*Recipe)) Recipe{
			"modify": func(t *testing.T, r *ddb.Repository[Recipe], change func(*Recipe)) Recipe {
				got, err := r.Modify(t.Context(), Recipe{ID: "1"}, func(x *Recipe) error { change(x); return nil })
				require.NoError(t, err)
				return got
			},
			"move": func(t *testing.T, r *ddb.Repository[Recipe], change func(*Recipe)) Recipe {
				from, err := r.Get(t.Context(), Recipe{ID: "1"})
				require.NoError(t, err)
				to, err := r.Get(t.Context(), Recipe{ID: "1"}) // which shares nothing with it
				require.NoError(t, err)
				to.ID = "2"
				change(&to)
				got, err := r.Move(t.Context(), from, to)
				require.NoError(t, err)
				return got
			},
			"move in place": func(t *testing.T, r *ddb.Repository[Recipe], change func(*Recipe)) Recipe {
				to, err := r.Get(t.Context(), Recipe{ID: "1"})
				require.NoError(t, err)
				change(&to)
				got, err := r.Move(t.Context(), Recipe{ID: "1"}, to)
				require.NoError(t, err)
				return got
			},
		} {
			t.Run(name+", "+verb, func(t *testing.T) {
				t.Parallel()
				table := ddb.NewTable("pk", "sk")
				entity := ddb.MustDefine(table, "recipe", func(x *Recipe, d *ddb.Definition) {
					id := ddb.Key(ddb.Prefix("recipe#"), ddb.Str(&x.ID))
					d.Primary(id, id)
					d.Version(&x.Version)
				})
				client := ddbmem.New().Client()
				db := ddb.New(client, "recipes", table, nil)
				require.NoError(t, db.CreateTable(t.Context()))
				item := full()
				for attr, av := range map[string]string{"pk": "recipe#1", "sk": "recipe#1", "entityType": "recipe"} {
					item[attr] = str(av)
				}
				_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("recipes"), Item: item})
				require.NoError(t, err)
				got := write(t, ddb.NewRepository(db, entity), c.change)
				key, err := entity.Encode(got)
				require.NoError(t, err)
				out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("recipes"), Key: fixture.OnlyKey(key)})
				require.NoError(t, err)
				want := full()
				c.want(want)
				for attr, av := range want {
					assert.Equal(t, av, out.Item[attr], attr)
				}
			})
		}
	}
}
