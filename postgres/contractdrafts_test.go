package postgres_test

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// Clauses that every installation has.
var (
	usageClause = uuid.MustParse("00000000-0000-7000-8000-000000000308")
	aiClause    = uuid.MustParse("00000000-0000-7000-8000-000000000312")
	briefClause = uuid.MustParse("00000000-0000-7000-8000-000000000301")
)

// made is the hash of the text that choices make of a contract as it stands.
func made(t *testing.T, s rapport.DraftSource, c rapport.DraftChoices) []byte {
	t.Helper()
	d, err := s.Make(c)
	require.NoError(t, err)
	hash := sha256.Sum256([]byte(d.Text))
	return hash[:]
}

func TestADraftIsSavedWithWhatWasChosenAndLosesItsApproval(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	terms := rapport.SampleContract().Terms
	c := d.drafted(t, d.offered(t, terms))
	require.Equal(t, 1, c.Draft)
	require.Equal(t, "Standard contract", c.DraftInfo.Template)
	require.Empty(t, c.DraftInfo.By)
	require.NoError(t, d.api.ApproveContract(ctx, c.ID, c.SHA256, d.lea))
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.ApproveContract(ctx, c.ID, []byte("x"), d.lea)), "another text")

	s, err := d.api.ContractDraft(ctx, c.ID)
	require.NoError(t, err)
	require.Equal(t, "Lea", s.Approval.By)
	choices := s.Choices
	require.Equal(t, c.SHA256, made(t, s, choices), "nothing is chosen, and the text is the one that stands")
	choices.Fallbacks = []rapport.ChosenFallback{{ClauseID: usageClause, Fallback: 1}}
	choices.LeftOut = []rapport.ChosenClause{{ClauseID: briefClause}}
	_, err = d.api.SaveContractDraft(ctx, c.ID, 1, choices, c.SHA256, d.lea)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "not the text that was shown")
	bad := choices
	bad.LeftOut = []rapport.ChosenClause{{ClauseID: aiClause}}
	_, err = d.api.SaveContractDraft(ctx, c.ID, 1, bad, c.SHA256, d.lea)
	require.Equal(t, rapport.CodeInvalid, rapport.ErrorCode(err))
	saved, err := d.api.SaveContractDraft(ctx, c.ID, 1, choices, made(t, s, choices), d.lea)
	require.NoError(t, err)
	require.Equal(t, 2, saved.Draft)
	require.Nil(t, saved.Approval, "an approval is of one text")
	_, err = d.api.SaveContractDraft(ctx, c.ID, 1, choices, made(t, s, choices), d.lea)
	require.Equal(t, rapport.CodeStale, rapport.ErrorCode(err))
	require.ErrorContains(t, err, "Lea saved draft 2")

	c, err = d.api.Contract(ctx, c.ID)
	require.NoError(t, err)
	require.Equal(t, 2, c.Draft)
	require.Contains(t, c.Text, "on its own accounts and not in paid advertisements")
	require.Nil(t, c.Approval)
	require.Equal(t, "Lea", c.DraftInfo.LostApproval.By)
	require.Equal(t, []rapport.MadeChoice{
		{What: "fallback", ClauseID: usageClause, Title: "Usage rights", Fallback: 1, By: "Lea"}, {What: "left_out", ClauseID: briefClause, Title: "Campaign", By: "Lea"},
	}, c.DraftInfo.Choices)
	require.NotContains(t, titles(c), "Campaign")
	list, _, err := d.api.ContractsWithClause(ctx, usageClause, nil, rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 1, "the newest draft alone counts")
	require.Equal(t, 1, list[0].Fallback)
	list, _, err = d.api.ContractsWithClause(ctx, briefClause, nil, rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list)

	compared, err := d.api.ContractComparison(ctx, c.ID)
	require.NoError(t, err)
	require.Contains(t, compared.Template.Text, "1. Campaign.")
	require.Equal(t, compared.Template.Text, compared.Draft.Text)
	require.NotEqual(t, c.ID, *compared.Contract.ContractID)
	d.exec(t, `update contracts set created_at = created_at - interval '1 hour', state = 'executed', executed_at = now() where id = $1`, c.ID)
	d.exec(t, `update contracts set created_at = created_at - interval '1 day' where id <> $1`, c.ID)
	next := d.drafted(t, d.offered(t, terms))
	compared, err = d.api.ContractComparison(ctx, next.ID)
	require.NoError(t, err)
	require.Equal(t, c.ID, *compared.Contract.ContractID)
	require.Equal(t, next.Text, compared.Template.Text)
	require.Nil(t, compared.Draft)

	for _, sql := range []string{`update contract_drafts set body = 'x'`, `delete from contract_drafts`} {
		_, err := d.owner.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
	_, err = d.api.ContractDraft(rapport.WithBrands(t.Context(), d.other), c.ID)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
}

