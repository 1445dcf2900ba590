package timed

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SessionState shows the sessions of a web site.
var SessionState = recipe.Recipe{
	Name:    "session-state",
	Problem: "Servers of a web site share the sessions of its users, which expire and can be ended at once",
	Pattern: "An item for each session, by its token, with a TTL, and a mark that keeps a session ended.",
	Not:     "A session is only who the user is, and need not be ended early: then a signed cookie needs no table.",
	Costs:   []string{"log in", "a page"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, SessionTable, nil)
		if err != nil {
			return err
		}
		// The clock of the engine deletes what has expired, and the manager has none but that of the machine.
		store := NewSessionStore(db, time.Now)
		site, sessions := shop(store)
		var cookie *http.Cookie
		visit := func(path string) func(context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				in := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
				if cookie != nil {
					in.AddCookie(cookie)
				}
				out := httptest.NewRecorder()
				site.ServeHTTP(out, in)
				for _, c := range out.Result().Cookies() {
					if c.MaxAge >= 0 {
						cookie = c
					}
				}
				return out.Body.String(), nil
			}
		}
		late := func(ctx context.Context) (string, error) {
			under, err := sessions.Load(ctx, cookie.Value)
			if err != nil {
				return "", err
			}
			if _, err := visit("/logout")(ctx); err != nil {
				return "", err
			}
			sessions.Put(under, "items", 99)
			_, _, err = sessions.Commit(under)
			return "", err
		}
		return runSteps(ctx, r,
			step{"log in", visit("/login")},
			step{"a page", visit("/")},
			step{"put an item into the basket", visit("/add")},
			step{"a page", visit("/")},
			step{"log out, while a request is under way", late},
			step{"a page with the old cookie", visit("/")},
		)
	},
}

// shop is a web site with a basket.
func shop(store scs.Store) (http.Handler, *scs.SessionManager) {
	sessions := scs.New()
	sessions.Store, sessions.HashTokenInStore = store, true
	sessions.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
	pages := http.NewServeMux()
	pages.HandleFunc("GET /login", func(_ http.ResponseWriter, r *http.Request) { sessions.Put(r.Context(), "user", "ann") })
	pages.HandleFunc("GET /add", func(_ http.ResponseWriter, r *http.Request) {
		sessions.Put(r.Context(), "items", sessions.GetInt(r.Context(), "items")+1)
	})
	pages.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := sessions.Destroy(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	pages.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if user := sessions.GetString(r.Context(), "user"); user != "" {
			_, _ = fmt.Fprintf(w, "%s, items in the basket: %d", user, sessions.GetInt(r.Context(), "items"))
			return
		}
		_, _ = fmt.Fprint(w, "log in first")
	})
	return sessions.LoadAndSave(pages), sessions
}
