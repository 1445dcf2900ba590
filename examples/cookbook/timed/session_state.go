package timed

import (
	"context"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/singletable-go/ddb"
)

// WebSession is a session of a web site, with the data that package scs encodes.
type WebSession struct {
	Token   string    `dynamodbav:"-"`
	Data    []byte    `dynamodbav:"data,omitempty"`
	Ended   bool      `dynamodbav:"ended,omitempty"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
}

// The table of sessions. Tokens are random, so that partitions share the load. Set HashTokenInStore of the SessionManager: then a
// reader of the table, or of a backup, cannot take over a session.
var (
	SessionTable = ddb.NewTable("token", "").TTL("expires")
	WebSessions  = ddb.MustDefine(SessionTable, "session", func(s *WebSession, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("session#"), ddb.Str(&s.Token)))
		d.TTL(&s.Expires)
	})
)

// SessionStore is a store for an scs.SessionManager. A request costs a read, and a write if it changes the session, or if the
// manager has an IdleTimeout, which makes each request a write. Two requests that change a session at once: the last one wins, as with
// every store of scs. Keep the data small: a write costs a unit for each KB of it.
type SessionStore struct {
	db  *ddb.DB
	now func() time.Time
}

var _ scs.CtxStore = (*SessionStore)(nil)

// NewSessionStore makes a store; now is the clock, such as time.Now.
func NewSessionStore(db *ddb.DB, now func() time.Time) *SessionStore {
	return &SessionStore{db, now}
}

// FindCtx reads a session, consistently: the request after a login must see it. One that has expired is not found, whether
// DynamoDB has deleted it or not. Neither is a token that no key can hold.
func (s *SessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	it, err := ddb.NewRepository(s.db, WebSessions).Consistent().Get(ctx, WebSession{Token: token})
	switch {
	case errors.Is(err, ddb.ErrNotFound), errors.Is(err, ddb.ErrKey), it.Ended:
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return it.Data, true, nil
}

// CommitCtx stores a session, unless it has ended: a request that was under way at the logout does not bring it back.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	f := WebSessions.Fields()
	err := s.db.Do(ctx, WebSessions.Upsert(WebSession{Token: token},
		ddb.Set(&f.Data, data), ddb.Set(&f.Expires, expires), ddb.If(ddb.Absent(&f.Ended))))
	if errors.Is(err, ddb.ErrCondition) {
		return nil
	}
	return err
}

// DeleteCtx ends a session. It leaves a mark for an hour, longer than any request is under way. A session that is not there is no
// error.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	f := WebSessions.Fields()
	err := s.db.Do(ctx, WebSessions.Update(WebSession{Token: token},
		ddb.Set(&f.Ended, true), ddb.Remove(&f.Data), ddb.Set(&f.Expires, s.now().Add(time.Hour))))
	if errors.Is(err, ddb.ErrNotFound) || errors.Is(err, ddb.ErrKey) {
		return nil
	}
	return err
}

// Find is FindCtx for callers of scs without a context.
func (s *SessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers of scs without a context.
func (s *SessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx for callers of scs without a context.
func (s *SessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
