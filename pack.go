package rapport

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// An audit pack is one JSON document of lines: the head, one record a line in a chain of hashes, and the end, which holds the last hash.
// Every byte counts: a line is exactly what its record is written as, so that no byte can change without one record that shows it.

// PackHead is the first line of the audit pack of a partnership.
const PackHead = `{"pack":"rapport-partnership","version":1,"records":[`

// PackBegin is the hash that the first record follows.
const PackBegin = "00"

// PackRecord is one record of a pack. SHA256 is the hash of Prev's bytes, the number, the kind and the bytes of Body.
type PackRecord struct {
	N      int             `json:"n"`
	Kind   string          `json:"kind"`
	Prev   string          `json:"prev_sha256"`
	SHA256 string          `json:"sha256"`
	Body   json.RawMessage `json:"body"`
}

// PackEntry is what a record is made of.
type PackEntry struct {
	Kind string
	Body json.RawMessage
}

// PackEnd is the last line of a pack.
func PackEnd(last PackRecord) string {
	return fmt.Sprintf(`],"count":%d,"sha256":%q}`, last.N, last.SHA256)
}

// Seal makes records of entries.
func Seal(entries []PackEntry) ([]PackRecord, error) {
	records, prev := make([]PackRecord, len(entries)), PackBegin
	for i, e := range entries {
		var body bytes.Buffer
		if err := json.Compact(&body, e.Body); err != nil {
			return nil, fmt.Errorf("record %d (%s): %w", i+1, e.Kind, err)
		}
		r := PackRecord{N: i + 1, Kind: e.Kind, Prev: prev, Body: body.Bytes()}
		r.SHA256 = r.hash()
		records[i], prev = r, r.SHA256
	}
	return records, nil
}

func (r PackRecord) hash() string {
	prev, err := hex.DecodeString(r.Prev)
	if err != nil {
		return ""
	}
	h := sha256.New()
	h.Write(prev)
	_, _ = fmt.Fprintf(h, "%d %s\n", r.N, r.Kind)
	h.Write(r.Body)
	return hex.EncodeToString(h.Sum(nil))
}

// Line is the record as it stands in a pack, without the comma that parts it from the next.
func (r PackRecord) Line() ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, fmt.Errorf("record %d (%s): %w", r.N, r.Kind, err)
	}
	return bytes.TrimSuffix(line.Bytes(), []byte("\n")), nil
}

// CheckPackLine reads the line of the record that follows last and says what is wrong with it; empty for nothing.
func CheckPackLine(line []byte, last PackRecord) (r PackRecord, problem string) {
	if last.N == 0 {
		last.SHA256 = PackBegin
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return PackRecord{N: last.N + 1}, "it cannot be read"
	}
	again, err := r.Line()
	switch {
	case err != nil || !bytes.Equal(again, line):
		problem = "it is not written as it was"
	case r.N != last.N+1:
		problem = fmt.Sprintf("it follows record %d", last.N)
	case r.Prev != last.SHA256:
		problem = "it does not hold the hash of the record before it"
	case r.SHA256 != r.hash():
		problem = "it does not have its hash"
	default:
		problem = r.contents()
	}
	if problem != "" {
		r.N = last.N + 1
	}
	return r, problem
}

// contents says what is wrong inside of a record that holds hashes of its own: they were there before the pack, so that a pack made
// anew around a changed text shows too.
func (r PackRecord) contents() string {
	var body struct {
		Text   string `json:"text"`
		SHA256 string `json:"sha256"`
		Seal   *struct {
			Prev   string `json:"prev_sha256"`
			SHA256 string `json:"sha256"`
		} `json:"seal"`
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return "it cannot be read"
	}
	sum := func(begin, text string) string {
		prev, _ := hex.DecodeString(begin)
		sum := sha256.Sum256(append(prev, text...))
		return hex.EncodeToString(sum[:])
	}
	switch {
	case r.Kind == "contract" && sum("", body.Text) != body.SHA256:
		return "the contract's text does not have the hash that was signed"
	case r.Kind == "ledger" && body.Seal != nil && sum(body.Seal.Prev, body.Text) != body.Seal.SHA256:
		return "the transaction does not have the hash that was sealed"
	}
	return ""
}
