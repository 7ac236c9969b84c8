package api

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// listedRows is how many rows an import answers; the rest is counted.
const listedRows = 2000

// ImportCreators imports creators from a CSV file, all or nothing; a dry run writes nothing.
func (s *Server) ImportCreators(ctx context.Context, r gen.ImportCreatorsRequestObject) (gen.ImportCreatorsResponseObject, error) {
	data, mapping, err := readImport(r.Body)
	if err != nil {
		return nil, err
	}
	sheet, err := rapport.ParseImport(fromUTF16(data), mapping, s.today())
	if err != nil {
		return nil, err
	}
	options := rapport.ImportOptions{DryRun: value(r.Params.DryRun), By: principalFrom(ctx).UserID, Today: s.today()}
	if options.Brand, options.TaskDue, err = s.addressTasks(ctx); err != nil {
		return nil, err
	}
	plan, err := s.cfg.Store.ImportCreators(ctx, sheet, options)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for verdict, n := range plan.Counts() {
		counts[string(verdict)] = n
	}
	listed := plan.Verdicts[:min(len(plan.Verdicts), listedRows)]
	return gen.ImportCreators200JSONResponse{
		DryRun: options.DryRun, Columns: noNil(sheet.Columns), Mapping: sheet.Mapping, Counts: counts,
		Rows: each(listed, toImportRow), RowsLeftOut: len(plan.Verdicts) - len(listed),
	}, nil
}

// addressTasks says whose ops look for missing addresses, and until when: the caller's brand, in its calendar.
func (s *Server) addressTasks(ctx context.Context) (uuid.UUID, time.Time, error) {
	p := principalFrom(ctx)
	brands := p.BrandsWith(rapport.RoleOps)
	if len(brands) == 0 {
		brands = rapport.BrandsFrom(ctx)
	}
	brand, err := s.cfg.Store.Brand(ctx, brands[0])
	if err != nil {
		return uuid.Nil, time.Time{}, err
	}
	owned, err := s.cfg.Store.Calendar(ctx, brand.CalendarID, p.UserID)
	if err != nil {
		return uuid.Nil, time.Time{}, err
	}
	return brand.ID, owned.Calendar.AddBusinessDays(s.now(), rapport.DefaultTimings().TaskDueBusinessDays), nil
}

// readImport reads the form: the file and, when given, what its columns mean.
func readImport(form *multipart.Reader) (data []byte, mapping map[string]string, err error) {
	malformed := rapport.Errorf(rapport.CodeMalformed, "The form cannot be read.")
	found := false
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, uploadError(err, malformed)
		}
		text, err := io.ReadAll(io.LimitReader(part, rapport.MaxImportBytes+1))
		if err != nil {
			return nil, nil, uploadError(err, malformed)
		}
		if len(text) > rapport.MaxImportBytes {
			return nil, nil, tooLarge(rapport.MaxImportBytes)
		}
		switch part.FormName() {
		case "file":
			data, found = text, true
		case "mapping":
			if len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			if checkJSON(text) != nil || json.Unmarshal(text, &mapping) != nil {
				return nil, nil, rapport.Invalid(rapport.Field{Path: "mapping", Code: "bad_type", Detail: "The mapping is a JSON object of our field to the column's header."})
			}
		default:
			return nil, nil, rapport.Invalid(rapport.Field{Path: cut(part.FormName(), 100), Code: "unknown_field", Detail: "There is no such field here."})
		}
	}
	if !found {
		return nil, nil, rapport.Invalid(rapport.Field{Path: "file", Code: "required", Detail: "Choose a file."})
	}
	return data, mapping, nil
}

// uploadError lets the limit of the body through; any other error of reading a form is the client's.
func uploadError(err error, malformed error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	return errors.Join(malformed, err)
}

// fromUTF16 turns what spreadsheets save as "Unicode text" into UTF-8; a file without its mark stays as it is.
func fromUTF16(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

func toImportRow(v rapport.ImportVerdict) gen.ImportRow {
	row := gen.ImportRow{Row: v.Row, Verdict: gen.ImportRowVerdict(v.Verdict), Name: orNil(v.Name), Handle: orNil(v.Handle), OfCreatorId: v.OfCreator}
	if v.OfRow != 0 {
		row.OfRow = &v.OfRow
	}
	if len(v.Problems) > 0 {
		problems := fieldErrors(v.Problems)
		row.Problems = &problems
	}
	if len(v.Notes) > 0 {
		row.Notes = &v.Notes
	}
	return row
}
