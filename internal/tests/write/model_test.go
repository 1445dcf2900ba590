package write_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type docSub struct {
	City string `dynamodbav:"city"`
	Zip  string `dynamodbav:"zip,omitempty"`
}

// Doc has a field of each kind that keys and predicates are made of.
type Doc struct {
	A       string    `dynamodbav:"-"`
	B       string    `dynamodbav:"-"`
	S       string    `dynamodbav:"s"`
	T       string    `dynamodbav:"t,omitempty"`
	U       string    `dynamodbav:"u,omitempty"`
	N       int       `dynamodbav:"n"`
	M       int       `dynamodbav:"m,omitempty"`
	At      time.Time `dynamodbav:"at"`
	Sub     docSub    `dynamodbav:"sub"`
	Tags    []string  `dynamodbav:"tags,stringset,omitempty"`
	Version int64     `dynamodbav:"version"`
	Touched time.Time `dynamodbav:"touched"`
}

// docModel is a random definition of Doc.
type docModel struct {
	table     *ddb.Table
	docs      *ddb.Entity[Doc]
	indexes   [][]string // key attributes
	uniques   []string
	versioned bool
	history   bool
}

// drawModel draws templates and predicates until they make a definition without a fault.
func drawModel(t *rapid.T) docModel {
	for try := range 50 {
		m := docModel{table: ddb.NewTable("pk", "sk")}
		m.versioned = rapid.Bool().Draw(t, "versioned")
		m.history = m.versioned && rapid.IntRange(0, 3).Draw(t, "history") == 0
		n := rapid.IntRange(1, 3).Draw(t, "indexes")
		var gsis []*ddb.Index
		for i := range n {
			switch rapid.IntRange(0, 7).Draw(t, "shares the table's key") {
			case 0: // its partition key
				name := fmt.Sprintf("lsi%d", i)
				gsis = append(gsis, m.table.LSI(name, name+"_sk"))
				m.indexes = append(m.indexes, []string{"pk", name + "_sk"})
				continue
			case 1: // the whole key, the other way round
				gsis = append(gsis, m.table.GSI(fmt.Sprintf("inverted%d", i), "sk", "pk"))
				m.indexes = append(m.indexes, []string{"sk", "pk"})
				continue
			}
			name := fmt.Sprintf("gsi%d", i)
			sort := name + "_sk"
			if rapid.IntRange(0, 3).Draw(t, "native") == 0 && !slices.ContainsFunc(m.indexes, func(a []string) bool { return a[1] == "n" }) {
				sort = "n"
			}
			gsis = append(gsis, m.table.GSI(name, name+"_pk", sort))
			m.indexes = append(m.indexes, []string{name + "_pk", sort})
		}
		var err error
		m.docs, err = ddb.Define(m.table, "doc", func(e *Doc, d *ddb.Definition) {
			a, b := ddb.Key(ddb.Prefix("a#"), ddb.Str(&e.A)), ddb.Key(ddb.Prefix("b#"), ddb.Str(&e.B))
			d.Primary(a, b)
			for i, ix := range gsis {
				switch m.indexes[i][0] {
				case "pk":
					row := d.Index(ix, a, drawTemplate(t, e, fmt.Sprintf("x%d#", i)))
					for range rapid.IntRange(0, 2).Draw(t, "when") {
						row.When(drawWhen(t, e, 1))
					}
					continue
				case "sk":
					d.Index(ix, b, a)
					continue
				}
				sort := drawTemplate(t, e, fmt.Sprintf("x%d#", i))
				if m.indexes[i][1] == "n" {
					sort = ddb.Key(ddb.Native(&e.N))
				}
				row := d.Index(ix, drawTemplate(t, e, fmt.Sprintf("i%d#", i)), sort)
				for range rapid.IntRange(0, 2).Draw(t, "when") {
					row.When(drawWhen(t, e, 1))
				}
			}
			if m.versioned {
				d.Version(&e.Version)
				d.Updated(&e.Touched)
			}
			if m.history {
				d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&e.A), ddb.Prefix("#"), ddb.Str(&e.B)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&e.Version, 8)))
			}
			for i := range rapid.IntRange(0, 2).Draw(t, "uniques") {
				name := fmt.Sprintf("u%d", i)
				d.Unique(name, []ddb.Part{ddb.Fold(&e.T), ddb.Str(&e.U)}[i])
				m.uniques = append(m.uniques, name)
			}
		})
		if err == nil {
			return m
		}
		if try == 49 {
			t.Fatalf("no model: %v", err)
		}
	}
	panic("unreachable")
}

