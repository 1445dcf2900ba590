package differential

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/integration/capability"
	"github.com/singletable-go/ddb/internal/integration/local"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

// generator draws a request on a table.
type generator = func(t *rapid.T, tb *table) request

// language is a syntax of requests.
type language int

const (
	expressions language = iota
	legacy
	statements
)

// peer is another engine that ddbmem is compared with.
type peer struct {
	name  string // as in the tables of known differences
	lacks []language
	old   bool // it has no transactions and no keys with several attributes on each side
	start func(t *testing.T) *Engine
}

// peers are the engine in a container, and those from npm.
func peers() []peer {
	container := local.EngineImage().Engine()
	all := []peer{{name: container, start: func(t *testing.T) *Engine {
		e := remote(container, *localtest.Client(t).Options().BaseEndpoint)
		e.several = capability.Has(container, capability.MultiAttributeKeys)
		return e
	}}}
	if container != "dynoxide" {
		all = append(all, peer{name: "dynoxide", start: func(t *testing.T) *Engine { return node.engine(t, dynoxide) }})
	}
	return append(all, peer{name: "dynalite", old: true, lacks: []language{statements}, start: func(t *testing.T) *Engine {
		return node.engine(t, dynalite)
	}})
}

// generators returns the requests of a language, none if the engine does not support it.
func (p peer) generators(l language) []generator {
	switch {
	case slices.Contains(p.lacks, l):
		return nil
	case l == legacy:
		return legacyGenerators
	case l == statements:
		return statementGenerators
	case p.old:
		return itemGenerators
	}
	return slices.Concat(itemGenerators, transactionGenerators)
}
