// Package fault has the errors that the library makes: the classes that callers test for, the facts that they look at, and
// whose fault a failure is. Package ddb documents them and gives them their public types.
package fault

// As makes a public error of one of this package, for errors.As; package ddb sets it.
var As func(err error, target any) bool

// AsPublic is the method As of an error of the packages below.
func AsPublic(err error, target any) bool { return As != nil && As(err, target) }
