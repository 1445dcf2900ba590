package clinic

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Sample writes two patients, two doctors, and a few appointments: what the catalog measures, and what the pictures of the
// table show.
func Sample(ctx context.Context, db *ddb.DB) error {
	morning := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	visit := func(patientID, id, doctorID string, day, urgency int, status Status) ddb.Op {
		return Appointments.Create(Appointment{
			PatientID: patientID, ID: id, At: morning.AddDate(0, 0, day),
			DoctorID: doctorID, ClinicID: "north", Urgency: urgency, Status: status,
		})
	}
	return db.Batch(ctx,
		Patients.Create(Patient{ID: "ann", Name: "Ann", Email: "Ann@Example.org"}),
		Patients.Create(Patient{ID: "bob", Name: "Bob", Email: "bob@example.org"}),
		Doctors.Create(Doctor{ID: "ek", Name: "Ek"}),
		Doctors.Create(Doctor{ID: "wu", Name: "Wu"}),
		Specialties.Create(Specialty{ID: "ent", Name: "Ear, nose and throat"}),
		Specialties.Create(Specialty{ID: "eye", Name: "Eyes"}),
		Practices.Create(Practice{DoctorID: "ek", SpecialtyID: "eye", DoctorName: "Ek", SpecialtyName: "Eyes"}),
		Practices.Create(Practice{DoctorID: "wu", SpecialtyID: "ent", DoctorName: "Wu", SpecialtyName: "Ear, nose and throat"}),
		Practices.Create(Practice{DoctorID: "wu", SpecialtyID: "eye", DoctorName: "Wu", SpecialtyName: "Eyes"}),
		visit("ann", "v1", "wu", 0, 5, Done),
		visit("ann", "v2", "wu", 2, 3, Open),
		visit("ann", "v3", "ek", 2, 7, Open),
		visit("bob", "v4", "wu", 2, 0, Open),
	)
}
