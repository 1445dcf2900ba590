package template_test

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// uuid is a field with text methods, as the usual packages have it: it reads more spellings than it writes.
type uuid [16]byte

func (u uuid) MarshalText() ([]byte, error) {
	b := make([]byte, 36)
	hex.Encode(b, u[:4])
	hex.Encode(b[9:], u[4:6])
	hex.Encode(b[14:], u[6:8])
	hex.Encode(b[19:], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return b, nil
}

func (u *uuid) UnmarshalText(b []byte) error {
	if len(b) != 36 {
		return errors.New("is no uuid")
	}
	s := string(b[:8]) + string(b[9:13]) + string(b[14:18]) + string(b[19:23]) + string(b[24:])
	_, err := hex.Decode(u[:], []byte(s))
	return err
}

// word has text methods with a pointer receiver, and any text.
type word struct{ S string }

func (w *word) MarshalText() ([]byte, error) {
	if w.S == "bad" {
		return nil, errors.New("is bad")
	}
	return []byte(w.S), nil
}
func (w *word) UnmarshalText(b []byte) error { w.S = string(b); return nil }

type status string

type place struct{ City string }

type thing struct {
	A, B, C, D string
	Status     status
	Email      string `dynamodbav:"email"`
	OnlyKey    string `dynamodbav:"-"`
	N          int64
	I          int
	I8         int8
	I16        int16
	I32        int32
	U          uint64
	U8         uint8
	U16        uint16
	U32        uint32
	UU         uint
	At         time.Time
	Until      time.Time `dynamodbav:",unixtime"`
	ID         uuid
	Word       word
	Addr       netip.Addr
	KeyAddr    netip.Addr `dynamodbav:"-"`
	Place      *place
	F          float64
	Bytes      []byte
	Score      int  `dynamodbav:"score"`
	Zip        int  `dynamodbav:",omitempty"`
	Code       int  `dynamodbav:",string"`
	Yes        bool `dynamodbav:"yes"`
}

var fields = func() map[string]*field.Field {
	p, err := field.New(reflect.TypeFor[thing]())
	if err != nil {
		panic(err)
	}
	m := map[string]*field.Field{}
	for _, f := range p.Fields() {
		m[f.Name] = f
	}
	return m
}()

func f(name string) *field.Field {
	if fields[name] == nil {
		panic("no field " + name)
	}
	return fields[name]
}

func lit(s string) template.Part { return template.Part{Kind: template.Literal, Text: s} }
func str(n string) template.Part { return template.Part{Kind: template.Str, Field: f(n)} }
func fold(n string) template.Part {
	return template.Part{Kind: template.Fold, Field: f(n)}
}

func num(n string, w int) template.Part {
	return template.Part{Kind: template.Num, Field: f(n), Width: w}
}
func at(n string) template.Part     { return template.Part{Kind: template.Time, Field: f(n)} }
func text(n string) template.Part   { return template.Part{Kind: template.Text, Field: f(n)} }
func native(n string) template.Part { return template.Part{Kind: template.Native, Field: f(n)} }
func shard(n string, of int) template.Part {
	return template.Part{Kind: template.Shard, Field: f(n), N: of}
}

var key = template.New

// of returns the item as the methods take it, not addressable.
func of(x thing) reflect.Value { return reflect.ValueOf(x) }

// encoded returns x's key under t.
func encoded(t testing.TB, tm template.Template, x thing) string {
	t.Helper()
	s, err := tm.Encode(of(x))
	if err != nil {
		t.Fatalf("%s: %v", tm, err)
	}
	return s
}

func date(s string) time.Time {
	d, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return d
}
