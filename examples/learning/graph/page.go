package graph

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/singletable-go/ddb/examples/internal/site"
)

//go:embed page
var pageFiles embed.FS

// NewSite returns the service at /graphql with the query page beside it, for this machine and the named hosts.
func NewSite(service *Service, log *slog.Logger, hosts ...string) http.Handler {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // it is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", service)
	for _, path := range []string{"/{$}", "/page.css", "/page.js", "/icon.svg"} {
		mux.Handle("GET "+path, http.FileServerFS(files))
	}
	return site.Guard(site.Routes(mux, log), log, hosts...)
}
