package rapport_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func importDay() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func parse(t *testing.T, text string) rapport.ImportSheet {
	t.Helper()
	sheet, err := rapport.ParseImport([]byte(text), nil, importDay())
	require.NoError(t, err)
	return sheet
}

func verdicts(p rapport.ImportPlan) []rapport.Verdict {
	list := make([]rapport.Verdict, 0, len(p.Verdicts))
	for _, v := range p.Verdicts {
		list = append(list, v.Verdict)
	}
	return list
}

// keep is what a store would know after the plan was applied.
func keep(p rapport.ImportPlan) rapport.ImportKnown {
	known := rapport.ImportKnown{Entered: map[uuid.UUID]map[string]int64{}}
	for _, t := range p.Targets {
		c := t.Creator
		c.ID = uuid.New()
		c.Accounts = nil
		for _, a := range t.Accounts {
			a.ID = uuid.New()
			if a.Snapshot {
				known.Entered[a.ID] = map[string]int64{a.FollowersAsOf.Format(time.DateOnly): *a.Followers}
			}
			c.Accounts = append(c.Accounts, a.SocialAccount)
		}
		known.Creators = append(known.Creators, c)
	}
	return known
}

func TestImportReadsEveryUsualShapeOfFile(t *testing.T) {
	t.Parallel()
	const want = "Nina Bakes"
	for name, text := range map[string]string{
		"comma":          "name,handle,platform,email\nNina Bakes,@nina,youtube,nina@bakes.example\n",
		"semicolon":      "name;handle;platform;email\nNina Bakes;@nina;youtube;nina@bakes.example\n",
		"tab":            "name\thandle\tplatform\temail\nNina Bakes\t@nina\tyoutube\tnina@bakes.example\n",
		"pipe":           "name|handle|platform|email\nNina Bakes|@nina|youtube|nina@bakes.example\n",
		"BOM and CRLF":   "\xef\xbb\xbfname,handle,platform,email\r\nNina Bakes,@nina,youtube,nina@bakes.example\r\n",
		"CR only":        "name,handle,platform,email\rNina Bakes,@nina,youtube,nina@bakes.example\r",
		"no line at end": "name,handle,platform,email\nNina Bakes,@nina,youtube,nina@bakes.example",
		"quoted":         "\"name\",\"handle\",\"platform\",\"email\"\n\"Nina Bakes\",\"@nina\",\"youtube\",\"nina@bakes.example\"\n",
		"other headers":  "Channel Name,Username,Network,E-Mail\nNina Bakes,nina,YT,Nina@Bakes.example\n",
		"commas inside":  "name;handle;platform;email;tags\nNina Bakes;@nina;youtube;nina@bakes.example;cake,bread,cake\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sheet := parse(t, text)
			require.Len(t, sheet.Rows, 1)
			row := sheet.Rows[0]
			require.Empty(t, row.Problems)
			require.Equal(t, want, row.Creator.Name)
			require.Equal(t, rapport.SocialAccount{Platform: "youtube", Handle: "@nina"}, row.Creator.Accounts[0])
			require.Equal(t, "nina@bakes.example", row.Creator.Contacts[0].Email)
		})
	}
}

func TestImportRefusesAFileThatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, code string }{
		"empty":            {"", "empty"},
		"another encoding": {"name,handle,platform\nJ\xf6rg,@j,youtube\n", "bad_encoding"},
		"a workbook":       {"PK\x03\x04\x00\x00", "not_csv"},
		"no known column":  {"a,b\n1,2\n", "no_column"},
		"wrong delimiter":  {"name^handle\nNina^@nina\n", "no_column"},
		"open quotation":   {"name,handle,platform\n\"Nina,@nina,youtube\nB,@b,youtube\n", "bad_quoting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rapport.ParseImport([]byte(tc.text), nil, importDay())
			var e *rapport.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, rapport.CodeInvalid, e.Code)
			require.Equal(t, []string{"file", tc.code}, []string{e.Fields[0].Path, e.Fields[0].Code})
		})
	}
	_, err := rapport.ParseImport([]byte("name,handle\n"+strings.Repeat("a,b\n", rapport.MaxImportRows+1)), nil, importDay())
	require.Equal(t, rapport.CodeTooLarge, rapport.ErrorCode(err))
}

