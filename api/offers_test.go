package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
