package ddbjob

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/fault"
)

// The files of an export beside its data. AWS: "DynamoDB table export output format".
const (
	summaryName  = "manifest-summary.json"
	filesName    = "manifest-files.json"
	progressName = "export-progress.json" // while an Export is under way
	jsonFormat   = "DYNAMODB_JSON"
	fullExport   = "FULL_EXPORT"
)

// summary is manifest-summary.json.
type summary struct {
	Version      string `json:"version"`
	TableName    string `json:"tableName,omitempty"` // AWS has tableArn
	StartTime    string `json:"startTime"`
	EndTime      string `json:"endTime"`
	FilesKey     string `json:"manifestFilesS3Key"`
	BilledBytes  int    `json:"billedSizeBytes"`
	ItemCount    *int   `json:"itemCount"`
	OutputFormat string `json:"outputFormat"`
	ExportType   string `json:"exportType,omitempty"`
}

// dataFile is a line of manifest-files.json.
type dataFile struct {
	ItemCount *int   `json:"itemCount,omitempty"`
	MD5       string `json:"md5Checksum,omitempty"` // of the file as stored, in base64
	ETag      string `json:"etag,omitempty"`
	Key       string `json:"dataFileS3Key"`

	name string // in the file system
	size int64  // if there is no manifest, whose checksum tells a file from another
}

// found is the files of an export, in their order.
type found struct {
	files []dataFile
	total *int // of items, as the manifest says
}

// find looks for an export: by its manifest, or else all files of lines.
func find(from fs.FS) (*found, error) {
	var summaries, others []string
	var files []dataFile
	running := ""
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case d.IsDir():
			if name != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
		case strings.HasPrefix(base, "."), base == "_started", base == filesName:
		case base == progressName:
			running = name
		case base == summaryName:
			summaries = append(summaries, name)
		case isLines(base):
			info, err := d.Info()
			if err != nil {
				return err
			}
			files = append(files, dataFile{Key: name, name: name, size: info.Size()})
		default:
			others = append(others, name)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(summaries) > 1:
		return nil, fault.Model("there are several exports, %s: pass one of them, with fs.Sub", strings.Join(summaries, " and "))
	case len(summaries) == 1:
		return bySummary(from, summaries[0])
	case running != "":
		return nil, fault.Model("%s: an export is under way or was killed here: resume it first", running)
	case len(files) > 0:
		return &found{files: files}, nil
	case len(others) > 0:
		return nil, fault.Model("no %s, and no file that ends in .json, .jsonl or .ndjson, perhaps with .gz, but %s: only lines of DynamoDB JSON are read, no ION, CSV or ZSTD", summaryName, others[0])
	}
	return nil, fmt.Errorf("no %s, and no file that ends in .json, .jsonl or .ndjson, perhaps with .gz: %w", summaryName, fs.ErrNotExist)
}

// isLines reports whether a name is that of a file of DynamoDB JSON.
func isLines(base string) bool {
	base = strings.TrimSuffix(base, ".gz")
	return slices.Contains([]string{".json", ".jsonl", ".ndjson"}, path.Ext(base))
}

// bySummary reads the manifests.
func bySummary(from fs.FS, name string) (*found, error) {
	text, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, err
	}
	var s summary
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case s.OutputFormat != "" && s.OutputFormat != jsonFormat:
		return nil, fault.Model("%s: the export has the format %q: only %s is read: export again with that", name, s.OutputFormat, jsonFormat)
	case s.ExportType != "" && s.ExportType != fullExport:
		return nil, fault.Model("%s: the export is a %s: only a %s is read", name, s.ExportType, fullExport)
	}
	dir := path.Dir(name)
	list := path.Join(dir, filesName)
	if text, err = fs.ReadFile(from, list); err != nil {
		return nil, err
	}
	out := &found{total: s.ItemCount}
	for i, line := range bytes.Split(text, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var f dataFile
		if err := json.Unmarshal(line, &f); err != nil || f.Key == "" {
			return nil, fmt.Errorf("%s line %d: %w", list, i+1, errors.Join(err, errors.New("it is no file of an export, as the manifest of DynamoDB has it")))
		}
		if f.name, err = locate(from, dir, f.Key); err != nil {
			return nil, err
		}
		out.files = append(out.files, f)
	}
	return out, nil
}

// locate finds a file by its key in the bucket: as it is, or beside the manifest.
func locate(from fs.FS, dir, key string) (string, error) {
	beside := path.Join(dir, "data", path.Base(key))
	for _, name := range []string{path.Join(dir, key), key, beside} {
		if !fs.ValidPath(name) {
			continue
		}
		if _, err := fs.Stat(from, name); !errors.Is(err, fs.ErrNotExist) {
			return name, err
		}
	}
	return beside, nil
}

// listed returns the number of items that the manifest of files lists, -1 if it does not say.
func (f *found) listed() int {
	n := 0
	for _, f := range f.files {
		if f.ItemCount == nil {
			return -1
		}
		n += *f.ItemCount
	}
	return n
}
