package codec_test

import (
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/wire"
)

// requireEncoded compares an encoded value with attributevalue's, unless the table would reject or change it.
func requireEncoded(t require.TestingT, what string, want, got result) {
	if want.refused == nil {
		fits, sure := fit(&types.AttributeValueMemberM{Value: want.value.(map[string]types.AttributeValue)})
		if !fits {
			require.ErrorIs(t, got.refused, codec.ErrValue, what)
		}
		if !fits || !sure && got.refused != nil {
			return
		}
		if got.refused != nil && strings.Contains(got.refused.Error(), ": points to a nil ") { // the attributes do not show it
			require.ErrorIs(t, got.refused, codec.ErrValue, what)
			return
		}
	}
	requireSame(t, what, want, got)
}

// itself reports an item that is stored as something else than a map, of which MarshalMap makes nothing.
func itself(in any) bool {
	av := try(func() (any, error) { return attributevalue.Marshal(in) })
	_, isMap := av.value.(*types.AttributeValueMemberM)
	return av.refused == nil && !isMap
}

var (
	number = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)
	moment = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:`)
	most   = new(big.Float).SetFloat64(9.99e125)
	least  = new(big.Float).SetFloat64(1e-130)
)

// fit reports whether DynamoDB keeps a value as it is, and whether this test knows for sure.
func fit(av types.AttributeValue) (fits, sure bool) {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		year := moment.MatchString(av.Value) && (av.Value[0] == '-' || strings.Index(av.Value, "-") > 4)
		return utf8.ValidString(av.Value) && !year, true
	case *types.AttributeValueMemberN:
		if !number.MatchString(av.Value) {
			unlike := strings.ContainsAny(strings.ToLower(av.Value), "nif") || av.Value == "a"
			return !unlike || av.Value == "", false
		}
		f, _, err := big.ParseFloat(av.Value, 10, 200, big.ToNearestEven)
		if err != nil || f.Sign() == 0 {
			return err == nil, err == nil
		}
		f.Abs(f)
		return f.Cmp(most) <= 0 && f.Cmp(least) >= 0, true
	case *types.AttributeValueMemberBS:
		texts := make([]string, len(av.Value))
		for i, b := range av.Value {
			texts[i] = string(b)
		}
		return len(texts) > 0 && !twice(texts), true
	case *types.AttributeValueMemberSS:
		if len(av.Value) == 0 || twice(av.Value) {
			return false, true
		}
		return fitAll(av.Value, func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} })
	case *types.AttributeValueMemberNS:
		if len(av.Value) == 0 || twiceNumber(av.Value) {
			return false, true
		}
		return fitAll(av.Value, func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} })
	case *types.AttributeValueMemberL:
		return fitAll(av.Value, func(e types.AttributeValue) types.AttributeValue { return e })
	case *types.AttributeValueMemberM:
		var all []types.AttributeValue
		named := true
		for name, e := range av.Value {
			if name == "" {
				return false, true
			}
			named = named && !strings.HasPrefix(name, "number ") // a key that its String method wrote
			all = append(all, &types.AttributeValueMemberS{Value: name}, e)
		}
		fits, sure = fitAll(all, func(e types.AttributeValue) types.AttributeValue { return e })
		return fits, sure && named
	}
	return true, true
}

// twice reports whether a set has an element twice.
func twice(set []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(set)))) < len(set)
}

// twiceNumber is twice for numbers, which have several texts.
func twiceNumber(set []string) bool {
	texts := make([]string, len(set))
	for i, s := range set {
		texts[i] = s
		if f, _, err := big.ParseFloat(s, 10, 200, big.ToNearestEven); err == nil {
			if texts[i] = f.Text('g', 40); f.Sign() == 0 {
				texts[i] = "0" // not -0
			}
		}
	}
	return twice(texts)
}

func fitAll[E any](all []E, value func(E) types.AttributeValue) (fits, sure bool) {
	fits, sure = true, true
	for _, e := range all {
		f, s := fit(value(e))
		fits, sure = fits && f, sure && s
	}
	return fits, sure
}

// An entry that is left out of a map is not stored, so it may have any key except the empty one, as in attributevalue.
func TestWhatIsLeftOutOfAMapMayHaveAnyKey(t *testing.T) {
	t.Parallel()
	type some struct {
		M map[string]*[]int `dynamodbav:"m,omitemptyelem"`
	}
	encode := func(key string, value *[]int) (map[string]types.AttributeValue, error) {
		v := some{map[string]*[]int{key: value}}
		return codec.For(reflect.TypeFor[some]()).Encode(reflect.ValueOf(&v).Elem())
	}
	got, err := encode("\xff", nil)
	require.NoError(t, err)
	require.Empty(t, got["m"].(*types.AttributeValueMemberM).Value)
	_, err = encode("\xff", &[]int{1})
	require.ErrorIs(t, err, codec.ErrValue)
	_, err = encode("", nil)
	require.Error(t, err)
}

// A set is written as JSON only if it can be encoded: not with a time that RFC 3339 cannot express.
func TestWhatIsRefusedInASetIsNotWrittenAsJSON(t *testing.T) {
	t.Parallel()
	type some struct {
		At []time.Time `dynamodbav:"at,stringset"`
	}
	plan := codec.For(reflect.TypeFor[some]())
	for year, fits := range map[int]bool{2026: true, 10525: false} {
		v := some{[]time.Time{time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}}
		_, err := plan.Encode(reflect.ValueOf(&v).Elem())
		require.Equal(t, fits, err == nil, "%v", err)
		w := wire.NewWriter()
		require.Equal(t, fits, plan.WriteJSON(w, reflect.ValueOf(&v).Elem(), ""))
		w.Release()
	}
}
