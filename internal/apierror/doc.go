// Package apierror classifies the errors of DynamoDB. It has the one table of the service's error codes. What is
// retried, whether a failed write may have been applied, and what is a fault of the data all follow from it.
package apierror
