package ddbmem

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// out builds the JSON body of a response.
type out struct{ b []byte }

// sep writes a comma if the next member or element needs one.
func (o *out) sep() {
	if n := len(o.b); n > 0 && o.b[n-1] != '{' && o.b[n-1] != '[' && o.b[n-1] != ':' {
		o.b = append(o.b, ',')
	}
}

func (o *out) open()  { o.sep(); o.b = append(o.b, '{') }
func (o *out) close() { o.b = append(o.b, '}') }

func (o *out) key(name string) {
	o.sep()
	o.quote(name)
	o.b = append(o.b, ':')
}

func (o *out) quote(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				quoted = []byte(`""`)
			}
			o.b = append(o.b, quoted...)
			return
		}
	}
	o.b = append(append(append(o.b, '"'), s...), '"')
}

func (o *out) str(name, val string)   { o.key(name); o.quote(val) }
func (o *out) int(name string, v int) { o.key(name); o.b = strconv.AppendInt(o.b, int64(v), 10) }

func (o *out) float(name string, v float64) {
	o.key(name)
	from := len(o.b)
	o.b = strconv.AppendFloat(o.b, v, 'f', -1, 64)
	if slices.Contains(o.b[from:], '.') {
		return
	}
	o.b = append(o.b, ".0"...)
}

func (o *out) item(name string, it value.Item) {
	o.key(name)
	o.b = it.AppendJSON(o.b)
}

// between writes a range of two numbers.
func (o *out) between(low, high float64) {
	o.b = append(o.b, '[')
	o.b = strconv.AppendFloat(o.b, low, 'f', 1, 64)
	o.b = append(o.b, ',')
	o.b = strconv.AppendFloat(o.b, high, 'f', 1, 64)
	o.b = append(o.b, ']')
}

// any writes a member through encoding/json, for rare operations.
func (o *out) any(name string, v any) {
	o.key(name)
	enc, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	o.b = append(o.b, enc...)
}

func (o *out) list(n int, elem func(i int)) {
	o.b = append(o.b, '[')
	for i := range n {
		elem(i)
	}
	o.b = append(o.b, ']')
}

func (o *out) items(name string, items []value.Item) {
	o.key(name)
	o.list(len(items), func(i int) {
		o.sep()
		o.b = items[i].AppendJSON(o.b)
	})
}
