package table_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Song is an entity that leaves an index.
type Song struct {
	ID    string `dynamodbav:"-"`
	Album string `dynamodbav:"album"`
	Genre string `dynamodbav:"genre"`
}

type songs struct {
	genres *ddb.Index
	repo   *ddb.Repository[Song]
	db     *ddb.DB
	entity *ddb.Entity[Song]
}

func openSongs(t *testing.T, engine *ddbmem.Engine, declare func(*ddb.Definition, *ddb.Index, *Song)) songs {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	albums := table.GSI("albums", "album_pk", "album_sk")
	x := songs{genres: table.GSI("genres", "genre_pk", "album_sk")}
	x.entity = ddb.MustDefine(table, "song", func(t *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&t.ID))
		d.Primary(id, id)
		d.Index(albums, ddb.Key(ddb.Prefix("album#"), ddb.Str(&t.Album)), id)
		declare(d, x.genres, t)
	})
	x.db = ddb.New(engine.Client(), "songs", table, nil)
	x.repo = ddb.NewRepository(x.db, x.entity)
	if err := x.db.CreateTable(t.Context()); err != nil {
		require.ErrorIs(t, err, ddb.ErrExists)
	}
	return x
}

// Reindex takes items out of an index that their entity has dropped, and no other verb does.
func TestReindexLeavesADroppedIndex(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	before := openSongs(t, engine, func(d *ddb.Definition, genres *ddb.Index, x *Song) {
		d.Index(genres, ddb.Key(ddb.Prefix("genre#"), ddb.Str(&x.Genre)), ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID)))
	})
	for _, id := range []string{"1", "2"} {
		_, err := before.repo.Create(t.Context(), Song{ID: id, Album: "a", Genre: "g"})
		require.NoError(t, err)
	}
	entries := func() int {
		out, err := engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new("songs"), IndexName: new("genres")})
		require.NoError(t, err)
		return len(out.Items)
	}
	none := openSongs(t, engine, func(*ddb.Definition, *ddb.Index, *Song) {})
	n, err := none.repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n.Rewritten, "nobody said that the attributes are not data")
	after := openSongs(t, engine, func(d *ddb.Definition, genres *ddb.Index, _ *Song) { d.Dropped(genres) })
	_, err = after.repo.Put(t.Context(), Song{ID: "3", Album: "a"})
	require.NoError(t, err)
	_, err = after.repo.Update(t.Context(), Song{ID: "1"}, ddb.Set(&after.entity.Fields().Genre, "x"))
	require.NoError(t, err)
	assert.Equal(t, 2, entries())
	n, err = after.repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 3, Rewritten: 2}, n)
	assert.Zero(t, entries())
	got, err := after.repo.Get(t.Context(), Song{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, Song{ID: "1", Album: "a", Genre: "x"}, got)
}

// Until then a read of the index says what to do.
func TestAReadOfADroppedIndexSaysWhatToDo(t *testing.T) {
	t.Parallel()
	type Label struct {
		Genre string `dynamodbav:"-"`
		Name  string `dynamodbav:"-"`
	}
	engine := ddbmem.New()
	before := openSongs(t, engine, func(d *ddb.Definition, genres *ddb.Index, x *Song) {
		d.Index(genres, ddb.Key(ddb.Prefix("genre#"), ddb.Str(&x.Genre)), ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID)))
	})
	_, err := before.repo.Create(t.Context(), Song{ID: "1", Album: "a", Genre: "g"})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		dropped bool
		says    string
	}{"declared": {true, "run Reindex of song"}, "not declared": {false, "declare Dropped"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			albums := table.GSI("albums", "album_pk", "album_sk")
			genres := table.GSI("genres", "genre_pk", "album_sk")
			ddb.MustDefine(table, "song", func(x *Song, d *ddb.Definition) {
				id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID))
				d.Primary(id, id)
				d.Index(albums, ddb.Key(ddb.Prefix("album#"), ddb.Str(&x.Album)), id)
				if c.dropped {
					d.Dropped(genres)
				}
			})
			labels := ddb.MustDefine(table, "label", func(x *Label, d *ddb.Definition) {
				g, n := ddb.Key(ddb.Prefix("label#"), ddb.Str(&x.Genre)), ddb.Key(ddb.Prefix("name#"), ddb.Str(&x.Name))
				d.Primary(g, n)
				d.Index(genres, ddb.Key(ddb.Prefix("genre#"), ddb.Str(&x.Genre)), n)
			})
			db := ddb.New(engine.Client(), "songs", table, nil)
			_, err := ddb.Collect(db.Items(t.Context(), labels.On(genres, Label{Genre: "g"}).Collection()))
			require.ErrorIs(t, err, ddb.ErrUnknown)
			require.ErrorContains(t, err, c.says)
		})
	}
}

