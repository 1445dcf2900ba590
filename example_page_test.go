package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Post struct {
	Blog  string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
}

var (
	Blogs = ddb.NewTable("pk", "sk")
	Posts = ddb.MustDefine(Blogs, "post", func(p *Post, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("blog#"), ddb.Str(&p.Blog)), ddb.Key(ddb.Prefix("post#"), ddb.Str(&p.ID)))
	})
)

// PostsOf lists the posts of a blog, the newest first.
func PostsOf(blog string) ddb.Query[Post] { return Posts.Query(Post{Blog: blog}).Desc() }

// A list of an API: each response has a page and the cursor with which the client asks for the next one.
func ExampleRepository_Page() {
	ctx := context.Background()
	key := []byte("32 random bytes, kept in secret.") // without a key, a client could forge a cursor
	db := ddb.New(ddbmem.New().Client(), "blogs", Blogs, &ddb.Options{CursorKey: key})
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	posts := ddb.NewRepository(db, Posts)
	for _, id := range []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"} {
		if _, err := posts.Create(ctx, Post{Blog: "go", ID: id, Title: "News of " + id}); err != nil {
			log.Fatal(err)
		}
	}

	var cursor ddb.Cursor // "" is the start
	for {
		page, err := posts.Page(ctx, PostsOf("go").Limit(2), cursor)
		if err != nil {
			log.Fatal(err)
		}
		for _, p := range page.Items {
			fmt.Println(p.Title)
		}
		if page.Next == "" { // that was the last page
			break
		}
		fmt.Println("…")
		cursor = page.Next
	}

	_, err := posts.Page(ctx, PostsOf("go").Limit(2), "made-up")
	fmt.Println(errors.Is(err, ddb.ErrCursor)) // a response 400 of an API

	// Output:
	// News of 2026-05
	// News of 2026-04
	// …
	// News of 2026-03
	// News of 2026-02
	// …
	// News of 2026-01
	// true
}
