package ddbcache

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// The times of a simulation. A read that is eventually consistent is at most so old, and a request that its caller gave up
// arrives at most so late: each may take as long as a cache is told.
const (
	simLag    = 2 * time.Second
	simSettle = simLag
	simTTL    = 40 * time.Second
)

// simConfig says what happens in a simulation.
type simConfig struct {
	without steps
	steps   int
	caches  int
	stream  bool  // the caches follow the stream
	remade  bool  // the table is made again, with another key
	bytes   int64 // of items
}

// simulation is a table, caches in front of it, and callers whose requests wait until the simulation lets them go on: it
// chooses who goes first, and what goes wrong.
type simulation struct {
	choices []uint16
	cfg     simConfig
	client  *dynamodb.Client // of the table
	caches  []*Cache
	follow  []*Follower

	mu      sync.Mutex
	held    []*heldCall
	late    []lateWrite
	history map[string][]state
	floor   []map[string]int // for each cache, the oldest state that a read that begins now may return
	records []simRecord
	heard   []map[int]bool // for each cache, the records that it has
	running map[int]context.CancelFunc
	started int
	value   int
	remade  bool
	fault   error
}

// state is what an item was from a time on; value is empty while there is none.
type state struct {
	value string
	at    time.Time
}

// heldCall is a request that waits.
type heldCall struct {
	write bool
	sent  bool // it was done, and its response waits
	goes  chan simFault
}

type lateWrite struct {
	apply func()
	by    time.Time
}

type simRecord struct {
	r     ddb.Record
	key   string
	state int
}

// simFault is what happens to a request.
type simFault uint8

const (
	goesWell simFault = iota
	goesWell2
	goesWell3
	throttled
	failsBefore // with a server error, and nothing was done
	failsAfter  // the response is lost
	arrivesLate // the response is lost, and the request has not arrived
)

var errLost = errors.New("connection reset by peer")

// choose returns one of n numbers, the first when there are no more choices.
func (s *simulation) choose(n int) int {
	if len(s.choices) == 0 || n <= 1 {
		return 0
	}
	c := int(s.choices[0])
	s.choices = s.choices[1:]
	return c % n
}

const simTable = "table"

var simKeys = []string{"a", "b"}

// simKey is the key of an item of the table that there is at first.
func simKey(k string) item {
	return item{"pk": &types.AttributeValueMemberS{Value: k}}
}

// key is the key of an item now.
func (s *simulation) key(k string) item {
	key := simKey(k)
	if s.remade {
		key["sk"] = &types.AttributeValueMemberS{Value: "s"}
	}
	return key
}

// make makes the table.
func (s *simulation) make() error {
	in := &dynamodb.CreateTableInput{TableName: aws.String(simTable), BillingMode: types.BillingModePayPerRequest}
	for i, name := range slices.Sorted(maps.Keys(s.key("a"))) {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String(name), KeyType: types.KeyTypeHash.Values()[i]})
	}
	_, err := s.client.CreateTable(context.Background(), in)
	return err
}

// remake deletes the table past the cache, and makes it again with another key. No read finds what was in it.
func (s *simulation) remake() {
	s.remade = true
	if _, err := s.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(simTable)}); err != nil {
		panic(err)
	}
	if err := s.make(); err != nil {
		panic(err)
	}
	for _, k := range simKeys {
		s.history[k] = append(s.history[k], state{at: time.Now().Add(-time.Hour)})
	}
}

// simulate returns what a read returned that it must not.
func simulate(t *testing.T, choices []uint16, cfg simConfig) (violation error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &simulation{choices: choices, cfg: cfg, history: map[string][]state{}, running: map[int]context.CancelFunc{}}
		s.client = ddbmem.New().Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
		if violation = s.make(); violation != nil {
			return
		}
		for _, k := range simKeys {
			s.history[k] = []state{{at: time.Now().Add(-time.Hour)}}
		}
		for range cfg.caches {
			c := New(&gate{s}, &Options{ItemTTL: simTTL, Settle: simSettle, ItemBytes: cfg.bytes, Now: time.Now})
			c.without = cfg.without
			s.caches, s.follow = append(s.caches, c), append(s.follow, c.Follow(simTable, nil))
			s.floor, s.heard = append(s.floor, map[string]int{}), append(s.heard, map[int]bool{})
		}
		s.run()
		violation = s.fault
	})
	return violation
}

// run makes the steps, lets everything end, and compares the caches with the table.
func (s *simulation) run() {
	for range s.cfg.steps {
		synctest.Wait()
		if s.fault != nil {
			break
		}
		s.step()
	}
	for synctest.Wait(); len(s.held) > 0; synctest.Wait() {
		s.release(0, goesWell)
	}
	for len(s.late) > 0 {
		s.arrive(0)
	}
	s.compare()
}

