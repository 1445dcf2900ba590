package record

// LambdaEvent is the event of a DynamoDB stream, and LambdaResponse the response that reports partial failure. AWS:
// "Configuring partial batch response with DynamoDB and Lambda".
type LambdaEvent struct {
	Records []Record `json:"Records"`
}

type LambdaResponse struct {
	Failures []LambdaFailure `json:"batchItemFailures"`
}

type LambdaFailure struct {
	Sequence string `json:"itemIdentifier"`
}
