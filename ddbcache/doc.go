// Package ddbcache is a [github.com/singletable-go/ddb.Client] in front of another, that keeps what it read for a while.
package ddbcache
