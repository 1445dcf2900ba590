// Package value models DynamoDB attribute values: the ten data types, the
// items built of them, and the rules that hold for a value on its own.
//
// # Representation
//
// A [Value] is a small struct: a kind, a text, and a pointer that only lists,
// maps and sets use. Strings, numbers and binary values hold their content in
// the text, numbers in canonical form ("1.50" is kept as "1.5"), so that two
// equal numbers are the same text. Set members are kept sorted, numbers by
// magnitude, so that two equal sets are the same sequence.
//
// An [Item] is a slice of named values sorted by name. It serves both as a
// whole item and as the content of a map value.
//
// # Sharing
//
// Values and items are immutable once built: every method that changes
// something returns a new value that shares the unchanged parts. Nothing has
// to be copied to be stored, read by several goroutines or kept as an old
// image. [Item.Compact] gathers the texts of an item in one string before it
// is stored for long, which both saves memory and lets go of the request that
// it was decoded from.
//
// # Wire form
//
// [Input] decodes a JSON object of attribute values. Decoding separates the
// two kinds of error of DynamoDB: JSON of the wrong shape is a
// SerializationException and fails the decoding itself; a value that has the
// right shape and is still not allowed (an empty set, a number out of range)
// is a ValidationException that the operation reports when its turn comes,
// with [Input.Fault].
//
// # Keys
//
// [AppendKey] and [AppendKeyPart] encode strings, numbers and binary values so
// that comparing the bytes compares the values.
package value
