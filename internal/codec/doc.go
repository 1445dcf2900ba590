// Package codec converts structs to attribute maps and back, with the semantics of attributevalue and its default
// options, compiled once per type.
//
// Both packages give equal results, or both return an error. In addition codec rejects values that the table would not
// store unchanged; see [ErrValue]. What is not compiled goes to attributevalue: interfaces and what contains them, maps
// whose keys are not plain strings, pointers to pointers, arrays when decoding, structs with named embedded values of
// unexported types, and items that marshal themselves. Where attributevalue panics because reflect does, codec returns
// an error.
package codec
