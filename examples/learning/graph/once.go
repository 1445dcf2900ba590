package graph

import (
	"errors"
	"sync"
)

// once loads the value of each key once, however many fields of an operation ask for it at the same time. An error is
// kept like a value: an operation does not try again.
type once[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	done  chan struct{} // closed when value and err are there
	value V
	err   error
}

// errBroken is what others see of a load that panicked.
var errBroken = errors.New("the load panicked")

// claim returns the call of each key, and the keys whose calls the caller has to load.
func (o *once[K, V]) claim(keys ...K) (calls []*call[V], mine []K) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.calls == nil {
		o.calls = map[K]*call[V]{}
	}
	for _, k := range keys {
		c, ok := o.calls[k]
		if !ok {
			c = &call[V]{done: make(chan struct{}), err: errBroken}
			o.calls[k] = c
			mine = append(mine, k)
		}
		calls = append(calls, c)
	}
	return calls, mine
}

// get returns the value of key, and calls load if it is the first to ask.
func (o *once[K, V]) get(key K, load func() (V, error)) (V, error) {
	calls, mine := o.claim(key)
	c := calls[0]
	if len(mine) > 0 {
		defer close(c.done)
		c.value, c.err = load()
		return c.value, c.err
	}
	<-c.done
	return c.value, c.err
}

// getAll returns the values of keys, and calls load once for those that it is the first to ask for. A key that load
// leaves out has the zero value.
func (o *once[K, V]) getAll(keys []K, load func(missing []K) (map[K]V, error)) ([]V, error) {
	calls, mine := o.claim(keys...)
	if len(mine) > 0 {
		o.fill(mine, load)
	}
	values := make([]V, len(calls))
	for i, c := range calls {
		<-c.done
		if c.err != nil {
			return nil, c.err
		}
		values[i] = c.value
	}
	return values, nil
}

func (o *once[K, V]) fill(mine []K, load func([]K) (map[K]V, error)) {
	found, err := map[K]V(nil), errBroken
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, k := range mine {
			c := o.calls[k]
			c.value, c.err = found[k], err
			close(c.done)
		}
	}()
	found, err = load(mine)
}

// put gives key a value that was read for another reason, unless it has one.
func (o *once[K, V]) put(key K, value V) {
	calls, mine := o.claim(key)
	if len(mine) > 0 {
		calls[0].value, calls[0].err = value, nil
		close(calls[0].done)
	}
}

// known returns the value of key if it is there.
func (o *once[K, V]) known(key K) (value V, ok bool) {
	o.mu.Lock()
	c := o.calls[key]
	o.mu.Unlock()
	if c == nil {
		return value, false
	}
	select {
	case <-c.done:
		return c.value, c.err == nil
	default:
		return value, false
	}
}
