package ddbdraw

import (
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
)

// join prints the values of a key of several attributes.
func join(values []string) string { return strings.Join(values, " · ") }

// attributeNames prints the attributes of a key.
func attributeNames(attributes []ddbdesign.Attribute) string {
	var names []string
	for _, a := range attributes {
		names = append(names, a.Name)
	}
	return strings.Join(names, " · ")
}

// heading is the name of an index as a title.
func heading(ix ddbdesign.Index) string {
	if ix.Kind == ddbdesign.KindPrimary {
		return "The table"
	}
	return "Index " + ix.Name
}

// about says what kind of index it is, its keys and what it projects.
func about(ix ddbdesign.Index) string {
	keys := "no partition key"
	if len(ix.Partition) > 0 {
		keys = "partition key " + attributeNames(ix.Partition)
	}
	if len(ix.Sort) > 0 {
		keys += ", sort key " + attributeNames(ix.Sort)
	}
	switch ix.Kind {
	case ddbdesign.KindPrimary:
		return "Primary key: " + keys
	case ddbdesign.KindLocal:
		keys = "Local index: " + keys
	default:
		keys = "Global index: " + keys
	}
	switch ix.Projection {
	case "KEYS_ONLY":
		return keys + " · projects keys only"
	case "INCLUDE":
		return keys + " · projects keys and " + strings.Join(ix.Include, ", ")
	}
	return keys + " · projects all attributes"
}
