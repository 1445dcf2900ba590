package clinic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

var march = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// visits are ann's: one each morning from the second of March, less urgent from day to day, every other one with dr-wu.
var visits = func() (as []Appointment) {
	for i := range 6 {
		as = append(as, Appointment{
			PatientID: "ann", ID: fmt.Sprint("v", i), At: march.AddDate(0, 0, i).Add(9 * time.Hour),
			DoctorID: []string{"dr-wu", "dr-ek"}[i%2], ClinicID: "north", Urgency: 9 - i, Status: Open,
		})
	}
	return as
}()

// ids names appointments by their IDs.
func ids(as []Appointment) string {
	var s []string
	for _, a := range as {
		s = append(s, a.ID)
	}
	return strings.Join(s, " ")
}

// open returns a separate table with data.
func open(t *testing.T) *ddb.DB {
	t.Helper()
	db := ddb.New(ddbmem.New().Client(), "clinic", Table, &ddb.Options{CursorKey: []byte("a secret")})
	if err := db.CreateTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	ops := []ddb.Op{
		Patients.Create(Patient{ID: "ann", Name: "Ann", Email: "Ann@Example.org"}),
		Patients.Create(Patient{ID: "bob", Name: "Bob", Email: "bob@example.org"}),
		Doctors.Create(Doctor{ID: "dr-wu", Name: "Wu"}),
		Doctors.Create(Doctor{ID: "dr-ek", Name: "Ek"}),
		Specialties.Create(Specialty{ID: "ent", Name: "Ear, nose and throat"}),
		Specialties.Create(Specialty{ID: "eye", Name: "Eyes"}),
		Practices.Create(Practice{DoctorID: "dr-wu", SpecialtyID: "ent", DoctorName: "Wu", SpecialtyName: "Ear, nose and throat"}),
		Practices.Create(Practice{DoctorID: "dr-wu", SpecialtyID: "eye", DoctorName: "Wu", SpecialtyName: "Eyes"}),
		Practices.Create(Practice{DoctorID: "dr-ek", SpecialtyID: "eye", DoctorName: "Ek", SpecialtyName: "Eyes"}),
	}
	for _, a := range visits {
		ops = append(ops, Appointments.Create(a))
	}
	for _, op := range ops {
		if err := db.Do(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// TestPatterns runs each access pattern: its result, that it is one request, and what one index charges for it.
func TestPatterns(t *testing.T) {
	db := open(t)
	patients := ddb.NewRepository(db, Patients)
	appointments := ddb.NewRepository(db, Appointments)
	practices := ddb.NewRepository(db, Practices)
	visitsOf := func(ctx context.Context, q ddb.Query[Appointment]) (any, error) {
		as, err := ddb.Collect(appointments.Query(ctx, q))
		return ids(as), err
	}

	for _, p := range []struct {
		name string
		on   *ddb.Index
		read func(ctx context.Context) (any, error)
		want any
	}{
		{"patient by id", Table.Primary(), func(ctx context.Context) (any, error) {
			p, err := patients.Get(ctx, Patient{ID: "ann"})
			return p.Name, err
		}, "Ann"},
		{"patient by email", GSI1, func(ctx context.Context) (any, error) {
			p, err := patients.One(ctx, PatientByEmail("ANN@example.ORG"))
			return p.Name, err
		}, "Ann"},
		{"a patient's appointments in a window", Table.Primary(), func(ctx context.Context) (any, error) {
			return visitsOf(ctx, AppointmentsOf("ann", visits[1].At, visits[4].At))
		}, "v3 v2 v1"},
		{"a doctor's day", GSI1, func(ctx context.Context) (any, error) {
			return visitsOf(ctx, ScheduleOn("dr-wu", march.AddDate(0, 0, 2)))
		}, "v2"},
		{"open appointments by urgency", GSI2, func(ctx context.Context) (any, error) {
			return visitsOf(ctx, Waiting("north"))
		}, "v5 v4 v3 v2 v1 v0"},
		{"specialties of a doctor", Table.Primary(), func(ctx context.Context) (any, error) {
			ps, err := ddb.Collect(practices.Query(ctx, SpecialtiesOf("dr-wu")))
			return len(ps), err
		}, 2},
		{"doctors of a specialty", GSI1, func(ctx context.Context) (any, error) {
			ps, err := ddb.Collect(practices.Query(ctx, DoctorsOf("eye")))
			return len(ps), err
		}, 2},
		{"everything about a patient", Table.Primary(), func(ctx context.Context) (any, error) {
			var ps []Patient
			var as []Appointment
			err := db.Gather(ctx, RecordOf("ann"), Patients.Into(&ps), Appointments.Into(&as))
			return fmt.Sprint(len(ps), " ", ids(as)), err
		}, "1 v0 v1 v2 v3 v4 v5"},
		{"several patients", Table.Primary(), func(ctx context.Context) (any, error) {
			ls, err := patients.BatchGet(ctx, []Patient{{ID: "bob"}, {ID: "eve"}})
			return ls[0].Item.Name + " " + ls[1].Outcome.String(), err
		}, "Bob gone"},
	} {
		t.Run(p.name, func(t *testing.T) {
			ctx, meter := ddb.WithMeter(t.Context())
			got, err := p.read(ctx)
			if err != nil || got != p.want {
				t.Errorf("got %v, %v; want %v", got, err, p.want)
			}
			if n := meter.Requests(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			// One 4 KB read is half a unit; a batch charges for each key.
			want := 0.5
			if meter.RequestsOf("BatchGetItem") == 1 {
				want = 1
			}
			if all, on := meter.Total().Read, meter.Capacity(p.on).Read; all != want || on != want {
				t.Errorf("read %v units, %v of them on %v; want all %v there", all, on, p.on, want)
			}
		})
	}
}

// TestPages reads a doctor's schedule as a browser does: with the cursor of the page before as text.
func TestPages(t *testing.T) {
	appointments := ddb.NewRepository(open(t), Appointments)
	var pages []string
	cursor := ""
	for {
		ctx, meter := ddb.WithMeter(t.Context())
		page, err := appointments.Page(ctx, Schedule("dr-wu").Limit(2), ddb.Cursor(cursor))
		if err != nil || meter.Requests() != 1 {
			t.Fatal(err, meter.Requests())
		}
		pages = append(pages, ids(page.Items))
		if page.Next == "" {
			break
		}
		if cursor = string(page.Next); strings.ContainsAny(cursor, "+/=&? ") {
			t.Errorf("cursor %q is not safe in a URL", cursor)
		}
	}
	if want := []string{"v0 v2", "v4"}; !slices.Equal(pages, want) {
		t.Errorf("pages %q, want %q", pages, want)
	}
	if _, err := appointments.Page(t.Context(), Schedule("dr-ek"), ddb.Cursor(cursor)); !errors.Is(err, ddb.ErrCursor) {
		t.Errorf("cursor of another doctor: %v", err)
	}
}

// TestFinish checks that a finished appointment leaves the sparse index, in one write to each of the three indexes.
func TestFinish(t *testing.T) {
	db := open(t)
	appointments := ddb.NewRepository(db, Appointments)

	ctx, meter := ddb.WithMeter(t.Context())
	if err := db.Do(ctx, Finish(visits[4])); err != nil {
		t.Fatal(err)
	}
	if r, c := meter.Requests(), meter.Total(); r != 1 || c.Write != 3 {
		t.Errorf("%d requests, %v units; want 1 and 3", r, c.Write)
	}
	left, err := ddb.Collect(appointments.Query(t.Context(), Waiting("north")))
	if ids(left) != "v5 v3 v2 v1 v0" || err != nil {
		t.Errorf("waiting: %s, %v", ids(left), err)
	}

	err = db.Do(t.Context(), Finish(visits[4]))
	if now, ok := Appointments.Current(err); !errors.Is(err, ddb.ErrCondition) || !ok || now.Status != Done {
		t.Errorf("finished twice: %v, %v", now, err)
	}
}

func TestDelete(t *testing.T) {
	appointments := ddb.NewRepository(open(t), Appointments)
	if gone, err := appointments.Take(t.Context(), visits[0]); err != nil || gone != visits[0] {
		t.Fatal(gone, err)
	}
	if err := appointments.Delete(t.Context(), visits[0]); err != nil { // a missing item is no error
		t.Error(err)
	}
	if _, err := appointments.Get(t.Context(), visits[0]); !errors.Is(err, ddb.ErrNotFound) {
		t.Error(err)
	}
}

// TestMistakes checks what is rejected before any request.
func TestMistakes(t *testing.T) {
	db := open(t)
	doctors, appointments := ddb.NewRepository(db, Doctors), ddb.NewRepository(db, Appointments)
	f, stray := Appointments.Fields(), new(Appointment)

	query := func(q ddb.Query[Appointment]) func(context.Context) error {
		return func(ctx context.Context) error { _, err := ddb.Collect(appointments.Query(ctx, q)); return err }
	}
	create := func(change func(*Appointment)) func(context.Context) error {
		a := visits[0]
		change(&a)
		return func(ctx context.Context) error { _, err := appointments.Create(ctx, a); return err }
	}
	for name, m := range map[string]struct {
		do   func(context.Context) error
		is   error
		says string
	}{
		"empty partition":    {query(Schedule("")), ddb.ErrKey, "DoctorID is empty"},
		"empty key field":    {create(func(a *Appointment) { a.ID = "" }), ddb.ErrKey, "ID is empty"},
		"number too wide":    {create(func(a *Appointment) { a.Urgency = 10 }), ddb.ErrKey, "Urgency does not fit"},
		"invalid text":       {create(func(a *Appointment) { a.ID = "\xff" }), ddb.ErrKey, "not valid UTF-8"},
		"overfull example":   {query(Appointments.On(GSI1, Appointment{DoctorID: "x", Status: Open})), ddb.ErrModel, "Status is not part"},
		"field of an item":   {query(Schedule("x").Filter(ddb.Eq(&stray.Status, Open))), ddb.ErrModel, "not a field of Appointment"},
		"skipped sort part":  {query(Schedule("x").SortKey(ddb.Eq(&f.ID, "v1"))), ddb.ErrModel, "ID comes after At"},
		"not in the key":     {query(Schedule("x").SortKey(ddb.Eq(&f.Urgency, 1))), ddb.ErrModel, "use Filter"},
		"filtered sort part": {query(Waiting("x").Filter(ddb.Ge(&f.Urgency, 1))), ddb.ErrModel, "use SortKey"},
		"two lower bounds":   {query(Schedule("x").SortKey(ddb.Ge(&f.At, march), ddb.Gt(&f.At, march))), ddb.ErrModel, "2 bounds on At"},
		"consistent index":   {query(Schedule("x").Consistent()), ddb.ErrModel, "no consistent reads"},
		"not in the index": {func(ctx context.Context) error {
			_, err := doctors.One(ctx, Doctors.On(GSI2, Doctor{ID: "x"}))
			return err
		}, ddb.ErrModel, "no keys in this index"},
		"foreign collection": {func(ctx context.Context) error {
			return db.Gather(ctx, RecordOf("ann"), Doctors.Into(new([]Doctor)))
		}, ddb.ErrModel, "doctor has another partition key"},
		"forged cursor": {func(ctx context.Context) error {
			_, err := appointments.Page(ctx, Schedule("x"), "abc")
			return err
		}, ddb.ErrCursor, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, meter := ddb.WithMeter(t.Context())
			if err := m.do(ctx); !errors.Is(err, m.is) || !strings.Contains(err.Error(), m.says) {
				t.Errorf("got %v, want %v with %q", err, m.is, m.says)
			}
			if n := meter.Requests(); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestFaults checks that a definition is rejected with all its faults at once.
func TestFaults(t *testing.T) {
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "patient", func(p *Patient, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Str(&p.ID), ddb.Str(&p.Name)))
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, fault := range []string{"the table has a sort key", "needs a literal between {ID} and {Name}"} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%v\ndoes not say %q", err, fault)
		}
	}
}

// The design page.
func Example() {
	if err := Table.Describe(os.Stdout); err != nil {
		fmt.Println(err)
	}
	fmt.Println(Waiting("north"))
	// Output:
	// ENTITY       INDEX    PARTITION KEY            SORT KEY                 WHEN
	// patient      primary  patient#{ID}             patient#
	//              gsi1     email#{Email:fold}       patient#{ID}
	// doctor       primary  doctor#{ID}              doctor#
	// specialty    primary  specialty#{ID}           specialty#
	// practice     primary  doctor#{DoctorID}        specialty#{SpecialtyID}
	//              gsi1     specialty#{SpecialtyID}  doctor#{DoctorID}
	// appointment  primary  patient#{PatientID}      appointment#{At}#{ID}
	//              gsi1     doctor#{DoctorID}        appointment#{At}#{ID}
	//              gsi2     waiting#{ClinicID}       {Urgency:1}#{At}#{ID}    Status = "open"
	// Query gsi2: gsi2_pk = "waiting#north"
}
