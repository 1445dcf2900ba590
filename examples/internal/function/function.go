// Package function has what the Lambda functions of the examples share: their configuration, and what it may lack.
package function

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Variables of the functions. Their templates set them.
const (
	Table       = "TABLE_NAME"
	DeadLetters = "DEAD_LETTERS_URL"
)

// Env returns the values of variables, by get, which is [os.Getenv] but for tests. The error names each one that is missing
// or wrong.
func Env(get func(string) string, names ...string) ([]string, error) {
	values := make([]string, len(names))
	var wrong []error
	for i, name := range names {
		values[i] = get(name)
		wrong = append(wrong, check(name, values[i]))
	}
	return values, errors.Join(wrong...)
}

func check(name, value string) error {
	if value == "" {
		return fmt.Errorf("the variable %s is not set: the template of the function sets it", name)
	}
	if name != DeadLetters {
		return nil
	}
	if u, err := url.Parse(value); err != nil || u.Host == "" {
		return fmt.Errorf("the variable %s is %q: set it to the URL of a queue", name, value)
	}
	return nil
}

// Config returns the SDK's configuration, which Lambda sets too.
func Config(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil && cfg.Region == "" {
		err = errors.New("the variable AWS_REGION is not set: Lambda sets it")
	}
	return cfg, err
}
