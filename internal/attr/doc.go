// Package attr is the values of DynamoDB as the library uses them: how they compare, what they measure, and an item as a read
// returned it. It knows no entity.
package attr
