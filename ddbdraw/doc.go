// Package ddbdraw draws the design of a table: a page of HTML, and pictures for a README.
//
// [HTML] writes one file: the entities and how they refer to each other, the table and each index as a grid of sample items,
// then tables of the caller's. [Entities] and [Index] write the same as standalone SVG, since a README shows images but no HTML.
// The input is plain data: a [ddbdesign.Table], and samples as text.
//
// Nothing that is drawn needs a script, the network or a font of its own. Every colour has a name beside it. Light and dark
// follow the reader's setting, in the images too, which have an opaque background: they are readable on a page of either kind.
// The HTML prints. Below 640 pixels its grids become cards, and a table with more than six columns does so below 1152 pixels.
//
// Of many samples a few are drawn, and what is left out is counted. A page has at most 5 items of an entity and 40 items in an
// item collection, 3 item collections with the same entities or fewer of them, and 24 in all. A picture has 3 and 12 items, 12 item
// collections, and a second one with the same entities only if it then has at most 14 items. One more is drawn where a line would
// only say that it is left out. Items that the library keeps for itself are counted, by what they are for.
//
// Attributes are cut at 40 characters, and keys at 200. An entity is drawn with 14 fields: those of keys, of references and with a
// mark come first.
//
// Equal input gives equal bytes. All text is escaped. Control characters, and those that turn the direction of text, are shown
// as other characters.
package ddbdraw
