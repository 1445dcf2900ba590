package define_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
)

// ordered has fields under names that a table may use for itself.
type (
	ordered struct {
		ID   string
		Kind string
		Text string    `dynamodbav:"gpk"`
		Num  int       `dynamodbav:"gsk"`
		Time time.Time `dynamodbav:"expires,unixtime"`
	}
	orderedLess struct {
		ID   string
		Num  int    `dynamodbav:"gpk"`
		Text string `dynamodbav:"kind"`
	}
	orderedPlain struct{ ID, Name string }
)

// What a table declares after its entities is compared with them as if it had been there before.
func TestTheOrderOfATableAndItsEntitiesIsNoMatter(t *testing.T) {
	t.Parallel()
	met := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		var declare []func(*ddb.Table)
		attrs := rapid.SampledFrom([]string{"gpk", "gsk", "kind", "ID", "Name", "expires", "sk", "pk", "new", "~x"})
		for i := range rapid.IntRange(1, 4).Draw(t, "declarations") {
			a, b := attrs.Draw(t, "first"), attrs.Draw(t, "second")
			switch rapid.IntRange(0, 3).Draw(t, "of") {
			case 0:
				declare = append(declare, func(x *ddb.Table) { x.GSI(fmt.Sprint("gsi-", i), a, b) })
			case 1:
				declare = append(declare, func(x *ddb.Table) { x.LSI(fmt.Sprint("lsi-", i), a) })
			case 2:
				declare = append(declare, func(x *ddb.Table) { x.TTL(a) })
			case 3:
				declare = append(declare, func(x *ddb.Table) { x.TypeAttribute(a) })
			}
		}
		kinds := rapid.SliceOfN(rapid.IntRange(0, 2), 1, 3).Draw(t, "entities")
		define := func(x *ddb.Table) (errs []error) {
			for i, kind := range kinds {
				name, key := fmt.Sprint("e", i), func(s *string) ddb.Template { return ddb.Key(ddb.Prefix(fmt.Sprint("e", i, "#")), ddb.Str(s)) }
				var err error
				switch kind {
				case 0:
					_, err = ddb.Define(x, name, func(s *ordered, d *ddb.Definition) { d.Primary(key(&s.ID), key(&s.ID)) })
				case 1:
					_, err = ddb.Define(x, name, func(s *orderedLess, d *ddb.Definition) { d.Primary(key(&s.ID), key(&s.ID)) })
				default:
					_, err = ddb.Define(x, name, func(s *orderedPlain, d *ddb.Definition) { d.Primary(key(&s.ID), key(&s.ID)) })
				}
				if err != nil {
					errs = append(errs, err)
				}
			}
			return errs
		}
		before := ddb.NewTable("pk", "sk")
		for _, f := range declare {
			f(before)
		}
		errs := define(before)
		after := ddb.NewTable("pk", "sk")
		cut := rapid.IntRange(0, len(declare)).Draw(t, "before")
		for _, f := range declare[:cut] {
			f(after)
		}
		errsAfter := define(after)
		if rapid.Bool().Draw(t, "a check between") {
			_ = after.Check()
		}
		for _, f := range declare[cut:] {
			f(after)
		}
		want, got := len(errs) > 0 || before.Check() != nil, after.Check()
		met[want]++
		if len(errsAfter) > 0 && !want {
			return // it was wrong, and a later declaration made it right: it stays refused
		}
		require.Equal(t, want, got != nil || len(errsAfter) > 0, "before: %v %v\nafter: %v %v", errs, before.Check(), errsAfter, got)
	})
	t.Log(met)
}
