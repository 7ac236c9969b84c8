package api

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rapport"
)

// opened reads a workbook back and gives the text of its parts besides.
func opened(t *testing.T, content []byte) (*excelize.File, string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	t.Cleanup(func() { _ = book.Close() })
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	var parts strings.Builder
	for _, part := range archive.File {
		if strings.HasPrefix(part.Name, "xl/worksheets/") {
			r, err := part.Open()
			require.NoError(t, err)
			_, err = io.Copy(&parts, r)
			require.NoError(t, err)
		}
	}
	return book, parts.String()
}

func TestAWorkbookHoldsTextsAndExactAmounts(t *testing.T) {
	t.Parallel()
	paid := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	hostile := []string{`=HYPERLINK("http://x","y")`, "+1", "-1", "@SUM(A1)", "\t=1", "a\x01b", "名前", "<f>1</f>", "_x0041_"}
	amounts := []rapport.Money{
		{Amount: 1, Currency: "usd"}, {Amount: -1, Currency: "usd"}, {Amount: 40010, Currency: "eur"}, {Amount: 99_999_999_999, Currency: "usd"},
		{Amount: 99_999_999_999, Currency: "jpy"}, {Amount: 1_000_000_001, Currency: "kwd"}, {Amount: 29, Currency: "usd"}, {Amount: 9_007_199_254_740_991, Currency: "eur"},
	}
	out := httptest.NewRecorder()
	require.NoError(t, sheetFile{name: "x", xlsx: true, title: "Payouts", rows: func(row func(...any) error) error {
		require.NoError(t, row("Text", "Paid", "Amount"))
		for _, text := range hostile {
			require.NoError(t, row(text, &paid, amounts[0]))
		}
		for _, amount := range amounts {
			require.NoError(t, row("", (*time.Time)(nil), amount))
		}
		return nil
	}}.write(out))
	require.Contains(t, out.Header().Get("Content-Disposition"), "x.xlsx")
	book, xml := opened(t, out.Body.Bytes())
	require.NotContains(t, xml, "<f>", "no cell is a formula")
	rows, err := book.GetRows("Payouts", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	for i, text := range hostile {
		at := "A" + strconv.Itoa(i+2)
		formula, err := book.GetCellFormula("Payouts", at)
		require.NoError(t, err)
		require.Empty(t, formula)
		kind, err := book.GetCellType("Payouts", at)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind, text)
		require.Equal(t, strings.ReplaceAll(text, "\x01", "\ufffd"), rows[i+1][0])
	}
	for i, amount := range amounts {
		got := rows[1+len(hostile)+i][2]
		require.Equal(t, strings.TrimSuffix(strings.TrimRight(majorUnits(amount), "0"), "."), strings.TrimSuffix(strings.TrimRight(got, "0"), "."), "to the last digit")
	}
	shown, err := book.GetCellValue("Payouts", "C"+strconv.Itoa(2+len(hostile)+2))
	require.NoError(t, err)
	require.Equal(t, "400.10", shown)
	shown, err = book.GetCellValue("Payouts", "B2")
	require.NoError(t, err)
	require.Equal(t, "2026-03-01 09:30 UTC", shown)
}

func TestAWorkbookGoesOnInAnotherSheet(t *testing.T) {
	t.Parallel()
	book, err := newXLSXSheet("Rows")
	require.NoError(t, err)
	book.most = 3
	for _, cell := range []string{"Head", "1", "2", "3", "4", "5"} {
		require.NoError(t, book.row(cell))
	}
	require.NoError(t, book.close())
	var out bytes.Buffer
	require.NoError(t, book.send(&out))
	read, _ := opened(t, out.Bytes())
	require.Equal(t, []string{"Rows", "Rows 2", "Rows 3"}, read.GetSheetList())
	rows, err := read.GetRows("Rows 3")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"Head"}, {"5"}}, rows)
}
