package attr

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/decimal"
)

// Canonical renders a value so that equal values, as DynamoDB compares them, have one text.
func Canonical(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("S%q", av.Value)
	case *types.AttributeValueMemberN:
		return "N" + canonicalNumber(av.Value)
	case *types.AttributeValueMemberB:
		return "B" + base64.StdEncoding.EncodeToString(av.Value)
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprintf("b%t", av.Value)
	case *types.AttributeValueMemberNULL:
		return "0"
	case *types.AttributeValueMemberL:
		out := make([]string, len(av.Value))
		for i, e := range av.Value {
			out[i] = Canonical(e)
		}
		return "L[" + strings.Join(out, " ") + "]"
	case *types.AttributeValueMemberM:
		return CanonicalItem(av.Value)
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("s%q", slices.Sorted(slices.Values(av.Value)))
	case *types.AttributeValueMemberNS:
		out := make([]string, len(av.Value))
		for i, n := range av.Value {
			out[i] = canonicalNumber(n)
		}
		slices.Sort(out)
		return fmt.Sprintf("n%q", out)
	case *types.AttributeValueMemberBS:
		out := make([]string, len(av.Value))
		for i, e := range av.Value {
			out[i] = base64.StdEncoding.EncodeToString(e)
		}
		slices.Sort(out)
		return fmt.Sprintf("x%q", out)
	}
	return "-"
}

// CanonicalItem renders an item so that two items have the same text exactly if they are equal, as [Canonical] does
// for a value.
func CanonicalItem(attrs Item) string {
	var b strings.Builder
	b.WriteString("M{")
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		fmt.Fprintf(&b, "%q:%s ", name, Canonical(attrs[name]))
	}
	b.WriteString("}")
	return b.String()
}

func canonicalNumber(text string) string {
	n, err := decimal.Parse(text)
	if err != nil {
		return text
	}
	return n.String()
}