func drawTemplate(t *rapid.T, e *Doc, head string) ddb.Template {
	parts := []ddb.Part{ddb.Prefix(head)}
	for i := range rapid.IntRange(1, 2).Draw(t, "parts") {
		if i > 0 {
			parts = append(parts, ddb.Prefix("|"))
		}
		parts = append(parts, rapid.SampledFrom([]ddb.Part{
			ddb.Str(&e.S), ddb.Str(&e.T), ddb.Fold(&e.U), ddb.Num(&e.N, 5), ddb.Num(&e.M, 5), ddb.Time(&e.At), ddb.Str(&e.Sub.City), ddb.Str(&e.B),
		}).Draw(t, "part"))
	}
	return ddb.Key(parts...)
}

func drawWhen(t *rapid.T, e *Doc, depth int) ddb.Cond {
	text := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "text")
	num := rapid.SampledFrom([]int{0, 1}).Draw(t, "num")
	conds := []ddb.Cond{
		ddb.Eq(&e.S, text), ddb.Ne(&e.S, text), ddb.Eq(&e.T, text), ddb.Ne(&e.T, text), ddb.Ne(&e.U, text), ddb.Present(&e.T), ddb.Absent(&e.U),
		ddb.Gt(&e.N, num), ddb.Eq(&e.M, num), ddb.Ne(&e.N, num), ddb.In(&e.S, "a", text), ddb.Ne(&e.Sub.Zip, text), ddb.Has(&e.Tags, "x"), ddb.Eq(&e.Sub.City, text),
	}
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "nest") {
		case 0:
			return ddb.Or(drawWhen(t, e, 0), drawWhen(t, e, 0))
		case 1:
			return ddb.And(drawWhen(t, e, 0), drawWhen(t, e, 0))
		case 2:
			return ddb.Not(drawWhen(t, e, 0))
		}
	}
	return rapid.SampledFrom(conds).Draw(t, "cond")
}

func drawText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "Ba", "a", "c", "d", "e", ""}).Draw(t, "text")
}

func drawKey(t *rapid.T) Doc {
	return Doc{A: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "A"), B: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "B")}
}

func drawDoc(t *rapid.T) Doc {
	d := drawKey(t)
	d.S, d.T, d.U = drawText(t), drawText(t), drawText(t)
	d.N, d.M = rapid.IntRange(-1, 2).Draw(t, "N"), rapid.IntRange(0, 1).Draw(t, "M")
	d.At = time.Date(2026, 1, rapid.IntRange(1, 2).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
	d.Sub = docSub{City: drawText(t), Zip: drawText(t)}
	if rapid.Bool().Draw(t, "tags") {
		d.Tags = []string{"x", "y"}
	}
	return d
}

func drawEdits(t *rapid.T, e *Doc, at Doc) (edits []ddb.Edit) {
	text, num := drawText(t), rapid.IntRange(-1, 2).Draw(t, "num")
	all := []ddb.Edit{
		ddb.Set(&e.S, text), ddb.Set(&e.S, text), ddb.Set(&e.T, text), ddb.Remove(&e.T), ddb.Remove(&e.S), ddb.SetIfAbsent(&e.U, text), ddb.Set(&e.U, text),
		ddb.Add(&e.N, num), ddb.Set(&e.N, num), ddb.Remove(&e.N), ddb.Sub(&e.M, 1), ddb.Set(&e.M, num), ddb.Set(&e.At, at.At), ddb.Set(&e.Sub, at.Sub),
		ddb.Set(&e.Sub.City, text), ddb.Set(&e.Sub.Zip, text), ddb.Remove(&e.Sub.Zip), ddb.AddTo(&e.Tags, "x", "z"), ddb.DeleteFrom(&e.Tags, "x"), ddb.Remove(&e.Tags),
	}
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 2, 3}).Draw(t, "edits") {
		edits = append(edits, rapid.SampledFrom(all).Draw(t, "edit"))
	}
	for range rapid.IntRange(0, 5).Draw(t, "ifs") {
		edits = append(edits, ddb.If(rapid.SampledFrom([]ddb.Cond{
			ddb.Eq(&e.S, at.S), ddb.Eq(&e.T, at.T), ddb.Eq(&e.U, at.U), ddb.Eq(&e.N, at.N), ddb.Eq(&e.M, at.M), ddb.Eq(&e.At, at.At),
			ddb.Eq(&e.Sub.City, at.Sub.City), ddb.Eq(&e.Sub.Zip, at.Sub.Zip), ddb.Absent(&e.T), ddb.Absent(&e.U),
		}).Draw(t, "if")))
	}
	return edits
}

