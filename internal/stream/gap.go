package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/view"
)

// Gap marks that records of the stream were lost, so that every view of m needs a Rebuild: one write for each view. A
// table whose keys are not strings has no place for the mark: then it does nothing.
func (m *Mux) Gap(ctx context.Context, cause error) error {
	var errs []error
	for _, v := range m.views {
		if !m.table.HasCompanions() {
			continue
		}
		mark := v.view.MarkKey()
		mark[model.CauseAttr] = &types.AttributeValueMemberS{Value: cause.Error()}
		mark[model.StampAttr] = view.NewStamp()
		if _, _, err := v.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &v.db.Name, Item: mark}, nil, nil); err != nil {
			errs = append(errs, fmt.Errorf("ddb: gap: view %s: %w", v.view.Name, v.db.Explain(err)))
		}
	}
	return errors.Join(errs...)
}
