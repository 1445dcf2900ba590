package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"reflect"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/wire"
)

// Packing compresses the values of one field: strings, lists and maps. A compressed value is a binary, and its form stays,
// since it is stored:
//
//	1 byte   the header, which names the method
//	n bytes  the content, compressed
//	4 bytes  the CRC-32 (IEEE) of the content, big-endian
//
// The content of a string is its text. That of a list or map is the byte FF, which no text contains, and the value in
// DynamoDB's JSON. Immutable; safe for concurrent use.
type Packing struct {
	Threshold int      // the size from which on values are compressed
	Methods   []Method // the first one writes, all of them are read
	Size      func(types.AttributeValue) int
}

var _ field.Packing = (*Packing)(nil)

const (
	checksum     = 4
	documentMark = 0xFF
)

var (
	errContent = fmt.Errorf("it has more than %d bytes when it is decompressed, which no program of this library has written", maxContent)
	errDamaged = errors.New("the checksum is wrong: the stored value is damaged, or was not written by this library")
)

// buffers holds contents, and compressed ones.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer that is kept.
const maxKept = 1 << 20

// buffer returns a buffer for the result of m. There is none for a function of the program's, which may return memory of
// its own.
func (m *Method) buffer() (buf *[]byte, empty []byte) {
	if m.Header >= FirstOther {
		return nil, nil
	}
	buf = buffers.Get().(*[]byte)
	return buf, (*buf)[:0]
}

// release keeps a buffer, if there is one, which may have grown to b.
func release(buf *[]byte, b []byte) {
	if buf != nil && cap(b) <= maxKept {
		*buf = b[:0]
		buffers.Put(buf)
	}
}

// Pack returns av compressed, or av itself if it is smaller than the threshold, does not become smaller, or is of a kind that
// is not compressed. The same value gives the same result, if the method does.
func (p *Packing) Pack(av types.AttributeValue) (types.AttributeValue, error) {
	var size int
	switch v := av.(type) {
	case *types.AttributeValueMemberS:
		size = len(v.Value)
	case *types.AttributeValueMemberL, *types.AttributeValueMemberM:
		if size = p.Size(av); levels(av) > maxLevels {
			return nil, errNested
		}
	case *types.AttributeValueMemberB:
		return nil, valueError("is stored as bytes, which a compressed value is too: remove Compress, or let its marshaler return a string")
	}
	if size < p.Threshold {
		return av, nil
	}
	buf := buffers.Get().(*[]byte)
	content, ok := append(*buf, ""...), true
	if s, text := av.(*types.AttributeValueMemberS); text {
		content = append(content, s.Value...)
	} else {
		content, ok = appendDocument(append(content, documentMark), av)
	}
	defer func() { release(buf, content) }()
	switch {
	case !ok:
		return av, nil // the request says what is wrong with it
	case len(content) > maxContent:
		return nil, valueError(fmt.Sprintf("has %d bytes before it is compressed, and %d are allowed: divide it into several items", len(content), maxContent))
	}
	m := &p.Methods[0]
	to, dst := m.buffer()
	z, err := m.Compress(dst, content)
	if err != nil {
		return nil, fmt.Errorf("compress with codec %d: %w", m.Header, err)
	}
	defer release(to, z)
	if 1+len(z)+checksum >= size {
		return av, nil
	}
	out := make([]byte, 0, 1+len(z)+checksum)
	out = append(append(out, m.Header), z...)
	if err := m.readsBack(out[1:], content); err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberB{Value: binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(content))}, nil
}

// readsBack reports what a function of the program's compressed and does not decompress to the content.
func (m *Method) readsBack(z, content []byte) error {
	if m.Header < FirstOther {
		return nil
	}
	back, err := m.Decompress(nil, z)
	if err == nil && !bytes.Equal(back, content) {
		err = fmt.Errorf("%d bytes became %d other ones", len(content), len(back))
	}
	if err != nil {
		return fmt.Errorf("%w: codec %d does not read back what it compressed: %w", ErrValue, m.Header, err)
	}
	return nil
}

// Unpack returns the value that was compressed, and values that are no binary as they are.
func (p *Packing) Unpack(av types.AttributeValue) (types.AttributeValue, error) {
	b, ok := av.(*types.AttributeValueMemberB)
	if !ok {
		return av, nil
	}
	buf, content, err := p.content(b.Value)
	if err != nil {
		return nil, err
	}
	defer release(buf, content)
	if !isDocument(content) {
		return &types.AttributeValueMemberS{Value: string(content)}, nil
	}
	av, err = documentOf(content[1:])
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return av, nil
}

