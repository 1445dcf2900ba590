package model

// shapesIn returns the keys of the entities in an index.
func (t *Table) shapesIn(ix *Index) *shapes {
	if t.shapes[ix] == nil {
		t.shapes[ix] = &shapes{}
	}
	return t.shapes[ix]
}

// shapes finds the keys of an index by what partition key and sort key begin with. The zero shapes is empty.
type shapes struct {
	partitions heads[*heads[*IndexKeys]]
}

func (s *shapes) add(k *IndexKeys) {
	partition := k.Partition.Head()
	sorts := s.partitions.at[partition]
	if sorts == nil {
		sorts = []*heads[*IndexKeys]{{}}
		s.partitions.add(partition, sorts[0])
	}
	sorts[0].add(k.Sort.Head(), k)
}

// find returns the first keys for which is holds, of those that an item's may be.
func (s *shapes) find(partition, sort string, is func(*IndexKeys) bool) (found *IndexKeys) {
	s.partitions.of(partition, func(sorts *heads[*IndexKeys]) bool {
		return sorts.of(sort, func(k *IndexKeys) bool {
			if is(k) {
				found = k
			}
			return found == nil
		})
	})
	return found
}

// near calls yield for the keys that may stand in one partition with k and that a read of k's may meet, or one of theirs k.
func (s *shapes) near(k *IndexKeys, yield func(*IndexKeys)) {
	s.partitions.near(k.Partition.Head(), func(sorts *heads[*IndexKeys]) bool {
		return sorts.near(k.Sort.Head(), func(other *IndexKeys) bool {
			yield(other)
			return true
		})
	})
}
