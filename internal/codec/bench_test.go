package codec_test

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/codec"
)

// order is the item of the benchmarks: 14 attributes of domain, 1.2 KB of JSON with its four keys and its type.
type order struct {
	ID       string            `dynamodbav:"id"`
	Customer string            `dynamodbav:"customer"`
	Status   string            `dynamodbav:"status"`
	Email    string            `dynamodbav:"email"`
	Notes    string            `dynamodbav:"notes,omitempty"`
	Total    int64             `dynamodbav:"total"`
	Weight   float64           `dynamodbav:"weight"`
	Version  int               `dynamodbav:"version"`
	Paid     bool              `dynamodbav:"paid"`
	Created  time.Time         `dynamodbav:"created"`
	Updated  time.Time         `dynamodbav:"updated"`
	Labels   []string          `dynamodbav:"labels,stringset"`
	Address  address           `dynamodbav:"address"`
	Lines    []line            `dynamodbav:"lines"`
	Meta     map[string]string `dynamodbav:"meta"`
}

type address struct {
	Street  string `dynamodbav:"street"`
	City    string `dynamodbav:"city"`
	Zip     string `dynamodbav:"zip"`
	Country string `dynamodbav:"country"`
}

type line struct {
	SKU      string  `dynamodbav:"sku"`
	Quantity int     `dynamodbav:"quantity"`
	Price    float64 `dynamodbav:"price"`
}

func sampleOrder() order {
	at := time.Date(2026, 11, 20, 21, 0, 0, 123456789, time.UTC)
	return order{
		ID: "01JCXN3Q7Z5M8W4R2T6Y9B1D0F", Customer: "01JCXN3Q7Z5M8W4R2T6Y9B1D0G", Status: "shipped", Email: "jane.doe@example.com",
		Notes: "Leave the parcel with the neighbours on the second floor.", Total: 129900, Weight: 12.75, Version: 7, Paid: true,
		Created: at, Updated: at.Add(time.Hour), Labels: []string{"express", "fragile", "gift"},
		Address: address{"Sendlinger Straße 8", "München", "80331", "DE"},
		Lines:   []line{{"SKU-1001", 2, 19.99}, {"SKU-1002", 1, 59.5}, {"SKU-1003", 4, 7.25}},
		Meta:    map[string]string{"source": "web", "campaign": "autumn", "channel": "search"},
	}
}

func withKeys(m map[string]types.AttributeValue) map[string]types.AttributeValue {
	for name, value := range map[string]string{"pk": "c#01JCXN3Q7Z5M8W4R2T6Y9B1D0G", "sk": "o#01JCXN3Q7Z5M8W4R2T6Y9B1D0F", "gsi1_pk": "s#shipped", "gsi1_sk": "2026-11-20", "entityType": "order"} {
		m[name] = str(value)
	}
	return m
}

// Hand-written code.

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }
func integer(i int64) types.AttributeValue {
	return num(strconv.FormatInt(i, 10))
}
func float(f float64) types.AttributeValue { return num(strconv.FormatFloat(f, 'f', -1, 64)) }

func (o *order) toMap() map[string]types.AttributeValue {
	lines := make([]types.AttributeValue, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"sku": str(l.SKU), "quantity": integer(int64(l.Quantity)), "price": float(l.Price),
		}}
	}
	meta := make(map[string]types.AttributeValue, len(o.Meta))
	for k, v := range o.Meta {
		meta[k] = str(v)
	}
	m := map[string]types.AttributeValue{
		"id": str(o.ID), "customer": str(o.Customer), "status": str(o.Status), "email": str(o.Email),
		"total": integer(o.Total), "weight": float(o.Weight), "version": integer(int64(o.Version)),
		"paid":    &types.AttributeValueMemberBOOL{Value: o.Paid},
		"created": str(o.Created.Format(time.RFC3339Nano)), "updated": str(o.Updated.Format(time.RFC3339Nano)),
		"labels": &types.AttributeValueMemberSS{Value: append([]string(nil), o.Labels...)},
		"address": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"street": str(o.Address.Street), "city": str(o.Address.City), "zip": str(o.Address.Zip), "country": str(o.Address.Country),
		}},
		"lines": &types.AttributeValueMemberL{Value: lines},
		"meta":  &types.AttributeValueMemberM{Value: meta},
	}
	if o.Notes != "" {
		m["notes"] = str(o.Notes)
	}
	return m
}

// reading collects the first error of many reads.
type reading struct{ err error }

func (r *reading) fail(name string) { r.err = fmt.Errorf("%s has another type", name) }

