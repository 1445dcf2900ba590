package model_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
)

// drawModel draws a table with the entities that Define accepts, and returns one of them; nil if there is none.
func drawModel(t *rapid.T) (*ddb.Table, ddb.AnyEntity) {
	table := ddb.NewTable("pk", "sk")
	indexes := []*ddb.Index{table.GSI("by-one", "g1pk", "g1sk"), table.GSI("by-two", "g2pk", "sk"), table.LSI("by-three", "g1sk")}
	var all []keys
	for i := range rapid.IntRange(2, 8).Draw(t, "entities") {
		k, declare := drawDefinition(t, indexes, all)
		var err error
		if rapid.IntRange(0, 4).Draw(t, "native") == 0 {
			k.e, err = ddb.Define(table, fmt.Sprint("e", i), func(s *texted, d *ddb.Definition) {
				d.Primary(s.template(k.partition), ddb.Key(ddb.Native(&s.Raw)))
			})
			k.sort = nil
		} else {
			k.e, err = ddb.Define(table, fmt.Sprint("e", i), declare)
		}
		if err == nil {
			all = append(all, k)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return table, all[0].e
}

var keyText = rapid.StringMatching(`(p#|q#|1|p|r#|v#|~|~u#|~g|~a#x#)?(12|001|x|p#)?(p#|q#|1)?[x0]{0,3}(p#)?`)

// claims: the design claims a key as the table does, and survives a round trip.
func claims(t *rapid.T) {
	table, e := drawModel(t)
	if table == nil {
		return
	}
	d := table.Design()
	require.NoError(t, d.Check())
	var b bytes.Buffer
	require.NoError(t, ddbdesign.Write(&b, d))
	read, err := ddbdesign.Read(&b)
	require.NoError(t, err)
	require.Equal(t, d, read)

	m := face.Entity(e).Table
	for range 10 {
		item, scalars := map[string]types.AttributeValue{}, map[string]ddbdesign.Scalar{}
		for _, name := range []string{"pk", "sk"} {
			text := keyText.Draw(t, "text")
			item[name], scalars[name] = &types.AttributeValueMemberS{Value: text}, ddbdesign.Scalar{Type: "S", Text: text}
			if rapid.IntRange(0, 6).Draw(t, "number") == 0 {
				item[name], scalars[name] = &types.AttributeValueMemberN{Value: "5"}, ddbdesign.Scalar{Type: "N", Text: "5"}
			}
		}
		s := model.Loaded(item)
		got, ok := d.Claim(scalars["pk"], scalars["sk"])
		claimed, err := m.Claim(s)
		require.Equal(t, err == nil, ok, "%v: %v", scalars, err)
		require.Equal(t, m.Companion(s), got.Companion != "", "%v", scalars)
		switch of := m.HistoryOf(s); {
		case claimed != nil:
			require.Equal(t, ddbdesign.Claim{Entity: claimed.Name}, got)
		case of != nil && !m.Companion(s):
			require.Equal(t, ddbdesign.Claim{Entity: of.Name, Version: true}, got)
		}
	}
}

func TestTheDesignClaimsWhatTheTableClaims(t *testing.T) {
	t.Parallel()
	rapid.Check(t, claims)
}

func FuzzDesignClaims(f *testing.F) { f.Fuzz(rapid.MakeFuzz(claims)) }
