package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/view"
)

// check compares what is derived with a recomputation.
func (s *simulation) check(ctx context.Context, db *ddb.DB) error {
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(simTable), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	var sources []simSource
	var derived []any
	have, totals := map[string]simTarget{}, map[string]simTotal{}
	for _, attrs := range out.Items {
		e, err := s.m.below().Claim(model.Loaded(attrs))
		if err != nil {
			return err
		}
		switch e {
		case face.Entity(s.m.sources):
			src, err := s.m.sources.Decode(attrs)
			if err != nil {
				return err
			}
			sources = append(sources, src)
		case face.Entity(s.m.targets):
			t, err := s.m.targets.Decode(attrs)
			if err != nil {
				return err
			}
			have[t.ID] = t
		case face.Entity(s.m.totals):
			t, err := s.m.totals.Decode(attrs)
			if err != nil {
				return err
			}
			totals[t.Target] = t
		default:
			if e != nil {
				v := e.NewItem()
				if err := e.Decode(model.Loaded(attrs), v); err != nil {
					return err
				}
				derived = append(derived, v.Interface())
			}
		}
	}
	var faults []error
	if s.cfg.copy {
		return s.checkCopies(sources, derived)
	}
	if s.cfg.moving {
		return checkSeats(sources, derived)
	}
	for _, id := range simTargetIDs {
		want, total := recompute(id, sources)
		if got, ok := have[id]; ok {
			want.Name = got.Name
			if err := sameTarget(want, got, sources); err != nil {
				faults = append(faults, err)
			}
		}
		got, ok := totals[id]
		if (ok || total.N > 0) && (got.Sum != total.Sum || got.N != total.N) {
			faults = append(faults, fmt.Errorf("total %s: have %+v, want %+v", id, got, total))
		}
	}
	if !s.cfg.plain {
		faults = append(faults, s.checkMore(sources, derived)...)
	}
	if slices.Contains(s.m.all, s.m.moving) {
		faults = append(faults, checkSeats(sources, derived))
	}
	if errors.Join(faults...) == nil {
		for _, v := range s.m.all {
			for d, err := range v.Verify(context.WithValue(ctx, view.LedgerHooksKey{}, s.cfg.hooks), db, nil) {
				if err == nil {
					err = errors.New(d.String())
				}
				faults = append(faults, fmt.Errorf("verify: %w", err))
			}
		}
	}
	return errors.Join(faults...)
}

func recompute(id string, sources []simSource) (t simTarget, total simTotal) {
	t.ID = id
	total.Target = id
	tags := map[string]bool{}
	tenths := 0
	for _, src := range sources {
		if src.Target != id {
			continue
		}
		if !src.Off {
			total.Sum += src.V
			total.N++
		}
		if t.N == 0 || src.V < t.Min {
			t.Min = src.V
		}
		if t.N == 0 || src.V > t.LastV {
			t.LastV = src.V
		}
		t.N++
		t.Sum += src.V
		tenths += src.V
		if src.At.After(t.Max) {
			t.Max = src.At
		}
		if src.Tag != "" {
			tags[src.Tag] = true
		}
		t.Top = append(t.Top, simEntry{src.ID, src.V})
	}
	t.F = float64(tenths) / 10
	t.Tags = len(tags)
	slices.SortFunc(t.Top, func(a, b simEntry) int { return b.V - a.V })
	t.Top = t.Top[:min(2, len(t.Top))]
	return t, total
}

