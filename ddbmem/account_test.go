package ddbmem_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

func TestAccountIsThatOfANewUser(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.answers("DescribeLimits", `{}`, `{"AccountMaxReadCapacityUnits":80000,"AccountMaxWriteCapacityUnits":80000,
		"TableMaxReadCapacityUnits":40000,"TableMaxWriteCapacityUnits":40000}`)
	c.answers("ListGlobalTables", `{"Limit":5,"RegionName":"eu-west-1"}`, `{"GlobalTables":[]}`)
	for _, name := range []string{"hash", "arn:aws:dynamodb:us-east-1:000000000000:table/hash"} {
		c.answers("DescribeContinuousBackups", `{"TableName":"`+name+`"}`, `{"ContinuousBackupsDescription":
			{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}`)
	}
	c.fails("DescribeContinuousBackups", `{"TableName":"none"}`, "TableNotFoundException", "Table not found: none")
	c.invalid("DescribeContinuousBackups", `{}`, "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null")
	c.invalid("ListGlobalTables", `{"Limit":0}`, "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	c.fails("UpdateContinuousBackups", `{"TableName":"hash"}`, "UnknownOperationException", "") // there is nothing to switch on

	client := c.e.Client()
	limits, err := client.DescribeLimits(t.Context(), &dynamodb.DescribeLimitsInput{})
	require.NoError(t, err)
	require.EqualValues(t, 40000, *limits.TableMaxReadCapacityUnits)
	backups, err := client.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("hash")})
	require.NoError(t, err)
	require.Equal(t, types.PointInTimeRecoveryStatusDisabled, backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus)
}

func TestEndpointIsTheOneThatWasCalled(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	server := httptest.NewServer(c.e)
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(`{}`))
	require.NoError(t, err)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.DescribeEndpoints")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	sign(r)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.JSONEq(t, `{"Endpoints":[{"Address":"`+address+`","CachePeriodInMinutes":1440}]}`, text(t, answer))

	inProcess, err := c.e.Client().DescribeEndpoints(t.Context(), &dynamodb.DescribeEndpointsInput{})
	require.NoError(t, err)
	require.Equal(t, "ddbmem.invalid", *inProcess.Endpoints[0].Address)
}
