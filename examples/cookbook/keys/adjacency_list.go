package keys

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Reporter writes articles.
type Reporter struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Article is written by reporters.
type Article struct {
	ID       string `dynamodbav:"-"`
	Headline string `dynamodbav:"headline"`
}

// Byline is the edge: a reporter took part in an article. It has what is true of the two together, and no copy of either.
type Byline struct {
	ArticleID  string `dynamodbav:"-"`
	ReporterID string `dynamodbav:"-"`
	Role       string `dynamodbav:"role"` // "text", "photo"
}

// The table of a newsroom. An item collection of the table is an article with its bylines, and one of the index is a reporter
// with theirs: the edge is in both, written once. Articles are not in the index, since nothing reads them there.
var (
	NewsTable  = ddb.NewTable("pk", "sk")
	ByReporter = NewsTable.GSI("by-reporter", "reporter_pk", "reporter_sk")

	Reporters = ddb.MustDefine(NewsTable, "reporter", func(r *Reporter, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("reporter#"), ddb.Str(&r.ID))
		d.Primary(id, id)
		d.Index(ByReporter, id, id)
	})
	Articles = ddb.MustDefine(NewsTable, "article", func(a *Article, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("article#"), ddb.Str(&a.ID))
		d.Primary(id, id)
	})
	Bylines = ddb.MustDefine(NewsTable, "byline", func(b *Byline, d *ddb.Definition) {
		article := ddb.Key(ddb.Prefix("article#"), ddb.Str(&b.ArticleID))
		reporter := ddb.Key(ddb.Prefix("reporter#"), ddb.Str(&b.ReporterID))
		d.Primary(article, ddb.Key(ddb.Prefix("by#"), ddb.Str(&b.ReporterID)))
		d.Index(ByReporter, reporter, ddb.Key(ddb.Prefix("wrote#"), ddb.Str(&b.ArticleID)))
	})
)

// WholeArticle is an article with its bylines. They are what to delete with it, in one transaction if they are up to 99.
func WholeArticle(id string) ddb.Collection { return Articles.Query(Article{ID: id}).Collection() }

// WholeReporter is a reporter with the bylines.
func WholeReporter(id string) ddb.Collection {
	return Reporters.On(ByReporter, Reporter{ID: id}).Collection()
}

// Credit adds a byline if its article and its reporter exist. For the same byline again it fails with ddb.ErrExists.
func Credit(b Byline) []ddb.Op {
	return []ddb.Op{
		Articles.Check(Article{ID: b.ArticleID}),
		Reporters.Check(Reporter{ID: b.ReporterID}),
		Bylines.Create(b),
	}
}

// ArticlesOf are the articles of a reporter: one query for the edges, and a BatchGetItem for each 100 articles. An article
// that was deleted meanwhile is left out.
func ArticlesOf(ctx context.Context, db *ddb.DB, reporter string) ([]Article, error) {
	bylines, err := ddb.Collect(ddb.NewRepository(db, Bylines).Query(ctx, Bylines.On(ByReporter, Byline{ReporterID: reporter})))
	if err != nil {
		return nil, err
	}
	keys := make([]Article, len(bylines))
	for i, b := range bylines {
		keys[i] = Article{ID: b.ArticleID}
	}
	lookups, err := ddb.NewRepository(db, Articles).BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	var articles []Article
	for _, l := range lookups {
		if l.Found() {
			articles = append(articles, l.Item)
		}
	}
	return articles, nil
}
