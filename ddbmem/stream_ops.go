package ddbmem

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

const (
	iteratorLife   = 15 * time.Minute
	maxRecords     = 1000
	maxRecordBytes = 1 << 20
)

func listStreams(e *Engine, in *wire.Node) (*out, error) {
	want := in.Text("TableName")
	after := in.Text("ExclusiveStartStreamArn")
	if after != "" && !streamArns.MatchString(after) {
		return nil, invalid("Invalid StreamArn: %s", after)
	}
	limit := int(in.Int("Limit", 100))
	e.forgetStreams(e.clock.Now())
	var all []*stream
	e.mu.RLock()
	for _, s := range e.streams {
		if want == "" || s.table.name == want {
			all = append(all, s)
		}
	}
	e.mu.RUnlock()
	slices.SortFunc(all, func(a, b *stream) int { return strings.Compare(a.arn, b.arn) })
	at := 0
	if after != "" {
		at = sort.Search(len(all), func(i int) bool { return all[i].arn > after })
	}
	page := all[at:]
	more := len(page) > limit
	if more {
		page = page[:limit]
	}
	o := &out{}
	o.open()
	o.key("Streams")
	o.list(len(page), func(i int) {
		o.open()
		o.str("StreamArn", page[i].arn)
		o.str("TableName", page[i].table.name)
		o.str("StreamLabel", page[i].label)
		o.close()
	})
	if more {
		o.str("LastEvaluatedStreamArn", page[limit-1].arn)
	}
	o.close()
	return o, nil
}

var streamArns = regexp.MustCompile(`^arn:[^:]+:dynamodb:[^:]*:[^:]*:table/[^/]+/stream/.+$`)

func trimmed() *apiError {
	return failure(modelSpace+"TrimmedDataAccessException", "The operation attempted to read past the oldest stream record in a shard.")
}

func noShard() *apiError { return notFound("Requested resource not found: Shard does not exist") }

// stream finds a stream by its ARN, after the pending changes of its table have been written.
func (e *Engine) stream(arn string) (*stream, *apiError) {
	if !streamArns.MatchString(arn) {
		return nil, invalid("Invalid StreamArn: %s", arn)
	}
	e.reap()
	e.forgetStreams(e.clock.Now())
	e.mu.RLock()
	s := e.streams[arn]
	e.mu.RUnlock()
	if s == nil {
		return nil, notFound("Requested resource not found: Stream: " + arn + " not found")
	}
	s.table.settle()
	return s, nil
}

