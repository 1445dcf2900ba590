package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/internal/term"
)

// connect opens the engine and the model's table, runs c, and closes the engine.
func (s *session) connect(ctx context.Context, container bool, c command) (err error) {
	s.engine, err = engine.Open(ctx, container)
	if err != nil {
		return s.explain(ctx, err)
	}
	defer func() { err = errors.Join(err, s.engine.Close()) }()
	if err := s.meant(c); err != nil {
		return err
	}
	s.db = ddb.New(s.engine.Client, s.table, s.Table, nil)
	if !s.engine.Fresh {
		if err := s.look(ctx, c); err != nil {
			return s.explain(ctx, err)
		}
	}
	term.Say(s.out, "%s: table %q on %s", s.About, s.table, s.engine.Name)
	if c.needsData && s.engine.Fresh {
		if err := createAndSeed(ctx, s); err != nil {
			return s.explain(ctx, err)
		}
	}
	return s.explain(ctx, c.run(ctx, s))
}

// meant refuses what is paid for, and what deletes data that outlives the process, unless the flags say that it is meant.
func (s *session) meant(c command) error {
	switch {
	case s.engine.AWS && !s.aws:
		return usageError{fmt.Errorf("%s is AWS, and its requests are paid for by the account of AWS_ACCESS_KEY_ID: add -aws if that is meant", s.engine.Name)}
	case c.deletes != "" && !s.engine.Fresh && !s.yes:
		return usageError{fmt.Errorf("%s deletes %s of table %q at %s: add -yes if that is meant", c.name, c.deletes, s.table, s.engine.Name)}
	}
	return nil
}

// look finds out whether there is a DynamoDB at the endpoint, and the table that c needs.
func (s *session) look(ctx context.Context, c command) error {
	exists, err := s.engine.HasTable(ctx, s.table, engine.Patience)
	switch {
	case err != nil:
		return err
	case !c.needsTable:
		return nil
	case !exists:
		return s.noTable(nil)
	case c.deletes != "": // it looks itself, and -force may allow what does not fit
		return nil
	}
	if err := s.db.VerifyTable(ctx); errors.Is(err, ddb.ErrModel) {
		return s.notOurs(err)
	}
	return nil
}

func (s *session) noTable(err error) error {
	return &explained{fmt.Sprintf("no table %q on %s: create it with the command seed", s.table, s.engine.Name), err}
}

func (s *session) notOurs(err error) error {
	found := strings.TrimPrefix(firstLine(err), fmt.Sprintf("ddb: verify table %q: ", s.table))
	return &explained{fmt.Sprintf("table %q on %s is not of this example: %s: name another with -table", s.table, s.engine.Name, found), err}
}
