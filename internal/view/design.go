package view

import (
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/model"
)

// design describes the aggregate and the items that it keeps beside its targets.
func (a *aggregate) design(names model.Names) (ddbdesign.View, []ddbdesign.Companion) {
	out := ddbdesign.View{
		Name: a.view.Name, Kind: ddbdesign.KindAggregate, From: a.source.Name, Into: a.target.Name,
		OwnItems: a.own, KeepExpired: a.keepExpired,
	}
	for _, r := range a.rules {
		if r.Into != nil {
			out.Rules = append(out.Rules, ddbdesign.Rule{
				Op: string(r.Op), N: r.N,
				From: fieldName(names, a.source, r.From), By: fieldName(names, a.source, r.By), Into: fieldName(names, a.target, r.Into), At: fieldName(names, a.target, r.At),
			})
		}
	}
	for _, c := range a.conds {
		out.When = append(out.When, names.Condition(a.source, c))
	}
	companion := func(purpose, key string) ddbdesign.Companion {
		return ddbdesign.Companion{Entity: a.target.Name, Purpose: purpose, View: a.view.Name, Key: model.TargetDesign(key)}
	}
	companions := []ddbdesign.Companion{companion(ddbdesign.PurposeLedger, a.ledgerPartition(""))}
	for _, r := range a.ranks {
		companions = append(companions, companion(ddbdesign.PurposeRank, a.rulePartition(model.RankPrefix, r.label, "")))
	}
	for _, r := range a.distincts {
		companions = append(companions, companion(ddbdesign.PurposeDistinct, a.rulePartition(model.DistinctPrefix, r.label, "")))
	}
	return out, companions
}

// fieldName returns the name of a field of a declared rule, "" where the rule has none.
func fieldName(names model.Names, e *model.Entity, ptr any) string {
	if ptr == nil {
		return ""
	}
	f, err := e.Proto.Resolve(ptr)
	if err != nil { // not possible: the aggregate was declared
		return ""
	}
	return names.Of(f)
}

// design describes the fan-out, which keeps no items.
func (f *fanOut) design(model.Names) (ddbdesign.View, []ddbdesign.Companion) {
	out := ddbdesign.View{Name: f.view.Name, Kind: ddbdesign.KindFanOut, From: f.source.Name, Into: f.target.Name}
	if f.via != nil {
		out.Via = f.via.Name
	}
	return out, nil
}
