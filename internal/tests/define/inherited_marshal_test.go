package define_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Point writes and reads itself, by its address.
type Point struct{ X, Y int }

func (p *Point) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text(fmt.Sprintf("%d,%d", p.X, p.Y)), nil
}

func (p *Point) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var in string
	if err := attributevalue.Unmarshal(av, &in); err != nil {
		return err
	}
	_, err := fmt.Sscanf(in, "%d,%d", &p.X, &p.Y)
	return err
}

type (
	labelled struct { // has the methods of Point, which know no label
		Point
		Label string
	}
	located struct { // the same behind a pointer
		*Point
		Label string
	}
	redefined    labelled // a type that is defined by another has its embedded fields, too
	nested       struct{ labelled }
	wrapped      struct{ Point }
	boxed[T any] struct {
		Point
		Of T
	}
	spoken struct { // declares the methods itself
		Point
		Label string
	}
	halfway struct { // writes its fields, and reads none of them
		Lenient
		Label string
	}
	zoned struct {
		netip.Addr
		Zone string
	}
	named struct{ netip.Addr }
)

// Dated embeds what attributevalue would lose, and stores it itself.
type Dated struct {
	time.Time
	Label string
}

func (x Dated) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return attributevalue.Marshal(map[string]string{"time": x.Format(time.RFC3339), "label": x.Label})
}

func (x *Dated) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var in map[string]string
	err := attributevalue.Unmarshal(av, &in)
	if err == nil {
		x.Label = in["label"]
		x.Time, err = time.Parse(time.RFC3339, in["time"])
	}
	return err
}

func (s *spoken) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text(s.Label), nil
}

func (s *spoken) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return attributevalue.Unmarshal(av, &s.Label)
}

// A struct has the methods of what it embeds: it would be written as that alone.
func TestMethodsOfAnEmbeddedFieldThatKnowNothingOfTheOthersAreRefused(t *testing.T) {
	t.Parallel()
	const beside = " has the MarshalDynamoDBAttributeValue of the embedded define_test.Point, which does not handle Label beside it: give the embedded field a name, or declare the method on define_test."
	refuses[labelled](t, "a define_test.labelled"+beside+"labelled")
	refuses[*labelled](t, beside)
	refuses[[]labelled](t, beside)
	refuses[map[string]*labelled](t, beside)
	refuses[[]struct{ In labelled }](t, beside)
	refuses[redefined](t, "a define_test.redefined"+beside)
	refuses[nested](t, "a define_test.labelled"+beside)
	refuses[located](t, "of the embedded *define_test.Point, which does not handle Label beside it")
	refuses[boxed[int]](t, "which does not handle Of beside it")
	refuses[struct { //nolint:embeddedstructfieldcheck // as Money is a value
		Money
		Label string
	}](t, "of the embedded define_test.Money, which does not handle Label beside it")
	refuses[halfway](t, "a define_test.halfway has the UnmarshalDynamoDBAttributeValue of the embedded define_test.Lenient, which does not handle Label beside it")
	refuses[[]halfway](t, "UnmarshalDynamoDBAttributeValue of the embedded define_test.Lenient")
	refuses[map[zoned]int](t, "a define_test.zoned has the MarshalText of the embedded netip.Addr, which does not handle Zone beside it")
	refuses[ddb.AsText[zoned]](t, "a define_test.zoned has the MarshalText of the embedded netip.Addr")
	keeps(t, wrapped{Point{1, 2}})
	keeps(t, []wrapped{{Point{1, 2}}})
	keeps(t, spoken{Label: "a"})
	keeps(t, []spoken{{Label: "a"}})
	keeps(t, map[string]struct {
		Point
		Label string
	}{"a": {Point{1, 2}, "b"}}) // a type without a name is not asked by its address
}

type (
	// Told is an item that writes and reads itself.
	Told struct{ Words map[string]string }
	// Titled has its methods, and a title.
	Titled struct {
		ID string
		Told
		Title string
	}
	// Keyed has its methods, and nothing else but what the key holds.
	Keyed struct {
		ID string
		Told
	}
)

func (x *Told) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return attributevalue.Marshal(map[string]map[string]string{"words": x.Words})
}

func (x *Told) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var in struct {
		Words map[string]string `dynamodbav:"words"`
	}
	err := attributevalue.Unmarshal(av, &in)
	x.Words = in.Words
	return err
}

func TestAnItemThatWritesItselfByAnEmbeddedFieldKeepsItsKeyAlone(t *testing.T) {
	t.Parallel()
	err := defining(func(x *Titled) *string { return &x.ID })(ddb.NewTable("pk", "sk"))
	require.ErrorContains(t, err, "a define_test.Titled has the MarshalDynamoDBAttributeValue of the embedded define_test.Told, which does not handle Title beside it")
	require.Len(t, faultsOf(err), 1, err)
	require.NoError(t, defining(func(x *Keyed) *string { return &x.ID })(ddb.NewTable("pk", "sk")))
}

// What is embedded in the items of a list is looked at as what is embedded in the item.
func TestEmbeddedValuesThatWouldBeLostAreRefusedAtEveryDepth(t *testing.T) {
	t.Parallel()
	type clocked struct {
		time.Time
		Label string
	}
	refuses[[]clocked](t, "an embedded time.Time is not stored: give the field a name, or its tag")
	refuses[map[string]struct{ In *clocked }](t, "an embedded time.Time is not stored")
	type numbered struct {
		Hidden
		Label string
	}
	refuses[[]numbered](t, "stores nothing of a define_test.Hidden")
}

// What lies in a value that stores itself is that value's own matter.
func TestWhatIsEmbeddedInAValueThatStoresItselfIsNoFault(t *testing.T) {
	t.Parallel()
	keeps(t, Dated{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "a"})
	keeps(t, []Dated{{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "a"}})
	keeps(t, ddb.AsText[named]{Value: named{netip.MustParseAddr("1.2.3.4")}})
	require.NoError(t, defining(func(x *struct {
		ID string
		At Dated
	},
	) *string {
		return &x.ID
	})(ddb.NewTable("pk", "sk")))
	require.NoError(t, defining(func(x *Dated) *string { return &x.Label })(ddb.NewTable("pk", "sk")), "an item, too")
}
