package field_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/field"
)

func TestMalformedTagsAreFound(t *testing.T) {
	t.Parallel()
	for tag, bad := range map[reflect.StructTag]bool{
		`dynamodbav: "e"`:              true,
		`dynamodbav :"e"`:              true,
		`dynamodbav:e`:                 true,
		`dynamodbav:'e'`:               true,
		`dynamodbav:"e`:                true,
		`json:"a",dynamodbav:"e"`:      true,
		`json:"a";dynamodbav:"e"`:      true,
		`json: "a" dynamodbav:"e"`:     true,
		`DynamoDBAV:"e"`:               true,
		`dynamodbav:"e"`:               false,
		`dynamodbav:"e"json:"a"`:       false,
		`json:"a" dynamodbav:"-"`:      false,
		`dynamodbav:"e" json: "a"`:     false,
		`json: "a"`:                    false,
		`json:"dynamodbav"`:            false,
		`doc:"say \"dynamodbav:e\""`:   false,
		`x:"dynamodbav: \"e\"" y:"z"`:  false,
		``:                             false,
		`of another program, no pairs`: false,
	} {
		inner := reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[string](), Tag: tag}})
		p, err := field.New(inner)
		require.NoError(t, err)
		deep, err := field.New(reflect.StructOf([]reflect.StructField{{Name: "L", Type: reflect.SliceOf(inner), Tag: `dynamodbav:"l"`}}))
		require.NoError(t, err)
		if inner.Field(0).Tag.Get("dynamodbav") == "-" {
			continue // not stored, which other checks report
		}
		for _, err := range []error{p.Fields()[0].BadTag(), deep.Fields()[0].Lost()} {
			if bad {
				require.ErrorContains(t, err, "is malformed, and Go does not find dynamodbav in it", tag)
			} else {
				assert.NoError(t, err, tag)
			}
		}
	}
}
