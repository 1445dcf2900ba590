package keys

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Relation is the kind of an edge.
type Relation string

// The relations of players. A date and a place are nodes as a player is, so that what has one in common has an edge to it.
const (
	Follows Relation = "follows"
	Born    Relation = "born"  // to a date
	Lives   Relation = "lives" // at a place
)

// Node is a player, a date or a place.
type Node struct {
	ID   string `dynamodbav:"-"`    // "player/ann", "date/1990-05-17", "place/Oslo"
	Kind string `dynamodbav:"kind"` // "player"
	Data string `dynamodbav:"data"` // what its kind is looked up by: a player's name
}

// Edge is a relation from a node to another. Data is a copy of what readers of the edge want to know of its target, which
// saves reading it: that makes the graph materialized. Without Data it is not in ByData. Text sorts as text: write 7 as "0007" and a day as "1990-05-17".
type Edge struct {
	From     string   `dynamodbav:"-"`
	Relation Relation `dynamodbav:"-"`
	To       string   `dynamodbav:"-"`
	Data     string   `dynamodbav:"data,omitempty"`
}

// The table of the graph. A node and its edges are an item collection. In ByTarget are the edges to a node, by relation; in
// ByData the edges of a relation and the nodes of a kind, by their data. A relation has many edges, so it is spread over
// eight partitions of ByData, which a query reads and merges. DynamoDB's guide has the three as one design.
var (
	GraphTable = ddb.NewTable("node", "edge")
	ByTarget   = GraphTable.GSI("by-target", "target", "target_edge")
	ByData     = GraphTable.GSI("by-data", "type_shard", "data_key")

	Nodes = ddb.MustDefine(GraphTable, "node", func(n *Node, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("node#"), ddb.Str(&n.ID)), ddb.Key(ddb.Prefix("node")))
		d.Index(ByData,
			ddb.Key(ddb.Prefix("nodes#"), ddb.Str(&n.Kind), ddb.Prefix("#"), ddb.Shard(&n.ID, 8)),
			ddb.Key(ddb.Str(&n.Data)))
	})
	Edges = ddb.MustDefine(GraphTable, "edge", func(e *Edge, d *ddb.Definition) {
		const edge, hash ddb.Prefix = "edge#", "#"
		d.Primary(ddb.Key(ddb.Prefix("node#"), ddb.Str(&e.From)), ddb.Key(edge, ddb.Str(&e.Relation), hash, ddb.Str(&e.To)))
		d.Index(ByTarget, ddb.Key(ddb.Prefix("node#"), ddb.Str(&e.To)), ddb.Key(edge, ddb.Str(&e.Relation), hash, ddb.Str(&e.From)))
		d.Index(ByData,
			ddb.Key(ddb.Prefix("edges#"), ddb.Str(&e.Relation), hash, ddb.Shard(&e.From, 8)),
			ddb.Key(ddb.Str(&e.Data))).When(ddb.Ne(&e.Data, ""))
	})
)

// WholeNode is a node with the edges from it, and what it shows of their targets.
func WholeNode(id string) ddb.Collection { return Nodes.Query(Node{ID: id}).Collection() }

// EdgesTo are the edges of a relation to a node: the players who were born on a date.
func EdgesTo(to string, relation Relation) ddb.Query[Edge] {
	return Edges.On(ByTarget, Edge{To: to}).SortKey(ddb.Eq(&Edges.Fields().Relation, relation))
}

// EdgesByData are the edges of a relation whose data is from and below until: the players who were born in a year.
func EdgesByData(relation Relation, from, until string) ddb.Query[Edge] {
	f := Edges.Fields()
	return Edges.On(ByData, Edge{Relation: relation}).SortKey(ddb.Ge(&f.Data, from), ddb.Lt(&f.Data, until))
}

// NodesNamed are the nodes of a kind whose data begins with a prefix, or all for "".
func NodesNamed(kind, prefix string) ddb.Query[Node] {
	q := Nodes.On(ByData, Node{Kind: kind})
	if prefix == "" {
		return q
	}
	return q.SortKey(ddb.StartsWith(&Nodes.Fields().Data, prefix))
}

// Reach returns the nodes that are hops or fewer edges of a relation away, the nearest first. It makes a query for each node
// that it visits: keep hops at two or three, or store what it finds as edges of their own.
func Reach(ctx context.Context, db *ddb.DB, from string, relation Relation, hops int) ([]string, error) {
	edges := ddb.NewRepository(db, Edges)
	seen := map[string]bool{from: true}
	var found []string
	for near := []string{from}; hops > 0 && len(near) > 0; hops-- {
		var next []string
		for _, id := range near {
			q := Edges.Query(Edge{From: id}).SortKey(ddb.Eq(&Edges.Fields().Relation, relation))
			for e, err := range edges.Query(ctx, q) {
				if err != nil {
					return nil, err
				}
				if !seen[e.To] {
					seen[e.To] = true
					next = append(next, e.To)
				}
			}
		}
		found = append(found, next...)
		near = next
	}
	return found, nil
}
