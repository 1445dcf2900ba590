package model_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
)

// shape is an entity whose keys are drawn.
type shape struct {
	A, B    string
	N, M    int
	Version int64
}

// numbered and texted store a field under an attribute that may be one of a key.
type (
	numbered struct {
		shape
		Raw int `dynamodbav:"g1sk"`
	}
	texted struct {
		shape
		Raw string `dynamodbav:"sk"`
	}
)

// keys are those of an entity, as tokens: names of fields, and literals.
type keys struct {
	e               ddb.AnyEntity
	partition, sort []string
}

func (s *shape) template(tokens []string) ddb.Template {
	var parts []ddb.Part
	for _, token := range tokens {
		switch token {
		case "A":
			parts = append(parts, ddb.Str(&s.A))
		case "B":
			parts = append(parts, ddb.Fold(&s.B))
		case "N":
			parts = append(parts, ddb.Num(&s.N, 3))
		case "M":
			parts = append(parts, ddb.Num(&s.M, 1))
		case "V":
			parts = append(parts, ddb.Num(&s.Version, 3))
		default:
			parts = append(parts, ddb.Prefix(token))
		}
	}
	return ddb.Key(parts...)
}

var literals = rapid.SampledFrom([]string{"p#", "p#q#", "q#", "p", "q#p#", "1#", "r#", "pa", "v#"})

func drawTokens(t *rapid.T, fields ...string) (tokens []string) {
	if rapid.IntRange(0, 9).Draw(t, "head") > 0 {
		tokens = append(tokens, literals.Draw(t, "literal"))
	}
	for i, f := range fields {
		if i == 0 || rapid.Bool().Draw(t, f) {
			tokens = append(tokens, f)
		}
		if i == 0 && len(fields) > 1 || rapid.Bool().Draw(t, "literal too") {
			tokens = append(tokens, literals.Draw(t, "literal"))
		}
	}
	return tokens
}

// drawDefinition draws what an entity declares, and returns its keys.
func drawDefinition(t *rapid.T, indexes []*ddb.Index, before []keys) (k keys, declare func(*shape, *ddb.Definition)) {
	k.partition, k.sort = drawTokens(t, "A"), drawTokens(t, "N", "B")
	if rapid.Bool().Draw(t, "a whole sort key") {
		k.sort = []string{literals.Draw(t, "literal")}
	}
	var parent ddb.AnyEntity
	if len(before) > 0 && rapid.IntRange(0, 2).Draw(t, "near") == 0 {
		near := rapid.SampledFrom(before).Draw(t, "another")
		k.partition = near.partition
		if rapid.Bool().Draw(t, "under") {
			parent = near.e
			k.sort = append(append([]string{}, near.sort...), literals.Draw(t, "literal"), rapid.SampledFrom([]string{"M", "r#"}).Draw(t, "behind"))
		}
	}
	first, second, third := drawTokens(t, "B"), drawTokens(t, "M"), drawTokens(t, "B")
	one, two, also := rapid.IntRange(0, 2).Draw(t, "one") == 0, rapid.IntRange(0, 2).Draw(t, "two") == 0, rapid.IntRange(0, 9).Draw(t, "also") > 0
	history, versions := rapid.IntRange(0, 2).Draw(t, "history") == 0, []string{literals.Draw(t, "literal"), "V"}
	old := drawTokens(t, "A")
	return k, func(s *shape, d *ddb.Definition) {
		d.Primary(s.template(k.partition), s.template(k.sort))
		if parent != nil {
			d.Under(parent)
		}
		if one {
			d.Index(indexes[0], s.template(first), s.template(second))
			if also {
				d.AlsoIn(indexes[2])
			}
		}
		if two {
			d.Index(indexes[1], s.template(third), s.template(k.sort))
		}
		if history {
			d.Version(&s.Version)
			d.History(s.template(old), s.template(versions))
		}
	}
}

// What an entity's definition is compared with is enough: a comparison with every other entity finds nothing more, whatever their order;
// and an item is of the entity that trying all of them finds.
func TestADefinitionIsComparedWithAllThatItMayBeAtOddsWith(t *testing.T) {
	t.Parallel()
	met := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		table := ddb.NewTable("pk", "sk")
		indexes := []*ddb.Index{table.GSI("by-one", "g1pk", "g1sk"), table.GSI("by-two", "g2pk", "sk"), table.LSI("by-three", "g1sk")}
		var all []keys
		for i := range rapid.IntRange(2, 14).Draw(t, "entities") {
			name := fmt.Sprint("e", i)
			k, declare := drawDefinition(t, indexes, all)
			var err error
			switch rapid.IntRange(0, 5).Draw(t, "type") {
			case 0:
				k.e, err = ddb.Define(table, name, func(s *numbered, d *ddb.Definition) { declare(&s.shape, d) })
			case 1:
				k.e, err = ddb.Define(table, name, func(s *texted, d *ddb.Definition) {
					d.Primary(s.template(k.partition), ddb.Key(ddb.Native(&s.Raw)))
				})
				k.sort = nil
			default:
				k.e, err = ddb.Define(table, name, declare)
			}
			if err != nil {
				met["refused"]++
				continue
			}
			met["defined"]++
			all = append(all, k)
			require.Empty(t, face.Entity(k.e).AtOdds(), "with what was defined before")
		}
		if len(all) == 0 {
			return
		}
		m := face.Entity(all[0].e).Table
		text := rapid.StringMatching(`(p#|q#|1|p|r#|v#|~)?(12|001|x|p#)?(p#|q#|1)?[x0]{0,3}(p#)?`)
		for range 10 {
			item := map[string]types.AttributeValue{}
			for _, name := range []string{"pk", "sk"} {
				item[name] = &types.AttributeValueMemberS{Value: text.Draw(t, "text")}
				if rapid.IntRange(0, 6).Draw(t, "number") == 0 {
					item[name] = &types.AttributeValueMemberN{Value: "5"}
				}
			}
			s := model.Loaded(item)
			shaped := m.Shaped(s)
			claimed, err := m.Claim(s)
			if len(shaped) > 0 {
				met["shaped"]++
			}
			if len(shaped) > 1 {
				met["shaped by two"]++
			}
			if claimed != nil {
				met["claimed"]++
				require.Contains(t, shaped, claimed)
				require.Len(t, shaped, 1)
			} else if err != nil && !m.Reserved(s) {
				require.Empty(t, shaped)
			}
		}
	})
	t.Log(met)
}
