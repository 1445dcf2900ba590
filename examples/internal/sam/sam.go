// Package sam prints the SAM template of an example: its table, its stream and the event filter are those of the model, and
// each function may do what its list of actions says, and no more.
package sam

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// System is what a template deploys: a table, and functions beside it.
type System struct {
	About     string // what it is, for the template's description
	Model     *ddb.Table
	Functions []Function
}

// Function is a Lambda function.
type Function struct {
	Name    string  // the beginning of the names of its resources
	Dir     string  // of its package main, seen from the template
	About   string  // in a sentence
	Actions Actions // that its code calls
	Stream  bool    // it gets the records of the table's stream, and has a queue of dead letters; otherwise it has a URL
}

//go:embed template.yaml.tmpl
var text string

var page = template.Must(template.New("template.yaml").Funcs(template.FuncMap{
	"quote": func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
}).Parse(text))

// Template returns the template as YAML.
func (s System) Template() string {
	var out bytes.Buffer
	if err := page.Execute(&out, s); err != nil {
		panic(err) // a mistake in the template of the template
	}
	return out.String()
}

// Table is the request that creates the table.
func (s System) Table() *dynamodb.CreateTableInput { return s.Model.CreateTableInput("") }

// HasQueue reports whether a function needs the queue of dead letters.
func (s System) HasQueue() bool {
	for _, f := range s.Functions {
		if f.Stream {
			return true
		}
	}
	return false
}
