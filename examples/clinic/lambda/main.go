// Lambda follows the clinic's table. AWS Lambda runs this function for each batch of the table's stream.
//
// Its event source mapping needs ReportBatchItemFailures, and the filter that [ddb.Table.StreamFilter] prints.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/clinic"
)

func main() {
	lambda.Start(mux(func(a clinic.Appointment) { log.Printf("appointment %s of %s is done", a.ID, a.PatientID) }).Lambda)
}

// mux calls done for each finished appointment.
func mux(done func(clinic.Appointment)) *ddb.Mux {
	m := ddb.NewMux(clinic.Table, nil)
	ddb.Handle(m, clinic.Appointments, func(_ context.Context, c ddb.Change[clinic.Appointment]) error {
		if c.Kind == ddb.Modified && c.Old.Status != clinic.Done && c.New.Status == clinic.Done {
			done(c.New)
		}
		return nil
	})
	return m
}
