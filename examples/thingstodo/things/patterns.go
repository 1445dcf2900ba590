package things

import "github.com/singletable-go/ddb"

// The access patterns that are queries. Each is a value: it can be printed, tested and listed without a client. A
// single item is read by its primary key: its id and its type, and its owner if the type has one.

// ThingsIn is all organisers' things to do in a status.
func ThingsIn(status Status) ddb.Query[Thing] {
	f := Things.Fields()
	return Things.On(ByType, Thing{}).SortKey(ddb.Eq(&f.Status, status))
}

// ThingsOf is the things to do of an organiser in a status.
func ThingsOf(orgID string, status Status) ddb.Query[Thing] {
	f := Things.Fields()
	return ThingsIn(status).SortKey(ddb.Eq(&f.OrgID, orgID))
}

// ChildrenOf is the children of a user.
func ChildrenOf(userID string) ddb.Query[Child] { return Children.On(ByType, Child{UserID: userID}) }

// FavouritesOf is the favourites of a user.
func FavouritesOf(userID string) ddb.Query[Favourite] {
	return Favourites.On(ByType, Favourite{UserID: userID})
}

// BookingsOf is the bookings of a user in a status, by date.
func BookingsOf(userID string, status Status) ddb.Query[Booking] {
	f := Bookings.Fields()
	return Bookings.On(ByType, Booking{}).SortKey(ddb.Eq(&f.Status, status), ddb.Eq(&f.UserID, userID))
}

// BookingsFrom is the active bookings of a user from a day on.
func BookingsFrom(userID string, day Date) ddb.Query[Booking] {
	f := Bookings.Fields()
	return BookingsOf(userID, Active).SortKey(ddb.Ge(&f.Date, day))
}

// BookingsAt is the active bookings of an organiser's things to do from a day on. It reads an index of plain
// attributes, without a composed key.
func BookingsAt(orgID string, day Date) ddb.Query[Booking] {
	f := Bookings.Fields()
	return Bookings.On(ByOrganiser, Booking{OrgID: orgID}).SortKey(ddb.Eq(&f.Status, Active), ddb.Ge(&f.Date, day))
}
