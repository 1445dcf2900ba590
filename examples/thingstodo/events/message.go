package events

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// maxMessage is the maximum size of a message to a topic, with its attributes, and of all messages in one request.
const maxMessage = 256 << 10

// Message is a message to the topic: events of one type, as {"records":[…]}.
type Message struct {
	Event   things.EventType
	Records int
	Body    string
}

// Attributes are the message's attributes, all of them texts: subscribers filter by them. type is that of the event,
// such as TTD_APPROVED; entity is what it is about, such as TTD.
func (m Message) Attributes() map[string]string {
	entity, _, _ := strings.Cut(string(m.Event), "_")
	return map[string]string{"type": string(m.Event), "entity": entity}
}

// Size is what counts of a message towards the maximum: its body, and the names, types and values of its attributes.
func (m Message) Size() int {
	size := len(m.Body)
	for name, value := range m.Attributes() {
		size += len(name) + len(attributeType) + len(value)
	}
	return size
}

// attributeType is the type of every attribute.
const attributeType = "String"

// join joins records to as few messages as possible, in order.
func join(e things.EventType, records []string) ([]Message, error) {
	const head, tail = `{"records":[`, `]}`
	room := maxMessage - Message{Event: e}.Size()
	var messages []Message
	for len(records) > 0 {
		size, n := len(head)+len(records[0])+len(tail), 1
		if size > room {
			return nil, fmt.Errorf("a record of %d bytes does not fit into a message of %d", len(records[0]), maxMessage)
		}
		for n < len(records) && size+1+len(records[n]) <= room {
			size += 1 + len(records[n])
			n++
		}
		messages = append(messages, Message{e, n, head + strings.Join(records[:n], ",") + tail})
		records = records[n:]
	}
	return messages, nil
}
