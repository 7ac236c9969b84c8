package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// verified runs `rapport verify` against a database.
func verified(t *testing.T, worker string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs screen
	env := environment{getenv: lookup(map[string]string{"RAPPORT_WORKER_DATABASE_URL": worker}), stdout: &out, stderr: &errs}
	code = run(append([]string{"verify"}, args...), env)

	return code, out.String(), errs.String()
}

// postTopUps posts and seals two transactions as the worker.
func postTopUps(t *testing.T, worker string) {
	t.Helper()
	brand := uuid.NewString()
	for _, amount := range []string{"10000", "2500"} {
		execSQL(t.Context(), t, Secret(worker), `select ledger_post('`+uuid.NewString()+`', 'topup', '`+brand+`', p_payout => null,
			p_attempt => null, p_ref => null, p_currency => 'usd', p_lines => '[{"account": "stripe_cash:usd", "amount": -`+amount+`},
			{"account": "brand_funds:`+brand+`:usd", "floor_zero": true, "amount": `+amount+`}]')`)
	}
	execSQL(t.Context(), t, Secret(worker), `select ledger_seal(10)`)
}

// tampers changes a row as somebody with all rights over the database would.
func tampers(t *testing.T, owner, sql string) {
	t.Helper()
	execSQL(t.Context(), t, Secret(owner), "set session_replication_role = replica; "+sql)
}

func TestVerifyLedgerFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	owner, _, worker := pgtest.New(t)
	postTopUps(t, worker)
	code, out, errs := verified(t, worker, "ledger")
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, "ledger: all is well.\n", out)

	tampers(t, owner, `update ledger_entries set amount = amount + 1 where amount = 2500`)
	code, out, _ = verified(t, worker, "ledger")
	require.Equal(t, exitDifferent, code)
	require.Contains(t, out, "seal 2 does not match what it seals")
	require.Contains(t, out, "is unbalanced by 1 usd")
	require.Contains(t, out, "has the balance 12500 where its entries make 12501")
	require.Contains(t, out, "ledger: 3 findings.")
}

func TestVerifyPackNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	_, _, worker := pgtest.New(t)
	postTopUps(t, worker)
	file := filepath.Join(t.TempDir(), "book.jsonl")
	code, out, errs := verified(t, worker, "ledger", "--pack", file)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "2 sealed transactions are in "+file)
	code, _, errs = verified(t, worker, "ledger", "--pack", file)
	require.Equal(t, exitFailed, code, "an export never replaces a file")
	require.Contains(t, errs, "exists")

	code, out, errs = verified(t, "", "pack", file)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "2 seals, the last is ")

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	for name, tt := range map[string]struct {
		text string
		code int
		want string
	}{
		"another amount":  {strings.ReplaceAll(string(text), "2500", "3500"), exitDifferent, "its text does not have its hash"},
		"a missing line":  {lines[0] + lines[2], exitDifferent, "seal 2: follows seal 0"},
		"another order":   {lines[0] + lines[2] + lines[1], exitDifferent, "does not hold the hash of the seal before it"},
		"another file":    {"{}\n", exitFailed, "is not a pack"},
		"a cut-off line":  {string(text[:len(text)-10]), exitFailed, "cannot be read"},
		"not even hashes": {lines[0] + `{"n":1,"prev_sha256":"xy","sha256":"","text":""}`, exitDifferent, "not hexadecimal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := filepath.Join(t.TempDir(), "changed.jsonl")
			require.NoError(t, os.WriteFile(changed, []byte(tt.text), 0o600))
			code, out, errs := verified(t, "", "pack", changed)
			require.Equal(t, tt.code, code)
			require.Contains(t, out+errs, tt.want)
		})
	}
}

func TestVerifyContracts(t *testing.T) {
	t.Parallel()
	owner, _, worker := pgtest.New(t)
	code, out, errs := verified(t, worker, "contracts")
	require.Equal(t, exitOK, code, errs)
	require.Equal(t, "contracts: all is well.\n", out)

	contract, partnership, brand, offer := uuid.NewString(), uuid.NewString(), uuid.NewString(), uuid.NewString()
	tampers(t, owner, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
		values ('`+contract+`', '`+partnership+`', '`+brand+`', '`+offer+`', 1, 'executed', 'the text', sha256('another text'), 1, 'usd', '{}', now());
		insert into signatures (contract_id, party, name, body_sha256) values ('`+contract+`', 'brand', 'A', sha256('a third text'))`)
	code, out, _ = verified(t, worker, "contracts")
	require.Equal(t, exitDifferent, code)
	require.Contains(t, out, contract+": its text does not have the hash that was kept")
	require.Contains(t, out, contract+": the brand signed another text")
	require.Contains(t, out, contract+": is executed without the creator's signature")
	require.NotContains(t, out, "has no signed file", "it is about to be made")

	tampers(t, owner, `update contracts set executed_at = now() - interval '2 days'`)
	_, out, _ = verified(t, worker, "contracts")
	require.Contains(t, out, contract+": has no signed file")
}

func TestVerifyFindsWhatWasChangedOfASignedFile(t *testing.T) {
	t.Parallel()
	owner, _, worker := pgtest.New(t)
	store, err := postgres.Open(t.Context(), worker)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	contract, brand := uuid.New(), uuid.NewString()
	tampers(t, owner, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
		values ('`+contract.String()+`', '`+uuid.NewString()+`', '`+brand+`', '`+uuid.NewString()+`', 1, 'executed', 'the text', sha256('the text'), 1, 'usd', '{}', now() - interval '2 days');
		insert into signatures (contract_id, party, name, body_sha256, address) select '`+contract.String()+`', p, 'A', sha256('the text'), '192.0.2.1' from unnest(array['brand', 'creator']) p`)
	tampers(t, owner, `alter table contract_papers drop constraint contract_papers_brand_id_fkey`) // the world of this test has no brand
	require.NoError(t, store.KeepContractPaper(t.Context(), contract, []byte("%PDF-1 of the text")))
	require.NoError(t, store.KeepContractPaper(t.Context(), contract, []byte("%PDF-1 made again")), "the first one stays")
	code, out, errs := verified(t, worker, "contracts")
	require.Equal(t, exitOK, code, out+errs)
	for _, change := range []struct{ sql, undo, finding string }{
		{`update blobs set content = '%PDF-2 of the text'`, `update blobs set content = '%PDF-1 of the text' where content = '%PDF-2 of the text'`, "its signed file does not have the hash that was kept"},
		{`update signatures set address = '192.0.2.2' where party = 'creator'`, `update signatures set address = '192.0.2.1'`, "its signatures are not those of the signed file"},
		{`update signatures set at = at - interval '1 s' where party = 'brand'`, `update signatures set at = at + interval '1 s' where party = 'brand'`, "its signatures are not those of the signed file"},
		{`update contracts set body = 'the texT', body_sha256 = sha256('the texT')`, `update contracts set body = 'the text', body_sha256 = sha256('the text')`, "its signed file has another text"},
	} {
		tampers(t, owner, change.sql)
		code, out, _ = verified(t, worker, "contracts")
		require.Equal(t, exitDifferent, code, change.sql)
		require.Contains(t, out, contract.String()+": "+change.finding)
		tampers(t, owner, change.undo)
	}
	tampers(t, owner, `delete from contract_papers`)
	_, out, _ = verified(t, worker, "contracts")
	require.Contains(t, out, contract.String()+": has no signed file")
}

