package platform

import (
	"github.com/singletable-go/ddb"
)

// Store is the data layer of the platform, for a service to call.
type Store struct {
	db          *ddb.DB
	tracks      *ddb.Repository[Track]
	courses     *ddb.Repository[Course]
	chapters    *ddb.Repository[Chapter]
	students    *ddb.Repository[Student]
	enrollments *ddb.Repository[Enrollment]
	preferences *ddb.Repository[Preference]
	progress    *ddb.Repository[Progress]
}

// NewStore returns the store on db, whose model is [Table].
func NewStore(db *ddb.DB) *Store {
	return &Store{
		db:          db,
		tracks:      ddb.NewRepository(db, Tracks),
		courses:     ddb.NewRepository(db, Courses),
		chapters:    ddb.NewRepository(db, Chapters),
		students:    ddb.NewRepository(db, Students),
		enrollments: ddb.NewRepository(db, Enrollments),
		preferences: ddb.NewRepository(db, Preferences),
		progress:    ddb.NewRepository(db, Progresses),
	}
}

// DB returns the table that the store is on.
func (s *Store) DB() *ddb.DB { return s.db }

// Mux returns the mux that maintains the derived values, for a stream reader or a Lambda function. More handlers may be
// added.
func (s *Store) Mux(opts *ddb.MuxOptions) *ddb.Mux {
	mux := ddb.NewMux(Table, opts)
	mux.Maintain(s.db, StudentXP, TrackCourses)
	return mux
}
