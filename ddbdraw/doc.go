// Package ddbdraw draws the design of a table: a page of HTML, and pictures for a README.
//
// [HTML] writes one file: the entities and how they refer to each other, the table and each index as a grid of sample items,
// then tables of the caller's. [Entities] and [Index] write the same as standalone SVG, since a README shows images but no HTML.
// The input is plain data: a [ddbdesign.Table], and samples as text.
//
// Nothing that is drawn needs a script, the network or a font of its own. Every colour has a name beside it. Light and dark
// follow the reader's setting, in the images too, which have an opaque background: they are readable on a page of either kind.
// The HTML prints, and below 640 pixels its grids become cards.
//
// Equal input gives equal bytes. All text is escaped. Control characters, and those that turn the direction of text, are shown
// as other characters.
package ddbdraw