func TestVerifyFindsWhatWasChangedOfASealedFile(t *testing.T) {
	t.Parallel()
	owner, _, worker := pgtest.New(t)
	store, err := postgres.Open(t.Context(), worker)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	contract, brand := uuid.New(), uuid.NewString()
	// The world of this test has no brand, no partnership and no contract.
	tampers(t, owner, `alter table sealed_papers drop constraint sealed_papers_brand_id_fkey;
		insert into blobs (sha256, content_type, size, content) values (sha256('%PDF-1 to sign'), 'application/pdf', 14, '%PDF-1 to sign');
		insert into signing_documents (contract_id, brand_id, partnership_id, provider, contact_id, signer_name, signer_email, file_sha256, field, state, provider_id, signed_at)
		values ('`+contract.String()+`', '`+brand+`', '`+uuid.NewString()+`', 'documenso', '`+uuid.NewString()+`', 'Mia', 'mia@mail.example', sha256('%PDF-1 to sign'), '{}',
			'completed', 'envelope_1', now() - interval '2 days')`)
	_, out, _ := verified(t, worker, "contracts")
	require.Contains(t, out, contract.String()+": its sealed file was not fetched")
	require.Error(t, store.KeepSealedPaper(t.Context(), contract, []byte("%PDF-1 to sign")), "that is the one that was sent")
	require.NoError(t, store.KeepSealedPaper(t.Context(), contract, []byte("%PDF-1 sealed")))
	require.NoError(t, store.KeepSealedPaper(t.Context(), contract, []byte("%PDF-1 sealed again")), "the first one stays")
	code, out, errs := verified(t, worker, "contracts")
	require.Equal(t, exitOK, code, out+errs)
	for change, finding := range map[string]string{
		`update blobs set content = '%PDF-2 sealed' where content = '%PDF-1 sealed'`: "its sealed file does not have the hash that was kept",
		`update sealed_papers set provider_id = 'envelope_2'`:                        "its sealed file is of another document than was signed",
	} {
		tampers(t, owner, change)
		code, out, _ = verified(t, worker, "contracts")
		require.Equal(t, exitDifferent, code, change)
		require.Contains(t, out, contract.String()+": "+finding)
	}
}

func TestVerifyCommandLine(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":                       "say what to verify",
		"everything":             `"everything" cannot be verified`,
		"pack":                   "name the pack's file",
		"ledger now":             `unexpected argument "now"`,
		"contracts --repair":     "--repair goes with verify workflows",
		"--pack x contracts":     "--pack goes with verify ledger",
		"ledger --fly":           "not defined: -fly",
		"ledger":                 "RAPPORT_WORKER_DATABASE_URL is not set",
		"workflows --repair":     "TEMPORAL_ADDRESS is not set",
		"workflows --repair now": `unexpected argument "now"`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			code, _, errs := verified(t, "", strings.Fields(args)...)
			require.Equal(t, exitUsage, code)
			require.Contains(t, errs, want)
		})
	}
}

func TestVerifyLedgerSaysWhatIsNotSealed(t *testing.T) {
	t.Parallel()
	owner, _, worker := pgtest.New(t)
	postTopUps(t, worker)
	tampers(t, owner, `delete from ledger_seals`)
	code, out, errs := verified(t, worker, "ledger")
	require.Equal(t, exitOK, code, errs)
	require.Regexp(t, `^ledger: 2 transactions are not sealed yet, the oldest of \S+Z\.\nledger: all is well\.\n$`, out)

	tampers(t, owner, `update ledger_transactions set at = at - interval '16 minutes'`)
	code, out, _ = verified(t, worker, "ledger")
	require.Equal(t, exitDifferent, code, "nothing was ever sealed")
	require.Contains(t, out, "was never sealed")
	require.Contains(t, out, "ledger: 2 findings.")
}
