package view

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// NewStamp returns a random value that identifies one write of a ledger item.
func NewStamp() types.AttributeValue {
	return &types.AttributeValueMemberS{Value: rand.Text()}
}

// fit returns text, or a hash of it where prefix+text is longer than a key may be.
func fit(prefix, text string, maxBytes int) string {
	if len(prefix)+len(text) <= maxBytes {
		return prefix + text
	}
	return prefix + "~" + hashText(text)
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (a *aggregate) ledgerPartition(target string) string {
	return fit(model.LedgerPrefix+a.view.Name+"#", target, model.MaxPartitionBytes)
}

func (a *aggregate) rulePartition(prefix, label, target string) string {
	return fit(prefix+a.view.Name+"#"+label+"#", target, model.MaxPartitionBytes)
}

func isKept(source string) bool { return strings.HasPrefix(source, model.KeptPrefix) }

// targetOf returns the key of the target to which a source contributes, nil if there is none. A panic of the program's types is
// an error of this source.
func (a *aggregate) targetOf(source reflect.Value) (key attr.Item, err error) {
	err = fault.Safely(func() (err error) {
		if t, ok := a.targetItem(source); ok {
			key, err = a.target.Key("aggregate "+a.view.Name, t)
		}
		return err
	})
	return key, err
}

// targetItem returns a target with the fields that By gives; false if one is empty.
func (a *aggregate) targetItem(source reflect.Value) (reflect.Value, bool) {
	t := a.target.NewItem()
	for _, p := range a.by {
		v := p.from.Get(source)
		if v.IsZero() && !model.IsNumber(v.Type()) {
			return t, false
		}
		p.into.Addr(t).Set(v)
	}
	return t, true
}

// contribution is what a source contributes to its target.
type contribution struct {
	v       attr.Item                       // as stored in the ledger
	entries map[string]types.AttributeValue // for the items of ranks, by label
}

// contributionOf returns what a source with these attributes contributes; nil if When leaves it out.
func (a *aggregate) contributionOf(attrs attr.Item, source reflect.Value) (*contribution, error) {
	attrs, err := a.source.Completed(attrs, source)
	if err != nil {
		return nil, err
	}
	for _, p := range a.when {
		if !p(attrs) {
			return nil, nil
		}
	}
	c := &contribution{v: attr.Item{}, entries: attr.Item{}}
	for _, r := range a.sums {
		n := decimal.Int(1)
		if r.from != nil {
			var err error
			if n, err = numberOf(r.from, attrs, source); err != nil {
				return nil, fmt.Errorf("%s: %w", r.label, err)
			}
		}
		c.v[r.label] = &types.AttributeValueMemberN{Value: n.String()}
	}
	for _, r := range a.distincts {
		text, ok, err := distinctText(r.from, attrs, source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.label, err)
		}
		if ok {
			if text = "=" + text; len(text) > maxOrderBytes {
				text = "~" + hashText(text)
			}
			c.v[r.label] = &types.AttributeValueMemberS{Value: text}
		}
	}
	for _, r := range a.ranks {
		order, ok, err := orderText(r.by, attrs, source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.label, err)
		}
		if !ok {
			continue
		}
		if len(order) > maxOrderBytes {
			return nil, fmt.Errorf("%s: the value has %d bytes, which is more than a sort key has room for", r.label, len(order))
		}
		entry, err := r.entryOf(attrs, source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.label, err)
		}
		c.entries[r.label] = entry
		c.v[r.label] = &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberS{Value: order},
			&types.AttributeValueMemberS{Value: hashText(attr.Canonical(entry))},
		}}
	}
	return c, nil
}

// maxOrderBytes leaves room in a sort key for the hash behind a value.
const maxOrderBytes = model.MaxSortBytes - 64

// sumOf returns what a contribution adds to a sum, 0 where there is none.
func sumOf(v attr.Item, label string) (decimal.Number, error) {
	n, ok := v[label].(*types.AttributeValueMemberN)
	if !ok {
		return decimal.Number{}, nil
	}
	return decimal.Parse(n.Value)
}

// textOf returns the value that a contribution counts in a Distinct.
func textOf(v attr.Item, label string) (string, bool) {
	s, ok := v[label].(*types.AttributeValueMemberS)
	if !ok {
		return "", false
	}
	return s.Value, true
}

// rankOf returns the place of a contribution in a rank, and the hash of its entry.
func rankOf(v attr.Item, label string) (order, hash string, ok bool) {
	l, ok := v[label].(*types.AttributeValueMemberL)
	if !ok || len(l.Value) != 2 {
		return "", "", false
	}
	o, ok := l.Value[0].(*types.AttributeValueMemberS)
	h, ok2 := l.Value[1].(*types.AttributeValueMemberS)
	if !ok || !ok2 {
		return "", "", false
	}
	return o.Value, h.Value, true
}