func isDocument(content []byte) bool { return len(content) > 0 && content[0] == documentMark }

// content decompresses b, and checks the content. The buffer is to be released.
func (p *Packing) content(b []byte) (buf *[]byte, content []byte, err error) {
	if len(b) < 1+checksum {
		return nil, nil, fmt.Errorf("decompress: %d bytes are no compressed value", len(b))
	}
	m := p.method(b[0])
	switch {
	case m == nil && b[0] < FirstOther:
		return nil, nil, fmt.Errorf("decompress: header %d is not of this release: the value is of a newer release of the library, or was not written by it", b[0])
	case m == nil:
		return nil, nil, fmt.Errorf("decompress: header %d is of no codec that this program gives to Compress: add the codec", b[0])
	}
	buf, dst := m.buffer()
	content, err = m.Decompress(dst, b[1:len(b)-checksum])
	switch {
	case err != nil:
	case len(content) > maxContent:
		err = errContent
	case crc32.ChecksumIEEE(content) != binary.BigEndian.Uint32(b[len(b)-checksum:]):
		err = errDamaged
	case !utf8.Valid(bytes.TrimPrefix(content, []byte{documentMark})):
		err = errors.New("the text is not valid UTF-8: it was not written by this library")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("decompress with codec %d: %w", b[0], err)
	}
	return buf, content, nil
}

func (p *Packing) method(header byte) *Method {
	for i := range p.Methods {
		if p.Methods[i].Header == header {
			return &p.Methods[i]
		}
	}
	return nil
}

// node returns the node of the packed field whose plain one is given.
func (p *Packing) node(plain *node) *node {
	n := *plain
	n.text, n.bare, n.bareJSON, n.json = nil, nil, nil, nil
	n.enc = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		av, err := plain.enc(a, v)
		if err != nil {
			return nil, err
		}
		return p.Pack(av)
	}
	n.dec = func(av types.AttributeValue, v reflect.Value) error {
		av, err := p.Unpack(av)
		if err != nil {
			return err
		}
		return plain.dec(av, v)
	}
	n.stored = plain.asStored // compressed and back, a value is the same
	n.wire = func(from wire.Value, v reflect.Value) bool {
		if from.Kind() != wire.B {
			return plain.decodeWire(from, v)
		}
		return p.decodeWire(plain, from, v)
	}
	return &n
}

// decodeWire decodes a compressed value.
func (p *Packing) decodeWire(plain *node, from wire.Value, v reflect.Value) bool {
	stored := make([]byte, from.DecodedLen())
	from.Binary(stored)
	buf, content, err := p.content(stored)
	if err != nil {
		return false
	}
	defer release(buf, content)
	if !isDocument(content) {
		return plain.dec(&types.AttributeValueMemberS{Value: string(content)}, v) == nil
	}
	page := wire.PageOf(content[1:])
	if page == nil {
		return false
	}
	defer page.Release()
	return plain.decodeWire(page.Value(), v)
}

// Packed returns a plan that compresses the values of these attributes.
func (p *Plan) Packed(by map[string]*Packing) *Plan {
	if len(by) == 0 {
		return p
	}
	return &Plan{p.typ, sync.OnceValue(func() *compiled {
		with := *p.compiled()
		fields := *with.fields
		fields.fields = make([]member, len(with.fields.fields))
		for i, f := range with.fields.fields {
			if packing := by[f.name]; packing != nil {
				f.node = packing.node(f.node)
			}
			fields.fields[i] = f
		}
		with.fields, with.packings = &fields, by
		return &with
	})}
}

// unpacked returns the attributes of an item that attributevalue is to decode.
func (c *compiled) unpacked(attrs map[string]types.AttributeValue) (map[string]types.AttributeValue, error) {
	if len(c.packings) == 0 {
		return attrs, nil
	}
	out := maps.Clone(attrs)
	for name, p := range c.packings {
		av, err := p.Unpack(attrs[name])
		if err != nil {
			return nil, within(name, err)
		}
		if av != nil {
			out[name] = av
		}
	}
	return out, nil
}
