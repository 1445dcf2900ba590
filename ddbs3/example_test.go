package ddbs3_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbs3"
)

// shelf is a bucket in memory, in place of *s3.Client.
type shelf struct {
	ddbs3.Client
	objects map[string][]byte
}

func (s *shelf) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	content, err := io.ReadAll(in.Body)
	s.objects[*in.Key] = content
	return &s3.PutObjectOutput{}, err
}

func (s *shelf) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(s.objects[*in.Key]))}, nil
}

func Example() {
	ctx := context.Background()
	type Lecture struct {
		ID     string `dynamodbav:"-"`
		Slides ddbblob.Blob
	}
	platform := ddb.NewTable("pk", "sk")
	lectures := ddb.MustDefine(platform, "lecture", func(l *Lecture, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("lecture#"), ddb.Str(&l.ID))
		d.Primary(id, id)
	})
	store := ddbs3.New(&shelf{objects: map[string][]byte{}}, "my-bucket", &ddbs3.Options{Prefix: "blobs/"})
	db := ddb.New(ddbmem.New().Client(), "platform", platform, &ddb.Options{Blobs: store})
	if err := db.CreateTable(ctx); err != nil {
		panic(err)
	}

	r := ddb.NewRepository(db, lectures)
	if _, err := r.Put(ctx, Lecture{ID: "7", Slides: ddbblob.FromString(strings.Repeat("slide ", 100_000))}); err != nil {
		panic(err)
	}
	lecture, err := r.Get(ctx, Lecture{ID: "7"})
	if err != nil {
		panic(err)
	}
	slides, err := lecture.Slides.Load(ctx)
	key := lecture.Slides.Ref().Key
	fmt.Println(key[:strings.LastIndex(key, "/")], len(slides), err)
	// Output: platform/lecture%237/lecture%237/Slides 600000 <nil>
}
