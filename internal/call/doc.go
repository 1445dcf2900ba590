// Package call makes the library's requests: it alone touches the client. It meters them, bounds and paces what is tried
// again, and says of a failure what the service means by it.
package call
