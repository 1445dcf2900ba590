// Package ddbdesign is the design of a table as data: what a program's model says, as plain structs that are stored as JSON,
// compared, checked, drawn and exported without the program. It imports the standard library alone.
//
//	d := Platform.Design()         // of a *ddb.Table
//	err := ddbdesign.Write(file, d)
//	d, err = ddbdesign.Read(file)  // also in a program that does not have the model
//
// Read and Write keep what they do not know: a file of a newer writer, read and written by an older program, loses nothing.
//
// The structs are values without behaviour of their own: copy and change them as you like. Their methods read only, and are
// safe for concurrent use while nothing changes the struct. No method panics, whatever a design says.
package ddbdesign
