package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/paper"
	"rapport/paper/pdftest"
)

func TestSignedContractIsAFileToKeep(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, me := d.as(t, "ops@one.example"), d.visitor(t)
	path := "/v1/contracts/" + d.contract.String()
	kept := func() string { return ops.send(t, "GET", path, nil).text("paper_sha256") }
	d.sql(t, `update contracts set state = 'out_for_signature', executed_at = null`)
	for _, a := range []answer{ops.send(t, "GET", path+"/paper", nil), me.send(t, "GET", "/v1/portal/contracts/"+d.contract.String()+"/paper", nil)} {
		require.Equal(t, 409, a.status)
		require.Equal(t, "no_paper", a.text("code"))
		require.Equal(t, "out_for_signature", a.text("state"))
	}
	require.Empty(t, kept())

	// Both sign; the worker that executes it dies before it has made the file, and another one goes on.
	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256, consent, identity, identity_address, identity_at)
		select id, 'creator', 'Mia Lens', body_sha256, 'I agree', 'mailed_code', 'mia@mail.example', now() from contracts`)
	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256, consent, identity, identity_address)
		select id, 'brand', 'Ms Legal', body_sha256, 'I agree', 'session', 'legal@one.example' from contracts`)
	d.sql(t, `update contracts set state = 'executed', executed_at = now()`)
	acts := activities.Activities{Store: d.worker, Paper: paper.Contract}
	for range 2 {
		_, err := acts.ExecuteContract(t.Context(), activities.EffectInput{Effect: rapport.Effect{Ref: d.contract, At: time.Now().Truncate(time.Microsecond)}})
		require.NoError(t, err)
	}
	file := ops.send(t, "GET", path+"/paper", nil)
	require.Equal(t, 200, file.status, "%s", file.body)
	require.Equal(t, "application/pdf", file.header.Get("Content-Type"))
	sum := sha256.Sum256(file.body)
	require.Equal(t, hex.EncodeToString(sum[:]), kept())
	text := pdftest.Text(t, file.body)
	require.Contains(t, text, "Certificate of signatures")
	require.Contains(t, text, "Mia Lens, for the creator")
	require.True(t, bytes.Equal(file.body, me.send(t, "GET", "/v1/portal/contracts/"+d.contract.String()+"/paper", nil).body), "both have the same file")
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "GET", path+"/paper", nil).status)

	// What was made stays, whatever the brand's name is later.
	d.sql(t, `update brands set name = name || ', renamed'`)
	_, err := acts.ExecuteContract(t.Context(), activities.EffectInput{Effect: rapport.Effect{Ref: d.contract, At: time.Now()}})
	require.NoError(t, err)
	require.True(t, bytes.Equal(file.body, ops.send(t, "GET", path+"/paper", nil).body))
	for _, change := range []string{`update contract_papers set sha256 = ''`, `delete from contract_papers`, `update signatures set consent = 'Another'`, `update signatures set name = 'Another'`} {
		_, err := d.owner.Exec(t.Context(), change)
		require.Error(t, err, change)
	}
	d.sql(t, `update blobs set content = content || 'x'`)
	require.Equal(t, 500, ops.send(t, "GET", path+"/paper", nil).status, "a file that was changed is not handed out")
}

func TestContractsFromBeforeThereWereFilesGetTheirs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p`)
	acts := activities.Activities{Store: d.worker, Paper: paper.Contract}
	require.NoError(t, acts.PaperContracts(t.Context()))
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from contract_papers`))
	require.Contains(t, pdftest.Text(t, d.as(t, "ops@one.example").send(t, "GET", "/v1/contracts/"+d.contract.String()+"/paper", nil).body), "Not recorded: signed before this was kept.")
	none, err := d.worker.ContractsWithoutPaper(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, none)
}
