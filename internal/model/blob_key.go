package model

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// MaxObjectKey is how long the key of an object may be, in bytes, so that its mark has 1,024. AWS: "Naming Amazon S3 objects".
const MaxObjectKey = 1024 - len(MarkPrefix)

// ObjectPrefix begins the keys of the objects of a table, which may be given by its ARN.
func ObjectPrefix(table string) string {
	if _, name, isARN := strings.Cut(table, ":table/"); isARN {
		table = name
	}
	return escaped(table) + "/"
}

// ObjectFolder begins the keys of the objects of one attribute of an item, which are paths: the table, the attributes of the item's
// primary key, the attribute of the Blob, and random text.
//
//	platform/lecture%237/lecture%237/Slides/J5X2…
func (t *Table) ObjectFolder(table string, key attr.Item, attrName string) string {
	var b strings.Builder
	b.WriteString(ObjectPrefix(table))
	for _, name := range t.Primary.Attrs() {
		switch av := key[name].(type) {
		case *types.AttributeValueMemberS:
			b.WriteString(escaped(av.Value))
		case *types.AttributeValueMemberN:
			b.WriteString(objectNumber + escaped(av.Value))
		case *types.AttributeValueMemberB:
			b.WriteString(objectBinary + base64.RawURLEncoding.EncodeToString(av.Value))
		}
		b.WriteByte('/')
	}
	b.WriteString(escaped(attrName) + "/")
	return b.String()
}

var errNoObjectKey = errors.New("it is no key of an object of this table")

// ItemOfObject returns the primary key of the item that an object belongs to.
func (t *Table) ItemOfObject(table, object string) (attr.Item, error) {
	path, ok := strings.CutPrefix(object, ObjectPrefix(table))
	parts := strings.Split(path, "/")
	names := t.Primary.Attrs()
	if !ok || len(parts) != len(names)+2 || parts[len(parts)-1] == "" {
		return nil, errNoObjectKey
	}
	key := attr.Item{}
	for i, name := range names {
		number, isNumber := strings.CutPrefix(parts[i], objectNumber)
		binary, isBinary := strings.CutPrefix(parts[i], objectBinary)
		switch {
		case isBinary:
			v, err := base64.RawURLEncoding.DecodeString(binary)
			if err != nil {
				return nil, errNoObjectKey
			}
			key[name] = &types.AttributeValueMemberB{Value: v}
		case isNumber:
			v, err := unescaped(number)
			if err != nil {
				return nil, err
			}
			key[name] = &types.AttributeValueMemberN{Value: v}
		default:
			v, err := unescaped(parts[i])
			if err != nil {
				return nil, err
			}
			key[name] = &types.AttributeValueMemberS{Value: v}
		}
	}
	return key, nil
}

// escaped writes text with letters, digits, "-", "_" and, but for the first byte, dots; each other byte is % and two digits.
func escaped(text string) string {
	plain := func(i int) bool {
		c := text[i]
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0
	}
	var b strings.Builder
	for i := range len(text) {
		if plain(i) {
			b.WriteByte(text[i])
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{text[i]})))
		}
	}
	return b.String()
}

// unescaped is the inverse of escaped. It refuses what escaped does not write: two keys never name one item.
func unescaped(text string) (string, error) {
	var b strings.Builder
	for left := text; ; {
		plain, rest, more := strings.Cut(left, "%")
		b.WriteString(plain)
		if !more {
			break
		}
		if len(rest) < 2 {
			return "", errNoObjectKey
		}
		c, err := hex.DecodeString(rest[:2])
		if err != nil {
			return "", errNoObjectKey
		}
		b.Write(c)
		left = rest[2:]
	}
	if out := b.String(); out != "" && escaped(out) == text {
		return out, nil
	}
	return "", errNoObjectKey
}

// Texts adds to found the texts in the attributes of an item that begin with prefix, at every depth.
func Texts(found map[string]bool, attrs attr.Item, prefix string) {
	for _, av := range attrs {
		textsIn(found, av, prefix)
	}
}

func textsIn(found map[string]bool, av types.AttributeValue, prefix string) {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if strings.HasPrefix(av.Value, prefix) {
			found[av.Value] = true
		}
	case *types.AttributeValueMemberM:
		Texts(found, av.Value, prefix)
	case *types.AttributeValueMemberL:
		for _, v := range av.Value {
			textsIn(found, v, prefix)
		}
	}
}
