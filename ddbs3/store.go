package ddbs3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/singletable-go/ddb/ddbblob"
)

// Client lists the methods that a [Store] calls; *s3.Client has them. Methods may be added in minor versions.
type Client interface {
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Options configures a [Store]. The zero value of each field is its default; nil means all defaults.
type Options struct {
	// Prefix begins the keys of all objects, such as "platform/"; default none. Together with the key of an object it has up
	// to 1,024 bytes: items whose own keys are long need a short one.
	Prefix string

	// Put changes the request that stores an object, for example to set its encryption or its storage class. Bucket, key and
	// body are set already.
	Put func(*s3.PutObjectInput)

	// Copy does so for the request that copies an object.
	Copy func(*s3.CopyObjectInput)
}

// Store is a bucket as a [ddbblob.Store]. Make it with [New], once for each bucket: contents are copied between stores, also
// between two of the same bucket. Safe for concurrent use.
type Store struct {
	client Client
	bucket string
	opts   Options
}

var (
	_ ddbblob.Store  = (*Store)(nil)
	_ ddbblob.Copier = (*Store)(nil)
)

// New returns the store of a bucket, which must exist. It makes no request.
func New(client Client, bucket string, opts *Options) *Store {
	s := &Store{client: client, bucket: bucket}
	if opts != nil {
		s.opts = *opts
	}
	return s
}

// Put stores an object with one PutObject. See [ddbblob.Store].
func (s *Store) Put(ctx context.Context, key string, content *io.SectionReader) error {
	in := &s3.PutObjectInput{Bucket: &s.bucket, Key: new(s.opts.Prefix + key), Body: content, ContentLength: new(content.Size())}
	if s.opts.Put != nil {
		s.opts.Put(in)
	}
	if _, err := s.client.PutObject(ctx, in); err != nil {
		return fmt.Errorf("ddbs3: put %q into %s: %w", *in.Key, s.bucket, err)
	}
	return nil
}

// Get returns an object with one GetObject. See [ddbblob.Store].
func (s *Store) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: new(s.opts.Prefix + key)}
	out, err := s.client.GetObject(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("ddbs3: get %q from %s: %w", *in.Key, s.bucket, orNone(err))
	}
	return out.Body, nil
}

// Copy copies an object within the bucket with one CopyObject. See [ddbblob.Copier].
func (s *Store) Copy(ctx context.Context, from, to string) error {
	source := url.URL{Path: s.bucket + "/" + s.opts.Prefix + from}
	in := &s3.CopyObjectInput{
		Bucket: &s.bucket, Key: new(s.opts.Prefix + to),
		CopySource: new(strings.ReplaceAll(source.EscapedPath(), "+", "%2B")),
	}
	if s.opts.Copy != nil {
		s.opts.Copy(in)
	}
	if _, err := s.client.CopyObject(ctx, in); err != nil {
		return fmt.Errorf("ddbs3: copy %q in %s: %w", s.opts.Prefix+from, s.bucket, orNone(err))
	}
	return nil
}

// Delete deletes an object with one DeleteObject. See [ddbblob.Store].
func (s *Store) Delete(ctx context.Context, key string) error {
	in := &s3.DeleteObjectInput{Bucket: &s.bucket, Key: new(s.opts.Prefix + key)}
	if _, err := s.client.DeleteObject(ctx, in); err != nil {
		return fmt.Errorf("ddbs3: delete %q from %s: %w", *in.Key, s.bucket, err)
	}
	return nil
}

// List lists objects with one ListObjectsV2 for each 1,000. See [ddbblob.Store].
func (s *Store) List(ctx context.Context, prefix, after string) iter.Seq2[ddbblob.Object, error] {
	return func(yield func(ddbblob.Object, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: new(s.opts.Prefix + prefix)}
		if after != "" {
			in.StartAfter = new(s.opts.Prefix + after)
		}
		for {
			out, err := s.client.ListObjectsV2(ctx, in)
			if err != nil {
				yield(ddbblob.Object{}, fmt.Errorf("ddbs3: list %q in %s: %w", *in.Prefix, s.bucket, err))
				return
			}
			for _, o := range out.Contents {
				if o.Key == nil || o.Size == nil || o.LastModified == nil {
					yield(ddbblob.Object{}, fmt.Errorf("ddbs3: list %q in %s: an object without key, size or time", *in.Prefix, s.bucket))
					return
				}
				if !yield(ddbblob.Object{Key: strings.TrimPrefix(*o.Key, s.opts.Prefix), Size: *o.Size, Time: *o.LastModified}, nil) {
					return
				}
			}
			if out.NextContinuationToken == nil {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}

// orNone adds ErrNoObject to the error of an object that is not there.
func orNone(err error) error {
	code, coded := errors.AsType[interface {
		error
		ErrorCode() string
	}](err)
	if _, missing := errors.AsType[*types.NoSuchKey](err); missing || coded && code.ErrorCode() == "NoSuchKey" {
		return fmt.Errorf("%w: %w", ddbblob.ErrNoObject, err)
	}
	return err
}
