package term

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/golden"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := &Table{Header: []string{"#", "what", "items"}, Right: []string{"#", "items"}, Wrap: "what"}
	table.Add(1, "tracks", 4)
	table.Add(10, "enrollments of a course", 12)

	var plain strings.Builder
	table.Print(&plain)
	assert.Equal(t, ""+
		" #  WHAT                     ITEMS\n"+
		" 1  tracks                       4\n"+
		"10  enrollments of a course     12\n", plain.String(), "no colours, no box, nothing behind the last column")
}

// access is a table with short keys, as of the learning platform, and long ones, as of the message groups.
func access(long bool) *Table {
	t := &Table{
		Header: []string{"#", "access pattern", "operation", "index", "key condition", "items", "requests", "capacity"},
		Right:  []string{"#", "items", "requests", "capacity"},
		Below:  [][]string{{"operation", "index", "key condition"}},
	}
	t.Add(1, "track by id", "GetItem", "primary", `pk = "t#vczayu4v" AND sk = "t#vczayu4v"`, 1, 1, "0.5")
	t.Add(2, "courses of a track", "Query", "gsi1", `gsi1_pk = "t#vczayu4v" AND begins_with(gsi1_sk, "c#")`, 3, 1, "0.5")
	if long {
		t.Add("+", "two entries follow a message", "GetItem\nTransactWriteItems\n\n", "primary\nprimary\n\n",
			`pk = "MBR#d5d82fc1-ca1a-5238-bc45-5ad3aa9fb742" AND sk = "9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a01"`+"\n"+
				`delete pk = "GRP#9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a01" AND sk = "2026-03-02T10:03:56.000000000Z#d5d82fc1-ca1a-5238-bc45-5ad3aa9fb742"`+"\n"+
				`put pk = "GRP#9e7a3c1e-5d0f-4c53-8f0e-3f3b8f7d2a01" AND sk = "2026-03-02T13:00:02.000000000Z#d5d82fc1-ca1a-5238-bc45-5ad3aa9fb742"`, 2, 2, "8.0 + 16.0 w")
	}
	return t
}

func TestATableFitsItsTerminal(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	for _, long := range []bool{false, true} {
		for _, width := range []int{0, 80, 120} {
			name := fmt.Sprintf("testdata/%d.txt", width)
			if long {
				name = fmt.Sprintf("testdata/%d-long.txt", width)
			}
			got := access(long).Text(width)
			golden.File(t, name, got)
			if width > 0 {
				assert.LessOrEqual(t, text.LongestLineLen(got), width, name)
				assert.NotContains(t, got, "5238\n", "no key is broken")
			} else {
				assert.Equal(t, 1+len(access(long).Rows), strings.Count(got, "\n"), "one line each")
			}
		}
	}
}

// Texts wrap inside of the box, as long as there is room for them; then they move.
func TestTheColumnOfTextsWraps(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	table := &Table{Header: []string{"time", "from", "message"}, Wrap: "message"}
	table.Add("2026-03-02 09:00:00", "Ada Brook", "Morning! Are you still up for the walk to the lighthouse on Saturday?")
	golden.File(t, "testdata/text-80.txt", table.Text(80))
	golden.File(t, "testdata/text-50.txt", table.Text(50))
	assert.LessOrEqual(t, text.LongestLineLen(table.Text(50)), 50)
}
