package ddb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// A learning platform's students, and the progress that gives them points.
type (
	Learner struct {
		ID string `dynamodbav:"-"`
		XP int    `dynamodbav:"xp"` // derived
	}
	Achievement struct {
		Learner string `dynamodbav:"-"`
		ID      string `dynamodbav:"-"`
		XP      int    `dynamodbav:"xp"`
	}
)

var (
	Academy  = ddb.NewTable("pk", "sk")
	Learners = ddb.MustDefine(Academy, "learner", func(l *Learner, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&l.ID))
		d.Primary(id, id)
	})
	Achievements = ddb.MustDefine(Academy, "achievement", func(a *Achievement, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("l#"), ddb.Str(&a.Learner)), ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)))
	})
	LearnerXP = ddbview.MustAggregate("learner-xp", Achievements, Learners, func(a *Achievement, l *Learner) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&a.Learner, &l.ID), ddbview.Sum(&a.XP, &l.XP)}
	})
)

// What an aggregate derives stands in the design page.
func ExampleAggregate_describe() {
	_ = Academy.Describe(os.Stdout)
	// Output:
	// ENTITY       INDEX    PARTITION KEY  SORT KEY  WHEN
	// learner      primary  l#{ID}         l#{ID}
	//              derived  XP             by learner-xp
	// achievement  primary  l#{Learner}    a#{ID}
}

func ExampleHandle() {
	mux := ddb.NewMux(Academy, nil)
	ddb.Handle(mux, Achievements, func(_ context.Context, c ddb.Change[Achievement]) error {
		fmt.Println(c.Kind, c.New.ID, "gained", c.New.XP-c.Old.XP)
		return nil
	})
	event := json.RawMessage(`{"Records": [{"eventName": "MODIFY", "dynamodb": {
		"SequenceNumber": "100000000000000000001",
		"Keys":     {"pk": {"S": "l#1"}, "sk": {"S": "a#intro"}},
		"OldImage": {"pk": {"S": "l#1"}, "sk": {"S": "a#intro"}, "entityType": {"S": "achievement"}, "xp": {"N": "10"}},
		"NewImage": {"pk": {"S": "l#1"}, "sk": {"S": "a#intro"}, "entityType": {"S": "achievement"}, "xp": {"N": "25"}}}}]}`)
	answer, err := mux.Lambda(context.Background(), event) // as lambda.Start(mux.Lambda) would
	fmt.Println(string(answer), err)
	// Output:
	// modified intro gained 15
	// {"batchItemFailures":[]} <nil>
}

func ExampleMux_Stats() {
	mux := ddb.NewMux(Academy, nil)
	ddb.Handle(mux, Achievements, func(_ context.Context, c ddb.Change[Achievement]) error {
		if c.New.XP < 0 {
			return fmt.Errorf("%d points", c.New.XP)
		}
		return nil
	})
	keys, err := Achievements.Encode(Achievement{Learner: "1", ID: "intro", XP: 10})
	if err != nil {
		log.Fatal(err)
	}
	_, err = mux.Process(context.Background(), []ddb.Record{{Kind: ddb.Inserted, Sequence: "1", Keys: keys, New: keys}})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range mux.Stats().Parts {
		fmt.Printf("%s of %s: %d handled, %d failed, %d to the dead letters\n", p.Part, p.Entity, p.Handled, p.Failed, p.DeadLetters)
	}
	// Output:
	// handlers of achievement: 1 handled, 0 failed, 0 to the dead letters
}

func ExampleTable_StreamFilter() {
	fmt.Println(Academy.StreamFilter())
	// Output:
	// {"dynamodb":{"Keys":{"pk":{"S":[{"anything-but":{"prefix":"~"}}]}}}}
}
