package ddbaccess_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

type parameters struct {
	IDs  []string
	Of   map[string][]int
	Next *parameters
	Any  any
	At   time.Time
	own  int
}

func sampleParameters() parameters {
	p := parameters{IDs: []string{"a", "b"}, Of: map[string][]int{"x": {1}}, Any: []int{1}, At: time.Unix(5, 0), own: 3}
	p.Next = &parameters{IDs: []string{"c"}}
	p.Next.Next = p.Next
	return p
}

// A call changes neither the example nor the next call.
func TestTheExampleStaysAsItIs(t *testing.T) {
	t.Parallel()
	var got parameters
	p := ddbaccess.Func("p", func(_ context.Context, _ *ddb.DB, p parameters) error {
		got = parameters{IDs: []string{p.IDs[0]}, At: p.At, own: p.own}
		p.IDs[0], p.Of["x"][0], p.Next.IDs[0], p.Any.([]int)[0] = "changed", 7, "changed", 7
		return nil
	}, sampleParameters())
	for range 2 {
		_, err := p.Run(t.Context(), nil, nil)
		require.NoError(t, err)
		assert.Equal(t, parameters{IDs: []string{"a"}, At: time.Unix(5, 0), own: 3}, got)
	}
	_, err := p.RunJSON(t.Context(), nil, []byte(`{"IDs": ["z"], "Of": {"x": [2], "y": [3]}, "Next": {"IDs": ["z"]}}`))
	require.NoError(t, err)
	assert.Equal(t, "z", got.IDs[0])
	p.Example().(parameters).IDs[0] = "changed"
	example := p.Example().(parameters)
	assert.Same(t, example.Next, example.Next.Next)
	assert.Equal(t, []string{"c"}, example.Next.IDs)
	assert.Equal(t, map[string][]int{"x": {1}}, example.Of)
	assert.Equal(t, []string{"a", "b"}, example.IDs)
	assert.Equal(t, []int{1}, example.Any)

	of := &parameters{IDs: []string{"a"}}
	pointer := ddbaccess.Func("p", func(_ context.Context, _ *ddb.DB, p *parameters) error { p.IDs[0] = "changed"; return nil }, of)
	_, err = pointer.RunJSON(t.Context(), nil, []byte(`{"IDs": ["z"]}`))
	require.NoError(t, err)
	_, err = pointer.Run(t.Context(), nil, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, of.IDs)
}

// Parameters can be of an interface, with or without an example.
func TestAParameterCanBeAnything(t *testing.T) {
	t.Parallel()
	for _, example := range []any{nil, "x"} {
		var got any
		p := ddbaccess.Func("p", func(_ context.Context, _ *ddb.DB, p any) error { got = p; return nil }, example)
		for params, want := range map[string]any{`{"a": 1}`: map[string]any{"a": 1.0}, `"q"`: "q", `null`: nil} {
			_, err := p.RunJSON(t.Context(), nil, []byte(params))
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		_, err := p.Run(t.Context(), nil, 5)
		require.NoError(t, err)
		assert.Equal(t, 5, got)
		_, err = p.Run(t.Context(), nil, nil)
		require.NoError(t, err)
		assert.Equal(t, example, got)
	}
	_, err := ddbaccess.Func("p", func(context.Context, *ddb.DB, error) error { return nil }, nil).Run(t.Context(), nil, 5)
	require.ErrorContains(t, err, "takes a error, and got a int")
}

// What follows the JSON is no part of it, and so a mistake.
func TestWhatFollowsTheParametersIsAnError(t *testing.T) {
	t.Parallel()
	p := ddbaccess.Func("p", func(context.Context, *ddb.DB, parameters) error { return nil }, parameters{})
	for _, params := range []string{`{}}}}`, `{} {}`, `{}]`, `{} x`} {
		_, err := p.RunJSON(t.Context(), nil, []byte(params))
		require.ErrorContains(t, err, "there is more than one value", params)
	}
	_, err := p.RunJSON(t.Context(), nil, []byte(" {} \n"))
	require.NoError(t, err)
}
