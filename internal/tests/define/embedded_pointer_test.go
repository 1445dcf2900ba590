package define_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// declared is a table in memory with one entity.
func declared[T any](t *testing.T, table *ddb.Table, define func(*T, *ddb.Definition)) (*ddb.DB, *ddb.Repository[T], *ddb.Entity[T]) {
	t.Helper()
	e, err := ddb.Define(table, "thing", define)
	require.NoError(t, err)
	now := time.Date(2031, 5, 1, 9, 0, 0, 0, time.UTC)
	db := ddb.New(ddbmem.New().Client(), "table", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	return db, ddb.NewRepository(db, e), e
}

// Annals is what the library keeps of a Deed.
type Annals struct {
	Version  int64        `dynamodbav:"version"`
	Created  time.Time    `dynamodbav:"created"`
	Updated  time.Time    `dynamodbav:"updated"`
	Expires  time.Time    `dynamodbav:"expires,unixtime"`
	Revision ddb.Revision `dynamodbav:"-"`
}

// Deed embeds a pointer behind which kept fields lie.
type Deed struct {
	ID string `dynamodbav:"-"`
	*Annals
	Text string `dynamodbav:"text"`
}

func defineDeed(x *Deed, d *ddb.Definition) {
	id := ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.ID))
	d.Primary(id, id)
	d.Version(&x.Version)
	d.Created(&x.Created)
	d.Updated(&x.Updated)
	d.TTL(&x.Expires)
	d.Revision(&x.Revision)
}

// A write leaves alone what is behind a pointer of the item that it is given: else a Put that was refused would give its caller the
// version that it asserts the next time.
func TestAWriteLeavesAloneWhatIsBehindAnEmbeddedPointer(t *testing.T) {
	t.Parallel()
	db, deeds, e := declared(t, ddb.NewTable("pk", "sk").TTL("expires"), defineDeed)
	f := e.Fields()
	for name, write := range map[string]func(x Deed) (Deed, error){
		"put":     func(x Deed) (Deed, error) { return deeds.Put(t.Context(), x) },
		"replace": func(x Deed) (Deed, error) { return deeds.Replace(t.Context(), x) },
		"create":  func(x Deed) (Deed, error) { x.ID += "2"; return deeds.Create(t.Context(), x) },
		"update":  func(x Deed) (Deed, error) { return deeds.Update(t.Context(), x, ddb.Set(&f.Text, "u")) },
		"upsert":  func(x Deed) (Deed, error) { return deeds.Upsert(t.Context(), x, ddb.Set(&f.Text, "u")) },
		"take":    func(x Deed) (Deed, error) { return deeds.Take(t.Context(), x) },
		"move": func(x Deed) (Deed, error) {
			to := x
			to.ID += "3"
			return deeds.Move(t.Context(), x, to)
		},
		"modify": func(x Deed) (Deed, error) {
			return deeds.Modify(t.Context(), x, func(d *Deed) error {
				d.Annals, d.Text = x.Annals, "m"
				return nil
			})
		},
		"batch": func(x Deed) (Deed, error) {
			return Deed{}, db.Batch(t.Context(), e.Put(x))
		},
		"transact": func(x Deed) (Deed, error) {
			return Deed{}, db.Transact(t.Context(), e.Put(x))
		},
	} {
		x, err := deeds.Create(t.Context(), Deed{ID: name, Text: "first"})
		require.NoError(t, err)
		before := *x.Annals
		got, err := write(x)
		require.NoError(t, err, name)
		assert.Equal(t, before, *x.Annals, name)
		assert.NotSame(t, x.Annals, got.Annals, name)
	}

	mine, err := deeds.Create(t.Context(), Deed{ID: "1", Text: "first"})
	require.NoError(t, err)
	theirs, err := deeds.Get(t.Context(), mine)
	require.NoError(t, err)
	_, err = deeds.Put(t.Context(), theirs)
	require.NoError(t, err)
	for range 2 {
		_, err = deeds.Put(t.Context(), mine)
		require.ErrorIs(t, err, ddb.ErrConflict)
		assert.EqualValues(t, 1, mine.Version)
	}
}

