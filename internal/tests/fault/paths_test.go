package fault_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// parcel has fields of all kinds, under names of all kinds.
type parcel struct {
	ID      string `dynamodbav:"-"`
	N       int    `dynamodbav:"-"`
	Quoted  string `dynamodbav:"q\"uo\\te"`
	Unicode string `dynamodbav:"é✓\u2028,omitempty"`
	Line    string `dynamodbav:"l\ni\tne<&>"`
	parcelInside
	Bytes   []byte            `dynamodbav:"bytes"`
	Texts   []string          `dynamodbav:"texts,stringset,omitempty"`
	Numbers []int             `dynamodbav:"numbers,numberset,omitempty"`
	Blobs   [][]byte          `dynamodbav:"blobs,binaryset,omitempty"`
	Deep    map[string]any    `dynamodbav:"deep"`
	Plain   map[string]string `dynamodbav:"plain,omitempty"`
	Subs    []parcelSub       `dynamodbav:"subs"`
	Pointer *parcelSub        `dynamodbav:"pointer,omitempty"`
	F       float64           `dynamodbav:"f"`
	Big     string            `dynamodbav:"big,omitempty"`
	Count   int               `dynamodbav:"count"`
	Expires time.Time         `dynamodbav:"expires,unixtime"`
	Made    time.Time         `dynamodbav:"made"`
	Version int64             `dynamodbav:"version"`
}

type parcelInside struct {
	Inside string `dynamodbav:"inside"`
	Flag   *bool
}

type parcelSub struct {
	City string         `dynamodbav:"ci\"ty"`
	More map[string]any `dynamodbav:",omitempty"`
}

var parcelKinds = map[string]func(*parcel, *ddb.Definition){
	"plain":     func(*parcel, *ddb.Definition) {},
	"versioned": func(p *parcel, d *ddb.Definition) { d.Version(&p.Version) },
	"unique":    func(p *parcel, d *ddb.Definition) { d.Unique("inside", ddb.Str(&p.Inside)) },
	"old":       func(p *parcel, d *ddb.Definition) { d.Schema(1, nil); d.Created(&p.Made) },
	"history": func(p *parcel, d *ddb.Definition) {
		d.Version(&p.Version)
		d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("h#"), ddb.Num(&p.N, 3), ddb.Prefix("#"), ddb.Num(&p.Version, 6)))
	},
}

var parcelTexts = rapid.SampledFrom([]string{"", "a", "\"", "\\u0041", "\\", "\u2028é😀", "\x00\x1f\x7f", "\n\r\t", "<&>", "{}", "~", "b", "c", "d", "e", "f", "g", "\xff"})

func drawAny(t *rapid.T, depth int) any {
	switch rapid.IntRange(0, 8-max(depth, 0)).Draw(t, "any") {
	case 0:
		return nil
	case 1:
		return parcelTexts.Draw(t, "text")
	case 2:
		return rapid.SampledFrom([]float64{0, -1.5, 1e100, 1e-100, 123456789.123}).Draw(t, "float")
	case 3:
		return rapid.Bool().Draw(t, "bool")
	case 4:
		return []byte(parcelTexts.Draw(t, "binary"))
	case 5:
		return []string{}
	case 6:
		return []any{drawAny(t, depth+1), drawAny(t, depth+1)}
	default:
		return map[string]any{parcelTexts.Draw(t, "name"): drawAny(t, depth+1)}
	}
}

func drawParcel(t *rapid.T, now time.Time) parcel {
	p := parcel{
		ID: rapid.SampledFrom([]string{"1", "\"", "é"}).Draw(t, "id"), N: rapid.IntRange(0, 1).Draw(t, "n"),
		Quoted: parcelTexts.Draw(t, "quoted"), Unicode: parcelTexts.Draw(t, "unicode"), Line: parcelTexts.Draw(t, "line"),
		F: rapid.SampledFrom([]float64{0, -0.1, 1e125}).Draw(t, "f"), Count: rapid.IntRange(0, 2).Draw(t, "count"),
	}
	p.Inside = rapid.SampledFrom([]string{"x", "y", "\"", ""}).Draw(t, "inside")
	switch rapid.IntRange(0, 8).Draw(t, "which") {
	case 0:
		p.Bytes, p.Flag = []byte(p.Line), new(bool)
	case 1:
		p.Texts = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b\"", "é", "\xff"}), 0, 3, rapid.ID[string]).Draw(t, "texts")
	case 2:
		p.Numbers, p.Blobs = []int{1, -2}, [][]byte{{}, {1}}
	case 3, 4:
		p.Deep = map[string]any{parcelTexts.Draw(t, "name"): drawAny(t, 0)}
	case 5:
		p.Subs, p.Pointer = []parcelSub{{}, {City: p.Quoted, More: map[string]any{p.Line: 1}}}, &parcelSub{City: p.Line}
	case 6:
		p.Plain = map[string]string{p.Line: p.Quoted}
	case 7:
		p.Big = strings.Repeat(rapid.SampledFrom([]string{"a", "\"", "é", "\x01"}).Draw(t, "letter"), rapid.SampledFrom([]int{70_000, 200_000, 409_000 - rapid.IntRange(-700, 700).Draw(t, "near")}).Draw(t, "size"))
	}
	if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
		p.Expires = now.Add(rapid.SampledFrom([]time.Duration{-time.Hour, time.Hour}).Draw(t, "after"))
	}
	p.Version = max(rapid.Int64Range(-2, 2).Draw(t, "version"), 0)
	return p
}

