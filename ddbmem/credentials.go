package ddbmem

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// credentials are keys without any permission, for signing.
type credentials struct{}

// Retrieve returns the keys.
func (credentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "ddbmem", SecretAccessKey: "ddbmem", Source: "ddbmem"}, nil
}
