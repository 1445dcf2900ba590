package define_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Shut writes and reads itself, by its address alone.
type Shut string

func (s *Shut) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text("shut:" + string(*s)), nil
}

func (s *Shut) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var in string
	err := attributevalue.Unmarshal(av, &in)
	*s = Shut(strings.TrimPrefix(in, "shut:"))
	return err
}

// Said writes itself alone, by its address.
type Said struct{ Word string }

func (s *Said) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text(s.Word), nil
}

// Lenient reads more than what is written of it.
type Lenient bool

func (l *Lenient) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		*l = s.Value == "yes"
		return nil
	}
	return attributevalue.Unmarshal(av, (*bool)(l))
}

type (
	octet  byte
	hue    string // prints as another
	plaque string // prints as it is
	shy    string // has text methods with a pointer receiver
)

func (h hue) String() string { return "hue " + string(h) }

func (p plaque) String() string { return string(p) }

func (s *shy) MarshalText() ([]byte, error) { return []byte("shy " + string(*s)), nil }

func (s *shy) UnmarshalText(text []byte) error { *s = shy(text); return nil }

func TestTypesThatWriteThemselvesAndDoNotReadThemselvesAreRefused(t *testing.T) {
	t.Parallel()
	const alone = "a define_test.Said marshals itself and does not unmarshal itself: give it an UnmarshalDynamoDBAttributeValue"
	refuses[Said](t, alone)
	refuses[*Said](t, alone)
	refuses[[]Said](t, alone)
	refuses[map[string]*Said](t, alone)
	refuses[[]struct{ In struct{ Said Said } }](t, alone)
	keeps(t, []struct{ Said }{{Said{"a"}}}) // a type without a name is not asked by its address
	refuses[struct{ Money }](t, "a struct { define_test.Money } marshals itself and does not unmarshal itself")
	keeps(t, map[string]Said{"a": {"b"}}) // where nobody asks it, either way
	keeps(t, Lenient(true))
	keeps(t, []Lenient{true, false})

	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "item", func(m *struct {
		ID string
		Said
	}, d *ddb.Definition,
	) {
		id := ddb.Key(ddb.Prefix("i#"), ddb.Str(&m.ID))
		d.Primary(id, id)
	})
	require.NoError(t, err, "a type without a name is not asked by its address")
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "item", func(m *Loud, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("i#"), ddb.Str(&m.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, "a define_test.Loud marshals itself and does not unmarshal itself")
	require.Len(t, faultsOf(err), 1)
}

// Loud is an item that writes itself.
type Loud struct{ ID string }

func (Loud) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberM{}, nil
}

// A value of a map has no address, so that attributevalue does not ask a pointer receiver how it is stored, and does ask it to read.
func TestValuesOfMapsThatWriteThemselvesByTheirAddressAreRefused(t *testing.T) {
	t.Parallel()
	const noAddress = "a define_test.Shut unmarshals itself, and does not marshal itself without an address, as in a map: use a map of *define_test.Shut"
	refuses[map[string]Shut](t, noAddress)
	refuses[[]map[string][2]Shut](t, noAddress)
	refuses[map[string]struct{ In Shut }](t, noAddress)
	keeps(t, Shut("a"))
	keeps(t, []Shut{"a"})
	keeps(t, [2]Shut{"a", "b"})
	keeps(t, map[string][]Shut{"a": {"b"}})
	keeps(t, struct {
		In map[string]struct{ Of []Shut }
	}{map[string]struct{ Of []Shut }{"a": {[]Shut{"b"}}}})
	keeps(t, map[string]Money{"a": {12}})
}

func TestMapKeysThatComeBackAsOthersAreRefused(t *testing.T) {
	t.Parallel()
	refuses[map[shy]int](t, "map keys of type define_test.shy unmarshal themselves from text, and do not marshal themselves")
	keeps(t, map[plaque]int{"a": 1})
	for _, path := range []bool{false, true} {
		repo, _ := holders[map[hue]int](t, path)
		_, err := repo.Create(t.Context(), Holder[map[hue]int]{"1", map[hue]int{"red": 1}})
		require.ErrorContains(t, err, `Val["red"]: would be stored as "hue red", what its String method returns`)
	}
}

func TestBytesOfAnotherNameAreRefused(t *testing.T) {
	t.Parallel()
	refuses[[]octet](t, "attributevalue cannot store a []define_test.octet, whose elements are bytes of another name: use bytes themselves")
	refuses[[2]octet](t, "whose elements are bytes of another name")
	refuses[map[string][]octet](t, "whose elements are bytes of another name")
	keeps(t, octet(3))
	keeps(t, map[string]octet{"a": 3})
}