func TestATextThatIsOutOrSignedIsNotDrafted(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	c := d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	s, err := d.api.ContractDraft(ctx, c.ID)
	require.NoError(t, err)
	choices := s.Choices
	choices.LeftOut = []rapport.ChosenClause{{ClauseID: briefClause}}
	other := made(t, s, choices)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.SignForBrand(ctx, c.ID, d.lea, rapport.Signature{Name: "Lea", SHA256: other})), "nobody signs a text that does not stand")
	require.NoError(t, d.api.SignForBrand(ctx, c.ID, d.lea, rapport.Signature{
		Name: "Lea", SHA256: c.SHA256, Consent: rapport.Consent(rapport.PartyBrand), Identity: rapport.IdentitySession, IdentityAddress: "lea@one.example",
	}))
	_, err = d.api.SaveContractDraft(ctx, c.ID, 1, choices, other, d.lea)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
	require.ErrorContains(t, err, "The brand has signed this text")

	for _, state := range []string{"out_for_signature", "executed", "withdrawn"} {
		c := d.drafted(t, d.offered(t, rapport.DefaultTerms()))
		d.exec(t, `update contracts set state = $2, executed_at = case when $2 = 'executed' then now() end where id = $1`, c.ID, state)
		_, err = d.api.SaveContractDraft(ctx, c.ID, 1, choices, other, d.lea)
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), state)
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.ApproveContract(ctx, c.ID, c.SHA256, d.lea)), state)
		_, err = d.owner.Exec(t.Context(), `update contracts set body = 'x', body_sha256 = sha256('x') where id = $1`, c.ID)
		require.ErrorContains(t, err, "immutable", state)
		got, err := d.api.Contract(ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, c.Text, got.Text, state)
	}
}

// Of many who save the same draft, and one who signs what stood before, each gets an answer and one text is the contract's.
func TestOneOfManyWhoSaveTheSameDraftIsHeard(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	c := d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	s, err := d.api.ContractDraft(ctx, c.ID)
	require.NoError(t, err)
	choices := s.Choices
	choices.LeftOut = []rapport.ChosenClause{{ClauseID: briefClause}}
	hash := made(t, s, choices)
	var wg sync.WaitGroup
	var saved, signed atomic.Int32
	for range 4 {
		wg.Go(func() {
			if _, err := d.api.SaveContractDraft(ctx, c.ID, 1, choices, hash, d.lea); err == nil {
				saved.Add(1)
			} else if code := rapport.ErrorCode(err); code != rapport.CodeStale && code != rapport.CodeConflict {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		err := d.api.SignForBrand(ctx, c.ID, d.lea, rapport.Signature{Name: "Lea", SHA256: c.SHA256, Consent: "x", Identity: rapport.IdentitySession, IdentityAddress: "x"})
		if err == nil {
			signed.Add(1)
		} else if rapport.ErrorCode(err) != rapport.CodeConflict {
			t.Error(err)
		}
	})
	wg.Wait()
	require.EqualValues(t, 1, saved.Load()+signed.Load(), "either the text is signed, or another one stands")
}
