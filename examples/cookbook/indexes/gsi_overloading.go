package indexes

import "github.com/singletable-go/ddb"

// Member borrows books.
type Member struct {
	ID    string `dynamodbav:"-"`
	Email string `dynamodbav:"email"`
}

// Loan is a book that a member has until it is due.
type Loan struct {
	MemberID string `dynamodbav:"-"`
	ISBN     string `dynamodbav:"-"`
	Due      string `dynamodbav:"due"` // a day: "2026-03-16"
}

// Shelved is a book on a shelf.
type Shelved struct {
	ISBN  string `dynamodbav:"-"`
	Shelf string `dynamodbav:"shelf"`
	Title string `dynamodbav:"title"`
}

// The table of a library, and one index for three access patterns of three entities. What its key holds is another thing for
// each, and the literal before it keeps them apart: no query of one reads an item of another.
var (
	LibraryTable = ddb.NewTable("pk", "sk")
	Overloaded   = LibraryTable.GSI("gsi1", "gsi1_pk", "gsi1_sk")

	Members = ddb.MustDefine(LibraryTable, "member", func(m *Member, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID))
		d.Primary(id, id)
		d.Index(Overloaded, ddb.Key(ddb.Prefix("email#"), ddb.Fold(&m.Email)), id)
	})
	Loans = ddb.MustDefine(LibraryTable, "loan", func(l *Loan, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("member#"), ddb.Str(&l.MemberID)), ddb.Key(ddb.Prefix("loan#"), ddb.Str(&l.ISBN)))
		d.Index(Overloaded,
			ddb.Key(ddb.Prefix("due#"), ddb.Str(&l.Due)),
			ddb.Key(ddb.Prefix("loan#"), ddb.Str(&l.MemberID), ddb.Prefix("#"), ddb.Str(&l.ISBN)))
	})
	Shelves = ddb.MustDefine(LibraryTable, "shelved", func(s *Shelved, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("book#"), ddb.Str(&s.ISBN))
		d.Primary(id, id)
		d.Index(Overloaded,
			ddb.Key(ddb.Prefix("shelf#"), ddb.Str(&s.Shelf)),
			ddb.Key(ddb.Prefix("title#"), ddb.Str(&s.Title), ddb.Prefix("#"), ddb.Str(&s.ISBN)))
	})
)

// MemberByEmail finds the member with an address, in any case. Use it with Repository.One, and add Definition.Unique if no two
// members may have the same.
func MemberByEmail(address string) ddb.Query[Member] {
	return Members.On(Overloaded, Member{Email: address})
}

// DueOn are the loans that are due on a day, by member.
func DueOn(day string) ddb.Query[Loan] { return Loans.On(Overloaded, Loan{Due: day}) }

// OnShelf are the books on a shelf, by title.
func OnShelf(shelf string) ddb.Query[Shelved] { return Shelves.On(Overloaded, Shelved{Shelf: shelf}) }
