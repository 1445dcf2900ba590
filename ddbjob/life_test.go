package ddbjob_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// written makes an article whose versions have these texts.
func written(t *testing.T, w *world, texts ...string) article {
	repo := ddb.NewRepository(w.open("old"), articles)
	a, err := repo.Create(t.Context(), article{ID: "1", Text: texts[0]})
	for _, next := range texts[1:] {
		require.NoError(t, err)
		a.Text = next
		a, err = repo.Replace(t.Context(), a)
	}
	require.NoError(t, err)
	return a
}

// If the item has had another life in the table, it becomes the next version of that: its history says what the item says.
func TestAnotherLifeOfTheItemGoesOn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, w *world){
		"deleted": func(t *testing.T, w *world) {
			require.NoError(t, ddb.NewRepository(w.open("old"), articles).Delete(t.Context(), written(t, w, "uno", "due")))
		},
		"expired": func(t *testing.T, w *world) {
			written(t, w, "uno", "due", "tre")
			_, err := w.safe.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("old"), Key: attrs{"pk": text("a#1"), "sk": text("a#1")}})
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "old")
			written(t, w, "one", "two", "three")
			files := exported(t, w)
			w.empty(t, "old")
			end(t, w)
			done, err := ddbjob.Restore(t.Context(), w.open("old"), files, nil)
			require.NoError(t, err)
			assert.Equal(t, ddbjob.Restored{Items: 4, Written: 1, Kept: 3}, done)
			repo := ddb.NewRepository(w.open("old"), articles)
			now, err := repo.Get(t.Context(), article{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, article{ID: "1", Text: "three", Version: 4}, now)
			at, err := repo.History().At(t.Context(), now, 4)
			require.NoError(t, err)
			assert.Equal(t, now, at)
		})
	}
}

// A version that cannot be read is a damaged line, as an item is.
func TestADamagedVersionIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "old")
	for attributes, says := range map[string]string{
		`"version":{"N":"7"},"text":{"S":"x"}`:     "Version is 7, the key says 2",
		`"version":{"N":"2"},"text":{"BOOL":true}`: "Text: unmarshal failed",
		`"text":{"S":"x"}`:                         "neither a version nor a deletion",
	} {
		line := fmt.Sprintf(`{"Item":{"pk":{"S":"versions#1"},"sk":{"S":"v#000002"},%s}}`, attributes)
		done, err := ddbjob.Restore(t.Context(), w.open("old"), fstest.MapFS{"a.json": {Data: []byte(line)}}, nil)
		require.ErrorContains(t, err, says)
		assert.Equal(t, ddbjob.Restored{Damaged: 1}, done)
	}
	assert.Empty(t, w.dump(t, "old"))
}
