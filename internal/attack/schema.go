package attack

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Schema is the promise that an upgrade is applied once to each item, while programs of several schemas write and
// reindex concurrently, and that data of a newer schema is never marked as older.
var Schema = Promise{Name: "schema", Begin: beginSchema}

// note is an item that records its upgrades, in an attribute of each kind that can be changed in place.
type note struct {
	ID      string   `dynamodbav:"-"`
	By      string   `dynamodbav:"by"`
	Trail   string   `dynamodbav:"trail"` // the schema in which it was made, and each upgrade since: "1>2>3"
	List    []string `dynamodbav:"list"`
	Set     []string `dynamodbav:"set,stringset"`
	Bytes   []byte   `dynamodbav:"bytes"`
	Steps   int      `dynamodbav:"steps"`
	Odd     bool     `dynamodbav:"odd"`
	Inner   inside   `dynamodbav:"inner"`
	Slug    string   `dynamodbav:"slug"` // unique, and ends in the schema
	Version int64    `dynamodbav:"version"`
}

type inside struct {
	Trail string `dynamodbav:"trail"`
}

type schemaRound struct {
	versioned, unique bool
	processes         []noteProcess
	schemas           []int
}

type noteProcess struct {
	schema int
	db     *ddb.DB
	e      *ddb.Entity[note]
	repo   *ddb.Repository[note]
}

func (r *schemaRound) model(schema int) (*ddb.Table, *ddb.Entity[note]) {
	table := ddb.NewTable("pk", "sk")
	index := table.GSI("trail", "g1p", "g1s")
	return table, ddb.MustDefine(table, "note", func(x *note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(index, ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Trail)), id)
		if r.versioned {
			d.Version(&x.Version)
		}
		if r.unique {
			d.Unique("slug", ddb.Str(&x.Slug))
		}
		d.Schema(schema, upgradeTo(schema))
	})
}

// upgradeTo changes attributes in place, each in its own way.
func upgradeTo(schema int) func(from int, attrs map[string]types.AttributeValue) error {
	return func(from int, attrs map[string]types.AttributeValue) error {
		for n := from + 1; n <= schema; n++ {
			step := ">" + strconv.Itoa(n)
			attrs["trail"].(*types.AttributeValueMemberS).Value += step
			attrs["inner"].(*types.AttributeValueMemberM).Value["trail"].(*types.AttributeValueMemberS).Value += step
			list := attrs["list"].(*types.AttributeValueMemberL)
			list.Value = append(list.Value, &types.AttributeValueMemberS{Value: step})
			set := attrs["set"].(*types.AttributeValueMemberSS)
			set.Value = append(set.Value, step)
			bytes := attrs["bytes"].(*types.AttributeValueMemberB)
			bytes.Value[0] += byte(n)
			steps := attrs["steps"].(*types.AttributeValueMemberN)
			steps.Value = strconv.FormatInt(Number(steps)+1, 10)
			odd := attrs["odd"].(*types.AttributeValueMemberBOOL)
			odd.Value = !odd.Value
			slug := attrs["slug"].(*types.AttributeValueMemberS)
			slug.Value = slug.Value[:strings.LastIndexByte(slug.Value, '@')+1] + strconv.Itoa(n)
		}
		return nil
	}
}

// fresh returns an item as a program of the schema makes it.
func fresh(id, by string, schema int) note {
	s := strconv.Itoa(schema)
	return note{ID: id, By: by, Trail: s, List: []string{s}, Set: []string{s}, Bytes: []byte{0}, Inner: inside{s}, Slug: id + "@" + s}
}

var noteIDs = []string{"1", "2", "3"}