func sameTarget(want, got simTarget, sources []simSource) error {
	wrong := func(what string, want, got any) error {
		return fmt.Errorf("target %s: %s is %v, should be %v", want, what, got, want)
	}
	switch {
	case got.Sum != want.Sum, got.N != want.N, got.F != want.F, got.Min != want.Min, got.Tags != want.Tags, got.LastV != want.LastV, !got.Max.Equal(want.Max):
		return wrong("something", fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got))
	case len(got.Top) != len(want.Top):
		return wrong("top", want.Top, got.Top)
	}
	for i := range got.Top { // those of one value may stand in any order, and be cut off
		if got.Top[i].V != want.Top[i].V {
			return wrong("top", want.Top, got.Top)
		}
	}
	byID := map[string]simSource{}
	for _, src := range sources {
		byID[src.ID] = src
	}
	lasts := map[string]bool{}
	for _, src := range sources {
		if src.Target == want.ID && src.V == want.LastV {
			lasts[src.Tag] = true
		}
	}
	for _, e := range got.Top {
		if src := byID[e.ID]; src.Target != want.ID || src.V != e.V {
			return wrong("top", want.Top, got.Top)
		}
	}
	if want.N > 0 && !lasts[got.Last] {
		return wrong("last", slices.Sorted(maps.Keys(lasts)), got.Last)
	}
	return nil
}

// checkCopies compares each copy that FanOut keeps with its source.
func (s *simulation) checkCopies(sources []simSource, derived []any) error {
	now := map[string]int{}
	for _, id := range simSourceIDs {
		now[id] = simGone
	}
	for _, src := range sources {
		now[src.ID] = src.V
	}
	for _, d := range derived {
		if c, ok := d.(simCopy); ok && c.V != now[c.Source] {
			return fmt.Errorf("have %+v, want %d", c, now[c.Source])
		}
	}
	return nil
}

// checkSeats compares what each seat knows with the sources.
func checkSeats(sources []simSource, derived []any) error {
	for _, d := range derived {
		seat, ok := d.(simSeat)
		if !ok {
			continue
		}
		want := map[string]int{}
		for _, src := range sources {
			if seatOf(src) == seat.Target {
				want[src.ID] = src.V
			}
		}
		if !maps.Equal(seat.Sources, want) {
			return fmt.Errorf("have %+v, want %v", seat, want)
		}
	}
	return nil
}

// checkMore compares the views that more declares with a recomputation.
func (s *simulation) checkMore(sources []simSource, derived []any) (faults []error) {
	wrong := func(have, want any) { faults = append(faults, fmt.Errorf("have %+v, want %+v", have, want)) }
	now := map[string]simSource{}
	all := simSpread{}
	counting := slices.Clone(sources)
	for _, src := range sources {
		now[src.ID] = src
		all.Sum += src.V
		all.N++
	}
	for _, r := range s.seen {
		if record.KindIn(s.m.below(), (*record.Record)(&r)) != ddb.Expired {
			continue
		}
		src, err := s.m.sources.Decode(r.Old)
		if err != nil {
			return []error{err}
		}
		counting = append(counting, src)
	}
	kept, tags := map[string]simKept{}, map[string]bool{}
	for _, src := range counting {
		if src.Target == "" {
			continue
		}
		k := kept[src.Target]
		k.Target = src.Target
		k.Sum += src.V
		k.N++
		if src.Tag != "" && !tags[src.Target+src.Tag] {
			tags[src.Target+src.Tag] = true
			k.Tags++
		}
		kept[src.Target] = k
	}
	for _, d := range derived {
		v := func(source string) int {
			if src, ok := now[source]; ok {
				return src.V
			}
			return simGone
		}
		switch d := d.(type) {
		case simKept:
			if want := kept[d.Target]; d.Sum != want.Sum || d.N != want.N || d.Tags != want.Tags {
				wrong(d, want)
			}
			delete(kept, d.Target)
		case simSpread:
			all.Sum -= d.Sum
			all.N -= d.N
		case simCopy:
			if d.V != v(d.Source) {
				wrong(d, v(d.Source))
			}
		case simMember:
			if d.V != v(d.Source) {
				wrong(d, v(d.Source))
			}
		case simPlaced:
			if d.V != v(d.ID[:1]) {
				wrong(d, v(d.ID[:1]))
			}
		}
	}
	if all.Sum != 0 || all.N != 0 {
		wrong("a spread total that differs by", all)
	}
	if len(kept) > 0 {
		wrong("no item", kept)
	}
	return faults
}