// Fields that are stored nowhere are refused at every depth, as those of the item are.
func TestFieldsWithoutAnAttributeAreRefusedAtEveryDepth(t *testing.T) {
	t.Parallel()
	type lossy struct {
		Kept string
		Gone string `dynamodbav:"-"`
	}
	const gone = `Gone of define_test.lossy is dynamodbav:"-", or hidden by another of its name, and would be lost`
	refuses[[]lossy](t, gone)
	refuses[[2]lossy](t, gone)
	refuses[map[string]*lossy](t, gone)
	refuses[[]struct{ Lossy lossy }](t, gone)
	refuses[[]struct{ lossy }](t, gone)
	type clash struct {
		lossy
		Kept int
	}
	refuses[[]clash](t, "Kept of define_test.lossy is dynamodbav:\"-\", or hidden")
	type quiet struct {
		Kept   string
		silent string `dynamodbav:"-"` //nolint:unused // nothing is lost of it
	}
	keeps(t, []quiet{{Kept: "a"}})

	type tree struct {
		Gone int `dynamodbav:"-"`
		Next *tree
		Many []tree
	}
	_, err := defineHolder[tree](ddb.NewTable("pk", "sk"))
	require.ErrorContains(t, err, `field Val.Gone is dynamodbav:"-"`)
	require.Len(t, faultsOf(err), 1, err)

	type item struct {
		ID   string `dynamodbav:"-"` // in the key of the item, and lost in its parts
		Part []item `dynamodbav:"part"`
	}
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "item", func(x *item, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("i#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, `field Part: ID of define_test.item is dynamodbav:"-"`)
	require.Len(t, faultsOf(err), 1, err)
}

func TestPointersThatDoNotComeBackAreRefused(t *testing.T) {
	t.Parallel()
	refuses[**int](t, "attributevalue stores a **int to a nil pointer as NULL, as it does a nil **int: use one pointer")
	refuses[[]**string](t, "use one pointer")
	type hidden struct{ X int }
	type outer struct{ *hidden }
	refuses[outer](t, `attributevalue stores "X" of the embedded *define_test.hidden and cannot read it back`)
	refuses[[]outer](t, `attributevalue stores "X" of the embedded *define_test.hidden and cannot read it back`)
}

// badly requires that Define refuses a field with a tag.
func badly(t *testing.T, want string, define func(*ddb.Table) error) {
	t.Helper()
	err := define(ddb.NewTable("pk", "sk"))
	require.ErrorContains(t, err, want)
	require.Len(t, faultsOf(err), 1, err)
}

func defining[T any](id func(*T) *string) func(*ddb.Table) error {
	return func(table *ddb.Table) error {
		_, err := ddb.Define(table, "tagged", func(x *T, d *ddb.Definition) {
			key := ddb.Key(ddb.Prefix("t#"), ddb.Str(id(x)))
			d.Primary(key, key)
		})
		return err
	}
}

type tagged struct{ ID string }

func TestTagsOfWhatDoesNotComeBackAreRefused(t *testing.T) {
	t.Parallel()
	for want, define := range map[string]func(*ddb.Table) error{
		`refuses empty values under both "omitempty" and "nullempty"`: defining(func(x *struct {
			tagged
			V int `dynamodbav:",omitempty,nullempty"`
		},
		) *string {
			return &x.ID
		}),
		`refuses empty elements under both "omitemptyelem" and "nullemptyelem"`: defining(func(x *struct {
			tagged
			V []int `dynamodbav:",omitemptyelem,nullemptyelem"`
		},
		) *string {
			return &x.ID
		}),
		`the elements of an array in a [][2]int would be read back in other places`: defining(func(x *struct {
			tagged
			V [][2]int `dynamodbav:",omitemptyelem"`
		},
		) *string {
			return &x.ID
		}),
		`does not read a time.Time back under the tag option "string"`: defining(func(x *struct {
			tagged
			V *time.Time `dynamodbav:",string"`
		},
		) *string {
			return &x.ID
		}),
		`does not read the text in a interface {} back under the tag option "string"`: defining(func(x *struct {
			tagged
			V any `dynamodbav:",string"`
		},
		) *string {
			return &x.ID
		}),
		`ignores the tag option "string" on a []int`: defining(func(x *struct {
			tagged
			V []int `dynamodbav:",string"`
		},
		) *string {
			return &x.ID
		}),
		`ignores the tag option "string" on a bool`: defining(func(x *struct {
			tagged
			V bool `dynamodbav:",string"`
		},
		) *string {
			return &x.ID
		}),
		`a int cannot be an element with the tag option "stringset"`: defining(func(x *struct {
			tagged
			V []int `dynamodbav:",stringset"`
		},
		) *string {
			return &x.ID
		}),
		`a string cannot be an element with the tag option "numberset"`: defining(func(x *struct {
			tagged
			V []string `dynamodbav:",numberset"`
		},
		) *string {
			return &x.ID
		}),
		`a attributevalue.Number cannot be an element with the tag option "stringset"`: defining(func(x *struct {
			tagged
			V []attributevalue.Number `dynamodbav:",stringset"`
		},
		) *string {
			return &x.ID
		}),
		`the elements of a [2]string would be read back in another order, because a set has none`: defining(func(x *struct {
			tagged
			V [2]string `dynamodbav:",stringset"`
		},
		) *string {
			return &x.ID
		}),
		`stores a []uint8 as a binary and ignores the tag option "numberset"`: defining(func(x *struct {
			tagged
			V []byte `dynamodbav:",numberset"`
		},
		) *string {
			return &x.ID
		}),
		`does not read the elements of a set by themselves, as a define_test.Lenient does`: defining(func(x *struct {
			tagged
			V []Lenient `dynamodbav:",stringset"`
		},
		) *string {
			return &x.ID
		}),
		`ignores the tag option "stringset" beside "numberset"`: defining(func(x *struct {
			tagged
			V []int `dynamodbav:",stringset,numberset"`
		},
		) *string {
			return &x.ID
		}),
		`stores a [][]uint8 as a set, which has no order and no element twice: say so with the tag option "binaryset"`: defining(func(x *struct {
			tagged
			V [][]byte
		},
		) *string {
			return &x.ID
		}),
		`stores a [][]uint8 as a set, which has no order, and here no tag can say so`: defining(func(x *struct {
			tagged
			V map[string][][]byte
		},
		) *string {
			return &x.ID
		}),
	} {
		badly(t, want, define)
	}
}
