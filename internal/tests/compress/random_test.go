package compress_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// side is a table with the programs that work on it.
type side struct {
	client   *dynamodb.Client
	programs []*program
}

func newSide(t *rapid.T, programs ...[]declare) *side {
	s := &side{client: ddbmem.New().Client()}
	for i, d := range programs {
		s.programs = append(s.programs, open(t, s.client, &ddb.Options{UseAttributeMaps: i%2 == 1}, d...))
	}
	require.NoError(t, s.programs[0].db.CreateTable(context.Background()))
	return s
}

// result is what an operation returned, so that two can be compared.
type result struct {
	pages []page
	class string
}

func outcome(err error, pages ...page) result {
	r := result{pages: pages}
	for _, class := range []error{ddb.ErrExists, ddb.ErrNotFound, ddb.ErrConflict, ddb.ErrModel, ddb.ErrValue, ddb.ErrPruned} {
		if errors.Is(err, class) {
			r.class += class.Error() + " "
		}
	}
	if err != nil && r.class == "" {
		r.class = err.Error()
	}
	return r
}

func sometimesLong() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.SampledFrom([]int{0, 1, 8, 39, 40, 41, 300, 3000}).Draw(t, "n")
		if rapid.Bool().Draw(t, "any text") {
			s := rapid.StringN(0, 60, -1).Draw(t, "text")
			return strings.Repeat(strings.ToValidUTF8(s, "?"), 1+n%5)
		}
		return long(n)
	})
}

