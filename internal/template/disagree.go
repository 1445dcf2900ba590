package template

import (
	"reflect"
	"strconv"
	"time"
)

// disagrees is the error for a key with another value than v, with both: ID is "7", the key says "8".
func (p *Part) disagrees(v reflect.Value, text string) error {
	return p.valueError(&detail{"is " + p.show(v) + ", the key says " + p.told(text), ErrDisagrees})
}

// show formats a value of the part's field as told formats that of a key.
func (p *Part) show(v reflect.Value) string {
	switch at, ok := reflect.TypeAssert[time.Time](v); {
	case ok:
		return at.UTC().Format(time.RFC3339Nano)
	case p.Kind == Shard:
		return strconv.Quote(v.String()) + " of shard " + strconv.Itoa(shardOf(v.String(), p.N))
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	}
	b, err := appendText(nil, v)
	if err != nil {
		return "empty"
	}
	return strconv.Quote(string(b))
}

// told formats the value in a part of a key.
func (p *Part) told(text string) string {
	switch p.Kind {
	case Num:
		if v := reflect.New(p.Field.Type).Elem(); setNum(v, text) {
			return p.show(v)
		}
	case Time:
		if at, err := time.Parse(timeLayout, text); err == nil {
			return at.Format(time.RFC3339Nano)
		}
	case Shard:
		return "shard " + strconv.Itoa(shardNumber(text))
	case Literal, Str, Fold, Text, Native:
	}
	return strconv.Quote(text)
}