func beginSchema(ctx context.Context, w *World) Round {
	r := &schemaRound{versioned: w.Rand.IntN(2) == 0, unique: w.Rand.IntN(4) == 0}
	table, e := r.model(1)
	w.Create(ctx, table)
	repo := ddb.NewRepository(w.Open(table), e)
	for _, id := range noteIDs {
		_, err := repo.Create(ctx, fresh(id, "begin"+id, 1))
		w.must(err)
	}
	r.schemas = []int{2, 3, 2 + w.Rand.IntN(2)}
	for i, p := range w.Processes {
		schema := r.schemas[i%len(r.schemas)]
		table, e := r.model(schema)
		db := p.Open(table)
		r.processes = append(r.processes, noteProcess{schema, db, e, ddb.NewRepository(db, e)})
	}
	return r
}

func (r *schemaRound) Call(ctx context.Context, c *Call) {
	p := r.processes[c.Process.Index]
	f := p.e.Fields()
	id := Pick(c.Rand, noteIDs...)
	key := note{ID: id}
	cur, known := p.repo.Consistent().Get(ctx, key)
	it := fresh(id, c.ID, p.schema)
	it.Version = cur.Version
	guard := []ddb.Option{}
	if known == nil && c.Chance(3) {
		guard = append(guard, ddb.If(ddb.Eq(&f.Trail, cur.Trail)))
	}
	edits := []ddb.Edit{ddb.Set(&f.By, c.ID)}
	for _, g := range guard {
		edits = append(edits, g)
	}
	if c.Chance(2) { // a value of this schema
		edits = append(edits, ddb.Set(&f.Slug, it.Slug))
	}
	e := &Effect{Mark: c.ID, Item: "n#" + id, Again: true}
	var err error
	switch n := c.Rand.IntN(14); {
	case n <= 3:
		c.Say("reindex to %d", p.schema)
		e.Mark = ""
		_, err = p.repo.Reindex(ctx, nil)
	case n <= 5:
		c.Say("%d: update %s, guarded: %t", p.schema, id, len(guard) > 0)
		_, err = p.repo.Update(ctx, key, edits...)
	case n == 6 && r.versioned:
		c.Say("%d: modify %s", p.schema, id)
		e.Again = false
		_, err = p.repo.Modify(ctx, key, func(x *note) error {
			x.By = c.ID
			return nil
		}, guard...)
	case n == 7:
		c.Say("%d: put %+v", p.schema, it)
		_, err = p.repo.Put(ctx, it, guard...)
	case n == 8:
		c.Say("%d: replace %+v", p.schema, it)
		_, err = p.repo.Replace(ctx, it, guard...)
	case n == 9:
		c.Say("%d: delete %s", p.schema, id)
		e.Mark, err = "", p.repo.Delete(ctx, key, guard...)
	case n == 10:
		c.Say("%d: create %+v", p.schema, it)
		_, err = p.repo.Create(ctx, it)
	case n == 11:
		to := fresh(Pick(c.Rand, noteIDs...), c.ID, p.schema)
		c.Say("%d: move %s to %s", p.schema, id, to.ID)
		e.Item, e.Again = "n#"+to.ID, false
		_, err = p.repo.Move(ctx, key, to)
	case n == 12 && !r.unique:
		c.Say("%d: upsert %+v", p.schema, it)
		_, err = p.repo.Upsert(ctx, key,
			ddb.Set(&f.By, it.By), ddb.Set(&f.Trail, it.Trail), ddb.Set(&f.List, it.List), ddb.Set(&f.Set, it.Set), ddb.Set(&f.Bytes, it.Bytes),
			ddb.Set(&f.Steps, 0), ddb.Set(&f.Odd, false), ddb.Set(&f.Inner, it.Inner), ddb.Set(&f.Slug, it.Slug))
	default:
		c.Say("%d: transact update %s", p.schema, id)
		e.Again = false
		err = p.db.Transact(ctx, p.e.Update(key, edits...))
	}
	e.Outcome = OutcomeOf(err)
	c.Wrote(e)
	c.Result(err)
}