func describeStream(e *Engine, in *wire.Node) (*out, error) {
	s, failed := e.stream(in.Text("StreamArn"))
	if failed != nil {
		return nil, failed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(e.clock.Now())
	shards := s.shards
	if f := in.Get("ShardFilter"); f != nil {
		parent := f.Text("ShardId")
		shards = slices.DeleteFunc(slices.Clone(shards), func(sh *shard) bool { return sh.parent != parent })
	}
	if after := in.Text("ExclusiveStartShardId"); after != "" {
		if at := slices.IndexFunc(shards, func(sh *shard) bool { return sh.id == after }); at >= 0 {
			shards = shards[at+1:]
		} else {
			shards = slices.DeleteFunc(slices.Clone(shards), func(sh *shard) bool { return sh.id <= after })
		}
	}
	limit := int(in.Int("Limit", 100))
	more := len(shards) > limit
	if more {
		shards = shards[:limit]
	}
	o := &out{}
	o.open()
	o.key("StreamDescription")
	o.open()
	o.str("StreamArn", s.arn)
	o.str("StreamLabel", s.label)
	o.str("StreamStatus", map[bool]string{true: "ENABLED", false: "DISABLED"}[!s.closed.set])
	o.str("StreamViewType", s.view)
	o.float("CreationRequestDateTime", seconds(s.created))
	o.str("TableName", s.table.name)
	o.any("KeySchema", s.table.order)
	o.key("Shards")
	o.list(len(shards), func(i int) {
		o.open()
		o.str("ShardId", shards[i].id)
		o.key("SequenceNumberRange")
		o.open()
		o.str("StartingSequenceNumber", shards[i].first)
		if shards[i].last != "" {
			o.str("EndingSequenceNumber", shards[i].last)
		}
		o.close()
		if shards[i].parent != "" {
			o.str("ParentShardId", shards[i].parent)
		}
		o.close()
	})
	if more {
		o.str("LastEvaluatedShardId", shards[limit-1].id)
	}
	o.close()
	o.close()
	return o, nil
}

// iterator is a position in a shard: the ordinal of the next record.
type iterator struct {
	Shard string
	Next  int
	At    int64 // when it was made, in milliseconds
}

func (it iterator) encode(s *stream) string {
	b, _ := json.Marshal(it)
	return s.arn + "|1|" + base64.StdEncoding.EncodeToString(b)
}

func decodeIterator(text string) (arn string, it iterator, ok bool) {
	parts := strings.Split(text, "|")
	if len(parts) != 3 {
		return "", it, false
	}
	b, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || json.Unmarshal(b, &it) != nil || it.Next < 0 {
		return "", it, false
	}
	return parts[0], it, true
}

func getShardIterator(e *Engine, in *wire.Node) (*out, error) {
	kind, seq := in.Text("ShardIteratorType"), in.Text("SequenceNumber")
	bySeq := kind == "AT_SEQUENCE_NUMBER" || kind == "AFTER_SEQUENCE_NUMBER"
	if bySeq && seq == "" {
		return nil, parameter("Invalid SequenceNumber")
	}
	if !bySeq && seq != "" {
		return nil, parameter("SequenceNumber should not be passed for this iterator type")
	}
	now := e.clock.Now()
	from, failed := startTime(in, now)
	if failed != nil {
		return nil, failed
	}
	s, failed := e.stream(in.Text("StreamArn"))
	if failed != nil {
		return nil, failed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	sh := s.find(in.Text("ShardId"))
	if sh == nil {
		return nil, noShard()
	}
	it := iterator{Shard: sh.id, At: now.UnixMilli(), Next: sh.trimmed}
	switch {
	case kind == "LATEST":
		it.Next = sh.next()
	case bySeq:
		at, failed := sh.ordinal(seq, kind == "AFTER_SEQUENCE_NUMBER")
		if failed != nil {
			return nil, failed
		}
		it.Next = at
	case kind == atTimestamp:
		it.Next = sh.since(from)
	}
	o := &out{}
	o.open()
	o.str("ShardIterator", it.encode(s))
	o.close()
	return o, nil
}

// ordinal returns the ordinal of the record at, or after, a sequence number.
func (sh *shard) ordinal(seq string, after bool) (int, *apiError) {
	n, ok := new(big.Int).SetString(seq, 10)
	if !ok || n.Sign() < 0 {
		return 0, invalid("Invalid SequenceNumber: %s", seq)
	}
	first, _ := new(big.Int).SetString(sh.first, 10)
	if n.Cmp(first) < 0 {
		return 0, invalid("Invalid SequenceNumber: %s is before the beginning of shard %s", seq, sh.id)
	}
	if sh.last != "" {
		if last, _ := new(big.Int).SetString(sh.last, 10); n.Cmp(last) > 0 {
			return 0, invalid("Invalid SequenceNumber: %s is after the end of shard %s", seq, sh.id)
		}
	}
	i := sort.Search(sh.records.len(), func(i int) bool {
		c := sh.records.at(i).seq.Cmp(n)
		return c > 0 || (c == 0 && !after)
	})
	if i == 0 && sh.trimmed > 0 && (sh.records.len() == 0 || sh.records.at(0).seq.Cmp(n) > 0) {
		return 0, trimmed()
	}
	return sh.trimmed + i, nil
}

func getRecords(e *Engine, in *wire.Node) (*out, error) {
	arn, it, ok := decodeIterator(in.Text("ShardIterator"))
	if !ok {
		return nil, invalid("Invalid ShardIterator")
	}
	s, failed := e.stream(arn)
	if failed != nil {
		return nil, failed
	}
	now := e.clock.Now()
	if now.Sub(time.UnixMilli(it.At)) > iteratorLife {
		return nil, failure(modelSpace+"ExpiredIteratorException", "The shard iterator has expired and can no longer be used to retrieve stream records.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy(now)
	sh := s.find(it.Shard)
	if sh == nil {
		return nil, noShard()
	}
	if it.Next < sh.trimmed {
		return nil, trimmed()
	}
	limit := int(in.Int("Limit", maxRecords))
	o := &out{}
	o.open()
	o.key("Records")
	o.b = append(o.b, '[')
	n := min(it.Next-sh.trimmed, sh.records.len())
	from := len(o.b)
	for count := 0; n < sh.records.len() && count < limit && len(o.b)-from < maxRecordBytes; count++ {
		sh.records.at(n).write(o, s)
		n++
	}
	o.b = append(o.b, ']')
	if sh.last == "" || n < sh.records.len() {
		next := iterator{Shard: sh.id, Next: sh.trimmed + n, At: now.UnixMilli()}
		o.str("NextShardIterator", next.encode(s))
	}
	o.close()
	return o, nil
}