// expected are the classes of errors that a correct program of random writes meets.
func expected(err error) bool {
	for _, class := range []error{ddb.ErrModel, ddb.ErrKey, ddb.ErrNotFound, ddb.ErrExists, ddb.ErrConflict, ddb.ErrCondition, ddb.ErrNotUnique} {
		if errors.Is(err, class) {
			return true
		}
	}
	// a nested edit of what is not there
	return err == nil || strings.Contains(err.Error(), "what holds the nested field is not there")
}

// drawWrite draws one write of any verb, as a function.
func drawWrite(t *rapid.T, m docModel, db *ddb.DB, stored Doc, ok bool) (name string, do func(context.Context) error) {
	repo := ddb.NewRepository(db, m.docs)
	f := m.docs.Fields()
	doc := drawDoc(t)
	example := drawKey(t)
	if ok {
		switch rapid.IntRange(0, 5).Draw(t, "loaded") {
		case 0, 1, 2:
			example = stored
		case 3:
			example = Doc{A: stored.A, B: stored.B}
		case 4: // the caller knows all but the version
			example = stored
			example.Version = 0
		}
	}
	if ok && m.versioned && rapid.IntRange(0, 3).Draw(t, "known") > 0 {
		doc.A, doc.B, doc.Version = stored.A, stored.B, stored.Version
	}
	at := doc
	if ok {
		at = stored
	}
	edits := drawEdits(t, f, at)
	discard := func(_ Doc, err error) error { return err }
	ops := map[string]func() ddb.Op{
		"create": func() ddb.Op { return m.docs.Create(doc) },
		"put":    func() ddb.Op { return m.docs.Put(doc) },
		"update": func() ddb.Op { return m.docs.Update(example, edits...) },
		"upsert": func() ddb.Op { return m.docs.Upsert(example, edits...) },
		"delete": func() ddb.Op { return m.docs.Delete(example) },
		"move":   func() ddb.Op { return m.docs.Move(example, doc) },
	}
	name = rapid.SampledFrom([]string{"create", "put", "put", "replace", "update", "update", "update", "upsert", "upsert", "delete", "take", "modify", "modify", "move", "transact", "batch"}).Draw(t, "verb")
	switch name {
	case "replace":
		return name, func(ctx context.Context) error { return discard(repo.Replace(ctx, doc)) }
	case "take":
		return name, func(ctx context.Context) error { return discard(repo.Take(ctx, example)) }
	case "modify":
		change := drawDoc(t)
		which := rapid.IntRange(0, 5).Draw(t, "which")
		return name, func(ctx context.Context) error {
			return discard(repo.Modify(ctx, example, func(d *Doc) error {
				switch which {
				case 0:
					d.S = change.S
				case 1:
					d.T, d.U = change.T, change.U
				case 2:
					d.N++
				case 3:
					d.Sub = change.Sub
				case 4:
					d.Tags, d.At = change.Tags, change.At
				case 5:
					change.A, change.B, change.Version = d.A, d.B, d.Version
					*d = change
				}
				return nil
			}))
		}
	case "transact", "batch":
		var list []ddb.Op
		for range rapid.IntRange(1, 3).Draw(t, "ops") {
			kind := rapid.SampledFrom(slices.Sorted(maps.Keys(ops))).Draw(t, "op")
			doc, example, edits = drawDoc(t), drawKey(t), drawEdits(t, f, drawDoc(t))
			list = append(list, ops[kind]())
		}
		if name == "batch" {
			return name, func(ctx context.Context) error { return db.Batch(ctx, list...) }
		}
		return name, func(ctx context.Context) error { return db.Transact(ctx, list...) }
	}
	op := ops[name]()
	return name + " " + op.String(), func(ctx context.Context) error { return db.Do(ctx, op) }
}

