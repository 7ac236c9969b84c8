package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/paper/pdftest"
)

func TestPaperShowsNamesOfManyScripts(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	write := func() []byte {
		p := New("Remittance", "Brand", made)
		p.Facts([2]string{"Creator", "Łucja Żółć"}, [2]string{"Creator", "Анна Ёлкина"}, [2]string{"Creator", "Ελένη"}, [2]string{"Creator", "田中 花子"},
			[2]string{"Creator", "김민지"}, [2]string{"Creator", "张伟"}, [2]string{"Creator", "Mia \U0001F496 Lens"}, [2]string{"Creator", "שלום"},
			[2]string{"Creator", "Nguyễn Thị Bảo"}, [2]string{"Left out", ""})
		var out bytes.Buffer
		require.NoError(t, p.Write(&out))
		return out.Bytes()
	}
	content := write()
	text := pdftest.Text(t, content)
	for _, name := range []string{"Łucja Żółć", "Анна Ёлкина", "Ελένη", "田中", "花子", "김민지", "张伟", "Nguyễn Thị Bảo", "\ufffd"} {
		require.Contains(t, text, name)
	}
	require.Contains(t, text, "םולש", "as it is seen")
	require.NotContains(t, text, "Left out")
	require.Less(t, len(content), 300<<10, "of the fonts only what is used")
	require.Equal(t, content, write(), "the same paper is the same bytes")
}

func TestPaperGoesOnOverPages(t *testing.T) {
	t.Parallel()
	p := New("Long", "", time.Now())
	rows := make([][]string, 0, 121)
	for range 120 {
		rows = append(rows, []string{strings.Repeat("long ", 20), "1.00"})
	}
	rows = append(rows, []string{strings.Repeat("x", 300), "last"})
	p.Table([]Column{{Head: "What", Share: 0.7}, {Head: "Amount", Share: 0.3, Right: true}}, rows)
	require.Greater(t, p.pdf.PageNo(), 3)
	var out bytes.Buffer
	require.NoError(t, p.Write(&out))
	text := pdftest.Text(t, out.Bytes())
	require.Equal(t, p.pdf.PageNo(), strings.Count(text, "Amount\n"), "every page has the heads")
	require.Contains(t, text, "last\n")
}
