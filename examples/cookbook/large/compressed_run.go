package large

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Compressed stores texts plain and compressed.
var Compressed = recipe.Recipe{
	Name:    "compressed",
	Problem: "Items have long texts, and every read and write of such an item pays for all of its text",
	Pattern: "The text is compressed from a threshold on: DynamoDB stores and counts the smaller binary.",
	Not:     "Conditions look into the text; or it is an image or audio, which is compressed already: see blob.",
	Costs:   []string{"write 60 KB, plain", "write 60 KB, compressed"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, TranscriptTable, nil)
		if err != nil {
			return err
		}
		// Programs of before: without compression, and the first release of it.
		plainTable, plain := transcripts(func(*Transcript, *ddb.Definition) {})
		readyTable, ready := transcripts(func(t *Transcript, d *ddb.Definition) { d.Compress(&t.Text, math.MaxInt) })
		plainDB, readyDB := ddb.New(r.Client(), db.Name(), plainTable, nil), ddb.New(r.Client(), db.Name(), readyTable, nil)

		text := minutes(60 << 10)
		put := func(db *ddb.DB, e *ddb.Entity[Transcript], t Transcript) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				item, err := e.Encode(t)
				if err != nil {
					return "", err
				}
				return stored(item["text"]), db.Do(ctx, e.Put(t))
			}
		}
		get := func(db *ddb.DB, e *ddb.Entity[Transcript], meeting string) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				t, err := ddb.NewRepository(db, e).Get(ctx, Transcript{Meeting: meeting})
				return fmt.Sprintf("a text of %s", size(len(t.Text))), err
			}
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"write 60 KB, plain", put(plainDB, plain, Transcript{Meeting: "plain", Text: text})},
			{"read it, plain", get(plainDB, plain, "plain")},
			{"rename it, plain", func(ctx context.Context) (string, error) {
				return "", plainDB.Do(ctx, plain.Update(Transcript{Meeting: "plain"}, ddb.Set(&plain.Fields().Title, "May")))
			}},
			{"write 60 KB, compressed", put(db, Transcripts, Transcript{Meeting: "may", Text: text})},
			{"read it, compressed", get(db, Transcripts, "may")},
			{"rename it, compressed", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, RenameTranscript(Transcript{Meeting: "may"}, "May"))
			}},
			{"write 900 KB, compressed", put(db, Transcripts, Transcript{Meeting: "year", Text: minutes(900 << 10)})},
			{"write a note, below the threshold", put(db, Transcripts, Transcript{Meeting: "note", Text: minutes(400)})},
			{"a program without Compress reads", func(ctx context.Context) (string, error) {
				if _, err := ddb.NewRepository(plainDB, plain).Get(ctx, Transcript{Meeting: "may"}); err == nil || errors.Is(err, ddb.ErrNotFound) {
					return "", fmt.Errorf("it is not refused: %w", err)
				}
				return "refused, it cannot read the text", nil
			}},
			{"the release before the threshold reads", get(readyDB, ready, "may")},
			{"and writes", put(readyDB, ready, Transcript{Meeting: "ready", Text: text})},
			{"the release with the threshold reads a plain text", get(db, Transcripts, "plain")},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

// transcripts is the model of another program, which has the same table.
func transcripts(more func(*Transcript, *ddb.Definition)) (*ddb.Table, *ddb.Entity[Transcript]) {
	table := ddb.NewTable("meeting", "")
	return table, ddb.MustDefine(table, "transcript", func(t *Transcript, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("meeting#"), ddb.Str(&t.Meeting)))
		more(t, d)
	})
}

// stored says how a text is stored.
func stored(text types.AttributeValue) string {
	if b, ok := text.(*types.AttributeValueMemberB); ok {
		return fmt.Sprintf("a binary of %s", size(len(b.Value)))
	}
	if s, ok := text.(*types.AttributeValueMemberS); ok {
		return fmt.Sprintf("a string of %s", size(len(s.Value)))
	}
	return "nothing"
}

func size(n int) string {
	if n < 1<<10 {
		return fmt.Sprint(n, " bytes")
	}
	return fmt.Sprint((n+512)>>10, " KB")
}

// minutes is a text of n bytes. Like prose it has frequent words and rare ones, and becomes less than half as large.
func minutes(n int) string {
	random := rand.New(rand.NewPCG(1, 1))
	words := make([]string, 3000)
	for i := range words {
		for range 2 + random.IntN(8) {
			words[i] += string(rune('a' + random.IntN(26)))
		}
	}
	var text strings.Builder
	for text.Len() < n {
		text.WriteString(words[int(float64(len(words))*math.Pow(random.Float64(), 3))])
		text.WriteByte(' ')
	}
	return text.String()[:n]
}
