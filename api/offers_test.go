package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

func TestAnOfferIsComparedWithTheOneBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, me := d.as(t, "ops@one.example"), d.visitor(t)
	house := func() gen.Offer {
		var p gen.Partnership
		ops.send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
		return *p.Offer
	}
	portal := func() gen.PortalOfferView {
		var h gen.PortalHome
		me.send(t, "GET", "/v1/portal/home", nil).into(t, &h)
		return *h.Offer
	}
	require.Nil(t, house().Changes, "a first offer changes nothing")
	d.sql(t, `update offers set state = 'countered', counter_fee = fee + 2000, sent_at = coalesce(sent_at, now())`)
	require.Equal(t, house().Fee.Amount+2000, house().CounterFee.Amount)
	require.Equal(t, house().CounterFee, portal().CounterFee)

	// The next one is for another fee and another number of rounds; the creator does not see it before it is sent.
	next := id()
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms, created_at)
		select $1, partnership_id, brand_id, campaign_id, term, 'draft', fee + 1000, currency, terms || '{"revision_rounds": 7}', now() + interval '1 minute' from offers`, next)
	before := d.offer
	require.Equal(t, before, portal().Id)
	require.Nil(t, portal().Changes)
	d.sql(t, `update offers set state = 'sent', sent_at = now() where id = $1`, next)
	for who, got := range map[string]struct {
		id      any
		changes *[]gen.AmendedLine
		before  *[]gen.PastOffer
	}{
		"house": {house().Id, house().Changes, house().Before}, "portal": {portal().Id, portal().Changes, portal().Before},
	} {
		require.Equal(t, next, got.id, who)
		require.Len(t, *got.changes, 2, who)
		require.Equal(t, "Fee", (*got.changes)[0].What)
		require.Contains(t, *(*got.changes)[0].From, "was asked", who)
		require.Equal(t, "7 rounds", *(*got.changes)[1].To, who)
		require.True(t, *(*got.changes)[1].Material, who)
		require.Len(t, *got.before, 1, who)
		require.Equal(t, before, (*got.before)[0].Id, who)
		require.Equal(t, gen.OfferState("countered"), (*got.before)[0].State, who)
	}

	// A renewal is another negotiation.
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms, sent_at, created_at)
		select $1, partnership_id, brand_id, campaign_id, 2, 'sent', fee, currency, terms, now(), now() + interval '2 minutes' from offers where id = $2`, id(), next)
	require.Nil(t, house().Before)
}

func TestACreatorAsksForWhatIsMaterial(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, me := d.as(t, "ops@one.example"), d.visitor(t)
	d.sql(t, `update offers set state = 'sent', sent_at = now(), terms = $1`, `{"deliverables": [{"title": "Reel", "platform": "instagram", "kind": "reel", "draft_due_days": 10, "publish_days": 5}],
		"milestones": [{"title": "All", "trigger": "posted", "percent": 100, "net_days": 0}], "revision_rounds": 2, "duration_days": 100, "notice_days": 10, "usage_rights_days": 30}`)
	path := "/v1/portal/offers/" + d.offer.String() + "/decisions"
	ask := func(body map[string]any) answer {
		body["decision"] = "counter"
		return me.keyed().send(t, "POST", path, body)
	}
	asks := func(list ...map[string]any) map[string]any { return map[string]any{"asks": list} }
	fee := one[int](t, d, `select fee from offers where id = $1`, d.offer)
	require.Equal(t, []string{"counter unchanged"}, ask(map[string]any{"counter": eur(fee), "asks": []map[string]any{{"of": "usage_rights_days", "value": 30}}}).fields(t))
	require.Equal(t, []string{"asks[0].deliverable unknown_deliverable", "asks[1].value out_of_range"}, ask(asks(
		map[string]any{"of": "draft_due_days", "deliverable": 4, "value": 9}, map[string]any{"of": "exclusivity_days", "value": 9000})).fields(t))
	require.Equal(t, 422, ask(asks(map[string]any{"of": "revision_rounds", "value": 9})).status)
	require.Empty(t, d.flows.commands())
	require.Equal(t, "[]", one[string](t, d, `select counter_asks::text from offers where id = $1`, d.offer))

	body := asks(map[string]any{"of": "draft_due_days", "deliverable": 0, "value": 15}, map[string]any{"of": "usage_rights_days", "value": 10}, map[string]any{"of": "pieces", "value": 2})
	body["message"] = "And please not on a Monday."
	a := ask(body)
	require.Equal(t, 200, a.status, "%s", a.body)
	cmd := d.flows.commands()[0]
	require.Equal(t, rapport.Command{ID: cmd.ID, Kind: rapport.CmdCounterOffer, Ref: d.offer}, cmd, "the fee is right, and the workflow gets no words")
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from messages where channel = 'portal' and body_text = 'And please not on a Monday.'`))

	var p gen.Partnership
	ops.send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	var h gen.PortalHome
	me.with("Accept-Language", "de").send(t, "GET", "/v1/portal/home", nil).into(t, &h)
	require.Nil(t, p.Offer.CounterFee)
	require.Equal(t, "And please not on a Monday.", *p.Offer.CounterNote)
	require.Equal(t, p.Offer.CounterNote, h.Offer.CounterNote)
	draft := (*p.Offer.Asked)[0]
	require.Equal(t, []any{gen.AskOf("draft_due_days"), 0, int64(15), "Draft of “Reel”", "10 business days after both have signed", "15 business days after both have signed"},
		[]any{draft.Of, *draft.Deliverable, draft.Value, draft.What, *draft.From, *draft.To})
	require.Nil(t, (*p.Offer.Asked)[1].Deliverable)
	require.Equal(t, []string{"„Reel“", "1 Inhalt", "2 Inhalte"}, []string{(*h.Offer.Asked)[2].What, *(*h.Offer.Asked)[2].From, *(*h.Offer.Asked)[2].To})
	require.Equal(t, "Join us", *p.Offer.Message, "the offer stays as it was sent")
	require.Equal(t, 10, p.Offer.Terms.Deliverables[0].DraftDueDays)

	// The next offer remembers what was asked of the one before.
	d.sql(t, `update offers set state = 'countered' where id = $1`, d.offer)
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms, sent_at, created_at)
		select $1, partnership_id, brand_id, campaign_id, term, 'sent', fee, currency, terms || '{"usage_rights_days": 10}', now(), now() + interval '1 minute' from offers`, uuid.Must(uuid.NewV7()))
	ops.send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	require.Len(t, *(*p.Offer.Before)[0].Asked, 3)
	require.Equal(t, "And please not on a Monday.", *(*p.Offer.Before)[0].CounterNote)
}
