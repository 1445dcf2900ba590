package main

import (
	"context"
	"errors"
	"io"
)

func work(context.Context, []string, io.Writer) error { return errors.New("not yet") }
