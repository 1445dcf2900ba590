package write

// compileCheck compiles Check and CheckAbsent.
func (db *DB) compileCheck(w *prepared) error {
	key, err := w.e.Key(string(w.op.Verb), w.op.item)
	if err != nil {
		return err
	}
	a := w.action(checkAction, roleItem, key)
	if w.op.Verb == VerbCheckAbsent {
		a.guard(guardItem, isAbsent{absentToCreate})
		return nil
	}
	a.guard(guardItem, isThere{})
	if err := w.expect(a); err != nil {
		return err
	}
	if len(w.op.conds) > 0 || w.e.Ages() {
		a.requireSchema(true)
	}
	if err := a.addConditions(w.op.conds); err != nil {
		return w.op.Fail(key, err)
	}
	return nil
}
