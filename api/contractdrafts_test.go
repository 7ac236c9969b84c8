package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// draftSHA256 is the hash of the text that draft gives a contract.
const draftSHA256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

// draft adds a contract that is not out for signature, with the terms of the work's offer. It is older than the signed one, which pages show.
func (d *desk) draft(t *testing.T, brand uuid.UUID, w work) uuid.UUID {
	t.Helper()
	offer, contract := id(), id()
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms)
		select $1, partnership_id, brand_id, campaign_id, 'accepted', fee, currency, terms from offers where id = $2`, offer, w.offer)
	d.sql(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, created_at)
		select $1, $2, $3, id, 1, 'internal_approval', 'x', sha256('x'), fee, currency, terms, now() - interval '1 hour' from offers where id = $4`, contract, w.partnership, brand, offer)
	return contract
}

func TestWhatStandsInOneContractIsChosen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, legal := d.as(t, "ops@one.example"), d.as(t, "legal@one.example")
	path := "/v1/contracts/" + d.draft(t, d.world.one, d.work).String()
	disclosure, brief, gone := "00000000-0000-7000-8000-000000000306", "00000000-0000-7000-8000-000000000301", id()
	var draft gen.ContractDraft
	a := ops.send(t, "GET", path+"/draft", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &draft)
	require.Equal(t, 1, draft.Draft)
	require.Nil(t, draft.By)
	require.Equal(t, "x", draft.SavedText)
	require.Contains(t, draft.Text, "COLLABORATION AGREEMENT")

	choices := map[string]any{
		"template_id": draft.Choices.TemplateId, "left_out": []any{disclosure, brief}, "added": []any{gone}, "fallbacks": []any{map[string]any{"clause_id": brief, "fallback": 1}},
		"values": []any{map[string]any{"name": "fee", "value": "1"}},
	}
	bad := []string{"added[0] unknown", "fallbacks[0].fallback unknown", "left_out[0] must_include", "values[0].name unknown_value"}
	a = ops.send(t, "POST", path+"/draft/preview", choices)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &draft)
	for i, e := range draft.Errors {
		require.Equal(t, bad[i], e.Field+" "+e.Code)
		bad[i] = "choices." + bad[i]
	}
	require.Len(t, draft.Errors, len(bad))
	save := map[string]any{"from_draft": 1, "choices": choices, "text_sha256": draft.TextSha256}
	a = ops.keyed().send(t, "POST", path+"/draft", save)
	require.Equal(t, 422, a.status, "%s", a.body)
	require.Equal(t, bad, a.fields(t))
	require.Contains(t, string(a.body), "“Disclosure” cannot be left out")

	choices = map[string]any{"template_id": draft.Choices.TemplateId, "left_out": []any{brief}}
	save["choices"], save["text_sha256"] = choices, draftSHA256
	require.Equal(t, "other_text", ops.keyed().send(t, "POST", path+"/draft", save).text("code"), "only the text that was shown is saved")
	save["text_sha256"] = ops.send(t, "POST", path+"/draft/preview", choices).text("text_sha256")
	for _, who := range []string{"approver@one.example", "guest@one.example"} {
		require.Equal(t, 403, d.as(t, who).keyed().send(t, "POST", path+"/draft", save).status)
	}
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path+"/draft", save).status)
	require.Equal(t, []string{"text_sha256 bad_hash"}, legal.keyed().send(t, "POST", path+"/approvals", map[string]any{"text_sha256": "x"}).fields(t))
	require.Equal(t, 200, legal.keyed().send(t, "POST", path+"/approvals", map[string]any{"text_sha256": draftSHA256}).status)

	keyed := ops.keyed()
	a = keyed.send(t, "POST", path+"/draft", save)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, a.body, keyed.send(t, "POST", path+"/draft", save).body, "the same key, the same answer")
	a.into(t, &draft)
	require.Equal(t, 2, draft.Draft)
	require.Equal(t, draft.SavedText, draft.Text)
	require.Nil(t, draft.Approval)
	a = legal.keyed().send(t, "POST", path+"/draft", save)
	require.Equal(t, 412, a.status, "of two who edit the same draft the second is refused")
	require.Contains(t, a.text("detail"), "saved draft 2 of this contract meanwhile")
	a = legal.keyed().send(t, "POST", path+"/approvals", map[string]any{"text_sha256": draftSHA256})
	require.Equal(t, "other_text", a.text("code"), "nobody approves a text that was changed since")

	var c gen.Contract
	d.as(t, "guest@one.example").send(t, "GET", path, nil).into(t, &c)
	require.Equal(t, draft.Text, c.Text)
	require.NotNil(t, c.DraftInfo.LostApproval)
	require.Equal(t, gen.MadeChoiceWhat("left_out"), c.DraftInfo.Choices[0].What)
	require.Equal(t, "Campaign", c.DraftInfo.Choices[0].Title)
	require.NotEmpty(t, c.DraftInfo.Choices[0].By)
	d.sql(t, `update contracts set created_at = created_at - interval '1 day' where id = $1`, d.contract)
	var compared gen.ContractComparison
	d.as(t, "guest@one.example").send(t, "GET", path+"/comparison", nil).into(t, &compared)
	require.Equal(t, "x", compared.Draft.Text)
	require.Contains(t, compared.Template.Text, "1. Campaign.")
	require.Equal(t, d.contract, *compared.Contract.ContractId)
}

func TestATextThatWasReadIsTheOneThatIsSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	contract := d.draft(t, d.world.one, d.work)
	path := "/v1/contracts/" + contract.String()
	send := map[string]any{"consent": rapport.Consent(rapport.PartyBrand), "text_sha256": "00" + draftSHA256[2:]}
	a := ops.keyed().send(t, "POST", path+"/send", send)
	require.Equal(t, 409, a.status, "%s", a.body)
	require.Equal(t, "other_text", a.text("code"))
	require.Zero(t, one[int](t, d, `select count(*) from signatures where contract_id = $1`, contract))
	send["text_sha256"] = draftSHA256
	require.Contains(t, []int{200, 202}, ops.keyed().send(t, "POST", path+"/send", send).status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from signatures where contract_id = $1`, contract))
	a = ops.send(t, "GET", path+"/draft", nil)
	require.Equal(t, "contract_signed", a.text("code"))

	for state, code := range map[string]string{"out_for_signature": "contract_decided", "executed": "contract_decided"} {
		d.sql(t, `update contracts set state = $2, executed_at = case when $2 = 'executed' then now() end where id = $1`, contract, state)
		for _, at := range []string{"/draft", "/draft/preview"} {
			body, method := any(nil), "GET"
			if at != "/draft" {
				body, method = map[string]any{"template_id": id()}, "POST"
			}
			a = ops.send(t, method, path+at, body)
			require.Equal(t, 409, a.status)
			require.Equal(t, code, a.text("code"), state)
			require.Equal(t, state, a.text("state"))
		}
		require.Equal(t, 409, ops.keyed().send(t, "POST", path+"/approvals", map[string]any{"text_sha256": draftSHA256}).status)
	}
}