func anyPage() *rapid.Generator[page] {
	return rapid.Custom(func(t *rapid.T) page {
		p := page{ID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), Topic: rapid.SampledFrom([]string{"go", "db"}).Draw(t, "topic")}
		p.Content, p.Intro = sometimesLong().Draw(t, "content"), text(sometimesLong().Draw(t, "intro"))
		if rapid.Bool().Draw(t, "noted") {
			p.Note = new(sometimesLong().Draw(t, "note"))
		}
		p.Doc.Title = sometimesLong().Draw(t, "title")
		p.Doc.Number = attributevalue.Number(rapid.SampledFrom([]string{"", "0", "1.50", "007", "1e3"}).Draw(t, "number"))
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			p.Doc.Parts = append(p.Doc.Parts, part{sometimesLong().Draw(t, "part"), rapid.SampledFrom([]float64{0, 1, -1.5, 1e30, math.Copysign(0, -1)}).Draw(t, "size")})
		}
		if rapid.Bool().Draw(t, "labels") {
			p.Doc.Labels = map[string]string{"a": sometimesLong().Draw(t, "label"), `q"\`: "x"}
		}
		for range rapid.IntRange(0, 3).Draw(t, "tags") {
			p.Tags = append(p.Tags, sometimesLong().Draw(t, "tag"))
		}
		if rapid.Bool().Draw(t, "extra") {
			p.Extra = map[string]any{"x": sometimesLong().Draw(t, "x"), "y": 1.5, "z": []any{true, nil}}
		}
		if rapid.Bool().Draw(t, "counted") {
			p.Count.Value.SetString(strings.Repeat("7", rapid.SampledFrom([]int{1, 39, 40, 41, 500}).Draw(t, "digits")), 10)
		}
		return p
	})
}

// step is an operation, which is done by one program of each side.
type step struct {
	name string
	do   func(p *program) result
}

// verbs draws operations. With a History there is no Update.
func verbs(t *rapid.T, history bool) step {
	ctx, in := context.Background(), anyPage().Draw(t, "page")
	key := page{ID: in.ID}
	one := func(name string, f func(p *program) (page, error)) step {
		return step{name, func(p *program) result {
			out, err := f(p)
			return outcome(err, out)
		}}
	}
	many := func(name string, f func(p *program) ([]page, error)) step {
		return step{name, func(p *program) result {
			out, err := f(p)
			return outcome(err, out...)
		}}
	}
	none := func(name string, f func(p *program) error) step {
		return step{name, func(p *program) result { return outcome(f(p)) }}
	}
	edits := rapid.SampledFrom([]string{"set", "absent", "remove", "hits"}).Draw(t, "edit")
	edit := func(p *program) []ddb.Edit {
		f := p.f
		switch edits {
		case "set":
			return []ddb.Edit{ddb.Set(&f.Content, in.Content), ddb.Set(&f.Intro, in.Intro), ddb.Set(&f.Note, in.Note), ddb.Set(&f.Doc, in.Doc), ddb.Set(&f.Extra, in.Extra), ddb.Set(&f.Count, in.Count)}
		case "absent":
			return []ddb.Edit{ddb.SetIfAbsent(&f.Content, in.Content), ddb.SetIfAbsent(&f.Tags, in.Tags), ddb.SetIfAbsent(&f.Doc, in.Doc)}
		case "remove":
			return []ddb.Edit{ddb.Remove(&f.Content), ddb.Remove(&f.Doc), ddb.Set(&f.Tags, in.Tags)}
		}
		return []ddb.Edit{ddb.Add(&f.Hits, 1)}
	}
	part := rapid.IntRange(0, 5).Draw(t, "part")
	change := func(p *page) error {
		switch part {
		case 0:
			p.Content = in.Content
		case 1:
			p.Doc.Parts = in.Doc.Parts
		case 2:
			p.Tags, p.Extra = in.Tags, in.Extra
		case 3:
			p.Hits++
		case 4:
			p.Intro, p.Note, p.Count = in.Intro, in.Note, in.Count
		}
		return nil
	}
	steps := []step{
		one("create", func(p *program) (page, error) { return p.repo.Create(ctx, in) }),
		one("replace", func(p *program) (page, error) {
			have, err := p.repo.Get(ctx, key)
			if err != nil {
				return have, err
			}
			next := in
			next.Version = have.Version
			return p.repo.Replace(ctx, next)
		}),
		one("modify", func(p *program) (page, error) { return p.repo.Modify(ctx, key, change) }),
		one("move", func(p *program) (page, error) {
			have, err := p.repo.Get(ctx, key)
			if err != nil {
				return have, err
			}
			to := have
			to.ID, _ = map[string]string{"a": "b", "b": "c", "c": "c"}[have.ID], change(&to)
			if history {
				to.ID = have.ID
			}
			return p.repo.Move(ctx, have, to)
		}),
		none("delete", func(p *program) error { return p.repo.Delete(ctx, key) }),
		none("transact", func(p *program) error {
			other := in
			other.ID = "z"
			return p.db.Transact(ctx, p.entity.Create(in), p.entity.Put(other), p.entity.Check(page{ID: "b"}, ddb.Present(&p.f.Content)))
		}),
		one("get", func(p *program) (page, error) { return p.repo.Get(ctx, key) }),
		many("query", func(p *program) ([]page, error) {
			return ddb.Collect(p.repo.Query(ctx, p.entity.On(p.topic, page{Topic: in.Topic}).Filter(ddb.Or(ddb.Present(&p.f.Content), ddb.Absent(&p.f.Note)))))
		}),
		many("query of keys", func(p *program) ([]page, error) {
			return ddb.Collect(p.repo.Query(ctx, p.entity.On(p.keys, page{Topic: in.Topic})))
		}),
		many("select", func(p *program) ([]page, error) {
			return ddb.Collect(p.repo.Query(ctx, p.entity.On(p.topic, page{Topic: in.Topic}).Select(&p.f.Content, &p.f.Doc)))
		}),
		many("scan", func(p *program) ([]page, error) {
			all, err := ddb.Collect(p.repo.Scan(ctx, nil))
			slices.SortFunc(all, func(a, b page) int { return strings.Compare(a.ID, b.ID) })
			return all, err
		}),
		many("gather", func(p *program) (out []page, err error) {
			err = p.db.Gather(ctx, p.entity.On(p.keys, page{Topic: in.Topic}).Collection(), p.entity.Into(&out))
			return out, err
		}),
		many("lookups", func(p *program) (out []page, err error) {
			for l, err := range p.repo.Lookups(ctx, p.entity.On(p.keys, page{Topic: in.Topic})) {
				if err != nil {
					return nil, err
				}
				out = append(out, l.Item)
			}
			return out, nil
		}),
		many("load", func(p *program) ([]page, error) {
			var found, also bool
			a, b := page{ID: "a"}, page{ID: "b"}
			err := p.db.TransactGet(ctx, p.entity.Load(&a).Optional(&found), p.entity.Load(&b).Optional(&also))
			return []page{a, b}, err
		}),
		one("take", func(p *program) (page, error) { return p.repo.Take(ctx, key) }),
		none("reindex", func(p *program) error {
			_, err := p.repo.Reindex(ctx, nil)
			return err
		}),
	}
	if history {
		steps = append(steps, many("history", func(p *program) ([]page, error) { return ddb.Collect(p.repo.History().All(ctx, key)) }),
			one("version", func(p *program) (page, error) { return p.repo.History().At(ctx, key, 2) }))
	} else {
		steps = append(steps,
			one("put", func(p *program) (page, error) {
				have, _ := p.repo.Get(ctx, key)
				next := in
				next.Version = have.Version
				return p.repo.Put(ctx, next)
			}),
			one("update", func(p *program) (page, error) { return p.repo.Update(ctx, key, edit(p)...) }),
			one("upsert", func(p *program) (page, error) {
				return p.repo.Upsert(ctx, page{ID: in.ID, Topic: in.Topic}, append(edit(p), ddb.Set(&p.f.Hits, 5))[1:]...)
			}),
			none("batch", func(p *program) error {
				return p.db.Batch(ctx, p.entity.Create(in), p.entity.Update(page{ID: "b"}, edit(p)...), p.entity.Update(page{ID: "b"}, ddb.Set(&p.f.Content, in.Content)))
			}))
	}
	return rapid.SampledFrom(steps).Draw(t, "verb")
}

// A program gives the same results whether its values are compressed or not, whatever the thresholds and codecs of the
// programs beside it.
func TestCompressionChangesNoResult(t *testing.T) {
	t.Parallel()
	for _, history := range []bool{false, true} {
		t.Run(fmt.Sprint("history ", history), func(t *testing.T) {
			t.Parallel()
			base := versioned
			if history {
				base = kept
			}
			rapid.Check(t, func(t *rapid.T) {
				plain := newSide(t, []declare{base})
				packed := newSide(t,
					[]declare{base, allOf(40, codec(200), codec(201))}, []declare{base, allOf(1, codec(201), codec(200))},
					[]declare{base, allOf(readOnly, codec(200), codec(201))}, []declare{base, allOf(300, codec(200), codec(201))},
				)
				for range rapid.IntRange(1, 15).Draw(t, "steps") {
					s := verbs(t, history)
					p := rapid.SampledFrom(packed.programs).Draw(t, "program")
					want, got := s.do(plain.programs[0]), s.do(p)
					require.Equal(t, want, got, s.name)
				}
				all := func(p *program) result {
					pages, err := ddb.Collect(p.repo.Scan(context.Background(), nil))
					slices.SortFunc(pages, func(a, b page) int { return strings.Compare(a.ID, b.ID) })
					return outcome(err, pages...)
				}
				for _, p := range packed.programs {
					require.Equal(t, all(plain.programs[0]), all(p))
				}
			})
		})
	}
}
