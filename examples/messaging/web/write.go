package web

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

const maxBody = 16 << 10 // enough for the longest message, however JSON spells it

// send sends a message. A client that repeats a request with the same message_uuid gets the response of the first.
func (a *API) send(r *http.Request, user groups.Author) (int, any, error) {
	var p posted
	if err := site.ReadJSON(r, maxBody, &p); err != nil {
		return 0, nil, err
	}
	if (p.GroupID == "") == (len(p.Handles) == 0) {
		return 0, nil, site.Bad("give either message_group_uuid, or handles to start a group")
	}
	if p.ID == "" {
		p.ID = uuid.NewString()
	}
	if p.GroupID != "" {
		m, err := a.store.SendOnce(r.Context(), p.ID, user, p.GroupID, p.Text)
		return http.StatusCreated, toMessage(m), err
	}
	with := make([]groups.Author, len(p.Handles))
	for i, h := range p.Handles {
		var ok bool
		if with[i], ok = a.people.ByHandle(h); !ok {
			return 0, nil, &site.Fault{Status: http.StatusNotFound, Code: "no_such_user", Message: fmt.Sprintf("there is no user %q", h)}
		}
	}
	m, err := a.store.StartOnce(r.Context(), p.ID, user, p.Text, with...)
	return http.StatusCreated, toMessage(m), err
}

// putMark says that the user has read a group up to a time. The response is the mark as it is then.
func (a *API) putMark(r *http.Request, user groups.Author) (int, any, error) {
	var body struct {
		ReadTo string `json:"read_to"`
	}
	if err := site.ReadJSON(r, maxBody, &body); err != nil {
		return 0, nil, err
	}
	if body.ReadTo == "" {
		return 0, nil, site.Bad("give read_to, the time of the last message that was read")
	}
	to, err := instant("read_to", body.ReadTo)
	if err != nil {
		return 0, nil, err
	}
	m, err := a.store.MarkRead(r.Context(), user.UserID, r.PathValue("message_group_uuid"), to)
	return http.StatusOK, toMark(m), err
}
