package define_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

type Invoice struct {
	ID    string                            `dynamodbav:"-"`
	Total ddb.AsText[big.Int]               `dynamodbav:"total"`
	From  *ddb.AsText[netip.Addr]           `dynamodbav:"from,omitempty"`
	Parts []ddb.AsText[big.Int]             `dynamodbav:"parts"`
	By    map[string]ddb.AsText[netip.Addr] `dynamodbav:"by"`
	Zero  ddb.AsText[netip.Addr]            `dynamodbav:"zero"`
}

func invoices(t *testing.T, attributePath bool) (*ddb.Repository[Invoice], *Invoice, ddb.Client) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "invoice", func(i *Invoice, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("i#"), ddb.Str(&i.ID))
		d.Primary(id, id)
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "table", table, &ddb.Options{UseAttributeMaps: attributePath})
	require.NoError(t, db.CreateTable(t.Context()))
	return ddb.NewRepository(db, e), e.Fields(), client
}

func total(n int64) ddb.AsText[big.Int] { return ddb.AsText[big.Int]{Value: *big.NewInt(n)} }

func TestAsTextComesBack(t *testing.T) {
	t.Parallel()
	for _, path := range []bool{false, true} {
		repo, f, client := invoices(t, path)
		addr := ddb.AsText[netip.Addr]{Value: netip.MustParseAddr("192.0.2.7")}
		in := Invoice{ID: "1", Total: total(-12), From: &addr, Parts: []ddb.AsText[big.Int]{total(3), total(0)}, By: map[string]ddb.AsText[netip.Addr]{"a": addr}}
		created, err := repo.Create(t.Context(), in)
		require.NoError(t, err)
		got, err := repo.Get(t.Context(), Invoice{ID: "1"})
		require.NoError(t, err)
		for _, x := range []Invoice{created, got} {
			assert.Equal(t, "-12 192.0.2.7 3 0", x.Total.String()+" "+x.From.String()+" "+x.Parts[0].String()+" "+x.Parts[1].String())
			assert.Equal(t, in.By, x.By)
			assert.Zero(t, x.Zero)
		}
		_, err = repo.Update(t.Context(), Invoice{ID: "1"}, ddb.Set(&f.Total, total(13)), ddb.If(ddb.Eq(&f.Total, total(-12))))
		require.NoError(t, err)
		_, err = repo.Update(t.Context(), Invoice{ID: "1"}, ddb.Set(&f.Total, total(13)), ddb.If(ddb.Eq(&f.Total, total(-12))))
		require.ErrorIs(t, err, ddb.ErrCondition)

		// what was stored of such a type before there was an AsText
		fixture.PutRaw(t, client, "table", map[string]types.AttributeValue{
			"pk": fixture.Text("i#2"), "sk": fixture.Text("i#2"), "total": &types.AttributeValueMemberM{}, "zero": &types.AttributeValueMemberNULL{Value: true},
		})
		got, err = repo.Get(t.Context(), Invoice{ID: "2"})
		require.NoError(t, err)
		assert.Equal(t, "0", got.Total.String())
	}
	b, err := json.Marshal(total(7))
	require.NoError(t, err)
	assert.Equal(t, `"7"`, string(b))
}

func TestAsTextStandsInAKey(t *testing.T) {
	t.Parallel()
	type Host struct {
		Addr ddb.AsText[netip.Addr] `dynamodbav:"-"`
		Name string                 `dynamodbav:"name"`
	}
	e := ddb.MustDefine(ddb.NewTable("pk", "sk"), "host", func(h *Host, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("h#"), ddb.Text(&h.Addr))
		d.Primary(id, id)
	})
	in := Host{ddb.AsText[netip.Addr]{Value: netip.MustParseAddr("2001:db8::1")}, "a"}
	attrs, err := e.Encode(in)
	require.NoError(t, err)
	assert.Equal(t, fixture.Text("h#2001:db8::1"), attrs["pk"])
	out, err := e.Decode(attrs)
	require.NoError(t, err)
	assert.Equal(t, in, out)
}

func TestAsTextNeedsTextMethods(t *testing.T) {
	t.Parallel()
	type Thing struct {
		ID string                    `dynamodbav:"-"`
		N  []ddb.AsText[struct{ n }] `dynamodbav:"n"`
		M  ddb.AsText[string]        `dynamodbav:"m"`
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "thing", func(x *Thing, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, "field M: a *string has no MarshalText and UnmarshalText")
	require.ErrorContains(t, err, "field N: a *struct { define_test.n } has no MarshalText and UnmarshalText")
}

type n struct{ a int } //nolint:unused // of a type that has no text

// Mute has a text that it does not read.
type Mute struct{ n int }

func (m Mute) MarshalText() ([]byte, error) { return fmt.Append(nil, "mute ", m.n), nil }

func (m *Mute) UnmarshalText([]byte) error { return errors.New("says nothing") }

// Short reads only the first letter.
type Short struct{ s string }

func (s Short) MarshalText() ([]byte, error) { return []byte(s.s), nil }

func (s *Short) UnmarshalText(text []byte) error {
	if len(text) > 1 {
		text = text[:1]
	}
	s.s = string(text)
	return nil
}

func TestATextThatDoesNotReadBackIsNotWritten(t *testing.T) {
	t.Parallel()
	type note struct {
		ID    string              `dynamodbav:"-"`
		Mute  *ddb.AsText[Mute]   `dynamodbav:"mute,omitempty"`
		Short ddb.AsText[Short]   `dynamodbav:"short"`
		Big   ddb.AsText[big.Int] `dynamodbav:"big"`
	}
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "note", func(n *note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(id, id)
	})
	db := ddb.New(ddbmem.New().Client(), "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, e)
	ctx, meter := ddb.WithMeter(t.Context())
	_, err := repo.Put(ctx, note{ID: "1", Mute: &ddb.AsText[Mute]{}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.NotErrorIs(t, err, ddb.ErrOutcomeUnknown)
	require.ErrorContains(t, err, `Mute: `)
	require.ErrorContains(t, err, `"mute 0", which it does not read: says nothing`)
	_, err = repo.Put(ctx, note{ID: "1", Short: ddb.AsText[Short]{Value: Short{"ab"}}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.ErrorContains(t, err, `Short: `)
	require.ErrorContains(t, err, `"ab", which reads back as "a"`)
	assert.Zero(t, meter.Requests())
	want := note{ID: "1", Short: ddb.AsText[Short]{Value: Short{"a"}}, Big: ddb.AsText[big.Int]{Value: *big.NewInt(7)}}
	got, err := repo.Put(ctx, want)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	type sum struct {
		ID  string `dynamodbav:"-"`
		Sum big.Float
	}
	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "sum", func(s *sum, d *ddb.Definition) { d.Primary(ddb.Key(ddb.Str(&s.ID)), ddb.Key(ddb.Str(&s.ID))) })
	require.ErrorContains(t, err, "keep that text in a string field of your own")
	require.NotContains(t, err.Error(), "AsText")
}
