package keys

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Review is a review of a product.
type Review struct {
	Product string    `dynamodbav:"-"`
	At      time.Time `dynamodbav:"-"`
	ID      string    `dynamodbav:"-"`
	Stars   int       `dynamodbav:"stars"`
}

// The table of reviews, those of a product by time.
var (
	ReviewTable = ddb.NewTable("product", "review")

	Reviews = ddb.MustDefine(ReviewTable, "review", func(r *Review, d *ddb.Definition) {
		d.Primary(
			ddb.Key(ddb.Prefix("product#"), ddb.Str(&r.Product)),
			ddb.Key(ddb.Prefix("review#"), ddb.Time(&r.At), ddb.Prefix("#"), ddb.Str(&r.ID)))
	})
)

// ReviewOptions are those of a DB whose cursors are handed to clients. The key signs them: a client that makes or changes one
// gets ddb.ErrCursor. It is 32 random bytes from a secret, the same in each process; old is the key before it, which is still
// accepted, or nil. A cursor is signed and not encrypted: it shows the key of the last item of the page.
func ReviewOptions(key, old []byte) *ddb.Options {
	return &ddb.Options{CursorKey: key, OldCursorKey: old}
}

// List is what a client asks for. Its paging is that of the AWS CLI: MaxItems is --max-items, what the caller gets; PageSize is
// --page-size, what one request reads; StartingToken is --starting-token, a NextToken of before. Two things differ. In the CLI
// --max-items alone does not bound what a request reads, which is up to 1 MB; and where it cuts a response off, its token reads
// that response again. Here a request reads no more than it may return, and a token is the position after its last item.
type List struct {
	Product       string
	MinStars      int
	MaxItems      int
	PageSize      int
	StartingToken string
}

// Listing is a page. NextToken is "" after the last one. A page may be empty and not be the last: its requests found no
// review with enough stars.
type Listing struct {
	Reviews   []Review
	NextToken string
}

// ListReviews reads the latest reviews of a product. With a PageSize it makes one request, which reads and costs no more than
// that many items, however few have enough stars; without, as many requests as fill the page. A token that this service did
// not make, or made for another product, is ddb.ErrCursor, and a product that no key can hold is ddb.ErrKey: both are the
// client's mistake, 400 in HTTP.
func ListReviews(ctx context.Context, db *ddb.DB, l List) (Listing, error) {
	q := Reviews.Query(Review{Product: l.Product}).Desc().Limit(min(max(l.MaxItems, 1), 100)) // a client does not say "all"
	if l.MinStars > 0 {
		q = q.Filter(ddb.Ge(&Reviews.Fields().Stars, l.MinStars))
	}
	if l.PageSize > 0 {
		q = q.Examine(min(l.PageSize, 1000))
	}
	page, err := ddb.NewRepository(db, Reviews).Page(ctx, q, ddb.Cursor(l.StartingToken))
	if err != nil {
		return Listing{}, err
	}
	return Listing{Reviews: page.Items, NextToken: string(page.Next)}, nil
}
