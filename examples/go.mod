module github.com/singletable-go/ddb/examples

go 1.26.0

require github.com/singletable-go/ddb v0.0.0

replace github.com/singletable-go/ddb => ../
