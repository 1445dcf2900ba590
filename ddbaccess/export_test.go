package ddbaccess

import (
	"context"
	"io"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbobserve"
)

func CheckWith(t TestingT, client ddb.Client, c *Catalog, update bool) { check(t, client, c, update) }

func RunMain(ctx context.Context, args []string, out, errs io.Writer, client ddb.Client, c *Catalog) int {
	return runMain(ctx, args, out, errs, client, c)
}

func IsTest(args ...string) bool { return isTest(args) }

func AtMost(r ddbobserve.Request) string { return atMost(&r) }

func Shape(condition string) string { return shape(condition) }

func CodeSpan(text string) string { return codeSpan(text) }

func Fence(text string) string { return fence(text) }
