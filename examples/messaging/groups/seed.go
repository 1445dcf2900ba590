package groups

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/singletable-go/ddb"
)

// Conversation is a group that [Seed] writes.
type Conversation struct {
	name  string    // the source of its ids
	Begin time.Time // of its first message
	with  []string  // handles; the first starts the group
	lines string    // "handle: text", one per line
}

// Conversations are what [Seed] writes: Ada and Bayo, then each of them with Lena.
var Conversations = []Conversation{
	{"lighthouse", time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), []string{"ada", "bayo"}, lighthouse},
	{"soup", time.Date(2026, 3, 2, 12, 10, 0, 0, time.UTC), []string{"lena", "ada"}, soup},
	{"ferry", time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC), []string{"bayo", "lena", "ada"}, ferry},
}

// ID is the group's id: the same in each run.
func (c Conversation) ID() string { return c.id("group") }

func (c Conversation) id(what string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.name+"/"+what)).String()
}

func (c Conversation) people() []Author {
	people := make([]Author, len(c.with))
	for i, handle := range c.with {
		people[i], _ = People.ByHandle(handle)
	}
	return people
}

// messages are a few minutes apart.
func (c Conversation) messages() []Message {
	var messages []Message
	for line := range strings.Lines(strings.TrimSpace(c.lines)) {
		handle, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		from, _ := People.ByHandle(handle)
		n := len(messages)
		at := c.Begin.Add(time.Duration(n)*137*time.Second + time.Duration(n*n%7)*11*time.Second)
		messages = append(messages, Message{GroupID: c.ID(), CreatedAt: at, ID: c.id(fmt.Sprint(n)), Text: text, Author: from})
	}
	return messages
}

// Seed writes the conversations: each as a new group, then its messages. Existing items stay as they are.
func Seed(ctx context.Context, db *ddb.DB, progress func(done, total int)) error {
	s := NewStore(db, nil)
	total, done := 0, 0
	for _, c := range Conversations {
		total += len(c.messages()) + 2*len(c.with)
	}
	for _, c := range Conversations {
		messages := c.messages()
		err := s.db.Transact(ctx, append(seats(messages[0], c.people()), Messages.Create(messages[0]))...)
		if err != nil && !errors.Is(err, ddb.ErrExists) {
			return err
		}
		done += 1 + 2*len(c.with)
		progress(done, total)
		for _, m := range messages[1:] {
			if _, err := s.messages.Create(ctx, m); err != nil && !errors.Is(err, ddb.ErrExists) {
				return err
			}
			done++
			progress(done, total)
		}
		newest, err := s.newest(ctx, c.ID())
		if err != nil {
			return err
		}
		if err := LastMessage.Apply(ctx, s.db, newest); err != nil { // the stream may have no reader
			return err
		}
	}
	return nil
}

const lighthouse = `
ada: Morning! Are you still up for the walk to the lighthouse on Saturday?
bayo: Absolutely. What time does the tide let us across?
ada: Low water is at 11:20, so we want to be on the causeway by half past ten.
bayo: That means the 8:40 train.
ada: Or the 8:10, if you want coffee first.
bayo: I always want coffee first.
ada: The place by the station opens at nine. The 8:10 and a slow walk, then.
bayo: Deal. Shall I bring the big thermos?
ada: Please. And the map, my phone lost signal out there last time.
bayo: Paper map, thermos, sandwiches. What are you bringing?
ada: Cake. And the key.
bayo: They gave you the key to the lighthouse?!
ada: I am on the rota now. First Saturday in March is mine.
bayo: I have wanted to see the lamp since I was six.
ada: 142 steps. I counted them twice.
bayo: Worth it. Is it still the old lens?
ada: A second order Fresnel lens from 1887. They turn it by hand for visitors.
bayo: Can we turn it?
ada: We are the ones who turn it.
bayo: I may not sleep until Saturday.
ada: The forecast says wind from the west, five, and sun after noon.
bayo: So a hat that stays on.
ada: And something for the ears. It whistles up there.
bayo: Can my sister come along? She is here until Sunday.
ada: Of course, bring her. There is enough cake.
bayo: She says she will only come for the cake.
ada: That is a good reason.
bayo: See you at the station. 8:05, under the clock.
ada: Under the clock. Bring the thermos!
`

const soup = `
lena: Do you have the recipe for that lentil soup from last week?
ada: The one with too much cumin?
lena: There is no such thing as too much cumin.
ada: Two cups of red lentils, one onion, three carrots, cumin until your ancestors tell you to stop.
lena: They never do. Thank you!
`

const ferry = `
bayo: The ferry company wrote: the 7:15 does not run next week.
lena: So we take the 6:30?
ada: I would rather swim.
lena: It is two degrees.
ada: The 6:30, then.
`
