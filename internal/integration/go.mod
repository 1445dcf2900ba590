module github.com/singletable-go/ddb/internal/integration

go 1.26.0

require github.com/singletable-go/ddb v0.0.0

replace github.com/singletable-go/ddb => ../../
