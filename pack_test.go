package rapport_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestAPackMadeAnewAroundAChangedTextShows(t *testing.T) {
	t.Parallel()
	for kind, body := range map[string]string{
		"contract": `{"text":"Both agree.","sha256":"` + "0000000000000000000000000000000000000000000000000000000000000000" + `"}`,
		"ledger":   `{"text":"[1]","seal":{"prev_sha256":"00","sha256":"11"}}`,
	} {
		records, err := rapport.Seal([]rapport.PackEntry{{Kind: kind, Body: json.RawMessage(body)}})
		require.NoError(t, err)
		line, err := records[0].Line()
		require.NoError(t, err)
		_, problem := rapport.CheckPackLine(line, rapport.PackRecord{})
		require.NotEmpty(t, problem, kind)
	}
	_, err := rapport.Seal([]rapport.PackEntry{{Kind: "note", Body: json.RawMessage(`{`)}})
	require.ErrorContains(t, err, "record 1 (note)")
}
