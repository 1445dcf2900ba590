package template

// Shards returns the number of shards of a partition, 0 if the template has no Shard part.
func (t Template) Shards() int {
	for _, p := range t.parts {
		if p.Kind == Shard {
			return p.N
		}
	}
	return 0
}

// The bounds of a Shard's n.
const (
	minShards = 2
	maxShards = 1000
)

// shardWidth is the number of digits of the greatest shard number: two, or three from 101 shards on.
func shardWidth(n int) int {
	if n > 100 {
		return 3
	}
	return 2
}

// shardOf returns the shard of text among n: FNV-1a in 64 bits, then the finalizer of MurmurHash3, modulo n. Stored
// keys depend on it, so it never changes. The finalizer is needed because the low bits of FNV-1a are those of the
// text's bytes.
func shardOf(text string, n int) int {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	return int(h % uint64(n))
}

// ShardText returns the shard of text among n, as it stands in a key.
func ShardText(text string, n int) string {
	return string(appendPadded(nil, uint64(shardOf(text, n)), shardWidth(n)))
}
