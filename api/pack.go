package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/paper"
)

// PackStore reads what an audit pack holds.
type PackStore interface {
	PackEntries(ctx context.Context, partnership uuid.UUID) ([]rapport.PackEntry, error)
}

// GetAuditPack gives all that the money of a partnership rests on, in a chain that `rapport verify pack` checks, or on paper.
func (s *Server) GetAuditPack(ctx context.Context, r gen.GetAuditPackRequestObject) (gen.GetAuditPackResponseObject, error) {
	store, err := storeAs[PackStore](s)
	if err != nil {
		return nil, err
	}
	entries, err := store.PackEntries(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	records, err := rapport.Seal(entries)
	if err != nil {
		return nil, err
	}
	name := "audit-pack-" + r.Id.String()
	if r.Params.Format != nil && *r.Params.Format == gen.PackFormatPdf {
		p, err := s.packPaper(records)
		return packPaperFile{paperFile{name: name, paper: p}}, err
	}
	return packFile{name, records}, nil
}

// packFile is a pack as JSON, a record a line.
type packFile struct {
	name    string
	records []rapport.PackRecord
}

// VisitGetAuditPackResponse writes the file.
func (f packFile) VisitGetAuditPackResponse(w http.ResponseWriter) error {
	keepFile(w, "application/json", f.name+".json")
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(rapport.PackHead + "\n") // the last write says what went wrong with any
	for i, r := range f.records {
		line, err := r.Line()
		if err != nil {
			return err
		}
		if i+1 < len(f.records) {
			line = append(line, ',')
		}
		_, _ = out.Write(append(line, '\n'))
	}
	_, _ = out.WriteString(rapport.PackEnd(f.records[len(f.records)-1]) + "\n")
	return out.Flush() //nolint:wrapcheck // a client that went away
}

type packPaperFile struct{ paperFile }

// VisitGetAuditPackResponse writes the file.
func (f packPaperFile) VisitGetAuditPackResponse(w http.ResponseWriter) error { return f.write(w) }

// packParts are the parts of a pack on paper.
var packParts = map[string]string{ //nolint:gochecknoglobals // a table
	"partnership": "The partnership", "contract": "Contracts", "signature": "Signatures", "deliverable": "Deliverables", "submission": "Submissions", "decision": "Decisions on content",
	"post_check": "Looks at what was published", "post_number": "Numbers of posts", "bonus": "Bonuses that were given",
	"milestone": "Milestones", "payout": "Payments", "payout_approval": "Approvals of payments", "payout_attempt": "Attempts to pay", "transfer_acceptance": "Transfers accepted as payments",
	"offline_payment": "Payments outside of Stripe", "reversal": "Money taken back", "reversal_attempt": "Attempts to take back", "reversal_approval": "Approvals of taking back",
	"ledger": "The ledger", "note": "Notes and reasons", "event": "Every step",
}

// packPaper writes the same records for people.
func (s *Server) packPaper(records []rapport.PackRecord) (*paper.Paper, error) {
	last := records[len(records)-1]
	p := paper.New("Audit pack", fmt.Sprintf("%d records, last hash %s", last.N, last.SHA256), s.now())
	p.Say("All that the money and the rights of this partnership rest on. Each record has a number and a hash over itself and the hash before it. " +
		"The same records come as JSON; `rapport verify pack FILE` checks that file without the database and names the first record that was changed.")
	part := ""
	for _, r := range records {
		if r.Kind != part {
			part = r.Kind
			p.Section(packParts[part])
		}
		facts, err := packFacts(r.Body)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", r.N, err)
		}
		p.Facts(slices.Concat([][2]string{{fmt.Sprintf("Record %d", r.N), r.SHA256}}, facts)...)
	}
	p.Say("Last hash: " + last.SHA256)
	return p, nil
}

// packFacts are the fields of a record in the order of their names; what is long comes last.
func packFacts(body json.RawMessage) ([][2]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	var facts [][2]string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var text string
		if json.Unmarshal(fields[name], &text) != nil {
			text = string(fields[name])
		}
		if text != "" && text != "null" {
			facts = append(facts, [2]string{upperFirst(strings.ReplaceAll(name, "_", " ")), text})
		}
	}
	slices.SortStableFunc(facts, func(a, b [2]string) int { return min(len(a[1])/200, 1) - min(len(b[1])/200, 1) })
	return facts, nil
}
