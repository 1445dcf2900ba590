package ddbdesign_test

import (
	"bytes"
	"fmt"
	"os"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
)

type (
	Course struct {
		ID    string `dynamodbav:"-"`
		Title string `dynamodbav:"title"`
	}
	Chapter struct {
		CourseID string `dynamodbav:"-"`
		Number   int    `dynamodbav:"-"`
		Text     string `dynamodbav:"text"`
	}
)

var (
	Courses = ddb.NewTable("pk", "sk").Doc("Courses and their chapters.")

	_ = ddb.MustDefine(Courses, "course", func(c *Course, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("course")))
		d.Doc("A course has up to 100 chapters.")
	})
	_ = ddb.MustDefine(Courses, "chapter", func(h *Chapter, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("c#"), ddb.Str(&h.CourseID)), ddb.Key(ddb.Prefix("h#"), ddb.Num(&h.Number, 3)))
	})
)

// A design is stored by the program that has the model, and read by one that does not have it.
func Example() {
	var file bytes.Buffer
	if err := ddbdesign.Write(&file, Courses.Design()); err != nil {
		fmt.Println(err)
	}

	d, err := ddbdesign.Read(&file)
	if err != nil {
		fmt.Println(err)
	}
	_ = d.Describe(os.Stdout)
	fmt.Println()

	for _, f := range d.Families(ddbdesign.Primary) {
		fmt.Println("partition", f.Partition.Text)
		for _, m := range f.Members {
			fmt.Println("  has", m.Entity, "at", m.Entry.Sort.Text)
		}
	}
	chapter, _ := d.Entity("chapter")
	fmt.Println(chapter.Refers[0].Field, "refers to", chapter.Refers[0].Entity)

	claim, _ := d.Claim(ddbdesign.Scalar{Type: "S", Text: "c#go"}, ddbdesign.Scalar{Type: "S", Text: "h#007"})
	fields, _ := chapter.Entries[0].Sort.Fields("h#007")
	fmt.Println("c#go h#007 is a", claim.Entity, fields)
	fmt.Println(chapter.Entries[0].Sort.Prefix("h#"))
	// Output:
	// Courses and their chapters.
	//
	// ENTITY   INDEX    PARTITION KEY  SORT KEY      WHEN
	// course   primary  c#{ID}         course
	// chapter  primary  c#{CourseID}   h#{Number:3}
	//
	// course  A course has up to 100 chapters.
	//
	// partition c#{ID}
	//   has course at course
	//   has chapter at h#{Number:3}
	// CourseID refers to course
	// c#go h#007 is a chapter map[Number:007]
	// h# true
}
