package ddbaccess

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Prices are what a region charges, on demand and before tax. They are not built in, because they change: read them from a file
// of your own that says where they are from.
type Prices struct {
	Region       string  `json:"region"`
	Date         string  `json:"date"` // of the prices
	Source       string  `json:"source"`
	Currency     string  `json:"currency"`
	ReadMillion  float64 `json:"readMillion"`  // of a million read request units
	WriteMillion float64 `json:"writeMillion"` // of a million write request units
	GBMonth      float64 `json:"gbMonth"`      // of a GB stored for a month
}

// ReadPrices reads prices from a JSON file. Each of them must be positive, and a region, a date and a currency must be there:
//
//	{"region": "…", "date": "2026-11-30", "source": "…", "currency": "USD", "readMillion": …, "writeMillion": …, "gbMonth": …}
func ReadPrices(file string) (*Prices, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("ddbaccess: prices: %w", err)
	}
	var p Prices
	if err := decodeStrictly(b, &p); err != nil {
		return nil, fmt.Errorf("ddbaccess: prices in %s: %w", file, err)
	}
	if p.Region == "" || p.Date == "" || p.Currency == "" || p.ReadMillion <= 0 || p.WriteMillion <= 0 || p.GBMonth <= 0 {
		return nil, fmt.Errorf("ddbaccess: prices in %s: region, date, currency, readMillion, writeMillion and gbMonth are needed", file)
	}
	return &p, nil
}

// check reports a price that is none.
func (p *Prices) check() error {
	for _, of := range []struct {
		name string
		n    float64
	}{{"ReadMillion", p.ReadMillion}, {"WriteMillion", p.WriteMillion}, {"GBMonth", p.GBMonth}} {
		if !amount(of.n) {
			return fmt.Errorf("%s is %g: a price is a number, and not negative", of.name, of.n)
		}
	}
	return nil
}

// A month has 730 hours.
const (
	monthSeconds = 730 * 3600
	million      = 1e6
	gigabyte     = 1 << 30
	itemBytes    = 400 << 10 // of the largest item
)

// requests is what units a call cost in a month, at so many calls a second.
func (p *Prices) requests(u Units, rate float64) float64 {
	return rate * monthSeconds * (u.Read*p.ReadMillion + u.Write*p.WriteMillion) / million
}

// storage is what bytes cost in a month.
func (p *Prices) storage(n float64) float64 { return n / gigabyte * p.GBMonth }

// decodeStrictly decodes one JSON value and refuses fields that v does not have.
func decodeStrictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one value")
	}
	return nil
}
