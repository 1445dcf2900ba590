package groups

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Receipt says that a message was sent, and when: the id of a message is used once in a group. The message itself cannot
// say so, because its key begins with its time, and a second request comes at another time.
type Receipt struct {
	GroupID   string    `dynamodbav:"-"`
	ID        string    `dynamodbav:"-"`                // of the message
	CreatedAt time.Time `dynamodbav:"created_at"`       // of the message: it completes the message's key
	People    string    `dynamodbav:"people,omitempty"` // whom the group was started with, as a digest; none of a later message
}

// Receipts are written in the transaction of their message. A message from before there were receipts has none.
var Receipts = ddb.MustDefine(Cruddur, "receipt", func(r *Receipt, d *ddb.Definition) {
	d.Primary(ddb.Key(rcp, ddb.Str(&r.GroupID)), ddb.Key(ddb.Str(&r.ID)))
	d.Refers(&r.ID, Messages)
})
