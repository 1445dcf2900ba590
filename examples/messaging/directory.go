package main

// Directory is the people that there are, by handle. It stands in for the place where a real system keeps its users.
type Directory []Author

// People is the directory of the example: the first two and the third talk in what is seeded.
var People = Directory{
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a01", DisplayName: "Ada Brook", Handle: "ada"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a02", DisplayName: "Bayo Kent", Handle: "bayo"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a03", DisplayName: "Lena Moss", Handle: "lena"},
	{UserID: "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a04", DisplayName: "Otis Pryce", Handle: "otis"},
}

// ByHandle finds somebody.
func (d Directory) ByHandle(handle string) (Author, bool) {
	for _, p := range d {
		if p.Handle == handle {
			return p, true
		}
	}
	return Author{}, false
}
