// Package sdk is a library of books on the AWS SDK: books are added under a unique ISBN, found by genre and year, and their year
// can be corrected. It is what package compare/ddb does, written by hand with the same care.
package sdk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The errors of a Library.
var (
	ErrExists   = errors.New("the book exists already")
	ErrTaken    = errors.New("another book has the ISBN")
	ErrNotFound = errors.New("no such book")
	ErrConflict = errors.New("the book was modified concurrently")
	ErrKey      = errors.New("a value that no key can hold")
)

// Book is a book.
type Book struct {
	AuthorID string `dynamodbav:"author_id"`
	ISBN     string `dynamodbav:"isbn"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

// record is a book as it is stored.
type record struct {
	PK      string `dynamodbav:"pk"`
	SK      string `dynamodbav:"sk"`
	GenrePK string `dynamodbav:"genre_pk"`
	GenreSK string `dynamodbav:"genre_sk"`
	Type    string `dynamodbav:"type"`
	Book
}

func newRecord(b Book) (record, error) {
	switch {
	case b.AuthorID == "" || b.ISBN == "" || b.Genre == "" || b.Title == "":
		return record{}, fmt.Errorf("%w: an empty one", ErrKey)
	case strings.Contains(b.AuthorID+b.ISBN+b.Genre, "#"):
		return record{}, fmt.Errorf("%w: # separates values", ErrKey)
	case b.Year < 0 || b.Year > 9999:
		return record{}, fmt.Errorf("%w: year %d", ErrKey, b.Year)
	}
	return record{
		PK: "author#" + b.AuthorID, SK: "book#" + b.ISBN, Type: "book", Book: b,
		GenrePK: "genre#" + b.Genre, GenreSK: genreSK(b.Year, b.Title),
	}, nil
}

func genreSK(year int, title string) string { return fmt.Sprintf("%04d#%s", year, title) }

// Library is the books of a table.
type Library struct {
	Client *dynamodb.Client
	Table  string
}

// Add adds a book.
func (l Library) Add(ctx context.Context, b Book) error {
	r, err := newRecord(b)
	if err != nil {
		return err
	}
	item, err := attributevalue.MarshalMap(r)
	if err != nil {
		return err
	}
	isbn := &types.AttributeValueMemberS{Value: "isbn#" + b.ISBN}
	isNew := aws.String("attribute_not_exists(pk)")
	_, err = l.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &l.Table, Item: item, ConditionExpression: isNew}},
		{Put: &types.Put{TableName: &l.Table, ConditionExpression: isNew, Item: map[string]types.AttributeValue{
			"pk": isbn, "sk": isbn, "holder": &types.AttributeValueMemberS{Value: r.PK},
		}}},
	}})
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		for i, is := range []error{ErrExists, ErrTaken} {
			switch aws.ToString(canceled.CancellationReasons[i].Code) {
			case "ConditionalCheckFailed":
				return is
			case "TransactionConflict":
				return ErrConflict
			}
		}
	}
	return err
}

// InGenre returns the books of a genre since a year, the oldest first.
func (l Library) InGenre(ctx context.Context, genre string, since int) ([]Book, error) {
	var books []Book
	pages := dynamodb.NewQueryPaginator(l.Client, &dynamodb.QueryInput{
		TableName: &l.Table, IndexName: aws.String("by-genre"),
		KeyConditionExpression: aws.String("genre_pk = :genre AND genre_sk >= :since"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":genre": &types.AttributeValueMemberS{Value: "genre#" + genre},
			":since": &types.AttributeValueMemberS{Value: fmt.Sprintf("%04d", since)},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var some []Book
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &some); err != nil {
			return nil, err
		}
		books = append(books, some...)
	}
	return books, nil
}

// SetYear corrects the year of a book. The sort key of the index has the title too: a book whose title has changed since it
// was read is not modified.
func (l Library) SetYear(ctx context.Context, authorID, isbn string, year int) error {
	key := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "author#" + authorID},
		"sk": &types.AttributeValueMemberS{Value: "book#" + isbn},
	}
	stored, err := l.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &l.Table, Key: key})
	if err != nil {
		return err
	}
	if stored.Item == nil {
		return ErrNotFound
	}
	var b Book
	if err := attributevalue.UnmarshalMap(stored.Item, &b); err != nil {
		return err
	}
	b.Year = year
	if _, err := newRecord(b); err != nil {
		return err
	}
	_, err = l.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.Table, Key: key,
		UpdateExpression:         aws.String("SET #year = :year, genre_sk = :sk"),
		ConditionExpression:      aws.String("attribute_exists(pk) AND title = :title"),
		ExpressionAttributeNames: map[string]string{"#year": "year"}, // a reserved word
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":year":  &types.AttributeValueMemberN{Value: strconv.Itoa(year)},
			":sk":    &types.AttributeValueMemberS{Value: genreSK(year, b.Title)},
			":title": &types.AttributeValueMemberS{Value: b.Title},
		},
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return ErrConflict
	}
	return err
}
