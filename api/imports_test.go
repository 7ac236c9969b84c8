package api_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type imported struct {
	DryRun  bool `json:"dry_run"`
	Mapping map[string]string
	Counts  map[string]int
	Rows    []struct {
		Row         int
		Verdict     string
		OfRow       int       `json:"of_row"`
		OfCreatorID uuid.UUID `json:"of_creator_id"`
		Problems    []struct{ Field, Code string }
		Notes       []string
	}
	RowsLeftOut int `json:"rows_left_out"`
}

func importAs(t *testing.T, c call, query, file string) imported {
	t.Helper()
	a := c.upload(t, "/v1/creators/imports"+query, file)
	require.Equal(t, 200, a.status, "%s", a.body)
	var r imported
	a.into(t, &r)
	return r
}

func TestImportShowsThenDoesThenChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	file := "\xef\xbb\xbfName;Handle;Platform;E-Mail;Country;Followers\r\n" +
		"Nina;@nina;youtube;nina@bakes.example;DE;1000\r\n" +
		"Otto;@otto;youtube;;DE;\r\n" +
		"Lea;@lea;youtube;lea at example;DE;5\r\n" +
		"Nina again;@NINA;youtube;;;\r\n" +
		"\"=cmd|' /C calc'!A0\";@mallory;youtube;m@allory.example;;\r\n"
	dry := importAs(t, ops, "?dry_run=true", file)
	require.True(t, dry.DryRun)
	require.Equal(t, map[string]int{"create": 3, "update": 0, "unchanged": 0, "duplicate": 1, "invalid": 1}, dry.Counts)
	require.Equal(t, "E-Mail", dry.Mapping["email"])
	require.Equal(t, "email", dry.Rows[2].Problems[0].Field)
	require.Equal(t, 1, dry.Rows[3].OfRow)
	require.Contains(t, dry.Rows[4].Notes[0], "formula")
	require.Contains(t, dry.Rows[1].Notes[0], "address")
	var creators struct{ Items []struct{ Name string } }
	ops.send(t, "GET", "/v1/creators", nil).into(t, &creators)
	require.Empty(t, creators.Items, "a dry run writes nothing")

	require.Equal(t, dry.Counts, importAs(t, ops, "", file).Counts)
	ops.send(t, "GET", "/v1/creators", nil).into(t, &creators)
	require.Len(t, creators.Items, 3)
	require.Equal(t, "=cmd|' /C calc'!A0", creators.Items[0].Name, "a formula stays text")

	again := importAs(t, ops, "", file)
	require.Equal(t, map[string]int{"create": 0, "update": 0, "unchanged": 3, "duplicate": 1, "invalid": 1}, again.Counts)
	require.NotEqual(t, uuid.Nil, again.Rows[0].OfCreatorID)
	var tasks struct {
		Items []struct {
			Kind    string
			Title   string
			Creator struct{ Name string }
		}
	}
	ops.send(t, "GET", "/v1/tasks?owner=me&state=open", nil).into(t, &tasks)
	require.Len(t, tasks.Items, 1)
	require.Equal(t, "find_address", tasks.Items[0].Kind)
	require.Equal(t, "Otto", tasks.Items[0].Creator.Name)

	found := strings.Replace(file, "Otto;@otto;youtube;;DE;", "Otto;@otto;youtube;otto@mail.example;FR;", 1)
	require.Equal(t, 1, importAs(t, ops, "", found).Counts["update"])
	ops.send(t, "GET", "/v1/tasks?state=open", nil).into(t, &tasks)
	require.Empty(t, tasks.Items, "a found address settles the task")
}

func TestImportRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	for name, tc := range map[string]struct {
		file    string
		mapping string
		status  int
		field   string
	}{
		"wrong delimiter":  {"name^handle\nNina^@nina\n", "", 422, "file no_column"},
		"open quotation":   {"name,handle,platform\n\"Nina,@nina,youtube\nOtto,@otto,youtube\n", "", 422, "file bad_quoting"},
		"a workbook":       {"PK\x03\x04\x00", "", 422, "file not_csv"},
		"too many rows":    {"name,handle\n" + strings.Repeat("a,b\n", 100_001), "", 413, ""},
		"too large":        {"name,handle\n" + strings.Repeat("x", 32<<20), "", 413, ""},
		"a bad mapping":    {"name,handle\nNina,@nina\n", "[1]", 422, "mapping bad_type"},
		"an unknown field": {"name,handle\nNina,@nina\n", `{"shoe":"name"}`, 422, "mapping.shoe unknown_field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if tc.mapping != "" {
				fields = []string{"mapping", tc.mapping}
			}
			a := ops.upload(t, "/v1/creators/imports", tc.file, fields...)
			require.Equal(t, tc.status, a.status, "%s", a.body)
			if tc.field != "" {
				require.Equal(t, []string{tc.field}, a.fields(t))
			}
		})
	}
	require.Equal(t, 415, ops.send(t, "POST", "/v1/creators/imports", map[string]any{}).status)
	utf16 := "\xff\xfen\x00a\x00m\x00e\x00\t\x00h\x00a\x00n\x00d\x00l\x00e\x00\t\x00p\x00l\x00a\x00t\x00f\x00o\x00r\x00m\x00\n\x00N\x00\t\x00@\x00n\x00\t\x00x\x00\n\x00"
	require.Equal(t, 1, importAs(t, ops, "", utf16).Counts["create"], "what spreadsheets save as Unicode text is read")
}

