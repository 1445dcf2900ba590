// Package load drives the learning platform's service over HTTP with many clients, and measures.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/singletable-go/ddb/examples/internal/random"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// Run sends operations to the service at url from so many clients, each one after the other, until the time is over. The
// school is the one that is served. When ctx ends it stops with its error.
func Run(ctx context.Context, url string, d school.Data, clients int, duration time.Duration) (Report, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = clients
	defer transport.CloseIdleConnections()
	s := sender{http: &http.Client{Transport: transport}, url: url}

	begin := time.Now()
	reports := make([]Report, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			c := &client{Source: random.New(uint64(i)), Data: d, number: i, versions: map[string]int{}}
			for time.Since(begin) < duration && ctx.Err() == nil {
				reports[i].add(s.send(ctx, c, c.pick()))
			}
		})
	}
	wg.Wait()
	total := Report{Took: time.Since(begin)}
	for _, r := range reports {
		total.outcomes = append(total.outcomes, r.outcomes...)
	}
	return total, ctx.Err()
}

// sender sends operations.
type sender struct {
	http *http.Client
	url  string
}

// outcome is what became of one operation.
type outcome struct {
	kind     string
	took     time.Duration
	requests int // to DynamoDB
	refused  bool
	err      error
}

// send sends one operation and reads its response.
func (s sender) send(ctx context.Context, c *client, k *kind) outcome {
	o := outcome{kind: k.name}
	body, err := json.Marshal(map[string]any{"query": k.query, "variables": k.variables(c)})
	if err != nil {
		o.err = err
		return o
	}
	begin := time.Now()
	response, err := s.post(ctx, body)
	o.took = time.Since(begin)
	if err != nil {
		o.err = err
		return o
	}
	o.requests = response.Extensions.Cost.Requests
	c.learn(response)
	for _, e := range response.Errors {
		if !slices.Contains(k.expected, e.Extensions.Code) {
			o.err = fmt.Errorf("%s: %s: %s", k.name, e.Extensions.Code, e.Message)
		}
		o.refused = true
	}
	return o
}

// response is what the clients read of a response.
type response struct {
	Data struct {
		SaveChapter *struct {
			ID      string
			Version int
		}
		GetCourse *struct {
			Chapters []struct {
				ID      string
				Version int
			}
		}
	}
	Errors []struct {
		Message    string
		Extensions struct{ Code string }
	}
	Extensions struct{ Cost struct{ Requests int } }
}

// learn keeps the versions of chapters.
func (c *client) learn(r response) {
	if h := r.Data.SaveChapter; h != nil {
		c.versions[h.ID] = h.Version
	}
	if co := r.Data.GetCourse; co != nil {
		for _, h := range co.Chapters {
			c.versions[h.ID] = h.Version
		}
	}
}

func (s sender) post(ctx context.Context, body []byte) (r response, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return r, err
	}
	request.Header.Set("Content-Type", "application/json")
	got, err := s.http.Do(request)
	if err != nil {
		return r, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return r, err
	}
	if got.StatusCode != http.StatusOK {
		return r, fmt.Errorf("status %d: %.200s", got.StatusCode, text)
	}
	return r, json.Unmarshal(text, &r)
}
