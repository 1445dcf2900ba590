// Package clinic models the appointments of a group of clinics on one DynamoDB table with two overloaded indexes.
//
// model.go has the entities and their keys. patterns.go has the access patterns: each is one request.
package clinic

import (
	"time"

	"github.com/singletable-go/ddb"
)

// The literals of the keys.
const (
	patient     ddb.Prefix = "patient#"
	doctor      ddb.Prefix = "doctor#"
	specialty   ddb.Prefix = "specialty#"
	appointment ddb.Prefix = "appointment#"
	email       ddb.Prefix = "email#"
	waiting     ddb.Prefix = "waiting#"
	sep         ddb.Prefix = "#"
)

// Patient is a patient of the clinics.
type Patient struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email"`
}

// Doctor is a doctor of the clinics.
type Doctor struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Specialty is a field of medicine.
type Specialty struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Practice links a doctor to a specialty. It has both names, so that each direction is one read.
type Practice struct {
	DoctorID      string `dynamodbav:"-"`
	SpecialtyID   string `dynamodbav:"-"`
	DoctorName    string `dynamodbav:"doctorName"`
	SpecialtyName string `dynamodbav:"specialtyName"`
}

// Status is the state of an appointment.
type Status string

// The states of an appointment.
const (
	Open Status = "open"
	Done Status = "done"
)

// Appointment is a patient's visit to a doctor. Its time is part of its primary key: to move it, delete it and create
// another.
type Appointment struct {
	PatientID string    `dynamodbav:"-"`
	At        time.Time `dynamodbav:"-"`
	ID        string    `dynamodbav:"-"`
	DoctorID  string    `dynamodbav:"doctorId"`
	ClinicID  string    `dynamodbav:"clinicId"`
	Urgency   int       `dynamodbav:"urgency"` // 0 is an emergency; the last is 9
	Status    Status    `dynamodbav:"status"`
}

// The table and its indexes.
var (
	Table = ddb.NewTable("pk", "sk")
	GSI1  = Table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	GSI2  = Table.GSI("gsi2", "gsi2_pk", "gsi2_sk")
)

// The entities.
var (
	Patients = ddb.MustDefine(Table, "patient", func(p *Patient, d *ddb.Definition) {
		d.Primary(ddb.Key(patient, ddb.Str(&p.ID)), ddb.Key(patient))
		d.Index(GSI1, ddb.Key(email, ddb.Fold(&p.Email)), ddb.Key(patient, ddb.Str(&p.ID)))
	})

	Doctors = ddb.MustDefine(Table, "doctor", func(doc *Doctor, d *ddb.Definition) {
		d.Primary(ddb.Key(doctor, ddb.Str(&doc.ID)), ddb.Key(doctor))
	})

	Specialties = ddb.MustDefine(Table, "specialty", func(s *Specialty, d *ddb.Definition) {
		d.Primary(ddb.Key(specialty, ddb.Str(&s.ID)), ddb.Key(specialty))
	})

	Practices = ddb.MustDefine(Table, "practice", func(p *Practice, d *ddb.Definition) {
		doc, spec := ddb.Key(doctor, ddb.Str(&p.DoctorID)), ddb.Key(specialty, ddb.Str(&p.SpecialtyID))
		d.Primary(doc, spec)
		d.Index(GSI1, spec, doc)
	})

	Appointments = ddb.MustDefine(Table, "appointment", func(a *Appointment, d *ddb.Definition) {
		when := ddb.Key(appointment, ddb.Time(&a.At), sep, ddb.Str(&a.ID))
		d.Primary(ddb.Key(patient, ddb.Str(&a.PatientID)), when)
		d.Index(GSI1, ddb.Key(doctor, ddb.Str(&a.DoctorID)), when)
		d.Index(GSI2, ddb.Key(waiting, ddb.Str(&a.ClinicID)),
			ddb.Key(ddb.Num(&a.Urgency, 1), sep, ddb.Time(&a.At), sep, ddb.Str(&a.ID))).
			When(ddb.Eq(&a.Status, Open))
	})
)
