package groups

// Directory is the known people, by handle. It stands in for a real system's user store.
type Directory []Author

// People is the directory of the example. In the seeded data the first two talk to each other, and each to the third.
var People = Directory{
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a01", DisplayName: "Ada Brook", Handle: "ada"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a02", DisplayName: "Bayo Kent", Handle: "bayo"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a03", DisplayName: "Lena Moss", Handle: "lena"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a04", DisplayName: "Otis Pryce", Handle: "otis"},
}

// ByHandle finds a person.
func (d Directory) ByHandle(handle string) (Author, bool) {
	for _, p := range d {
		if p.Handle == handle {
			return p, true
		}
	}
	return Author{}, false
}