func TestImportMappingReplacesTheGuess(t *testing.T) {
	t.Parallel()
	text := []byte("name,artist,handle,platform\nWrong,Right,@r,youtube\n")
	sheet, err := rapport.ParseImport(text, map[string]string{"name": "artist"}, importDay())
	require.NoError(t, err)
	require.Equal(t, "Right", sheet.Rows[0].Creator.Name)
	require.Equal(t, "artist", sheet.Mapping["name"])

	_, err = rapport.ParseImport(text, map[string]string{"name": "nope", "shoe": "name"}, importDay())
	var e *rapport.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, []string{"mapping.name", "mapping.shoe"}, []string{e.Fields[0].Path, e.Fields[1].Path})
}

func TestImportNamesEveryBadCell(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ row, field, code string }{
		"email":       {"Nina,@nina,youtube,nina at bakes,,,,", "email", "bad_email"},
		"country":     {"Nina,@nina,youtube,,Germany,,,", "country", "bad_country"},
		"followers":   {"Nina,@nina,youtube,,,many,,", "followers", "bad_number"},
		"day":         {"Nina,@nina,youtube,,,5,yesterday,", "as_of", "bad_date"},
		"future":      {"Nina,@nina,youtube,,,5,2027-01-01,", "as_of", "in_future"},
		"zone":        {"Nina,@nina,youtube,,,,,Mars/Base", "zone", "unknown_zone"},
		"platform":    {"Nina,@nina,,,,,,", "platform", "required"},
		"handle":      {"Nina,=cmd|' /C calc'!A0,youtube,,,,,", "handle", "bad_handle"},
		"nothing":     {"Nina,,,,,,,", "handle", "required"},
		"extra cells": {"Nina,@nina,youtube,,,,,,oops", "row", "too_many_cells"},
		"quotation":   {`Ni"na,@nina,youtube,,,,,`, "row", "bad_quoting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sheet := parse(t, "name,handle,platform,email,country,followers,as_of,zone\n"+tc.row+"\nOtto,@otto,youtube,,,,,\n")
			require.Len(t, sheet.Rows, 2, "the row after it is read")
			require.Len(t, sheet.Rows[0].Problems, 1)
			require.Equal(t, tc.field, sheet.Rows[0].Problems[0].Path)
			require.Equal(t, tc.code, sheet.Rows[0].Problems[0].Code)
			require.Equal(t, []rapport.Verdict{rapport.VerdictInvalid, rapport.VerdictCreate}, verdicts(rapport.PlanImport(sheet, rapport.ImportKnown{}, importDay())))
		})
	}
}

func TestImportKeepsAFormulaAsText(t *testing.T) {
	t.Parallel()
	const formula = `=HYPERLINK("http://evil.example")`
	sheet := parse(t, "name,handle,platform\n\"=HYPERLINK(\"\"http://evil.example\"\")\",@nina,youtube\n")
	require.Equal(t, formula, sheet.Rows[0].Creator.Name)
	require.Len(t, sheet.Rows[0].Notes, 1)
}

func TestImportVerdicts(t *testing.T) {
	t.Parallel()
	n := int64(100)
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	nina := rapport.Creator{
		ID: uuid.New(), Name: "Nina", Country: "DE",
		Accounts: []rapport.SocialAccount{{ID: uuid.New(), Platform: "youtube", Handle: "@nina", PlatformID: "UC1", Followers: &n, FollowersAsOf: &day}},
		Contacts: []rapport.Contact{{Role: "creator", Email: "nina@bakes.example"}},
	}
	otto := rapport.Creator{ID: uuid.New(), Name: "Otto", Accounts: []rapport.SocialAccount{{ID: uuid.New(), Platform: "youtube", Handle: "@otto", PlatformID: "UC2"}}}
	known := rapport.ImportKnown{
		Creators: []rapport.Creator{nina, otto},
		Entered:  map[uuid.UUID]map[string]int64{nina.Accounts[0].ID: {"2026-01-02": 100}},
	}
	for name, tc := range map[string]struct {
		rows string
		want []rapport.Verdict
	}{
		"new":                              {"Lea,@lea,youtube,,,,,", []rapport.Verdict{rapport.VerdictCreate}},
		"the same":                         {"Nina,@nina,youtube,UC1,nina@bakes.example,DE,100,2026-01-02", []rapport.Verdict{rapport.VerdictUnchanged}},
		"letter case of a handle is shown": {"Nina,@Nina,youtube,UC1,,,,", []rapport.Verdict{rapport.VerdictUpdate}},
		"a count without a day, the same":  {"Nina,@nina,youtube,,,,100,", []rapport.Verdict{rapport.VerdictUnchanged}},
		"a new count":                      {"Nina,@nina,youtube,,,,101,2026-02-01", []rapport.Verdict{rapport.VerdictUpdate}},
		"a new handle of a known id":       {"Nina,@ninabakes,youtube,UC1,,,,", []rapport.Verdict{rapport.VerdictUpdate}},
		"a handle taken by another id":     {"Nina,@otto,youtube,UC1,,,,", []rapport.Verdict{rapport.VerdictDuplicate}},
		"a handle known with another id":   {"Nina,@nina,youtube,UC9,,,,", []rapport.Verdict{rapport.VerdictDuplicate}},
		"an account twice in the file":     {"Lea,@lea,youtube,,,,,\nLea,LEA,youtube,,,,,", []rapport.Verdict{rapport.VerdictCreate, rapport.VerdictDuplicate}},
		"a second account of a known one":  {"Nina,@nina,instagram,,nina@bakes.example,,,", []rapport.Verdict{rapport.VerdictUpdate}},
		"two accounts of somebody new":     {"Lea,@lea,youtube,,l@lea.example,,,\nLea,@lea,instagram,,l@lea.example,,,", []rapport.Verdict{rapport.VerdictCreate, rapport.VerdictUpdate}},
		"an agency's address":              {"Lea,@lea,youtube,,nina@bakes.example,,,", []rapport.Verdict{rapport.VerdictCreate}},
		"by address alone":                 {"Nina,,,,nina@bakes.example,FR,,", []rapport.Verdict{rapport.VerdictUpdate}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sheet := parse(t, "name,handle,platform,platform_id,email,country,followers,as_of\n"+tc.rows+"\n")
			require.Equal(t, tc.want, verdicts(rapport.PlanImport(sheet, known, importDay())))
		})
	}
}

