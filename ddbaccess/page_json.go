package ddbaccess

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// JSON writes the report as JSON, indented, with a newline at the end. It is the same for the same measurement.
func (rep *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	return e.Encode(rep)
}

// ReadReport reads what [Report.JSON] wrote. It has no Design and no Samples. Another format is an error.
func ReadReport(r io.Reader) (*Report, error) {
	var rep Report
	d := json.NewDecoder(r)
	if err := d.Decode(&rep); err != nil {
		return nil, fmt.Errorf("ddbaccess: read a report: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("ddbaccess: read a report: there is more behind it: write it again")
	}
	if rep.Format != ReportFormat {
		return nil, fmt.Errorf("ddbaccess: read a report: its format is %d, and this release reads %d: write it again", rep.Format, ReportFormat)
	}
	return &rep, nil
}
