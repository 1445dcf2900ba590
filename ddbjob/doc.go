// Package ddbjob has the jobs that move whole tables, or change many items.
package ddbjob