func TestAnOpHasItsOwnCopyOfWhatIsBehindAnEmbeddedPointer(t *testing.T) {
	t.Parallel()
	db, deeds, e := declared(t, ddb.NewTable("pk", "sk").TTL("expires"), defineDeed)
	shared := &Annals{}
	require.NoError(t, db.Batch(t.Context(), e.Put(Deed{ID: "a", Annals: shared}), e.Put(Deed{ID: "b", Annals: shared})))
	assert.Equal(t, Annals{}, *shared)

	x := Deed{ID: "c", Annals: shared}
	put := e.Put(x)
	shared.Version = 7 // no more of the op
	require.NoError(t, db.Do(t.Context(), put))
	require.ErrorIs(t, db.Do(t.Context(), put), ddb.ErrConflict, "there is one by now, as there was none before")
	require.NoError(t, deeds.Delete(t.Context(), Deed{ID: "c"}))
	require.NoError(t, db.Do(t.Context(), put), "it runs again")
	got, err := deeds.Get(t.Context(), x)
	require.NoError(t, err)
	assert.EqualValues(t, 1, got.Version)
}

// Sheet embeds fields that have no attribute of their own.
type Sheet struct {
	SheetKey
	Text string `dynamodbav:"text"`
}

// SheetKey is the key of a Sheet.
type SheetKey struct {
	ID   string `dynamodbav:"-"`
	Page int    `dynamodbav:"-"`
}

// Handbill is a Sheet with pointers.
type Handbill struct {
	*SheetKey
	*Mark
	Text    string `dynamodbav:"text"`
	Version int64  `dynamodbav:"version"`
}

// Mark is a revision alone.
type Mark struct {
	Revision ddb.Revision `dynamodbav:"-"`
}

func TestAnEmbeddedStructMayHoldFieldsOfTheKeyAlone(t *testing.T) {
	t.Parallel()
	_, sheets, _ := declared(t, ddb.NewTable("pk", "sk"), func(x *Sheet, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(ddb.Num(&x.Page, 3)))
	})
	sheet := Sheet{SheetKey{"a", 7}, "words"}
	got, err := sheets.Create(t.Context(), sheet)
	require.NoError(t, err)
	assert.Equal(t, sheet, got)
	got, err = sheets.Get(t.Context(), Sheet{SheetKey: sheet.SheetKey})
	require.NoError(t, err)
	assert.Equal(t, sheet, got)

	_, handbills, _ := declared(t, ddb.NewTable("pk", "sk"), func(x *Handbill, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(ddb.Num(&x.Page, 3)))
		d.Version(&x.Version)
		d.Revision(&x.Revision)
	})
	made, err := handbills.Create(t.Context(), Handbill{SheetKey: &SheetKey{"a", 7}, Text: "words"})
	require.NoError(t, err)
	read, err := handbills.Get(t.Context(), Handbill{SheetKey: &SheetKey{"a", 7}})
	require.NoError(t, err)
	assert.Equal(t, made, read)
	assert.Equal(t, SheetKey{"a", 7}, *read.SheetKey)
	assert.NotEmpty(t, read.Revision)

	_, err = ddb.Define(ddb.NewTable("pk", "sk"), "sheet", func(x *Sheet, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("s")))
	})
	require.EqualError(t, err, `ddb: define sheet: field Page is dynamodbav:"-" and in no key, so its value would be lost: give it an attribute name, or remove it`)
}

// A fan-out raises the version of the target that it writes, and of nothing that its function put there.
func TestAFanOutLeavesAloneWhatItsFunctionEmbeds(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	sheets := ddb.MustDefine(table, "sheet", func(x *Sheet, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(ddb.Num(&x.Page, 3)))
	})
	deeds := ddb.MustDefine(table, "deed", defineDeed)
	shared := Annals{Version: 1}
	view := ddbview.MustFanOut("texts", sheets, deeds, func(s Sheet) ddb.Query[Deed] { return deeds.Query(Deed{ID: s.ID}) },
		func(c ddb.Change[Sheet], to *Deed) bool {
			if to.Text == c.New.Text {
				return false
			}
			to.Annals, to.Text = &shared, c.New.Text
			return true
		})
	db := ddb.New(ddbmem.New().Client(), "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), sheets.Put(Sheet{SheetKey{"a", 1}, "new"})))
	require.NoError(t, db.Do(t.Context(), deeds.Put(Deed{ID: "a", Text: "old"})))
	require.NoError(t, view.Rebuild(t.Context(), db, nil))
	got, err := ddb.NewRepository(db, deeds).Get(t.Context(), Deed{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, "new", got.Text)
	assert.EqualValues(t, 2, got.Version)
	assert.Equal(t, Annals{Version: 1}, shared)
}