// checkTable compares every index row with what a fresh Put of its item would write, and every constraint with its
// owner.
func checkTable(t require.TestingT, client *dynamodb.Client, db *ddb.DB, m docModel) {
	constraints, holders := map[string]string{}, map[string]string{}
	newest, current := map[string]int64{}, map[string]int64{}
	out, err := client.Scan(context.Background(), &dynamodb.ScanInput{TableName: new(db.Name()), ConsistentRead: new(true)})
	require.NoError(t, err)
	text := func(av types.AttributeValue) string {
		switch av := av.(type) {
		case *types.AttributeValueMemberS:
			return av.Value
		case *types.AttributeValueMemberN:
			return av.Value
		}
		return "(none)"
	}
	for _, raw := range out.Items {
		pk, sk := text(raw["pk"]), text(raw["sk"])
		if strings.HasPrefix(pk, "~u#") {
			owner := raw["~o"].(*types.AttributeValueMemberM).Value
			constraints[pk] = text(owner["pk"]) + "/" + text(owner["sk"])
			continue
		}
		if strings.HasPrefix(pk, "h#") {
			var n int64
			_, err := fmt.Sscanf(sk, "v#%d", &n)
			require.NoError(t, err)
			newest[pk] = max(newest[pk], n)
			continue
		}
		doc, err := m.docs.Decode(raw)
		require.NoError(t, err)
		fresh, err := m.docs.Encode(doc)
		require.NoError(t, err, "a fresh put of %+v", doc)
		for _, ix := range m.indexes {
			row := func(attrs map[string]types.AttributeValue) string {
				if attrs[ix[0]] == nil || attrs[ix[1]] == nil {
					return "not in it"
				}
				return text(attrs[ix[0]]) + " / " + text(attrs[ix[1]])
			}
			require.Equal(t, row(fresh), row(raw), "row in %v of %+v", ix, doc)
		}
		for _, u := range m.uniques {
			value := map[string]string{"u0": strings.ToLower(doc.T), "u1": doc.U}[u]
			if value != "" {
				id := "~u#doc~" + u + "=" + value
				require.Empty(t, holders[id], "two items hold %s", id)
				holders[id] = pk + "/" + sk
			}
		}
		if m.history {
			current["h#"+doc.A+"#"+doc.B] = doc.Version
		}
	}
	require.Equal(t, holders, constraints)
	for id, n := range current {
		require.Equal(t, n, newest[id], "the newest version of %s", id)
	}
}

// openDocs makes a table of its own, in a new engine, or on the DynamoDB that DYNAMODB_ENDPOINT names.
func openDocs(t *rapid.T, m docModel) (*ddb.DB, *dynamodb.Client) {
	client := ddbmem.New().Client()
	if endpoint := os.Getenv("DYNAMODB_ENDPOINT"); endpoint != "" {
		client = dynamodb.New(dynamodb.Options{
			Region: "local", BaseEndpoint: &endpoint,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
			}),
		})
	}
	db := ddb.New(client, "docs-"+rand.Text(), m.table, nil)
	require.NoError(t, db.CreateTable(context.Background()))
	t.Cleanup(func() {
		_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: new(db.Name())})
		require.NoError(t, err)
	})
	return db, client
}

// Whatever is written with whatever verb, each index row is what a fresh Put of its item would write.
func TestNoWriteLeavesAnIndexStale(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		db, client := openDocs(t, m)
		ctx := context.Background()
		repo := ddb.NewRepository(db, m.docs).Consistent()
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			stored, err := repo.Get(ctx, drawKey(t))
			name, do := drawWrite(t, m, db, stored, err == nil)
			err = do(ctx)
			if !expected(err) {
				t.Fatalf("%s: %v", name, err)
			}
			verb, _, _ := strings.Cut(name, " ")
			done[fmt.Sprint(verb, " ", err == nil)]++
			checkTable(t, client, db, m)
		}
	})
	t.Log(done)
}

// The same with several writers at a time.
func TestNoWriteLeavesAnIndexStaleUnderConcurrency(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		db, client := openDocs(t, m)
		ctx := context.Background()
		repo := ddb.NewRepository(db, m.docs).Consistent()
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			stored, err := repo.Get(ctx, drawKey(t))
			var wg sync.WaitGroup
			errs := make([]error, rapid.IntRange(2, 5).Draw(t, "writers"))
			for i := range errs {
				_, do := drawWrite(t, m, db, stored, err == nil)
				wg.Go(func() { errs[i] = do(ctx) })
			}
			wg.Wait()
			for _, err := range errs {
				if !expected(err) {
					t.Fatal(err)
				}
			}
			checkTable(t, client, db, m)
		}
	})
}
