package large

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Manuscript is the head of a manuscript, and says which parts are its text. Its title can be changed as that of any item. It is
// never deleted, since generations would begin again, and a writer that is late could then delete parts of another one. Store no
// text instead.
type Manuscript struct {
	ID         string `dynamodbav:"-"`
	Title      string `dynamodbav:"title"`
	Version    int64  `dynamodbav:"version"`    // of the head, which changes of the other fields raise too
	Generation int64  `dynamodbav:"generation"` // of the text; 0 if none was stored
	Writer     string `dynamodbav:"writer"`     // random, so that two writers of one generation have parts of their own
	Parts      int    `dynamodbav:"parts"`
	Sum        []byte `dynamodbav:"sum"` // SHA-256 of the text
}

// ManuscriptPart is a part of a text. It never changes.
type ManuscriptPart struct {
	ID         string `dynamodbav:"-"`
	Generation int64  `dynamodbav:"-"`
	Writer     string `dynamodbav:"-"`
	Number     int    `dynamodbav:"-"`
	Text       []byte `dynamodbav:"text"`
}

// The table of manuscripts. Head and parts are one partition: the parts of one generation and writer follow each other.
var (
	ManuscriptTable = ddb.NewTable("id", "part")

	Manuscripts = ddb.MustDefine(ManuscriptTable, "manuscript", func(m *Manuscript, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("manuscript#"), ddb.Str(&m.ID)), ddb.Key(ddb.Prefix("head")))
		d.Version(&m.Version)
	})
	ManuscriptParts = ddb.MustDefine(ManuscriptTable, "part", func(p *ManuscriptPart, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("manuscript#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("part#"),
			ddb.Num(&p.Generation, 10), ddb.Prefix("#"), ddb.Str(&p.Writer), ddb.Prefix("#"), ddb.Num(&p.Number, 4)))
	})
)

// Archive stores manuscripts. It is safe for concurrent use, by several programs too.
type Archive struct {
	DB        *ddb.DB
	PartBytes int // of a part, without its keys; 350 KB if it is 0, as an item has at most 400
}

// Read reads a manuscript and its text: all of it, as one writer stored it. It costs an eventually consistent read of the
// head and the parts. If a part is not there, because the text was replaced meanwhile, it reads again, consistently.
func (a Archive) Read(ctx context.Context, id string) (Manuscript, []byte, error) {
	db, before := a.DB, int64(-1)
	for range 5 {
		head, err := ddb.NewRepository(db, Manuscripts).Get(ctx, Manuscript{ID: id})
		if err != nil {
			return Manuscript{}, nil, err
		}
		if head.Generation == 0 { // it has no text yet
			return head, nil, nil
		}
		f := ManuscriptParts.Fields()
		parts, err := ddb.Collect(ddb.NewRepository(db, ManuscriptParts).Query(ctx, ManuscriptParts.Query(ManuscriptPart{ID: id}).
			SortKey(ddb.Eq(&f.Generation, head.Generation), ddb.Eq(&f.Writer, head.Writer))))
		if err != nil {
			return Manuscript{}, nil, err
		}
		var text bytes.Buffer
		for _, p := range parts {
			text.Write(p.Text)
		}
		if sum := sha256.Sum256(text.Bytes()); len(parts) == head.Parts && bytes.Equal(sum[:], head.Sum) {
			return head, text.Bytes(), nil
		}
		if head.Generation == before {
			return Manuscript{}, nil, fmt.Errorf("manuscript %q: generation %d has %d parts of %d, or another sum", id, before, len(parts), head.Parts)
		}
		if db != a.DB {
			before = head.Generation
		}
		db = a.DB.Consistent()
	}
	return Manuscript{}, nil, fmt.Errorf("manuscript %q: it was replaced during each of 5 reads", id)
}

// Store replaces the text of a manuscript, which is as it was read, or new. It returns the new head. If the head was changed
// meanwhile, the error matches ddb.ErrConflict: read again. Until the new head is written, and if it never is, readers find the
// text of before. It costs the writes of the new parts, of the head, and of the deletion of the old parts.
func (a Archive) Store(ctx context.Context, m Manuscript, text []byte) (Manuscript, error) {
	sum := sha256.Sum256(text)
	m.Generation, m.Writer, m.Sum, m.Parts = m.Generation+1, rand.Text(), sum[:], 0
	var puts, undo []ddb.Op
	for len(text) > 0 {
		n := min(len(text), a.partBytes())
		p := ManuscriptPart{ID: m.ID, Generation: m.Generation, Writer: m.Writer, Number: m.Parts, Text: text[:n]}
		puts, undo = append(puts, ManuscriptParts.Put(p)), append(undo, ManuscriptParts.Delete(ManuscriptParts.Key(p)))
		text, m.Parts = text[n:], m.Parts+1
	}
	if err := a.DB.Batch(ctx, puts...); err != nil {
		return Manuscript{}, err
	}
	// The switch. It asserts the version that was read, and is recognized if its response was lost.
	stored, err := ddb.NewRepository(a.DB, Manuscripts).Put(ctx, m)
	switch {
	case errors.Is(err, ddb.ErrConflict): // no head will name these parts; after other errors one may
		return Manuscript{}, errors.Join(err, a.DB.Batch(ctx, undo...))
	case err != nil:
		return Manuscript{}, err
	}
	if err := a.clean(ctx, stored); err != nil {
		return stored, fmt.Errorf("manuscript %q: it is stored; delete older parts: %w", m.ID, err)
	}
	return stored, nil
}

// clean deletes the parts of earlier generations, which no head will name again, also those of writers that stopped. (Of this
// generation they stay until the next Store.) It reads the parts, for their keys. What an error leaves, the next Store deletes.
func (a Archive) clean(ctx context.Context, m Manuscript) error {
	f := ManuscriptParts.Fields()
	old := ManuscriptParts.Query(ManuscriptPart{ID: m.ID}).SortKey(ddb.Lt(&f.Generation, m.Generation)).Select(&f.Number)
	var deletes []ddb.Op
	for p, err := range ddb.NewRepository(a.DB, ManuscriptParts).Query(ctx, old) {
		if err != nil {
			return err
		}
		deletes = append(deletes, ManuscriptParts.Delete(p))
	}
	return a.DB.Batch(ctx, deletes...)
}

func (a Archive) partBytes() int {
	if a.PartBytes > 0 {
		return a.PartBytes
	}
	return 350 << 10
}