func TestImportOfTheSameFileChangesNothing(t *testing.T) {
	t.Parallel()
	sheet := parse(t, strings.Join([]string{
		"name,handle,platform,email,country,tags,followers",
		"Lea,@lea,youtube,l@lea.example,DE,a,10", "Lea,@lea,instagram,l@lea.example,FR,b,20",
		"Mia,@mia,youtube,,,,", ",@noname,tiktok,,US,,5", "Lea,@LEA,youtube,,,,",
	}, "\n"))
	first := rapport.PlanImport(sheet, rapport.ImportKnown{}, importDay())
	require.Equal(t, 3, first.Counts()[rapport.VerdictCreate])
	require.Equal(t, 1, first.Verdicts[1].OfRow)
	again := rapport.PlanImport(sheet, keep(first), importDay().AddDate(0, 0, 3))
	require.Equal(t, map[rapport.Verdict]int{
		rapport.VerdictCreate: 0, rapport.VerdictUpdate: 0, rapport.VerdictUnchanged: 4, rapport.VerdictDuplicate: 1, rapport.VerdictInvalid: 0,
	}, again.Counts())
	require.Empty(t, again.Targets)
}

func TestImportPlansTheLargestFileInSeconds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString("name,handle,platform,email,followers\n")
	for i := range rapport.MaxImportRows {
		fmt.Fprintf(&b, "Creator %d,@c%d,youtube,c%d@mail.example,%d\n", i, i, i, i)
	}
	start := time.Now()
	sheet, err := rapport.ParseImport(b.Bytes(), nil, importDay())
	require.NoError(t, err)
	plan := rapport.PlanImport(sheet, rapport.ImportKnown{}, importDay())
	require.Equal(t, rapport.MaxImportRows, plan.Counts()[rapport.VerdictCreate])
	require.Less(t, time.Since(start), 20*time.Second)
}

// dataDir is where the public data sets lie.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("RAPPORT_DATA_DIR"), filepath.Join("..", "shared", "data"))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("RAPPORT_DATA_DIR does not name the folder of the public data sets")
	}
	return dir
}

func TestImportOfTheRealList(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(dataDir(t), "creators", "youtube_channels.csv"))
	require.NoError(t, err)
	sheet, err := rapport.ParseImport(text, nil, importDay())
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"name": "display_name", "handle": "handle", "platform": "platform", "platform_id": "platform_id", "country": "country", "followers": "subscribers", "as_of": "as_of",
	}, sheet.Mapping)
	first := rapport.PlanImport(sheet, rapport.ImportKnown{}, importDay())
	require.Equal(t, len(sheet.Rows), first.Counts()[rapport.VerdictCreate], "%v", first.Counts())
	for _, target := range first.Targets {
		require.True(t, target.NeedsAddress)
	}
	again := rapport.PlanImport(sheet, keep(first), importDay())
	require.Equal(t, len(sheet.Rows), again.Counts()[rapport.VerdictUnchanged])
}
