package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

// packOf writes a pack with a record of each kind, and says where each begins and ends.
func packOf(t *testing.T) (content []byte, starts []int) {
	t.Helper()
	sum := func(text ...byte) string {
		h := sha256.Sum256(text)
		return hex.EncodeToString(h[:])
	}
	const contract, txn = "Both agree: <ünï> “quotes”\n & 日本.", `["a", "accrual", "b", null, 1, null, "1", [[1, "x", -5], [2, "y", 5]]]`
	bodies := map[string]any{
		"contract": map[string]any{"text": contract, "sha256": sum([]byte(contract)...), "fee": 100},
		"ledger":   map[string]any{"text": txn, "seal": map[string]any{"n": 1, "prev_sha256": "00", "sha256": sum(append([]byte{0}, txn...)...)}},
	}
	kinds := []string{
		"partnership", "contract", "signature", "deliverable", "submission", "decision", "post_check", "milestone", "payout", "payout_approval", "payout_attempt", "ledger", "note", "event", "event",
	}
	entries := make([]rapport.PackEntry, 0, len(kinds))
	for _, kind := range kinds {
		body, ok := bodies[kind]
		if !ok {
			body = map[string]any{"id": kind, "at": "2026-03-01T09:00:00+00:00", "by": "Łucja", "amount": 40000, "detail": map[string]any{"reason": "a <b> & \"c\"", "none": nil}}
		}
		text, err := json.Marshal(body)
		require.NoError(t, err)
		entries = append(entries, rapport.PackEntry{Kind: kind, Body: text})
	}
	records, err := rapport.Seal(entries)
	require.NoError(t, err)
	out := bytes.NewBufferString(rapport.PackHead + "\n")
	for i, r := range records {
		starts = append(starts, out.Len())
		line, err := r.Line()
		require.NoError(t, err)
		out.Write(line)
		if i+1 < len(records) {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	starts = append(starts, out.Len())
	out.WriteString(rapport.PackEnd(records[len(records)-1]) + "\n")
	return out.Bytes(), starts
}

// checked runs the verifier over content.
func checked(t *testing.T, content []byte) (out string, err error) {
	t.Helper()
	var said bytes.Buffer
	err = verifyPartnershipPack(bytes.NewReader(content), &said)
	return said.String(), err
}

func TestEveryByteOfAPackCounts(t *testing.T) {
	t.Parallel()
	content, starts := packOf(t)
	require.True(t, json.Valid(content), "it is one JSON document")
	out, err := checked(t, content)
	require.NoError(t, err, out)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	named := regexp.MustCompile(`(?s)^record (\d+)(?: \(.*\))? was altered`)
	for at := range content {
		// Every byte once, changed to one of the 255 others, of which those that would mean the same to a careless reader come first.
		others := []byte{content[at] ^ 0x20, ' ', '\n', byte(random.IntN(256))}
		for _, other := range others {
			if other == content[at] {
				continue
			}
			changed := bytes.Clone(content)
			changed[at] = other
			out, err := checked(t, changed)
			require.Error(t, err, "byte %d %q → %q, seed %d", at, content[at], other, seed)
			record := 0
			for record < len(starts) && starts[record] <= at {
				record++
			}
			where := fmt.Sprintf("byte %d %q → %q: %s", at, content[at], other, out)
			switch found := named.FindStringSubmatch(out); {
			case record == 0:
				require.Contains(t, out, "the head of the pack was altered", where)
			case record == len(starts):
				require.Contains(t, out, "the end of the pack was altered", where)
			default:
				require.NotNil(t, found, where)
				require.Equal(t, strconv.Itoa(record), found[1], where)
			}
		}
	}
}

func TestAPackIsWholeAndInOrder(t *testing.T) {
	t.Parallel()
	content, starts := packOf(t)
	for name, changed := range map[string][]byte{
		"cut off":           content[:starts[5]],
		"without its end":   content[:starts[len(starts)-1]],
		"with more":         append(bytes.Clone(content), "{}\n"...),
		"a record left out": append(bytes.Clone(content[:starts[3]]), content[starts[4]:]...),
		"a record twice":    append(bytes.Clone(content[:starts[4]]), content[starts[3]:]...),
		"empty":             []byte(rapport.PackHead + "\n"),
	} {
		out, err := checked(t, changed)
		require.Error(t, err, name)
		require.Contains(t, out, "was altered", name)
	}
	file := filepath.Join(t.TempDir(), "pack.json")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	code, out, errs := verified(t, "", "pack", file)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "15 records, the last hash is ")
	require.NoError(t, os.WriteFile(file, bytes.Replace(content, []byte("40000"), []byte("40001"), 1), 0o600))
	code, out, _ = verified(t, "", "pack", file)
	require.Equal(t, exitDifferent, code)
	require.Contains(t, out, "record 1 (partnership) was altered: it does not have its hash.")
}

func TestEveryByteOfAnExportedBookCounts(t *testing.T) {
	t.Parallel()
	seal := func(n int64, prev, text string) sealLine {
		begin, err := hex.DecodeString(prev)
		require.NoError(t, err)
		sum := sha256.Sum256(append(begin, text...))
		return sealLine{N: n, Prev: prev, SHA256: hex.EncodeToString(sum[:]), Text: text}
	}
	first := seal(1, "00", `["a", "topup", "b", null, 1, null, "1", [[1, "x", -5], [2, "y", 5]]]`)
	second := seal(2, first.SHA256, `["b", "topup", "b", null, 1, "<&>", "2", [[1, "x", -7], [2, "y", 7]]]`)
	content := slicesOf(packFormat, first.written(), second.written())
	file := filepath.Join(t.TempDir(), "book.jsonl")
	for at := range content[:len(content)-1] {
		for _, other := range []byte{content[at] ^ 0x20, ' '} {
			if other == content[at] {
				continue
			}
			changed := bytes.Clone(content)
			changed[at] = other
			require.NoError(t, os.WriteFile(file, changed, 0o600))
			var out bytes.Buffer
			require.Error(t, verifyPack(file, &out), "byte %d %q → %q: %s", at, content[at], other, out.String())
		}
	}
}

func slicesOf(head string, lines ...[]byte) []byte {
	return append(append([]byte(head+"\n"), bytes.Join(lines, []byte("\n"))...), '\n')
}
