package clinic

import (
	"time"

	"github.com/singletable-go/ddb"
)

// PatientByEmail finds the patient with an email address, in any case. Use it with Repository.One.
func PatientByEmail(address string) ddb.Query[Patient] {
	return Patients.On(GSI1, Patient{Email: address})
}

// AppointmentsOf are a patient's appointments in a time range, newest first.
func AppointmentsOf(patientID string, from, until time.Time) ddb.Query[Appointment] {
	f := Appointments.Fields()
	return Appointments.Query(Appointment{PatientID: patientID}).SortKey(ddb.Ge(&f.At, from), ddb.Lt(&f.At, until)).Desc()
}

// RecordOf is a patient with all appointments. Use it with DB.Gather.
func RecordOf(patientID string) ddb.Collection {
	return Patients.Query(Patient{ID: patientID}).Collection()
}

// Schedule is all of a doctor's appointments, earliest first.
func Schedule(doctorID string) ddb.Query[Appointment] {
	return Appointments.On(GSI1, Appointment{DoctorID: doctorID})
}

// ScheduleOn is a doctor's appointments on the day that begins at midnight, in midnight's location.
func ScheduleOn(doctorID string, midnight time.Time) ddb.Query[Appointment] {
	f := Appointments.Fields()
	return Schedule(doctorID).SortKey(ddb.Ge(&f.At, midnight), ddb.Lt(&f.At, midnight.AddDate(0, 0, 1)))
}

// Waiting are the open appointments of a clinic, most urgent first.
func Waiting(clinicID string) ddb.Query[Appointment] {
	return Appointments.On(GSI2, Appointment{ClinicID: clinicID})
}

// SpecialtiesOf are a doctor's specialties.
func SpecialtiesOf(doctorID string) ddb.Query[Practice] {
	return Practices.Query(Practice{DoctorID: doctorID})
}

// DoctorsOf are the doctors of a specialty.
func DoctorsOf(specialtyID string) ddb.Query[Practice] {
	return Practices.On(GSI1, Practice{SpecialtyID: specialtyID})
}

// Finish closes an appointment that is still open, which removes it from Waiting.
func Finish(a Appointment) ddb.Op {
	f := Appointments.Fields()
	a.Status = Done
	return Appointments.Replace(a, ddb.If(ddb.Eq(&f.Status, Open)))
}
