package clinic

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Catalog is what the clinics do with their data: how much there is of it, and how often each pattern is called in a second.
// TestModel measures it, and keeps the page and the pictures in the directory model.
var Catalog = &ddbaccess.Catalog{
	Title: "The access patterns of a group of clinics", Table: Table, Seed: Sample, Peak: 4, // the morning has four times the average
	Volumes: []ddbaccess.Volume{
		{Entity: Patients, Items: 300_000, Bytes: 150},
		{Entity: Doctors, Items: 400, Bytes: 100},
		{Entity: Specialties, Items: 40, Bytes: 100},
		{Entity: Practices, Items: 800, Bytes: 180, Per: []ddbaccess.Per{
			{Index: Table.Primary(), Typical: 2, Most: 5}, {Index: GSI1, Typical: 20, Most: 60},
		}},
		{Entity: Appointments, Items: 6_000_000, Bytes: 300, Per: []ddbaccess.Per{
			{Index: Table.Primary(), Typical: 20, Most: 400},           // of a patient
			{Index: GSI1, Typical: 15_000, Most: 40_000},               // of a doctor
			{Index: GSI2, Typical: 300, Most: 2_000, Entries: 240_000}, // of a clinic; those that are done have left
		}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("patient by id", Patients, Patient{ID: "ann"}).Rate(20),
		ddbaccess.One("patient by email", PatientByEmail, "ANN@example.org").Rate(2),
		ddbaccess.Whole("everything about a patient", RecordOf, "ann").Rate(5),
		ddbaccess.Many("a patient's appointments in a period", func(p Period) ddb.Query[Appointment] {
			return AppointmentsOf(p.Of, p.From, p.Until)
		}, Period{Of: "ann", From: day(2), Until: day(5)}).Finds(3).Rate(10),
		ddbaccess.Many("a doctor's day", func(p Period) ddb.Query[Appointment] {
			return ScheduleOn(p.Of, p.From)
		}, Period{Of: "wu", From: day(4)}).Finds(25).Rate(15),
		ddbaccess.Many("open appointments, most urgent first", func(clinicID string) ddb.Query[Appointment] {
			return Waiting(clinicID).Limit(20)
		}, "north").Rate(30),
		ddbaccess.Get("doctor by id", Doctors, Doctor{ID: "wu"}).Rate(10),
		ddbaccess.Get("specialty by id", Specialties, Specialty{ID: "eye"}).Rate(1),
		ddbaccess.Many("specialties of a doctor", SpecialtiesOf, "wu").Rate(5),
		ddbaccess.Many("doctors of a specialty", DoctorsOf, "eye").Rate(5),

		ddbaccess.Write("register a patient", Patients.Create, Patient{ID: "eve", Name: "Eve", Email: "eve@example.org"}).Rate(0.1),
		ddbaccess.Write("make an appointment", Appointments.Create, Appointment{
			PatientID: "bob", ID: "v5", At: day(6), DoctorID: "ek", ClinicID: "north", Urgency: 4, Status: Open,
		}).Rate(1),
		ddbaccess.Write("finish an appointment", Finish, Appointment{
			PatientID: "bob", ID: "v4", At: day(4).Add(9 * time.Hour), DoctorID: "wu", ClinicID: "north", Urgency: 0, Status: Open,
		}).Rate(1),
	},
}

// Period is whose appointments a pattern reads, and from when to just before when.
type Period struct {
	Of          string
	From, Until time.Time
}

func day(n int) time.Time { return time.Date(2026, time.March, n, 0, 0, 0, 0, time.UTC) }
