// Package pdftest reads back the words of a PDF, for tests.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

var (
	streams = regexp.MustCompile(`(?s)/Filter /FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)Td \((.*?)\) Tj ET`)
)

// Text is what the pages say, one piece of text a line.
func Text(t *testing.T, pdf []byte) string {
	t.Helper()
	require.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")), "no PDF")
	var text strings.Builder
	for _, found := range streams.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(found[1]))
		if err != nil {
			continue // a font
		}
		page, err := io.ReadAll(r)
		require.NoError(t, err)
		for _, piece := range shown.FindAllSubmatch(page, -1) {
			raw := unescape(piece[1])
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = binary.BigEndian.Uint16(raw[2*i:])
			}
			text.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return text.String()
}

func unescape(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			if text[i] == 'r' {
				out = append(out, '\r')
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}
