package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/write"
)

// A sample reads a few items in each of several places of the table. Segments divide it by the hash of the partition
// key: the items of one place are of any partitions, and one large partition fills one place only.
const (
	sampleSegments = 8
	sampleItems    = 50 // in each
	sampleShown    = 3  // of the items that do not belong there, in the error
)

// belongsToModel returns an error unless the live table looks like the model's, by its keys, indexes and TTL and by a sample of its
// items. The error says what was found, and that force, a method, does without the check.
func belongsToModel(ctx context.Context, db *write.DB, c call.TableClient, live *types.TableDescription, force string) error {
	var found []error
	faults, _, err := differences(ctx, db, c, live)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		found = append(found, &fault.ModelError{Err: errors.Join(faults...)})
	}
	if serves(live) && slices.Equal(keyAttributes(live), db.Table.Primary.Attrs()) {
		s, err := sampleTable(ctx, db)
		if err != nil {
			return fmt.Errorf("looking at a sample of its items: %w", db.Explain(err))
		}
		found = append(found, s.foreign()...)
	}
	if len(found) == 0 {
		return nil
	}
	return fmt.Errorf("refused, and nothing was deleted: this may not be the model's table; %s goes on all the same: %w", force, errors.Join(found...))
}

// keyAttributes returns the key attributes of the live table, the partition's first.
func keyAttributes(live *types.TableDescription) []string {
	return append(attributes(live.KeySchema, types.KeyTypeHash), attributes(live.KeySchema, types.KeyTypeRange)...)
}

// tableSample is what was found in a few places of a table.
type tableSample struct {
	items   int
	leases  int
	lease   string  // the key of one
	unknown []error // one for each item that no entity claims
}

// sampleTable reads some items of the table, with an eventually consistent request for each place.
func sampleTable(ctx context.Context, db *write.DB) (s tableSample, err error) {
	t := db.Table
	names, refs := map[string]string{}, []string{}
	for i, attr := range append(t.Primary.Attrs(), t.TypeAttr) {
		if attr != "" {
			ref := fmt.Sprintf("#%d", i)
			names[ref], refs = attr, append(refs, ref)
		}
	}
	for segment := range int32(sampleSegments) {
		out, err := db.Scan(ctx, &dynamodb.ScanInput{
			TableName: &db.Name, Segment: &segment, TotalSegments: new(int32(sampleSegments)), Limit: new(int32(sampleItems)),
			ProjectionExpression: new(strings.Join(refs, ", ")), ExpressionAttributeNames: names, // what claims an item
		})
		if err != nil {
			return s, err
		}
		for _, attrs := range out.Items {
			s.items++
			if key, ok := model.Loaded(attrs).Text(t.Primary.Partition[0]); ok && strings.HasPrefix(key, model.LeasePrefix) {
				s.leases++
				s.lease = t.KeyText(attrs)
			} else if _, err := t.Claim(model.Loaded(attrs)); err != nil {
				s.unknown = append(s.unknown, err)
			}
		}
	}
	return s, nil
}

// foreign says what of the sample does not belong into a table of the model.
func (s *tableSample) foreign() []error {
	switch n := len(s.unknown); {
	case n > 0:
		found := []error{fmt.Errorf("of %d items sampled, %d are of no entity of the model", s.items, n)}
		found = append(found, s.unknown[:min(n, sampleShown)]...)
		if n > sampleShown {
			found = append(found, fmt.Errorf("and %d more", n-sampleShown))
		}
		return found
	case s.leases > 0 && s.leases == s.items:
		return []error{fmt.Errorf("%w: all of the %d items sampled are leases of a stream's readers, such as %s", fault.ErrUnknown, s.items, s.lease)}
	}
	return nil
}
