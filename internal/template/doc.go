// Package template renders, parses and compares key templates: literals and fields that together make one key.
//
// # What a template promises
//
// Injective: two different tuples of field values never render the same key. Nothing is escaped, so that keys stay
// readable (c#7f3a, g#e#12#h#9). Instead, a value that contains the following literal is rejected when it is written.
// So is an empty value, one that is not valid UTF-8, and one that contains [Last]. A template for which this is not
// enough is a fault; see [Template.Faults].
//
// Ordered: within one prefix, keys sort by bytes like the values of the next part, if that part has fixed width (Num,
// Time) or is the last one (Str by UTF-8 bytes, Text by its text, Fold by its folded text). A Str before a literal does
// not: "a" sorts before "a!", but "a#" sorts after "a!#". Ranges are rejected there; see [Template.Range].
//
// Two-way: Decode(Encode(x)) is x for the lossless parts (Str, Num, Time, Text), and Decode accepts only strings that
// Encode renders. Fold and Shard are encode-only, and never the only place of a field.
//
// # Order of numbers
//
// A Num of width w is w bytes, sign included, of a field of any integer type. A number that is not negative is its
// decimal digits after zeros. A negative number is "-" and the nines' complement of its w-1 digits, so that a smaller
// number is a smaller text, and "-" (0x2D) sorts before every digit:
//
//	width 4    9999     "9999"        width 4   -1     "-998"
//	           12       "0012"                  -2     "-997"
//	           0        "0000"                  -999   "-000"
//
// So a signed field of width w holds -(10^(w-1)-1) to 10^w-1, and -0 ("-999") is invalid. 20 bytes hold every integer
// of Go. A number that is wider than its part is rejected.
//
// # No normalization
//
// Text is compared as written: "é" as one code point and as two are different keys. Fold maps code points one by one
// through a table frozen in this package, without special casing (a final sigma stays a final sigma).
package template