func (r *reading) str(m map[string]types.AttributeValue, name string) string {
	if s, ok := m[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	if _, ok := m[name]; ok {
		r.fail(name)
	}
	return ""
}

func (r *reading) number(m map[string]types.AttributeValue, name string) string {
	if n, ok := m[name].(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	if _, ok := m[name]; ok {
		r.fail(name)
	}
	return "0"
}

func (r *reading) integer(m map[string]types.AttributeValue, name string) int64 {
	i, err := strconv.ParseInt(r.number(m, name), 10, 64)
	if err != nil {
		r.err = err
	}
	return i
}

func (r *reading) float(m map[string]types.AttributeValue, name string) float64 {
	f, err := strconv.ParseFloat(r.number(m, name), 64)
	if err != nil {
		r.err = err
	}
	return f
}

func (r *reading) time(m map[string]types.AttributeValue, name string) time.Time {
	at, err := time.Parse(time.RFC3339, r.str(m, name))
	if err != nil {
		r.err = err
	}
	return at
}

func (o *order) fromMap(m map[string]types.AttributeValue) error {
	var r reading
	o.ID, o.Customer, o.Status, o.Email, o.Notes = r.str(m, "id"), r.str(m, "customer"), r.str(m, "status"), r.str(m, "email"), r.str(m, "notes")
	o.Total, o.Weight, o.Version = r.integer(m, "total"), r.float(m, "weight"), int(r.integer(m, "version"))
	if b, ok := m["paid"].(*types.AttributeValueMemberBOOL); ok {
		o.Paid = b.Value
	}
	o.Created, o.Updated = r.time(m, "created"), r.time(m, "updated")
	if ss, ok := m["labels"].(*types.AttributeValueMemberSS); ok {
		o.Labels = append([]string(nil), ss.Value...)
	}
	if a, ok := m["address"].(*types.AttributeValueMemberM); ok {
		o.Address = address{r.str(a.Value, "street"), r.str(a.Value, "city"), r.str(a.Value, "zip"), r.str(a.Value, "country")}
	}
	if l, ok := m["lines"].(*types.AttributeValueMemberL); ok {
		o.Lines = make([]line, len(l.Value))
		for i, e := range l.Value {
			if e, ok := e.(*types.AttributeValueMemberM); ok {
				o.Lines[i] = line{r.str(e.Value, "sku"), int(r.integer(e.Value, "quantity")), r.float(e.Value, "price")}
			}
		}
	}
	if meta, ok := m["meta"].(*types.AttributeValueMemberM); ok {
		o.Meta = make(map[string]string, len(meta.Value))
		for k := range meta.Value {
			o.Meta[k] = r.str(meta.Value, k)
		}
	}
	return r.err
}

func TestBenchmarksDoTheSame(t *testing.T) {
	t.Parallel()
	o := sampleOrder()
	want, err := attributevalue.MarshalMap(&o)
	require.NoError(t, err)
	got, err := codec.For(reflect.TypeFor[order]()).Encode(reflect.ValueOf(&o).Elem())
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.Equal(t, want, o.toMap())
	var a, b, c order
	require.NoError(t, attributevalue.UnmarshalMap(withKeys(want), &a))
	require.NoError(t, codec.For(reflect.TypeFor[order]()).Decode(want, reflect.ValueOf(&b).Elem()))
	require.NoError(t, c.fromMap(want))
	assert.Equal(t, o, a)
	assert.Equal(t, o, b)
	assert.Equal(t, o, c)
}

func BenchmarkEncode(b *testing.B) {
	o := sampleOrder()
	b.Run("attributevalue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := attributevalue.MarshalMap(&o); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("codec", func(b *testing.B) {
		plan := codec.For(reflect.TypeFor[order]())
		b.ReportAllocs()
		for b.Loop() {
			if _, err := plan.Encode(reflect.ValueOf(&o).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(o.toMap()) == 0 {
				b.Fatal("empty")
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	o := sampleOrder()
	m := withKeys(o.toMap())
	into := new(order) // as the elements of a page are
	var keys []string
	for name := range withKeys(map[string]types.AttributeValue{}) {
		keys = append(keys, name)
	}
	b.Run("attributevalue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			*into = order{}
			if err := attributevalue.UnmarshalMap(m, into); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("codec", func(b *testing.B) {
		plan := codec.For(reflect.TypeFor[order]()).Beside(keys...)
		b.ReportAllocs()
		for b.Loop() {
			*into = order{}
			if err := plan.Decode(m, reflect.ValueOf(into).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("codec, keys unknown", func(b *testing.B) {
		plan := codec.For(reflect.TypeFor[order]())
		b.ReportAllocs()
		for b.Loop() {
			*into = order{}
			if err := plan.Decode(m, reflect.ValueOf(into).Elem()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			*into = order{}
			if err := into.fromMap(m); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRatio compares the best of many short runs, taken in turns: the other benchmarks say little on a machine that has other work.
func BenchmarkRatio(b *testing.B) {
	o, into := sampleOrder(), new(order)
	m := withKeys(o.toMap())
	var keys []string
	for name := range withKeys(attrs{}) {
		keys = append(keys, name)
	}
	plan := codec.For(reflect.TypeFor[order]()).Beside(keys...)
	compare := func(name string, attributevalue, codec, hand func() error) {
		b.Run(name, func(b *testing.B) {
			work := [...]func() error{attributevalue, codec, hand}
			best := [len(work)]time.Duration{time.Hour, time.Hour, time.Hour}
			for b.Loop() {
				for i, f := range work {
					start := time.Now()
					for range 50 {
						if err := f(); err != nil {
							b.Fatal(err)
						}
					}
					best[i] = min(best[i], time.Since(start))
				}
			}
			b.ReportMetric(float64(best[1])/float64(best[0]), "x-attributevalue")
			b.ReportMetric(float64(best[1])/float64(best[2]), "x-hand")
			b.ReportMetric(float64(best[1])/50, "best-ns")
		})
	}
	compare("encode",
		func() error { _, err := attributevalue.MarshalMap(&o); return err },
		func() error { _, err := plan.Encode(reflect.ValueOf(&o).Elem()); return err },
		func() error { o.toMap(); return nil })
	compare("decode",
		func() error { *into = order{}; return attributevalue.UnmarshalMap(m, into) },
		func() error { *into = order{}; return plan.Decode(m, reflect.ValueOf(into).Elem()) },
		func() error { *into = order{}; return into.fromMap(m) })
}
