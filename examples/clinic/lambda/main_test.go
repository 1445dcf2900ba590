package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/examples/clinic"
)

// What AWS's own event types say goes in, and comes out, as JSON: an appointment that was finished, and a record that
// cannot be read, which alone is to be delivered again.
func TestLambda(t *testing.T) {
	open := clinic.Appointment{
		PatientID: "ann", ID: "v1", DoctorID: "d1", ClinicID: "c1", Status: clinic.Open,
		At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	}
	finished := open
	finished.Status = clinic.Done
	unreadable := image(t, open)
	unreadable["urgency"] = events.NewStringAttribute("very")
	unreadable["sk"] = events.NewStringAttribute("appointment#2026-11-20T10:00:00.000000000Z#v2")

	event, err := json.Marshal(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{
		record("1", "MODIFY", image(t, open), image(t, finished)),
		record("2", "INSERT", nil, unreadable),
	}})
	if err != nil {
		t.Fatal(err)
	}
	var done []clinic.Appointment
	answer, err := mux(func(a clinic.Appointment) { done = append(done, a) }).Lambda(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if len(done) != 1 || done[0] != finished {
		t.Errorf("done: %v", done)
	}
	var response events.DynamoDBEventResponse
	if err := json.Unmarshal(answer, &response); err != nil {
		t.Fatal(err)
	}
	if f := response.BatchItemFailures; len(f) != 1 || f[0].ItemIdentifier != "2" {
		t.Errorf("failures: %v", f)
	}
}

func record(sequence, name string, was, is map[string]events.DynamoDBAttributeValue) events.DynamoDBEventRecord {
	keys := is
	return events.DynamoDBEventRecord{
		EventID: sequence, EventName: name, EventSource: "aws:dynamodb",
		Change: events.DynamoDBStreamRecord{
			Keys:           map[string]events.DynamoDBAttributeValue{"pk": keys["pk"], "sk": keys["sk"]},
			OldImage:       was,
			NewImage:       is,
			SequenceNumber: sequence,
			StreamViewType: "NEW_AND_OLD_IMAGES",
		},
	}
}

// image is an appointment as its stream record has it.
func image(t *testing.T, a clinic.Appointment) map[string]events.DynamoDBAttributeValue {
	t.Helper()
	attrs, err := clinic.Appointments.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]events.DynamoDBAttributeValue{}
	for name, av := range attrs {
		switch av := av.(type) {
		case *types.AttributeValueMemberS:
			out[name] = events.NewStringAttribute(av.Value)
		case *types.AttributeValueMemberN:
			out[name] = events.NewNumberAttribute(av.Value)
		default:
			t.Fatalf("attribute %s is a %T", name, av)
		}
	}
	return out
}
