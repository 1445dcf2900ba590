// Package field identifies the fields of a struct by their address in a prototype, and knows where attributevalue
// stores them.
package field
