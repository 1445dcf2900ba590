package differential

import (
	"flag"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) {
	// The same requests each time, unless the command line says otherwise: a build must not fail by chance. About a minute.
	// Tests wait for engines that take one request at a time: with all of them at once, each engine is busy.
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "400", "test.parallel": "9"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	code := localtest.Main(m)
	node.stop()
	os.Exit(code)
}

// each runs f as a parallel subtest for every engine that speaks a language, with the requests of that language.
func each(t *testing.T, spoken language, f func(t *testing.T, other *Engine, generators []generator)) {
	t.Helper()
	for _, p := range peers() {
		generators := p.generators(spoken)
		if generators == nil {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			other := *p.start(t)
			other.several = other.several && spoken == expressions
			f(t, &other, generators)
		})
	}
}

var tables atomic.Int64

// compare draws a table and requests on it and tries them on ddbmem and the other engine.
func compare(t *rapid.T, log logger, other *Engine, generators []generator) {
	tb := drawTable(t, fmt.Sprintf("differential-%d-%d", os.Getpid(), tables.Add(1)), other.several)
	j := newJury(inProcess("ddbmem", ddbmem.New(ddbmem.Options{Legacy: true, PartiQL: true})), other)
	create := request{"CreateTable", tb.create()}
	for _, e := range []*Engine{j.ours, other} {
		o, err := ask(e, create)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if o.failed() {
			t.Fatalf("%s: %s: %s", e.Name, canonical(create.body), o.first())
		}
		if err := active(e, tb.name); err != nil {
			t.Fatalf("%v", err)
		}
		defer func() { _, _ = e.Do("DeleteTable", []byte(canonical(object{"TableName": tb.name}))) }()
	}
	j.history = append(j.history, "CreateTable "+canonical(create.body))
	actions := map[string]func(*rapid.T){}
	for i, generate := range generators {
		actions[fmt.Sprintf("%02d", i)] = func(t *rapid.T) {
			if j.out == "" {
				tb.draft(t)
				j.try(log, tb, generate(t, tb))
			}
		}
	}
	t.Repeat(actions)
}

// active waits until a table can be used.
func active(e *Engine, name string) error {
	for range 100 {
		o, err := ask(e, request{"DescribeTable", object{"TableName": name}})
		if err != nil {
			return err
		}
		if table, _ := o.first().body["Table"].(object); table["TableStatus"] == "ACTIVE" {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%s: the table does not become active", e.Name)
}

func check(t *testing.T, other *Engine, generators []generator) {
	rapid.Check(t, func(t *rapid.T) { compare(t, t, other, generators) })
}

// TestExpressions compares the operations on items, with expressions.
func TestExpressions(t *testing.T) {
	t.Parallel()
	each(t, expressions, check)
}

// TestLegacyParameters compares the parameters from before there were expressions.
func TestLegacyParameters(t *testing.T) {
	t.Parallel()
	each(t, legacy, check)
}

// TestStatements compares statements of PartiQL.
func TestStatements(t *testing.T) {
	t.Parallel()
	each(t, statements, check)
}
