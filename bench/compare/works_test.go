package compare_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	ours "github.com/singletable-go/ddb/bench/compare/ddb"
	guregu "github.com/singletable-go/ddb/bench/compare/dynamo"
	"github.com/singletable-go/ddb/bench/compare/sdk"
)

// works are the lines of the table.
var works = []work{
	{"the task above, lines of code", func() [4]cell { return measured(lines) }},
	{"its requests: add; find; correct", func() [4]cell {
		return measured(func(t *testing.T, c contender) string { return steps(t, c, requests) })
	}},
	{"its read and write units", func() [4]cell {
		return measured(func(t *testing.T, c contender) string { return steps(t, c, units) })
	}},
	{"set the year, without the title that its key needs", func() [4]cell {
		return [4]cell{
			says("stale index entry", func(t *testing.T) { stale(t, sdkSetsYear, "1974#The Dispossessed", "1980") }),
			says("stale index entry", func(t *testing.T) { stale(t, dynamoSetsYear, "1974#The Dispossessed", "1980") }),
			says("refused", electroDBRefusesYear),
			says("refused", ddbRefusesYear),
		}
	}},
	{"add 6 to the year", func() [4]cell {
		return [4]cell{
			says("stale index entry", func(t *testing.T) { stale(t, sdkAddsYears, "1974#The Dispossessed", "1980") }),
			says("stale index entry", func(t *testing.T) { stale(t, dynamoAddsYears, "1974#The Dispossessed", "1980") }),
			says("wrong index key: year 6", electroDBAddsYears),
			says("refused", ddbRefusesToAddYears),
		}
	}},
	{"the keys of (`a#b`, `c`) and (`a`, `b#c`)", func() [4]cell {
		byHand := says("equal, unless you check", joinedByHand)
		return [4]cell{byHand, byHand, says("equal", electroDBJoins), says("refused", ddbRefusesToJoin)}
	}},
	{"a Query of an author and books", func() [4]cell {
		return [4]cell{
			says("the author becomes an empty book", sdkReadsAll), says("the author becomes an empty book", dynamoReadsAll),
			says("typed", electroDBReadsAll), says("typed", ddbReadsAll),
		}
	}},
	{"and of an item of an unknown type", func() [4]cell {
		return [4]cell{
			says("an empty book", sdkReadsUnknown), says("an empty book", dynamoReadsUnknown),
			says("dropped silently", electroDBDropsUnknown), says("an error with its key", ddbReportsUnknown),
		}
	}},
	{"a unique ISBN", func() [4]cell {
		return [4]cell{
			says("by hand, in each kind of write", sdkForgetsTheISBN), says("by hand, in each kind of write", dynamoForgetsTheISBN),
			says("by hand, in each kind of write", electroDBForgetsTheISBN), says("one line of the model", ddbFreesTheISBN),
		}
	}},
	{"totals, each change counted once", func() [4]cell {
		return [4]cell{without("–"), without("–"), without("–"), says("`ddbview`", ddbCounts)}
	}},
	{"an engine for tests, in process", func() [4]cell {
		return [4]cell{without("–"), without("–"), without("–"), says("`ddbmem`: this table ran on it", ddbCounts)}
	}},
	{"CPU time of a Get; a Query of 100", func() [4]cell {
		reported := func(name string) cell { return cell{holds: func(t *testing.T) string { return report(t, name) }} }
		return [4]cell{reported("SDK + attributevalue"), reported("guregu/dynamo v2"), without("another language"), reported("ddb")}
	}},
}

// measured returns the cells of what is measured for each program.
func measured(of func(t *testing.T, c contender) string) (cells [4]cell) {
	for i, c := range contenders {
		cells[i].holds = func(t *testing.T) string { return of(t, c) }
	}
	return cells
}

var comment = regexp.MustCompile(`(?m)^\s*//.*\n`)

// lines counts the lines with code.
func lines(t *testing.T, c contender) string {
	n := 0
	for _, name := range c.sources {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(comment.ReplaceAllString(string(text), "")) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
	}
	return fmt.Sprint(n)
}

// steps are what the three steps of the task cost.
func steps(t *testing.T, c contender, text func(cost) string) string {
	ctx, e := t.Context(), newEngine(t)
	l := c.open(t, e)
	var costs []string
	step := func(do func() error) {
		before := e.cost()
		require.NoError(t, do())
		costs = append(costs, text(e.cost().minus(before)))
	}
	step(func() error { return l.add(ctx, dispossessed) })
	step(func() error { _, err := l.inGenre(ctx, "SF", 1970); return err })
	step(func() error { return l.setYear(ctx, "le-guin", dispossessed.ISBN, 1980) })
	return strings.Join(costs, "; ")
}

func requests(c cost) string { return fmt.Sprint(c.requests) }

func units(c cost) string {
	var of []string
	if c.read > 0 {
		of = append(of, fmt.Sprint(c.read, " R"))
	}
	if c.write > 0 {
		of = append(of, fmt.Sprint(c.write, " W"))
	}
	return strings.Join(of, " + ")
}

