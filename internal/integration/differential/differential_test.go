package differential

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

// started are the engines that all tests share.
var started servers

func TestMain(m *testing.M) {
	// The same requests each time, unless the command line says otherwise: a build must not fail by chance.
	if err := flag.Set("rapid.seed", "1"); err != nil {
		panic(err)
	}
	code := localtest.Main(m)
	started.stop()
	os.Exit(code)
}

// local returns DynamoDB Local.
func local(t *testing.T) *Engine {
	endpoint := localtest.Client(t).Options().BaseEndpoint
	return remote("dynamodb-local", *endpoint)
}

var node = sync.OnceValues(started.engines)

var tables atomic.Int64

// compare draws a table and requests on it and tries them on ddbmem and the other engines.
func compare(t *rapid.T, log logger, generators []func(*rapid.T, *table) request, several bool, others []*Engine) {
	tb := drawTable(t, fmt.Sprintf("differential-%d-%d", os.Getpid(), tables.Add(1)), several)
	j := newJury(inProcess("ddbmem", ddbmem.New(ddbmem.Options{Legacy: true, PartiQL: true})), others)
	create := request{"CreateTable", tb.create()}
	for _, e := range append([]*Engine{j.ours}, others...) {
		o, err := ask(e, create)
		if err == nil && o.failed() {
			err = fmt.Errorf("%s: %s", e.Name, o.first())
		}
		if err != nil && e == j.ours {
			t.Fatalf("%s: %v", canonical(create.body), err)
		}
		if err != nil {
			j.out[e.Name] = err.Error()
		}
		defer func() { _, _ = e.Do("DeleteTable", []byte(canonical(object{"TableName": tb.name}))) }()
	}
	j.history = append(j.history, "CreateTable "+canonical(create.body))
	actions := map[string]func(*rapid.T){}
	for i, generate := range generators {
		actions[fmt.Sprintf("%02d", i)] = func(t *rapid.T) {
			if len(j.out) < len(others) {
				tb.draft(t)
				j.try(log, tb, generate(t, tb))
			}
		}
	}
	t.Repeat(actions)
}

// TestDynamoDBLocal compares with DynamoDB Local alone, where every difference counts that is not a known one.
func TestDynamoDBLocal(t *testing.T) {
	t.Parallel()
	engine := local(t)
	rapid.Check(t, func(t *rapid.T) { compare(t, t, generators, true, []*Engine{engine}) })
}

// TestLegacyParameters compares the parameters from before there were expressions with DynamoDB Local.
func TestLegacyParameters(t *testing.T) {
	t.Parallel()
	engine := local(t)
	rapid.Check(t, func(t *rapid.T) { compare(t, t, legacyGenerators, false, []*Engine{engine}) })
}

// TestStatements compares statements of PartiQL with DynamoDB Local.
func TestStatements(t *testing.T) {
	t.Parallel()
	engine := local(t)
	rapid.Check(t, func(t *rapid.T) { compare(t, t, statementGenerators, false, []*Engine{engine}) })
}

// TestMajority compares with three engines, where two must agree.
func TestMajority(t *testing.T) {
	t.Parallel()
	engines, err := node()
	if err != nil {
		t.Skipf("needs dynoxide and dynalite from npm: %v", err)
	}
	engines = append([]*Engine{local(t)}, engines...)
	rapid.Check(t, func(t *rapid.T) { compare(t, t, generators, false, engines) })
}
