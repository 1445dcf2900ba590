package view_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Notice is copied into the screens of its hall.
type Notice struct {
	ID     string            `dynamodbav:"-"`
	Hall   string            `dynamodbav:"hall"`
	Text   string            `dynamodbav:"text"`
	Labels map[string]string `dynamodbav:"labels,omitempty"`
}

// Screen shows a text, or one of each notice.
type Screen struct {
	Hall  string            `dynamodbav:"-"`
	Place string            `dynamodbav:"-"`
	Text  string            `dynamodbav:"text"`
	Texts map[string]string `dynamodbav:"texts"`
}

func screen(s *Screen, d *ddb.Definition) { d.Primary(inHall(&s.Hall, &s.Place)) }

// inHall is the primary key of what is in a hall.
func inHall(hall, place *string) (pk, sk ddb.Template) {
	return ddb.Key(ddb.Prefix("hall#"), ddb.Str(hall)), ddb.Key(ddb.Prefix("at#"), ddb.Str(place))
}

// hall has notices that a fan-out copies into targets of type T, whose keys are as inHall says.
type hall[T any] struct {
	table   *ddb.Table
	notices *ddb.Entity[Notice]
	targets *ddb.Entity[T]
	view    *ddb.View
	db      *ddb.DB
	stream  *fixture.School
	l       fixture.Letters
}

func newHall[T any](define func(*T, *ddb.Definition), of ...func(*ddb.Table)) *hall[T] {
	h := &hall[T]{table: ddb.NewTable("pk", "sk").TTL("until")}
	for _, f := range of {
		f(h.table)
	}
	h.notices = ddb.MustDefine(h.table, "notice", func(n *Notice, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("notice#"), ddb.Str(&n.ID)), ddb.Key(ddb.Prefix("notice")))
	})
	h.targets = ddb.MustDefine(h.table, "target", define)
	return h
}

// newScreens is a hall with a screen at each of the places, as "x/1".
func newScreens(t *testing.T, apply func(ddb.Change[Notice], *Screen) bool, at ...string) *hall[Screen] {
	t.Helper()
	h := newHall(screen)
	h.fanOut(func(n Notice) Screen { return Screen{Hall: n.Hall} }, apply).open(t)
	for _, a := range at {
		name, place, _ := strings.Cut(a, "/")
		h.target(t, Screen{Hall: name, Place: place, Texts: map[string]string{}})
	}
	return h
}

// show copies the text of a notice.
func show(c ddb.Change[Notice], s *Screen) bool {
	changed := c.New.ID != "" && s.Text != c.New.Text
	if changed {
		s.Text = c.New.Text
	}
	return changed
}

// fanOut declares the view for the targets under the partition key of what in returns.
func (h *hall[T]) fanOut(in func(Notice) T, apply func(ddb.Change[Notice], *T) bool) *hall[T] {
	h.view = ddbview.MustFanOut("shown", h.notices, h.targets, func(n Notice) ddb.Query[T] { return h.targets.Query(in(n)) }, apply)
	return h
}

func (h *hall[T]) open(t *testing.T) {
	t.Helper()
	engine := ddbmem.New(ddbmem.Options{TTLDelay: time.Hour})
	h.stream = &fixture.School{Engine: engine, Client: engine.Client(), At: map[string]*string{}}
	h.db = ddb.New(h.stream.Client, "school", h.table, nil)
	h.stream.DB = h.db
	require.NoError(t, h.db.CreateTable(t.Context()))
}

// target stores a target, with attributes that its entity does not know.
func (h *hall[T]) target(t *testing.T, x T, more ...map[string]types.AttributeValue) {
	t.Helper()
	attrs, err := h.targets.Encode(x)
	for _, m := range more {
		maps.Copy(attrs, m)
	}
	h.stream.Put(t, attrs, err)
}

// put returns the records of notices that it puts.
func (h *hall[T]) put(t *testing.T, list ...Notice) []ddb.Record {
	t.Helper()
	_ = h.stream.Records(t)
	for _, n := range list {
		attrs, err := h.notices.Encode(n)
		h.stream.Put(t, attrs, err)
	}
	records := slices.DeleteFunc(h.stream.Records(t), func(r ddb.Record) bool { return r.New["hall"] == nil })
	require.Len(t, records, len(list))
	return records
}

// mux is one with a worker that tells h.l what fails. Before is called before each request, if it is not nil.
func (h *hall[T]) mux(before func(operation string), views ...*ddb.View) *ddb.Mux {
	if before != nil {
		h.db = ddb.New(fixture.Hooked{Client: h.stream.Client, Before: before}, "school", h.table, nil)
	}
	opts := h.l.Options()
	opts.Workers = 1
	m := ddb.NewMux(h.table, opts)
	m.Maintain(h.db, append(views, h.view)...)
	return m
}

// interrupt calls do before the first request of an operation after skip others.
func interrupt(operation string, skip int, do func()) func(string) {
	n := 0
	return func(op string) {
		if op != operation {
			return
		}
		if n++; n == skip+1 {
			do()
		}
	}
}

// stored is a target as it is stored, "x/1", empty where there is none.
func (h *hall[T]) stored(t *testing.T, at string) (attrs map[string]any) {
	t.Helper()
	out, err := h.stream.Client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("school"), ConsistentRead: aws.Bool(true), Key: keyInHall(at)})
	require.NoError(t, err)
	require.NoError(t, attributevalue.UnmarshalMap(out.Item, &attrs))
	return attrs
}

func keyInHall(at string) map[string]types.AttributeValue {
	name, place, _ := strings.Cut(at, "/")
	return map[string]types.AttributeValue{"pk": fixture.Text("hall#" + name), "sk": fixture.Text("at#" + place)}
}

// edit sets an attribute of a target as a program does that does not know the library.
func (h *hall[T]) edit(t *testing.T, at, path string, v types.AttributeValue) {
	t.Helper()
	names, alias := map[string]string{}, ""
	for i, attr := range strings.Split(path, ".") {
		names[fmt.Sprint("#", i)] = attr
		alias += fmt.Sprint(".#", i)
	}
	_, err := h.stream.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("school"), Key: keyInHall(at), UpdateExpression: aws.String("SET " + alias[1:] + " = :v"),
		ExpressionAttributeNames: names, ExpressionAttributeValues: map[string]types.AttributeValue{":v": v},
	})
	require.NoError(t, err)
}