// report returns the ratios of CPU time that the benchmark measured on the stub.
func report(t *testing.T, contender string) string {
	text, err := os.ReadFile("../REPORT.md")
	require.NoError(t, err)
	_, stub, ok := strings.Cut(string(text), "On stub:")
	require.True(t, ok)
	var ratios []string
	for _, work := range []string{"Get", "Query, page of 100"} {
		_, of, ok := strings.Cut(stub, "\n| "+work+" |")
		require.True(t, ok, work)
		m := regexp.MustCompile(`\| ?` + regexp.QuoteMeta(contender) + ` \| ([0-9.]+) \|`).FindStringSubmatch(of)
		require.NotNil(t, m, "%s of %s", work, contender)
		ratios = append(ratios, m[1])
	}
	return strings.Join(ratios, "; ")
}

// stale requires that an update leaves the index with a key of the year before.
func stale(t *testing.T, write func(*testing.T, *engine), key, year string) {
	e := newEngine(t)
	seed(t, onSDK{sdk.Library{Client: e.client(), Table: tableName}}, dispossessed)
	write(t, e)
	assert.Equal(t, map[string]string{key: year}, e.indexed(t))
}

func sdkUpdates(t *testing.T, e *engine, expression, value string) {
	t.Helper()
	_, err := e.client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:                 aws.String(tableName),
		Key:                       map[string]types.AttributeValue{"pk": text("author#le-guin"), "sk": text("book#9780060512750")},
		UpdateExpression:          aws.String(expression),
		ExpressionAttributeNames:  map[string]string{"#year": "year"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":year": &types.AttributeValueMemberN{Value: value}},
	})
	require.NoError(t, err)
}

func sdkSetsYear(t *testing.T, e *engine)  { sdkUpdates(t, e, "SET #year = :year", "1980") }
func sdkAddsYears(t *testing.T, e *engine) { sdkUpdates(t, e, "ADD #year :year", "6") }

func dynamoUpdates(e *engine) *dynamo.Update {
	return dynamo.NewFromIface(e.client()).Table(tableName).Update("pk", "author#le-guin").Range("sk", "book#9780060512750")
}

func dynamoSetsYear(t *testing.T, e *engine) {
	require.NoError(t, dynamoUpdates(e).Set("year", 1980).Run(t.Context()))
}

func dynamoAddsYears(t *testing.T, e *engine) {
	require.NoError(t, dynamoUpdates(e).Add("year", 6).Run(t.Context()))
}

func electroDBRefusesYear(t *testing.T) {
	n := newNode(t, newEngine(t))
	seed(t, onElectroDB{n}, dispossessed)
	err := n.run(t.Context(), nil, "setYearAlone", "le-guin", dispossessed.ISBN, 1980)
	assert.ErrorContains(t, err, `Without the composite attributes "title" the following access patterns cannot be updated: "byGenre"`)
}

func electroDBAddsYears(t *testing.T) {
	e := newEngine(t)
	n := newNode(t, e)
	seed(t, onElectroDB{n}, dispossessed)
	require.NoError(t, n.run(t.Context(), nil, "addYears", "le-guin", dispossessed.ISBN, dispossessed.Title, 6))
	assert.Equal(t, map[string]string{"$book_1#year_0006#title_the dispossessed": "1980"}, e.indexed(t))
}

// openOurs returns books on a new engine, with one in it.
func openOurs(t *testing.T) (*engine, *ddb.DB, *ddb.Repository[ours.Book]) {
	t.Helper()
	e := newEngine(t)
	db := ddb.New(e.client(), tableName, ours.Table, nil)
	books := ddb.NewRepository(db, ours.Books)
	seed(t, onDDB{ours.Library{Repository: books}}, dispossessed)
	return e, db, books
}

func ddbRefusesYear(t *testing.T) {
	e, _, books := openOurs(t)
	before := e.cost()
	_, err := books.Update(t.Context(), ours.Book{AuthorID: "le-guin", ISBN: dispossessed.ISBN}, ddb.Set(&ours.Books.Fields().Year, 1980))
	assert.ErrorContains(t, err, "by-genre needs Title")
	assert.ErrorIs(t, err, ddb.ErrModel)
	assert.Zero(t, e.cost().minus(before), "no request")
	assert.Equal(t, map[string]string{"1974#The Dispossessed": "1974"}, e.indexed(t))
}

func ddbRefusesToAddYears(t *testing.T) {
	e, _, books := openOurs(t)
	_, err := books.Update(t.Context(), ours.Book{AuthorID: "le-guin", ISBN: dispossessed.ISBN, Title: dispossessed.Title}, ddb.Add(&ours.Books.Fields().Year, 6))
	assert.ErrorContains(t, err, "Year is part of by-genre: add Year leaves a value that only DynamoDB knows; set it")
	assert.Equal(t, map[string]string{"1974#The Dispossessed": "1974"}, e.indexed(t))
}