// An index that an item leaves by none of its attributes cannot be dropped.
func TestDroppedRefusesWhatCannotBeLeft(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	byGenre := table.GSI("by-genre", "genre", "")
	albums := table.GSI("albums", "album_pk", "")
	_, err := ddb.Define(table, "song", func(x *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.AlsoIn(byGenre)
		d.Dropped(byGenre)
		d.Index(albums, ddb.Key(ddb.Prefix("album#"), ddb.Str(&x.Album)))
		d.Dropped(albums)
		d.Dropped(albums)
		d.Dropped(table.Primary())
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	for _, text := range []string{"the entity has keys in by-genre", "the entity has keys in albums", "albums is declared twice", "is the table itself"} {
		require.ErrorContains(t, err, text)
	}
	_, err = ddb.Define(table, "song", func(x *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Dropped(byGenre)
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "dropped: each key attribute of by-genre (genre) is", "a field is stored there")
}

// Attributes that may be somebody's data stay: those in which a field of any entity is stored, and those that no template
// makes, because they are no text.
func TestReindexLeavesWhatMayBeData(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	table := ddb.NewTable("pk", "sk")
	genres := table.GSI("genres", "genre_pk", "genre_sk")
	more := table.GSI("more", "more_pk", "more_n")
	songs := ddb.MustDefine(table, "song", func(x *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Dropped(genres)
		d.Dropped(more)
	})
	type Chart struct {
		ID string `dynamodbav:"-"`
		SK string `dynamodbav:"genre_sk"`
		N  int    `dynamodbav:"n"`
	}
	ddb.MustDefine(table, "chart", func(x *Chart, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("chart#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(more, ddb.Key(ddb.Prefix("more#"), ddb.Str(&x.ID)), ddb.Key(ddb.Num(&x.N, 4)))
	})
	db := ddb.New(engine.Client(), "songs", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, songs)
	_, err := repo.Create(t.Context(), Song{ID: "1", Album: "a"})
	require.NoError(t, err)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	key := map[string]types.AttributeValue{"pk": text("song#1"), "sk": text("song#1")}
	_, err = engine.Client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: new("songs"), Key: key, UpdateExpression: new("SET genre_pk = :g, genre_sk = :s, more_n = :t"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":g": text("genre#g"), ":s": text("data of a chart"), ":t": text("0001")},
	})
	require.NoError(t, err)
	n, err := repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, n.Rewritten)
	stored := func() map[string]types.AttributeValue {
		out, err := engine.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("songs"), Key: key})
		require.NoError(t, err)
		return out.Item
	}
	got := stored()
	assert.NotContains(t, got, "genre_pk")
	assert.NotContains(t, got, "more_n")
	assert.Equal(t, text("data of a chart"), got["genre_sk"], "a field of another entity is stored there")
	other := ddb.NewTable("pk", "sk") // with an index on which no entity has a field, whose attribute holds a number
	plain := other.GSI("plain", "plain_pk", "")
	songs = ddb.MustDefine(other, "song", func(x *Song, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Dropped(plain)
	})
	_, err = engine.Client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: new("songs"), Key: key, UpdateExpression: new("SET plain_pk = :n"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "7"}},
	})
	require.NoError(t, err)
	n, err = ddb.NewRepository(ddb.New(engine.Client(), "songs", other, nil), songs).Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n.Rewritten)
	assert.Equal(t, &types.AttributeValueMemberN{Value: "7"}, stored()["plain_pk"], "no template made it")
}

// A write that brings an item into the schema of today rewrites it, and leaves it in the index that its entity has dropped:
// only Reindex takes it out.
func TestAWriteOfAnOlderSchemaLeavesNoDroppedIndex(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	before := openSongs(t, engine, func(d *ddb.Definition, genres *ddb.Index, x *Song) {
		d.Index(genres, ddb.Key(ddb.Prefix("genre#"), ddb.Str(&x.Genre)), ddb.Key(ddb.Prefix("song#"), ddb.Str(&x.ID)))
	})
	_, err := before.repo.Create(t.Context(), Song{ID: "1", Album: "a", Genre: "g"})
	require.NoError(t, err)
	after := openSongs(t, engine, func(d *ddb.Definition, genres *ddb.Index, _ *Song) {
		d.Dropped(genres)
		d.Schema(1, nil)
	})
	entries := func() int {
		out, err := engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: new("songs"), IndexName: new("genres")})
		require.NoError(t, err)
		return len(out.Items)
	}
	_, err = after.repo.Update(t.Context(), Song{ID: "1"}, ddb.Set(&after.entity.Fields().Genre, "x"))
	require.NoError(t, err)
	assert.Equal(t, 1, entries())
	_, err = after.repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, entries())
}
