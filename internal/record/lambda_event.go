package record

// LambdaEvent is the event of a DynamoDB stream.
type LambdaEvent struct {
	Records []Record `json:"Records"`
}

// LambdaResponse is the response that reports partial failure. AWS: "Configuring partial batch response with DynamoDB
// and Lambda".
type LambdaResponse struct {
	Failures []LambdaFailure `json:"batchItemFailures"`
}

// LambdaFailure names a record to deliver again, by its sequence number.
type LambdaFailure struct {
	Sequence string `json:"itemIdentifier"`
}