func joinedByHand(t *testing.T) {
	assert.Equal(t, strings.Join([]string{"a#b", "c"}, "#"), strings.Join([]string{"a", "b#c"}, "#"))
}

func electroDBJoins(t *testing.T) {
	n := newNode(t, newEngine(t))
	var one, other map[string]string
	require.NoError(t, n.run(t.Context(), &one, "key", "a#team_b", "c"))
	require.NoError(t, n.run(t.Context(), &other, "key", "a", "b#team_c"))
	assert.NotEmpty(t, one["pk"])
	assert.Equal(t, one, other)
}

// member has a key of two values.
type member struct{ Org, Team string }

func ddbRefusesToJoin(t *testing.T) {
	table := ddb.NewTable("pk", "sk")
	members := ddb.MustDefine(table, "member", func(m *member, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Str(&m.Org), ddb.Prefix("#"), ddb.Str(&m.Team)), ddb.Key(ddb.Prefix("member")))
	})
	e := newEngine(t)
	repository := ddb.NewRepository(ddb.New(e.client(), tableName, table, nil), members)
	_, err := repository.Create(t.Context(), member{Org: "a#b", Team: "c"})
	assert.ErrorIs(t, err, ddb.ErrKey)
	_, err = repository.Create(t.Context(), member{Org: "a", Team: "b#c"})
	assert.NoError(t, err)
}

// sdkBooks reads the item collection of an author into books.
func sdkBooks(t *testing.T, e *engine) (books []sdk.Book) {
	t.Helper()
	out, err := e.client().Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String(tableName), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text("author#le-guin")},
	})
	require.NoError(t, err)
	require.NoError(t, attributevalue.UnmarshalListOfMaps(out.Items, &books))
	return books
}

// dynamoBooks reads the item collection of an author into books.
func dynamoBooks(t *testing.T, e *engine) (books []guregu.Book) {
	t.Helper()
	err := dynamo.NewFromIface(e.client()).Table(tableName).Get("pk", "author#le-guin").All(t.Context(), &books)
	require.NoError(t, err)
	return books
}

// author is the item of an author, and unknown one that no program knows.
var (
	author  = map[string]types.AttributeValue{"pk": text("author#le-guin"), "sk": text("author#le-guin"), "name": text("Ursula K. Le Guin")}
	unknown = map[string]types.AttributeValue{"pk": text("author#le-guin"), "sk": text("award#hugo"), "year": &types.AttributeValueMemberN{Value: "1975"}}
)

func withOneBook(t *testing.T) *engine {
	t.Helper()
	e := newEngine(t)
	seed(t, onSDK{sdk.Library{Client: e.client(), Table: tableName}}, dispossessed)
	return e
}

func sdkReadsAll(t *testing.T) {
	e := withOneBook(t)
	e.put(t, author)
	books := sdkBooks(t, e)
	require.Len(t, books, 2)
	assert.Equal(t, sdk.Book{}, books[0])
}

func dynamoReadsAll(t *testing.T) {
	e := withOneBook(t)
	e.put(t, author)
	books := dynamoBooks(t, e)
	require.Len(t, books, 2)
	assert.Equal(t, guregu.Book{PK: "author#le-guin", SK: "author#le-guin"}, books[0])
}

func sdkReadsUnknown(t *testing.T) {
	e := withOneBook(t)
	e.put(t, unknown)
	assert.Equal(t, sdk.Book{Year: 1975}, sdkBooks(t, e)[0])
}

func dynamoReadsUnknown(t *testing.T) {
	e := withOneBook(t)
	e.put(t, unknown)
	assert.Equal(t, guregu.Book{PK: "author#le-guin", SK: "award#hugo", Year: 1975}, dynamoBooks(t, e)[0])
}

// works are the items of an author as ElectroDB returns them: by the name of their entity.
type electroDBWorks struct {
	Book   []book
	Author []struct{ Name string }
}

func electroDBReadsAll(t *testing.T) {
	n := newNode(t, newEngine(t))
	seed(t, onElectroDB{n}, dispossessed)
	require.NoError(t, n.run(t.Context(), nil, "addAuthor", "le-guin", "Ursula K. Le Guin"))
	var found electroDBWorks
	require.NoError(t, n.run(t.Context(), &found, "works", "le-guin"))
	assert.Equal(t, []book{dispossessed}, found.Book)
	require.Len(t, found.Author, 1)
	assert.Equal(t, "Ursula K. Le Guin", found.Author[0].Name)
}

func electroDBDropsUnknown(t *testing.T) {
	n := newNode(t, newEngine(t))
	seed(t, onElectroDB{n}, dispossessed)
	require.NoError(t, n.run(t.Context(), nil, "addAuthor", "le-guin", "Ursula K. Le Guin"))
	var found electroDBWorks
	require.NoError(t, n.run(t.Context(), &found, "worksWithoutAuthors", "le-guin"))
	assert.Equal(t, electroDBWorks{Book: []book{dispossessed}}, found)
}