// step lets one thing happen.
func (s *simulation) step() {
	switch n := s.choose(10); {
	case n < 3 && len(s.running) < 4:
		s.start()
	case n == 3 && len(s.late) > 0:
		s.arrive(s.choose(len(s.late)))
	case n == 4:
		s.sleep(time.Duration(s.choose(4000)) * time.Millisecond)
	case n == 5 && s.choose(8) == 0:
		s.sleep(simTTL)
	case n == 5 && s.choose(4) == 0:
		s.cancel()
	case n == 5 && s.choose(4) == 0:
		s.caches[s.choose(len(s.caches))].Forget(simTable, s.key("a"))
	case n == 5 && s.choose(4) == 0:
		s.caches[s.choose(len(s.caches))].ForgetTable(simTable)
	case n == 5 && s.cfg.remade && !s.remade:
		s.remake()
	case n == 6 && s.cfg.stream && len(s.records) > 0:
		s.deliver(s.choose(len(s.caches)), s.choose(len(s.records)))
	case len(s.held) > 0:
		i := s.choose(len(s.held))
		fault := simFault(s.choose(int(arrivesLate) + 4))
		if fault > arrivesLate || s.held[i].sent || !s.held[i].write && fault > failsBefore {
			fault = goesWell
		}
		s.release(i, fault)
	default:
		s.start()
	}
}

// sleep lets time pass, but not so much that a request arrives later than it may.
func (s *simulation) sleep(d time.Duration) {
	for len(s.late) > 0 && !s.late[0].by.After(time.Now().Add(d)) {
		s.arrive(0)
	}
	time.Sleep(d)
}

func (s *simulation) arrive(i int) {
	l := s.late[i]
	simTrace("%v late", time.Now().Format("05.000"))
	s.late = slices.Delete(s.late, i, i+1)
	l.apply()
}

func (s *simulation) cancel() {
	for i := range s.started {
		if cancel := s.running[i]; cancel != nil && s.choose(2) == 0 {
			cancel()
			synctest.Wait()
			return
		}
	}
}

func (s *simulation) release(i int, fault simFault) {
	s.mu.Lock()
	h := s.held[i]
	s.held = slices.Delete(s.held, i, i+1)
	s.mu.Unlock()
	simTrace("%v released %+v fault %d", time.Now().Format("05.000"), *h, fault)
	h.goes <- fault
	synctest.Wait()
}

// deliver hands a record to a cache, perhaps not for the first time, and not in order.
func (s *simulation) deliver(cache, record int) {
	r := s.records[record]
	_, _ = s.follow[cache].Process(context.Background(), []ddb.Record{r.r})
	s.heard[cache][record] = true
	s.floor[cache][r.key] = max(s.floor[cache][r.key], r.state)
}

// compare lets what is promised to pass pass, and then reads every item through every cache.
func (s *simulation) compare() {
	if s.fault != nil {
		return
	}
	if s.cfg.stream {
		for i := range s.caches {
			for r := range s.records {
				if !s.heard[i][r] {
					s.deliver(i, r)
				}
			}
		}
	}
	time.Sleep(simLag + time.Millisecond)
	if s.cfg.caches > 1 && !s.cfg.stream {
		time.Sleep(simTTL)
	}
	for i, c := range s.caches {
		for _, k := range simKeys {
			go func() {
				out, err := c.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String(simTable), Key: s.key(k)})
				h := s.history[k]
				if last := h[len(h)-1].value; err == nil && valueOf(out.Item) != last {
					s.fault = fmt.Errorf("in the end cache %d has %q of %s, and the table %q", i, valueOf(out.Item), k, last)
				}
			}()
			for synctest.Wait(); len(s.held) > 0; synctest.Wait() {
				s.release(0, goesWell)
			}
		}
	}
}

func valueOf(it item) string {
	if v, ok := it["v"].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// start begins a call of a caller.
func (s *simulation) start() {
	cache := s.choose(len(s.caches))
	ctx, cancel := context.WithCancel(context.Background())
	id := s.started
	s.started++
	s.running[id] = cancel
	call := s.call(ctx, cache)
	simTrace("%v call %d begins", time.Now().Format("05.000"), id)
	go func() {
		call()
		simTrace("%v call %d ends", time.Now().Format("05.000"), id)
		s.mu.Lock()
		defer s.mu.Unlock()
		cancel()
		delete(s.running, id)
	}()
	synctest.Wait()
}

// wrote says that a write through a cache ended. What it did to the table, if anything, every later read has to see.
func (s *simulation) wrote(cache int, value, k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.history[k]
	for i := len(h) - 1; i > s.floor[cache][k]; i-- {
		if h[i].value == value {
			if value == "" { // which of several deletes it was is not known: not a later one than the first
				for j := i; j > s.floor[cache][k]; j-- {
					if h[j].value == "" {
						i = j
					}
				}
			}
			s.floor[cache][k] = i
			return
		}
	}
}

// check compares what a read returned with the oldest that it may.
func (s *simulation) check(cache int, k, value string, floor int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.history[k]
	for i := len(h) - 1; i >= floor; i-- {
		if h[i].value == value {
			return
		}
	}
	if s.fault == nil {
		s.fault = fmt.Errorf("cache %d returned %q of %s, although a read that began then must see %q or later of %v", cache, value, k, h[floor].value, h)
	}
}
