package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	ours "github.com/singletable-go/ddb/bench/compare/ddb"
	guregu "github.com/singletable-go/ddb/bench/compare/dynamo"
	"github.com/singletable-go/ddb/bench/compare/sdk"
)

// book is a book, whatever the program's own type is.
type book struct {
	Author string `json:"author"`
	ISBN   string `json:"isbn"`
	Title  string `json:"title"`
	Genre  string `json:"genre"`
	Year   int    `json:"year"`
}

// library is the task that each program does.
type library interface {
	add(ctx context.Context, b book) error
	inGenre(ctx context.Context, genre string, since int) ([]book, error)
	setYear(ctx context.Context, author, isbn string, year int) error
}

// contender is a program.
type contender struct {
	name    string
	title   string   // in the table
	sources []string // its files
	open    func(t *testing.T, e *engine) library
}

var contenders = []contender{
	{"sdk", "AWS SDK", []string{"sdk/library.go"}, func(_ *testing.T, e *engine) library {
		return onSDK{sdk.Library{Client: e.client(), Table: tableName}}
	}},
	{"dynamo", "[guregu/dynamo](https://github.com/guregu/dynamo) v2.1.1", []string{"dynamo/library.go"}, func(_ *testing.T, e *engine) library {
		return onDynamo{guregu.Library{DB: dynamo.NewFromIface(e.client()), Table: tableName}}
	}},
	{"electrodb", "[ElectroDB](https://electrodb.dev) 3.9.3", []string{"electrodb/library.js"}, func(t *testing.T, e *engine) library {
		return onElectroDB{newNode(t, e)}
	}},
	{"ddb", "ddb", []string{"ddb/library.go"}, func(_ *testing.T, e *engine) library {
		return onDDB{ours.Library{Repository: ddb.NewRepository(ddb.New(e.client(), tableName, ours.Table, nil), ours.Books)}}
	}},
}

type onSDK struct{ l sdk.Library }

func (o onSDK) add(ctx context.Context, b book) error {
	return o.l.Add(ctx, sdk.Book{AuthorID: b.Author, ISBN: b.ISBN, Title: b.Title, Genre: b.Genre, Year: b.Year})
}

func (o onSDK) inGenre(ctx context.Context, genre string, since int) ([]book, error) {
	var found []book
	books, err := o.l.InGenre(ctx, genre, since)
	for _, b := range books {
		found = append(found, book{b.AuthorID, b.ISBN, b.Title, b.Genre, b.Year})
	}
	return found, err
}

func (o onSDK) setYear(ctx context.Context, author, isbn string, year int) error {
	return o.l.SetYear(ctx, author, isbn, year)
}

type onDynamo struct{ l guregu.Library }

func (o onDynamo) add(ctx context.Context, b book) error {
	return o.l.Add(ctx, guregu.Book{AuthorID: b.Author, ISBN: b.ISBN, Title: b.Title, Genre: b.Genre, Year: b.Year})
}

func (o onDynamo) inGenre(ctx context.Context, genre string, since int) ([]book, error) {
	var found []book
	books, err := o.l.InGenre(ctx, genre, since)
	for _, b := range books {
		found = append(found, book{b.AuthorID, b.ISBN, b.Title, b.Genre, b.Year})
	}
	return found, err
}

func (o onDynamo) setYear(ctx context.Context, author, isbn string, year int) error {
	return o.l.SetYear(ctx, author, isbn, year)
}

type onDDB struct{ l ours.Library }

func (o onDDB) add(ctx context.Context, b book) error {
	_, err := o.l.Create(ctx, ours.Book{AuthorID: b.Author, ISBN: b.ISBN, Title: b.Title, Genre: b.Genre, Year: b.Year})
	return err
}

func (o onDDB) inGenre(ctx context.Context, genre string, since int) ([]book, error) {
	var found []book
	books, err := o.l.InGenre(ctx, genre, since)
	for _, b := range books {
		found = append(found, book{b.AuthorID, b.ISBN, b.Title, b.Genre, b.Year})
	}
	return found, err
}

func (o onDDB) setYear(ctx context.Context, author, isbn string, year int) error {
	return o.l.SetYear(ctx, author, isbn, year)
}

type onElectroDB struct{ node *node }

func (o onElectroDB) add(ctx context.Context, b book) error { return o.node.run(ctx, nil, "add", b) }

func (o onElectroDB) inGenre(ctx context.Context, genre string, since int) (found []book, err error) {
	err = o.node.run(ctx, &found, "inGenre", genre, since)
	return found, err
}

func (o onElectroDB) setYear(ctx context.Context, author, isbn string, year int) error {
	return o.node.run(ctx, nil, "setYear", author, isbn, year)
}

// decode reads what a step of the JavaScript program printed.
func decode(printed []byte, into any) error {
	var out struct {
		Result json.RawMessage
		Error  string
	}
	if err := json.Unmarshal(printed, &out); err != nil {
		return err
	}
	if out.Error != "" {
		return errors.New(out.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(out.Result, into)
}

func seed(t *testing.T, l library, books ...book) {
	t.Helper()
	for _, b := range books {
		require.NoError(t, l.add(t.Context(), b))
	}
}
