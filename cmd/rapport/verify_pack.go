package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"rapport"
)

// packFormat is the first line of a pack. The other lines are seals in their order, one JSON object each.
const packFormat = `{"pack":"rapport-ledger","version":1}`

// maxPackLine bounds one transaction's line.
const maxPackLine = 4 << 20

// sealLine is one sealed transaction. SHA256 is the hash of Prev's bytes and of Text.
type sealLine struct {
	N      int64  `json:"n"`
	Prev   string `json:"prev_sha256"`
	SHA256 string `json:"sha256"`
	// Text is [id, kind, brand, payout, attempt, reference, seconds since 1970, [[line, account, amount], …]].
	Text string `json:"text"`
}

// exportPack writes the sealed book, so that anybody can check it without the database.
func exportPack(ctx context.Context, tx pgx.Tx, name string, out io.Writer) (err error) {
	sql, err := checks.ReadFile("checks/pack.sql")
	if err != nil {
		return fmt.Errorf("read the export's query: %w", err)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("export the book: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	if _, err := w.WriteString(packFormat + "\n"); err != nil {
		return fmt.Errorf("export the book: %w", err)
	}
	rows, err := tx.Query(ctx, string(sql))
	if err != nil {
		return fmt.Errorf("read the book: %w", err)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	var prev, sum []byte
	var line sealLine
	tag, err := pgx.ForEachRow(rows, []any{&line.N, &prev, &sum, &line.Text}, func() error {
		line.Prev, line.SHA256 = hex.EncodeToString(prev), hex.EncodeToString(sum)

		return encoder.Encode(line)
	})
	if err != nil {
		return fmt.Errorf("export the book: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("export the book: %w", err)
	}
	_, _ = fmt.Fprintf(out, "%d sealed transactions are in %s; the last seal is %s.\n", tag.RowsAffected(), name, line.SHA256)

	return nil
}

// verifyPack checks the chain and the sums of an exported book. That nothing was cut off its end shows only by comparing the last
// seal with one noted elsewhere, so it is printed.
func verifyPack(name string, out io.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open the pack: %w", err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 64<<10), maxPackLine)
	if !lines.Scan() || lines.Text() != packFormat {
		if strings.HasPrefix(lines.Text(), `{"pack":"rapport-partnership"`) {
			return verifyPartnershipPack(file, out)
		}
		return fmt.Errorf("%s is not a pack of this version: %w", name, errors.Join(errors.New("its first line is another"), lines.Err()))
	}
	last := sealLine{SHA256: "00"}
	found := 0
	for lines.Scan() {
		var line sealLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("seal after %d cannot be read: %w", last.N, err)
		}
		if !bytes.Equal(lines.Bytes(), line.written()) {
			_, _ = fmt.Fprintf(out, "seal %d: it is not written as it was\n", last.N+1)
			found++
		}
		for _, problem := range line.check(last) {
			_, _ = fmt.Fprintf(out, "seal %d: %s\n", line.N, problem)
			found++
		}
		last = line
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the pack: %w", err)
	}
	_, _ = fmt.Fprintf(out, "%d seals, the last is %s.\n", last.N, last.SHA256)

	return verdict("pack", found, out)
}

// written is the line of a seal, byte for byte.
func (l sealLine) written() []byte {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(l) //nolint:errchkjson // strings and a number are always written

	return bytes.TrimSuffix(line.Bytes(), []byte("\n"))
}

// verifyPartnershipPack checks the audit pack of a partnership byte for byte, and names the first record that was changed. That a pack was
// not made anew as a whole shows only by comparing the last hash with one noted elsewhere, so it is printed.
func verifyPartnershipPack(file io.ReadSeeker, out io.Writer) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the pack: %w", err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("read the pack: %w", err)
	}
	altered := func(where, problem string) error {
		_, _ = fmt.Fprintf(out, "%s was altered: %s.\n", where, problem)

		return verdict("pack", 1, out)
	}
	head, rest, _ := bytes.Cut(content, []byte("\n"))
	if string(head) != rapport.PackHead {
		return altered("the head of the pack", "it is not written as it was")
	}
	var last rapport.PackRecord
	for last.N == 0 || len(rest) != len(rapport.PackEnd(last)+"\n") {
		// A value that a changed byte made longer or shorter is not written as its record is.
		var record json.RawMessage
		if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&record); err != nil {
			return altered(fmt.Sprintf("record %d", last.N+1), "it cannot be read")
		}
		r, problem := rapport.CheckPackLine(record, last)
		rest = rest[len(record):]
		parted := ",\n"
		if len(rest) == len("\n"+rapport.PackEnd(r)+"\n") {
			parted = "\n"
		}
		if problem == "" && !bytes.HasPrefix(rest, []byte(parted)) {
			problem = "it is not parted from the next as it was"
		}
		if problem != "" {
			return altered(strings.TrimSuffix(fmt.Sprintf("record %d (%s)", r.N, r.Kind), " ()"), problem)
		}
		last, rest = r, rest[len(parted):]
	}
	if string(rest) != rapport.PackEnd(last)+"\n" {
		return altered("the end of the pack", "it is not written as it was")
	}
	_, _ = fmt.Fprintf(out, "%d records, the last hash is %s.\n", last.N, last.SHA256)

	return verdict("pack", 0, out)
}

// check names what is wrong with a seal that follows last.
func (l sealLine) check(last sealLine) (problems []string) {
	if l.N != last.N+1 {
		problems = append(problems, fmt.Sprintf("follows seal %d", last.N))
	}
	if l.Prev != last.SHA256 {
		problems = append(problems, "does not hold the hash of the seal before it")
	}
	prev, err := hex.DecodeString(l.Prev)
	if err != nil {
		return append(problems, "its hash is not hexadecimal")
	}
	sum := sha256.Sum256(append(prev, l.Text...))
	if hex.EncodeToString(sum[:]) != l.SHA256 {
		problems = append(problems, "its text does not have its hash")
	}
	var fields []json.RawMessage
	var entries [][]json.RawMessage
	if json.Unmarshal([]byte(l.Text), &fields) != nil || len(fields) != 8 || json.Unmarshal(fields[7], &entries) != nil || len(entries) < 2 {
		return append(problems, "its text is not a transaction")
	}
	var total int64
	for _, entry := range entries {
		var amount int64
		if len(entry) != 3 || json.Unmarshal(entry[2], &amount) != nil {
			return append(problems, "its text has an entry without an amount")
		}
		total += amount
	}
	if total != 0 {
		problems = append(problems, fmt.Sprintf("its entries do not balance: %d is left over", total))
	}

	return problems
}