func (r *schemaRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	ours := func(rec Record) bool { return strings.HasPrefix(rec.Key, "n#") }
	writes := slices.DeleteFunc(slices.Clone(journal), func(rec Record) bool { return rec.New == nil })
	w.CheckEffects(writes, ours)
	for _, rec := range journal {
		if !ours(rec) || rec.New == nil || rec.Old != nil && mismatch(rec.Old) != "" {
			continue
		}
		if why := mismatch(rec.New); why != "" {
			w.Problem("schema: "+why, rec.Key, "%s does not fit its schema: %s:%s", rec.Key, why, PrintRecords([]Record{rec}))
		} else if rec.Old != nil && Text(rec.New["by"]) == Text(rec.Old["by"]) && Number(rec.New["~s"]) < Number(rec.Old["~s"]) {
			w.Problem("schema: goes back", rec.Key, "%s goes back:%s", rec.Key, PrintRecords([]Record{rec}))
		}
	}
	if len(w.problems) > 0 {
		return
	}
	// At the end everything is brought to the newest schema, and is found by its content.
	newest := slices.Max(r.schemas)
	table, e := r.model(newest)
	repo := ddb.NewRepository(w.Open(table), e)
	if _, err := repo.Reindex(ctx, nil); err != nil {
		w.Problem("schema: reindex", "", "reindex in the end: %v", err)
		return
	}
	held := map[string]bool{}
	for _, it := range w.Items(ctx) {
		if key := KeyText(it); strings.HasPrefix(key, "n#") {
			if n := Number(it["~s"]); n != int64(newest) {
				w.Problem("schema: left behind", key, "%s is of schema %d after a reindex to %d", key, n, newest)
			}
			held["~u#note~slug="+Text(it["slug"])] = true
		}
	}
	for _, it := range w.Items(ctx) {
		if key := KeyText(it); strings.HasPrefix(key, "~u#") {
			if !held[key] {
				w.Problem("schema: orphan", ownerOf(it), "%s is claimed by %s, which holds it no more", key, ownerOf(it))
			}
			delete(held, key)
		}
	}
	for v := range held {
		if r.unique {
			w.Problem("schema: not claimed", "", "%s is held and claimed by nobody", v)
		}
	}
}

// mismatch returns which attribute of an item does not fit its schema, "" if all do.
func mismatch(it Attrs) string {
	schema := int(Number(it["~s"]))
	made, _ := strconv.Atoi(Text(it["trail"])[:1])
	var steps []string
	sum, trail := 0, strconv.Itoa(made)
	for n := made + 1; n <= schema; n++ {
		steps = append(steps, ">"+strconv.Itoa(n))
		trail += ">" + strconv.Itoa(n)
		sum += n
	}
	all := append([]string{strconv.Itoa(made)}, steps...)
	inner, _ := it["inner"].(*types.AttributeValueMemberM)
	list, _ := it["list"].(*types.AttributeValueMemberL)
	set, _ := it["set"].(*types.AttributeValueMemberSS)
	bytes, _ := it["bytes"].(*types.AttributeValueMemberB)
	if inner == nil || list == nil || set == nil || bytes == nil || len(bytes.Value) != 1 {
		return "an attribute is missing"
	}
	var listed []string
	for _, av := range list.Value {
		listed = append(listed, Text(av))
	}
	slug := Text(it["slug"])
	for _, x := range []struct {
		ok   bool
		what string
	}{
		{Text(it["trail"]) == trail, "trail"},
		{Text(inner.Value["trail"]) == trail, "trail of a struct"},
		{Number(it["steps"]) == int64(len(steps)), "number"},
		{slices.Equal(listed, all), "list"},
		{slices.Equal(slices.Sorted(slices.Values(set.Value)), slices.Sorted(slices.Values(all))), "set"},
		{int(bytes.Value[0]) == sum, "bytes"},
		{Text(it["odd"]) == fmt.Sprint(len(steps)%2 == 1), "bool"},
		{slug[strings.LastIndexByte(slug, '@')+1:] == strconv.Itoa(schema), "slug"},
		{Text(it["g1p"]) == "t#"+trail, "index key"},
	} {
		if !x.ok {
			return x.what
		}
	}
	return ""
}
