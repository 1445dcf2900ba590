package groups

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/integration"
)

// stored puts items as the first version of this program wrote them: a group of three that began with two, and a larger
// one, of which all but the owner's entry is left out.
func stored(t *testing.T, env *integration.Env) {
	t.Helper()
	const group, large = "3b1f2c5e-0000-4000-8000-000000000001", "3b1f2c5e-0000-4000-8000-000000000002"
	const at1, at2 = "2026-03-02T09:00:00.000000000Z", "2026-03-02T09:00:00.500000000Z"
	const id1, id2 = "7c9e6679-0000-4000-8000-000000000001", "7c9e6679-0000-4000-8000-000000000002"
	person := func(item map[string]string, a Author) map[string]string {
		item["user_uuid"], item["user_display_name"], item["user_handle"] = a.UserID, a.DisplayName, a.Handle
		return item
	}
	items := []map[string]string{
		person(map[string]string{"pk": "MSG#" + group, "sk": at1 + "#" + id1, "message_uuid": id1, "message": "first"}, ada),
		person(map[string]string{"pk": "MSG#" + group, "sk": at2 + "#" + id2, "message_uuid": id2, "message": "second"}, bayo),
		person(map[string]string{
			"pk": "GRP#" + ada.UserID, "sk": at2 + "#" + large, "message_group_uuid": large, "message": "all",
			"title": "Ada, Bayo, Lena, Otis and 45 more",
		}, bayo),
		{"pk": "MBR#" + large, "sk": ada.UserID, "last_message_at": "2026-03-02T09:00:00.5Z", "title": "Ada, Bayo, Lena, Otis and 45 more"},
	}
	for owner, other := range map[Author]Author{ada: bayo, bayo: ada, lena: ada} {
		items = append(items,
			person(map[string]string{"pk": "GRP#" + owner.UserID, "sk": at2 + "#" + group, "message_group_uuid": group, "message": "second"}, other),
			map[string]string{"pk": "MBR#" + group, "sk": owner.UserID, "last_message_at": "2026-03-02T09:00:00.5Z", "last_message_uuid": id2})
	}
	for _, item := range items {
		av, err := attributevalue.MarshalMap(item)
		require.NoError(t, err)
		_, err = env.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &env.Table, Item: av})
		require.NoError(t, err)
	}
}

// Items of the first version are read, in their order, and take part in all that came since.
func TestItemsOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	const group, large = "3b1f2c5e-0000-4000-8000-000000000001", "3b1f2c5e-0000-4000-8000-000000000002"
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		stored(t, env)
		env.CatchUp()
		list, err := s.Groups(t.Context(), ada.UserID, Window{}, 20, "")
		require.NoError(t, err)
		require.Len(t, list.Items, 2)
		assert.Equal(t, "Ada, Bayo, Lena, Otis and others", list.Items[0].Name())
		assert.Equal(t, "Bayo Kent", list.Items[1].Name())
		assert.Empty(t, list.Items[0].LastBy+list.Items[1].LastBy)
		page, err := s.Messages(t.Context(), lena.UserID, group, Window{}, 20, "")
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		assert.Equal(t, []string{"second", "first"}, []string{page.Items[0].Text, page.Items[1].Text})
		g, err := s.Group(t.Context(), ada.UserID, large)
		require.NoError(t, err)
		assert.Equal(t, list.Items[0], g)

		third, err := s.Send(t.Context(), lena, group, "third")
		require.NoError(t, err)
		require.NoError(t, LastMessage.Apply(t.Context(), s.db, third))
		settles(t, s, group, []Author{ada, bayo, lena})
		_, err = s.MarkRead(t.Context(), ada.UserID, group, third.CreatedAt)
		require.NoError(t, err)

		// The group of three had the names of two; with a fourth person all entries get a title.
		require.NoError(t, s.Add(t.Context(), ada, group, otis))
		for _, p := range []Author{ada, bayo, lena, otis} {
			assert.Equal(t, "Ada, Bayo, Otis and others", entries(t, s, p, group)[0].Name())
		}
		require.NoError(t, LastMessage.Rebuild(t.Context(), s.db, nil))
		for d, err := range LastMessage.Verify(t.Context(), s.db, nil) {
			require.NoError(t, err)
			assert.Fail(t, d.String())
		}
	})
}