func TestImportWithAKeyActsOnceThoughTheFormDiffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example").with("Idempotency-Key", "import-1")
	file := "name,handle,platform\nNina,@nina,youtube\n"
	require.Equal(t, 1, importAs(t, ops, "", file).Counts["create"])
	a := ops.upload(t, "/v1/creators/imports", file)
	require.Equal(t, "true", a.header.Get("Idempotent-Replayed"), "the boundary of a form is new each time")
	require.Equal(t, 422, ops.upload(t, "/v1/creators/imports", file+"Otto,@otto,youtube\n").status)
}

func TestImportOfTheLargestFileTakesSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	var b strings.Builder
	b.WriteString("name,handle,platform,platform_id,email,followers\n")
	for i := range 100_000 {
		email := ""
		if i%2 == 0 {
			email = fmt.Sprintf("c%d@mail.example", i)
		}
		fmt.Fprintf(&b, "Creator %d,@c%d,youtube,UC%d,%s,%d\n", i, i, i, email, i)
	}
	start := time.Now()
	first := importAs(t, ops, "", b.String())
	require.Equal(t, 100_000, first.Counts["create"])
	require.Len(t, first.Rows, 2000)
	require.Equal(t, 98_000, first.RowsLeftOut)
	t.Logf("imported in %s", time.Since(start))
	start = time.Now()
	require.Equal(t, 100_000, importAs(t, ops, "", b.String()).Counts["unchanged"])
	t.Logf("again in %s", time.Since(start))
	require.Less(t, time.Since(start), time.Minute)
}

func TestImportOfTheRealListOverHTTP(t *testing.T) {
	t.Parallel()
	dir := cmp.Or(os.Getenv("RAPPORT_DATA_DIR"), filepath.Join("..", "..", "shared", "data"))
	text, err := os.ReadFile(filepath.Join(dir, "creators", "youtube_channels.csv"))
	if err != nil {
		t.Skip("RAPPORT_DATA_DIR does not name the folder of the public data sets")
	}
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	first := importAs(t, ops, "", string(text))
	rows := len(first.Rows)
	require.Equal(t, rows, first.Counts["create"])
	require.Equal(t, rows, importAs(t, ops, "", string(text)).Counts["unchanged"])
	n := 0
	for cursor := ""; ; {
		var list struct {
			Items      []struct{ Kind string }
			NextCursor string `json:"next_cursor"`
		}
		ops.send(t, "GET", "/v1/tasks?limit=100&cursor="+cursor, nil).into(t, &list)
		n += len(list.Items)
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, rows, n, "every missing address is a task, once")
}

func TestTasksAreDoneReassignedAndSnoozed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	importAs(t, ops, "", "name,handle,platform\nA,@a,youtube\nB,@b,youtube\nC,@c,youtube\n")
	var list struct{ Items []struct{ ID uuid.UUID } }
	ops.send(t, "GET", "/v1/tasks", nil).into(t, &list)
	require.Len(t, list.Items, 3)
	path := func(i int, act string) string { return "/v1/tasks/" + list.Items[i].ID.String() + "/" + act }

	require.Equal(t, 422, ops.send(t, "POST", path(0, "reassign"), map[string]any{"user_id": w.users["ops@two.example"]}).status)
	require.Equal(t, 200, ops.send(t, "POST", path(0, "reassign"), map[string]any{"user_id": w.users["legal@one.example"]}).status)
	var mine struct{ Items []struct{ ID uuid.UUID } }
	w.as(t, "legal@one.example").send(t, "GET", "/v1/tasks?owner=me", nil).into(t, &mine)
	require.Len(t, mine.Items, 1)
	ops.send(t, "GET", "/v1/tasks?owner=me", nil).into(t, &mine)
	require.Len(t, mine.Items, 2)

	require.Equal(t, 422, ops.send(t, "POST", path(1, "snooze"), map[string]any{"until": "2001-01-01T00:00:00Z"}).status)
	require.Equal(t, 200, ops.send(t, "POST", path(1, "snooze"), map[string]any{"until": time.Now().Add(time.Hour)}).status)
	ops.send(t, "GET", "/v1/tasks?state=snoozed", nil).into(t, &mine)
	require.Len(t, mine.Items, 1)
	require.Equal(t, 200, ops.send(t, "POST", path(2, "complete"), map[string]any{"note": "found it"}).status)
	a := ops.send(t, "POST", path(2, "complete"), map[string]any{})
	require.Equal(t, 409, a.status)
	require.Equal(t, "done", a.text("state"))
	require.Equal(t, 422, ops.send(t, "GET", "/v1/tasks?state=lost", nil).status)
	require.Equal(t, 422, ops.send(t, "GET", "/v1/tasks?owner=them", nil).status)
}
