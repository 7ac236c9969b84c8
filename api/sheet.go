package api

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"rapport"
	"rapport/paper"
)

// sheetFile is a table as a file to keep, written while its rows are read. A cell is a string, an int, a time.Time, a *time.Time or a
// rapport.Money, which becomes a number in major units; its currency is a column of its own.
type sheetFile struct {
	name  string // without its ending
	xlsx  bool
	title string // of the first sheet
	// imported: a program reads the CSV, which must begin with its first column's name.
	imported bool
	rows     func(row func(cells ...any) error) error
}

// isXLSX reads the format parameter that tables share.
func isXLSX[F ~string](format *F) bool { return format != nil && *format == "xlsx" }

// write sends the file. What fails on the way cuts it off, which the client sees; a workbook can be sent only when all rows are read, so that
// there an error is still an answer.
func (f sheetFile) write(w http.ResponseWriter) error {
	if f.xlsx {
		book, err := newXLSXSheet(f.title)
		if err != nil {
			return err
		}
		defer func() { _ = book.file.Close() }() // removes what was spooled
		if err := f.rows(book.row); err != nil {
			return err
		}
		if err := book.close(); err != nil {
			return err
		}
		keepFile(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f.name+".xlsx")
		return book.send(w)
	}
	keepFile(w, "text/csv; charset=utf-8", f.name+".csv")
	if !f.imported {
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // spreadsheets take a file without it for another encoding
			return err //nolint:wrapcheck // a client that went away
		}
	}
	out := csvSheet{csv.NewWriter(w)}
	if err := f.rows(out.row); err != nil {
		return err
	}
	return out.close()
}

// keepFile begins an answer that a browser keeps under a name.
func keepFile(w http.ResponseWriter, media, name string) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", attachment(name, "rapport"))
	w.WriteHeader(http.StatusOK)
}

// paperFile is a finished paper as a file to keep.
type paperFile struct {
	name  string // without its ending
	paper *paper.Paper
}

// write sends the paper.
func (f paperFile) write(w http.ResponseWriter) error {
	keepFile(w, "application/pdf", f.name+".pdf")
	return f.paper.Write(w)
}

// csvSheet writes CSV whose texts no spreadsheet takes for a formula.
type csvSheet struct{ out *csv.Writer }

func (s csvSheet) row(cells ...any) error {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case rapport.Money:
			texts[i] = majorUnits(v)
		case string:
			texts[i] = safeCell(v)
		default:
			texts[i] = cellText(v)
		}
	}
	return s.out.Write(texts) //nolint:wrapcheck // a client that went away
}

func (s csvSheet) close() error {
	s.out.Flush()
	return s.out.Error() //nolint:wrapcheck // a client that went away
}

// cellText is a time or a count as text.
func cellText(cell any) string {
	switch v := cell.(type) {
	case int:
		return strconv.Itoa(v)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05Z")
	case *time.Time:
		if v != nil {
			return cellText(*v)
		}
	}
	return ""
}

// majorUnits is an amount without its currency, such as 1250.00.
func majorUnits(m rapport.Money) string {
	amount, _, _ := strings.Cut(m.String(), " ")
	return amount
}

// currencyCode is the currency of an amount, such as USD.
func currencyCode(m rapport.Money) string { return strings.ToUpper(m.Currency) }

// idText is an id as text; empty for none.
func idText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// safeCell keeps a spreadsheet from taking a text for a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// xlsxSheet is a workbook that grows on disk: the library spools rows to a temporary file, and the archive goes to the client as it is
// made. Texts are written as texts, so that none is a formula. After the last row that a sheet can hold it goes on in another one.
type xlsxSheet struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	title  string
	sheets int
	n      int // rows of the current sheet
	most   int // rows that a sheet holds
	head   []any
	styles map[int]int // by digits behind the point
	dates  int
}

func newXLSXSheet(title string) (*xlsxSheet, error) {
	s := &xlsxSheet{file: excelize.NewFile(), title: title, most: excelize.TotalRows, styles: map[int]int{}}
	for digits, format := range []string{"0", "0.0", "0.00", "0.000"} {
		style, err := s.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return nil, fmt.Errorf("style of amounts: %w", err)
		}
		s.styles[digits] = style
	}
	format := `yyyy-mm-dd hh:mm" UTC"` // a row's brand may have any zone
	var err error
	if s.dates, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return nil, fmt.Errorf("style of dates: %w", err)
	}
	return s, s.next()
}

// next begins a sheet.
func (s *xlsxSheet) next() error {
	if s.stream != nil {
		if err := s.stream.Flush(); err != nil {
			return fmt.Errorf("finish a sheet: %w", err)
		}
	}
	s.sheets++
	name := s.title
	if s.sheets == 1 {
		if err := s.file.SetSheetName("Sheet1", name); err != nil {
			return fmt.Errorf("name a sheet: %w", err)
		}
	} else {
		name = fmt.Sprintf("%s %d", s.title, s.sheets)
		if _, err := s.file.NewSheet(name); err != nil {
			return fmt.Errorf("add a sheet: %w", err)
		}
	}
	stream, err := s.file.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("begin a sheet: %w", err)
	}
	s.stream, s.n = stream, 0
	return stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}) //nolint:wrapcheck // it names the sheet
}

// row writes one row; the first is the head, which every further sheet repeats.
func (s *xlsxSheet) row(cells ...any) error {
	if s.n == s.most {
		if err := s.next(); err != nil {
			return err
		}
		if err := s.set(s.head); err != nil {
			return err
		}
	}
	if s.head == nil {
		s.head = cells
	}
	return s.set(cells)
}

func (s *xlsxSheet) set(cells []any) error {
	row := make([]any, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case rapport.Money:
			row[i] = s.number(v)
		case *time.Time:
			if v != nil {
				row[i] = excelize.Cell{StyleID: s.dates, Value: v.UTC()}
			}
		case time.Time:
			row[i] = excelize.Cell{StyleID: s.dates, Value: v.UTC()}
		default:
			row[i] = v
		}
	}
	s.n++
	at, err := excelize.CoordinatesToCellName(1, s.n)
	if err != nil {
		return fmt.Errorf("row %d: %w", s.n, err)
	}
	if err := s.stream.SetRow(at, row); err != nil {
		return fmt.Errorf("row %d: %w", s.n, err)
	}
	return nil
}

// number is an amount as a spreadsheet keeps numbers: a workbook knows no decimals, so the library is given the number nearest to the
// decimal and writes the shortest text that means it, which is that decimal again. That holds for 15 digits, which is also what a
// spreadsheet keeps; a longer amount stays a text.
func (s *xlsxSheet) number(m rapport.Money) any {
	text := majorUnits(m)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || len(strings.Trim(text, "-.")) > 16 {
		return text
	}
	digits := 0
	if _, fraction, found := strings.Cut(text, "."); found {
		digits = len(fraction)
	}
	return excelize.Cell{StyleID: s.styles[digits], Value: value}
}

func (s *xlsxSheet) close() error {
	if err := s.stream.Flush(); err != nil {
		return fmt.Errorf("finish the last sheet: %w", err)
	}
	return nil
}

// send archives the workbook straight to the client: the library would build it in memory first.
func (s *xlsxSheet) send(w io.Writer) error {
	s.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	if err := s.file.Write(io.Discard); err != nil {
		return fmt.Errorf("send the workbook: %w", err)
	}
	return nil
}