var random = regexp.MustCompile(`RequestID: [^,]*|checksum, [0-9]+, [0-9]+|[A-Z0-9]{26,}|goroutine (?s:.*)|retry after [^,]*|0x[0-9a-f]+`)

// A write does the same, returns the same and says the same, whether its items are written as JSON, as attributes, through middlewares,
// or by a client that ignores options; whatever happens to its requests.
func TestAllPathsOfWritesAreTheSame(t *testing.T) {
	t.Parallel()
	met := map[string]int{}
	synctest.Test(t, func(t *testing.T) { rapid.Check(struct{ rapid.TB }{t}, func(t *rapid.T) { pathsAreTheSame(t, met) }) })
	t.Log(met)
}

func pathsAreTheSame(t *rapid.T, met map[string]int) {
	now := time.Now()
	kind := rapid.SampledFrom(slices.Sorted(maps.Keys(parcelKinds))).Draw(t, "kind")
	type step struct {
		verb   int
		items  []parcel
		faults []string
	}
	quiet := rapid.IntRange(0, 2).Draw(t, "quiet") == 0
	var steps []step
	for range rapid.IntRange(1, 5).Draw(t, "steps") {
		s := step{verb: max(rapid.IntRange(-4, 12).Draw(t, "verb"), 0)}
		for range rapid.IntRange(1, 5).Draw(t, "items") {
			s.items = append(s.items, drawParcel(t, now))
		}
		if !quiet {
			s.faults = rapid.SliceOfN(rapid.SampledFrom([]string{"", "lost", "lost", "not sent", "500", "500 behind", "503 of a proxy", "throttled", "truncated", "short", "corrupt"}), 0, 8).Draw(t, "faults")
		}
		steps = append(steps, s)
	}
	var want string
	var returned []any
	for _, style := range []string{"attributes", "JSON", "middleware", "forgetful"} {
		if style == "forgetful" && !quiet {
			continue
		}
		engine := ddbmem.New()
		w := &weather{}
		var client ddb.Client
		options := []func(*dynamodb.Options){fixture.Impatient, func(o *dynamodb.Options) { w.next, o.HTTPClient = o.HTTPClient, w }}
		if style == "middleware" {
			options = append(options, func(o *dynamodb.Options) {
				o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return nil })
			})
		}
		c := engine.Client(options...)
		client = c
		if style == "forgetful" {
			client = forgetful{c}
		}
		table := ddb.NewTable("pk", "sk").TTL("expires")
		by := table.GSI("by-count", "g1", "sk")
		parcels := ddb.MustDefine(table, "pa\"rcel", func(p *parcel, d *ddb.Definition) {
			sk := ddb.Key(ddb.Prefix("p#\""), ddb.Num(&p.N, 3))
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)), sk)
			d.Index(by, ddb.Key(ddb.Prefix("c#"), ddb.Num(&p.Count, 4)), sk)
			d.TTL(&p.Expires)
			parcelKinds[kind](p, d)
		})
		db := ddb.New(client, "parcels", table, &ddb.Options{UseAttributeMaps: style == "attributes", MaxAttempts: 3, Now: func() time.Time { return now }})
		repo := ddb.NewRepository(db, parcels)
		require.NoError(t, db.CreateTable(t.Context()))
		f := parcels.Fields()
		var log strings.Builder
		var outs []any
		for _, s := range steps {
			w.faults, w.seen = s.faults, nil
			x := s.items[0]
			var out any
			var err error
			ctx, meter := ddb.WithMeter(t.Context())
			switch s.verb {
			case 0:
				out, err = repo.Put(ctx, x)
			case 1:
				out, err = repo.Create(ctx, x)
			case 2:
				out, err = repo.Replace(ctx, x)
			case 3:
				out, err = repo.Update(ctx, x, ddb.Set(&f.Quoted, s.items[0].Line), ddb.Set(&f.Deep, x.Deep))
			case 4:
				out, err = repo.Upsert(ctx, x, ddb.Add(&f.F, 1))
			case 5:
				err = repo.Delete(ctx, x)
			case 6:
				out, err = repo.Take(ctx, x)
			case 7:
				out, err = repo.Modify(ctx, x, func(p *parcel) error { p.Line = x.Quoted; p.Plain = x.Plain; p.Count++; return nil })
			case 8:
				to := x
				to.ID, to.N = "moved", 0
				err = db.Do(ctx, parcels.Move(x, to))
			case 9:
				out, err = repo.Put(ctx, x, ddb.If(ddb.Eq(&f.Line, x.Line)))
			default:
				var ops []ddb.Op
				for i, x := range s.items {
					switch (i + s.verb) % 4 {
					case 0, 1:
						ops = append(ops, parcels.Put(x))
					case 2:
						ops = append(ops, parcels.Delete(x))
					default:
						ops = append(ops, parcels.Create(x))
					}
				}
				if s.verb == 10 {
					err = db.Transact(ctx, ops...)
				} else {
					if len(s.faults) > 0 || kind == "unique" || kind == "history" { // whose requests come in any order
						ops = ops[:1]
					}
					err = db.Batch(ctx, ops...)
				}
			}
			outs = append(outs, out)
			text := "nil"
			if err != nil {
				text = random.ReplaceAllString(err.Error(), "…")
				met["errors"]++
			} else {
				met["done"]++
			}
			var classes strings.Builder
			for _, class := range []error{ddb.ErrExists, ddb.ErrNotFound, ddb.ErrCondition, ddb.ErrConflict, ddb.ErrNotUnique, ddb.ErrOutcomeUnknown, ddb.ErrThrottled, ddb.ErrTooLarge, ddb.ErrValue} {
				if errors.Is(err, class) {
					classes.WriteString(class.Error() + ", ")
					met[class.Error()]++
				}
			}
			requests := fmt.Sprint(meter.Requests(), w.seen)
			if s.verb >= 11 {
				slices.Sort(w.seen)
				requests = fmt.Sprint(meter.Requests(), w.seen)
			}
			if meter.Requests() != len(w.seen) && style != "forgetful" {
				t.Fatalf("metered %d of %v", meter.Requests(), w.seen)
			}
			fmt.Fprintf(&log, "%d:\n  error %s\n  of %s\n  capacity %v, requests %s\n", s.verb, text, classes.String(), meter.Total(), requests)
			w.faults = nil
			items, err := engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new("parcels")})
			require.NoError(t, err)
			for _, item := range items.Items {
				delete(item, "~w")
				fmt.Fprintf(&log, "  %s\n", textOf(&types.AttributeValueMemberM{Value: item}))
			}
		}
		if want == "" {
			want, returned = log.String(), outs
			continue
		}
		require.Equal(t, returned, outs, style)
		if want != log.String() {
			a, b := strings.Split(want, "\n"), strings.Split(log.String(), "\n")
			for i := range a {
				if i >= len(b) || a[i] != b[i] {
					t.Fatalf("%s %s, line %d:\n%.3000s\nwas with attributes\n%.3000s", kind+" "+strings.Join(b[max(i-12, 0):i], "\n"), style, i, b[min(i, len(b)-1)], a[i])
				}
			}
			t.Fatalf("%s: more lines", style)
		}
	}
}

// textOf is a value with the names of its maps in order.
func textOf(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberM:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(av.Value)) {
			fmt.Fprintf(&b, "%q: %s, ", name, textOf(av.Value[name]))
		}
		return "{" + b.String() + "}"
	case *types.AttributeValueMemberL:
		var b strings.Builder
		for _, v := range av.Value {
			b.WriteString(textOf(v) + ", ")
		}
		return "[" + b.String() + "]"
	}
	text := fmt.Sprintf("%T %+v", av, reflect.ValueOf(av).Elem().Field(0))
	if len(text) > 200 {
		text = fmt.Sprint(len(text), text[:100])
	}
	return text
}
