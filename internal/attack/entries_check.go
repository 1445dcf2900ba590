package attack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// entryKeys are the index attributes of an item with these attributes, computed without the library.
func (r *entriesRound) entryKeys(it Attrs) map[string]string {
	inner := func(av types.AttributeValue) Attrs {
		m, _ := av.(*types.AttributeValueMemberM)
		if m == nil {
			return nil
		}
		return m.Value
	}
	set, _ := it["t"].(*types.AttributeValueMemberSS)
	a, b, board, p, q := Text(it["a"]), Text(it["b"]), strings.TrimPrefix(Text(it["pk"]), "e#"), inner(it["p"]), inner(it["q"])
	out := map[string]string{"board": board}
	if a != "" && b != "" && (Text(it["flag"]) == "true" || a == "x" || a == "y") {
		out["g1p"], out["g1s"] = "a#"+a, fmt.Sprintf("%04d#%s", Number(it["n"]), b)
	}
	if a != "" && (Text(q["city"]) != "" || set != nil && strings.Contains(strings.Join(set.Value, " "), "t1")) {
		out["g1p"], out["g2s"] = "a#"+a, fmt.Sprintf("%03d", Number(it["m"]))
	}
	if it["l"] != nil {
		out["g3p"] = fmt.Sprintf("k#%04d", Number(it["n"]))
	}
	if city := Text(p["city"]); city != "" && Number(p["zip"]) != 0 {
		out["g4p"], out["g4s"] = "c#"+city, timeKey(Text(it["at"]))
	}
	if r.updated && strings.HasPrefix(a, "x") {
		out["g5p"], out["g5s"] = "u#"+a, timeKey(Text(it["up"]))
	}
	if b != "" && board != "2" {
		out["g7p"], out["g7s"] = "w#"+strings.ToLower(b), board
	}
	return out
}

// timeKey is the text of a time in a key.
func timeKey(text string) string {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return "(no time: " + text + ")"
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000000Z")
}

// entryIndexes are the key attributes of each index. An item is in an index if it has both.
var entryIndexes = [][]string{
	{"g1p", "g1s"}, {"g1p", "g2s"}, {"g3p", "score"}, {"g4p", "g4s"}, {"g5p", "g5s"}, {"g7p", "g7s"}, {"board", "n"},
}

func (r *entriesRound) Check(ctx context.Context, w *World) {
	journal := w.Journal(ctx)
	for i, rec := range journal {
		if !strings.HasPrefix(rec.Key, "e#") || rec.New == nil {
			continue
		}
		if rec.Old != nil {
			if index, _, _ := r.stale(rec.Old); index != "" {
				continue // the first write that leaves it stale is at fault
			}
		}
		if index, stored, want := r.stale(rec.New); index != "" {
			w.Problem("index: "+index, rec.Key, "%s of %s is %q, its fields make %q; record %d:%s", index, rec.Key, stored, want, i, PrintRecords([]Record{rec}))
		}
	}
	before := w.Items(ctx)
	n, err := r.probe.repo.Reindex(ctx, nil)
	if err != nil {
		w.Problem("index: reindex", "", "reindex in the end: %v", err)
	}
	if n.Rewritten > 0 && len(w.problems) == 0 {
		for i, it := range w.Items(ctx) {
			for _, attr := range []string{"g1p", "~w"} { // shared, so that an item that left both indexes may keep it; a stamp
				delete(before[i], attr)
				delete(it, attr)
			}
			if Show(it) != Show(before[i]) {
				w.Problem("index: reindex", KeyText(it), "reindex in the end rewrites:%s", PrintRecords([]Record{{Old: before[i], New: it}}))
			}
		}
	}
}

// stale returns an index whose entry differs from the item's fields, "" if there is none.
func (r *entriesRound) stale(it Attrs) (index, stored, want string) {
	keys := r.entryKeys(it)
	for _, ix := range entryIndexes {
		have, made := make([]string, 2), make([]string, 2)
		for i, attr := range ix {
			have[i], made[i] = Text(it[attr]), keys[attr]
			if attr == "n" || attr == "score" { // fields
				made[i] = Text(it[attr])
			}
		}
		stored, want := entryOf(have), entryOf(made)
		if stored != want {
			return strings.Join(ix, "/"), stored, want
		}
	}
	for _, attr := range []string{"n", "score", "board"} { // without them it is in no index that needs them
		if it[attr] == nil {
			return attr, "no attribute", "one"
		}
	}
	return "", "", ""
}

func entryOf(keys []string) string {
	if keys[0] == "" || keys[1] == "" {
		return "not in it"
	}
	return strings.Join(keys, " / ")
}
