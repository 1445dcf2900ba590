package model

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTableInput returns the request that creates the table under name: on demand, with every index of the model and
// a stream of new and old images.
func (t *Table) CreateTableInput(name string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   t.Primary.schema(),
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	}
	seen := map[string]bool{}
	for _, ix := range t.All() {
		for _, attr := range ix.Attrs() {
			if !seen[attr] {
				seen[attr] = true
				in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &attr, AttributeType: t.KeyType(attr)})
			}
		}
		switch ix.Kind {
		case GlobalIndex:
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: &ix.Name, KeySchema: ix.schema(), Projection: ix.Projected(),
			})
		case LocalIndex:
			in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
				IndexName: &ix.Name, KeySchema: ix.schema(), Projection: ix.Projected(),
			})
		case PrimaryIndex:
		}
	}
	return in
}

// KeyType is the type of a key attribute: that of its entities, or a string if no entity sets it.
func (t *Table) KeyType(attr string) types.ScalarAttributeType {
	if s, ok := t.KeyTypes[attr]; ok {
		return s
	}
	return types.ScalarAttributeTypeS
}

func (ix *Index) schema() (out []types.KeySchemaElement) {
	for _, attr := range ix.Partition {
		out = append(out, types.KeySchemaElement{AttributeName: &attr, KeyType: types.KeyTypeHash})
	}
	for _, attr := range ix.Sort {
		out = append(out, types.KeySchemaElement{AttributeName: &attr, KeyType: types.KeyTypeRange})
	}
	return out
}

// Projected returns the projection of the index for CreateTable.
func (ix *Index) Projected() *types.Projection {
	switch ix.Projection {
	case projectKeys:
		return &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	case projectInclude:
		return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: slices.Clone(ix.include)}
	case ProjectAll:
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeAll}
}
