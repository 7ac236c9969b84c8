package worker_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// term brings a partnership to a running term on these terms, and answers its contract.
func (b *bundle) term(id uuid.UUID, terms rapport.ContractTerms) (contract uuid.UUID) {
	b.t.Helper()
	raw, err := json.Marshal(terms)
	require.NoError(b.t, err)
	b.until("outreach", `select stage from partnerships where id = $1`, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdLogReply, Actor: b.ops})
	b.until("in_conversation", `select stage from partnerships where id = $1`, id)
	offer := uuid.New()
	b.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) select $1, $2, brand_id, id, 100000, 'usd', $3 from campaigns`, offer, id, raw)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendOffer, Actor: b.ops, Ref: offer, Amount: rapport.Money{Amount: 100000, Currency: "usd"}})
	b.until("sent", `select state from offers where id = $1`, offer)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: offer})
	b.until("open", `select state from tasks where partnership_id = $1 and kind = 'approve_contract'`, id)
	contract = b.id(`select id from contracts where partnership_id = $1`, id)
	for _, party := range []string{"brand", "creator"} {
		b.exec(`insert into signatures (contract_id, party, name, body_sha256) select id, $2, $2, body_sha256 from contracts where id = $1`, contract, party)
	}
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendContract, Actor: b.ops, Ref: contract})
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSignContract, Ref: contract})
	b.until("active", `select stage from partnerships where id = $1`, id)
	return contract
}

// exercise uses the option of a partnership's contract for a fee, as the API does.
func (b *bundle) exercise(id uuid.UUID, fee int64) (uuid.UUID, rapport.OutboxVerdict) {
	b.t.Helper()
	offer := uuid.New()
	b.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, term, fee, currency, terms)
		select $1, p.id, p.brand_id, p.campaign_id, 2, $3, 'usd', c.terms - 'renewal_option' from partnerships p join contracts c on c.partnership_id = p.id where p.id = $2`, offer, id, fee)
	return offer, b.command("partnership", id, rapport.Command{Kind: rapport.CmdExerciseOption, Actor: b.ops, Ref: offer, Amount: rapport.Money{Amount: fee, Currency: "usd"}})
}

// TestAnOptionOnRealServers uses one option, tells its creator in the creator's language, and lets another one pass.
func TestAnOptionOnRealServers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	terms := rapport.DefaultTerms()
	terms.DurationDays, terms.NoticeDays, terms.RenewalOption = 300, 3, &rapport.RenewalOption{Fee: 120_000, NoticeDays: 5}
	used, spoken := b.start("Dana"), b.start("Erik")
	b.exec(`update creators set locale = 'de' where name = 'Erik'`)
	mails := map[uuid.UUID][2]string{
		used: {"%another term of the same length%1200.00 USD%", "%We go on%"}, spoken: {"%eine weitere Laufzeit von gleicher%1.200,00%", "%Wir machen weiter%"},
	}
	for id, says := range mails {
		contract := b.term(id, terms)
		b.until("true", `select (body like '%Option to renew. The brand may take another term%1200.00 USD%5 days before%')::text from contracts where id = $1`, contract)
		b.until("open 0", `select state || ' ' || cardinality(assets) from key_dates where partnership_id = $1 and kind = 'option_end' and contract_id = $2`, id, contract)
		b.until("true", `select (k.at = c.ends_at - interval '5 seconds')::text from key_dates k join contracts c on c.id = k.contract_id where k.partnership_id = $1`, id) // a day lasts a second
		refused, v := b.exercise(id, 100_000)
		require.Equal(t, "another_option_fee", v.Refused)
		b.until("withdrawn", `select state from offers where id = $1`, refused)
		offer, v := b.exercise(id, 120_000)
		require.Empty(t, v.Refused)
		b.until("accepted", `select state from offers where id = $1`, offer)
		b.until("agreed", `select renewal_state from partnerships where id = $1`, id)
		b.until("exercised", `select state from key_dates where partnership_id = $1 and kind = 'option_end'`, id)
		b.until("accepted", `select state from messages where partnership_id = $1 and body_text like $2 and subject like $3`, id, says[0], says[1])
		_, v = b.exercise(id, 120_000)
		require.Equal(t, "renewal_decided", v.Refused)
	}

	// The term that was taken so begins when this one ends, and has no option itself.
	first := 0
	terms.DurationDays = 20
	terms.Milestones = []rapport.MilestoneTerms{{Title: "On approval", Trigger: rapport.TriggerApproval, Deliverable: &first, Percent: 100}}
	again := b.start("Hedda")
	b.term(again, terms)
	_, v := b.exercise(again, 120_000)
	require.Empty(t, v.Refused)
	b.accepted("partnership", again, rapport.Command{Kind: rapport.CmdWaive, Actor: b.ops, Ref: b.id(`select id from deliverables where partnership_id = $1`, again)})
	b.until("contract_out 2", `select stage || ' ' || term from partnerships where id = $1`, again)
	b.until("120000 false", `select fee || ' ' || (body like '%Option to renew%')::text from contracts where partnership_id = $1 and term = 2`, again)

	terms.DurationDays, terms.RenewalOption.NoticeDays = 30, 15
	unused := b.start("Fred")
	b.term(unused, terms)
	b.until("ended", `select state from key_dates where partnership_id = $1 and kind = 'option_end'`, unused)
	b.until("open", `select state from tasks where partnership_id = $1 and kind = 'option_unused' and owner_role = 'admin'`, unused)
	b.until("key_date_undecided, key_date_ended", `select string_agg(kind, ', ' order by seq) from partnership_events
		where partnership_id = $1 and kind in ('key_date_undecided', 'key_date_ended')`, unused)
	_, v = b.exercise(unused, 120_000)
	require.Equal(t, "option_over", v.Refused)
	require.False(t, v.Refusal.At.IsZero())

	none := b.start("Gina")
	terms.RenewalOption = nil
	b.until("false", `select (body like '%Option to renew%')::text from contracts where id = $1`, b.term(none, terms))
	_, v = b.exercise(none, 120_000)
	require.Equal(t, "no_option", v.Refused)
}
