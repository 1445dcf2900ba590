package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbmem"
)

type Member struct {
	Club    string `dynamodbav:"-"`
	ID      string `dynamodbav:"-"`
	Email   string `dynamodbav:"email"`
	Joined  int    `dynamodbav:"joined"`
	Points  int    `dynamodbav:"points"`
	Gift    string `dynamodbav:"gift,omitempty"`
	Version int64  `dynamodbav:"version"`
}

var (
	Clubs   = ddb.NewTable("pk", "sk")
	Members = ddb.MustDefine(Clubs, "member", func(m *Member, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("club#"), ddb.Str(&m.Club)), ddb.Key(ddb.Prefix("member#"), ddb.Str(&m.ID)))
		d.Unique("email", ddb.Fold(&m.Email))
		d.Version(&m.Version)
	})
)

// open returns a table of an engine, made if it is not there.
func open(ctx context.Context, engine *ddbmem.Engine, name string) *ddb.DB {
	db := ddb.New(engine.Client(), name, Clubs, nil)
	if err := db.CreateTable(ctx); err != nil && !errors.Is(err, ddb.ErrExists) {
		log.Fatal(err)
	}
	return db
}

// clubs is a table with two clubs.
func clubs(ctx context.Context, engine *ddbmem.Engine) *ddb.DB {
	db := open(ctx, engine, "clubs")
	err := db.Batch(ctx,
		Members.Create(Member{Club: "chess", ID: "ann", Email: "ann@example.com", Joined: 2019}),
		Members.Create(Member{Club: "chess", ID: "bob", Email: "bob@example.com", Joined: 2024}),
		Members.Create(Member{Club: "rowing", ID: "eve", Email: "eve@example.com", Joined: 2020}))
	if err != nil {
		log.Fatal(err)
	}
	return db
}

// A table is copied into another, with its unique values, and both are compared. With the last cursor, which would be stored, another
// process goes on after a crash.
func ExampleCopy() {
	ctx := context.Background()
	engine := ddbmem.New()
	before, now := clubs(ctx, engine), open(ctx, engine, "clubs-now")

	var saved ddb.Cursor
	done, err := ddbjob.Copy(ctx, before, now, &ddbjob.CopyOptions{
		JobOptions: ddb.JobOptions{Rate: 500, Resume: saved, Checkpoint: func(c ddb.Cursor) { saved = c }},
		Transform: func(item map[string]types.AttributeValue) (map[string]types.AttributeValue, error) {
			delete(item, "points") // a field that the new program computes
			return item, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Written, "items written; equal:", done.Verified)

	// Output:
	// 6 items written; equal: true
}

// An export is a directory of files, which an import puts into an empty table.
func ExampleExport() {
	ctx := context.Background()
	engine := ddbmem.New()
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	out, err := ddbjob.Export(ctx, clubs(ctx, engine), ddbjob.Dir(dir), nil)
	if err != nil {
		log.Fatal(err)
	}
	in, err := ddbjob.Import(ctx, open(ctx, engine, "imported"), os.DirFS(dir), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Items, "items in", out.Files, "file;", in.Written, "written")

	// Output:
	// 6 items in 1 file; 6 written
}

// A damaged line is reported with its number. The others are imported.
func ExampleImport() {
	ctx := context.Background()
	files := fstest.MapFS{"members.json": {Data: []byte(`{"Item":{"pk":{"S":"club#chess"},"sk":{"S":"member#ann"}}}
{"Item":{"pk":{"S":"club#chess"},"sk":{"S":"member#b
{"Item":{"pk":{"S":"club#chess"},"sk":{"S":"member#eve"}}}
`)}}
	in, err := ddbjob.Import(ctx, open(ctx, ddbmem.New(), "clubs"), files, nil)
	fmt.Println(in.Written, "written,", in.Damaged, "damaged")
	if bad, ok := errors.AsType[*ddbjob.LineError](err); ok {
		fmt.Println(bad.File, "line", bad.Line)
	}

	// Output:
	// 2 written, 1 damaged
	// members.json line 2
}

// One club is restored into a table in use. What is there stays.
func ExampleRestore() {
	ctx := context.Background()
	engine := ddbmem.New()
	db := clubs(ctx, engine)
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if _, err := ddbjob.Export(ctx, db, ddbjob.Dir(dir), nil); err != nil {
		log.Fatal(err)
	}

	members := ddb.NewRepository(db, Members)
	for _, m := range []Member{{Club: "chess", ID: "ann"}, {Club: "rowing", ID: "eve"}} { // by mistake
		if err := members.Delete(ctx, m); err != nil {
			log.Fatal(err)
		}
	}
	done, err := ddbjob.Restore(ctx, db, os.DirFS(dir), &ddbjob.RestoreOptions{
		Select: ddbjob.Select{Keys: ddbjob.InPartition(Members, Member{Club: "chess"})},
	})
	if err != nil {
		log.Fatal(err)
	}
	ann, err := members.Get(ctx, Member{Club: "chess", ID: "ann"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Written, "written,", done.Same, "there;", ann.Email, "version", ann.Version)

	// Output:
	// 1 written, 1 there; ann@example.com version 1
}

// Members of many years get points, each once, however often the job is killed and resumed.
func ExampleEach() {
	ctx := context.Background()
	db := clubs(ctx, ddbmem.New())
	f := Members.Fields()
	for range 2 {
		done, err := ddbjob.Each(ctx, db, Members, []ddb.Cond{ddb.Lt(&f.Joined, 2022)}, func(m Member) ddb.Op {
			return Members.Update(m, ddb.Add(&f.Points, 100))
		}, &ddbjob.EachOptions{Mark: ddbjob.Mark(&f.Gift, "years 2026")})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(done.Edited, "edited,", done.Passed, "passed")
	}

	// Output:
	// 2 edited, 1 passed
	// 0 edited, 3 passed
}
