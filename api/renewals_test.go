package api_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
	"rapport/postgres"
)

var _ api.RenewalStore = (*postgres.Store)(nil)

func (d *desk) renewals(t *testing.T, who, query string) []gen.Renewal {
	t.Helper()
	a := d.as(t, who).send(t, "GET", "/v1/renewals"+query, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var list gen.RenewalList
	a.into(t, &list)
	return list.Items
}

func (d *desk) packet(t *testing.T) gen.RenewalPacket {
	t.Helper()
	a := d.as(t, "ops@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String()+"/renewal", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var p gen.RenewalPacket
	a.into(t, &p)
	return p
}

func TestARenewalIsDecidedByHowTheTermWent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/renewal"
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "GET", path, nil).status)
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", path, nil).status)
	d.runs(t)
	p := d.packet(t)
	require.Empty(t, p.Numbers, "what nobody has entered is not 0")
	require.Nil(t, p.PerThousandViews)
	require.Equal(t, 0, p.Posts)
	require.Empty(t, p.Rights)

	d.sql(t, `update deliverables set state = 'posted', round = 3, posted_at = now() - interval '2 days', post_url = 'https://video.example/1' where id = $1`, d.deliverable)
	require.Nil(t, d.packet(t).PerThousandViews, "the views are not known")
	for _, n := range []string{"'views', 999, now() - interval '1 day'", "'views', 40000, now()", "'likes', 12, now()"} {
		d.sql(t, `insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, source, entered_by, entered_at)
			select $1, $2, $3, $4, v.*, 'The platform', $5, now() from (values (`+n+`)) v`, id(), d.world.one, d.partnership, d.deliverable, d.users["ops@one.example"])
	}
	for n, kind := range []string{"content_late", "complained", "reply_received", "reply_received"} {
		d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, ref, code) values ($1, 'partnership', $2, $3, $4, now(), $5, $6, 'post')`,
			d.partnership, id(), n+1, d.world.one, kind, d.deliverable)
	}
	p = d.packet(t)
	require.Equal(t, []string{"views 40000", "likes 12"}, []string{p.Numbers[0].Metric + " 40000", p.Numbers[1].Metric + " 12"})
	require.Equal(t, []int64{40_000, 12}, []int64{p.Numbers[0].Value, p.Numbers[1].Value}, "the newest of each")
	require.Equal(t, []int{1, 1}, []int{p.Posts, p.PostsNumbered})
	committed := one[int64](t, d, `select sum(amount)::bigint from milestones where partnership_id = $1 and state <> 'cancelled'`, d.partnership)
	require.Equal(t, committed, p.Committed.Amount)
	require.Equal(t, committed/40, p.PerThousandViews.Amount)
	require.Equal(t, gen.OnTime{Done: 1, Late: 0}, p.Drafts)
	require.Equal(t, gen.OnTime{Done: 1, Late: 1}, p.Publications)
	require.Equal(t, []int{1, 3, p.Terms.RevisionRounds, 3 - p.Terms.RevisionRounds}, []int{p.PiecesRevised, p.Rounds, p.RoundsIncluded, p.Beyond})
	require.Equal(t, []int{2, 1}, []int{p.Replies, p.Complaints})
	d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $2, 99, $3, now() + interval '1 second', 'term_started')`,
		d.partnership, id(), d.world.one)
	next := d.packet(t)
	require.Equal(t, []int{0, 0}, []int{next.Replies, next.Complaints}, "what was said in an earlier term is not this one's")
	require.Len(t, p.Rights, 1)
	require.Equal(t, "https://video.example/1", *p.Rights[0].PostUrl)
	require.Equal(t, []int64{0, 0}, []int64{p.Paid.Amount, p.Reversed.Amount})
	require.Contains(t, p.FeeFrom, "present term")
}

func TestRenewalsAreListedByTheirLastDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update contracts set ends_at = null, notice_by = null`)
	require.Empty(t, d.renewals(t, "ops@one.example", ""), "no term runs")
	d.runs(t)
	d.sql(t, `update partnerships set renewal_state = 'review_open' where id = $1`, d.partnership)
	list := d.renewals(t, "auditor@one.example", "")
	require.Len(t, list, 1)
	require.Equal(t, gen.RenewalState("review_open"), list[0].State)
	require.Empty(t, d.renewals(t, "ops@two.example", ""))
	for query, n := range map[string]int{
		"?state=review_open": 1, "?state=offered": 0, "?state=offered&state=review_open": 1, "?q=" + list[0].Creator.Name[:3]: 1, "?q=nobody": 0, "?owner_id=" + list[0].Owner.Id.String(): 1,
		"?owner_id=" + id().String(): 0, "?campaign_id=" + d.campaign.String(): 1, "?brand_id=" + d.world.two.String(): 0,
	} {
		require.Len(t, d.renewals(t, "ops@one.example", query), n, query)
	}
	require.Equal(t, 422, d.as(t, "ops@one.example").send(t, "GET", "/v1/renewals?state=gone", nil).status)
	require.Equal(t, 422, d.as(t, "ops@one.example").send(t, "GET", "/v1/renewals?why=bored", nil).status)
}

func TestALapsedTermSaysWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/commands"
	require.Equal(t, []string{"reason required"}, d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"command": "let_lapse"}).fields(t))
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"command": "let_lapse", "reason": "=Too dear"})
	require.Equal(t, 200, a.status, "%s", a.body)
	lapse := func(code string, by *uuid.UUID) {
		d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, code, actor) values ($1, 'partnership', $2, 1, $3, now(), 'renewal_lapsed', $4, $5)`,
			d.partnership, id(), d.world.one, code, by)
	}
	d.sql(t, `update partnerships set renewal_state = 'lapsed', stage = 'lapsed' where id = $1`, d.partnership)
	lapse("no_decision", nil)
	require.Empty(t, d.renewals(t, "ops@one.example", ""), "it does not run any more")
	l := d.renewals(t, "ops@one.example", "?state=lapsed")[0].Lapse
	require.Equal(t, "Nobody decided by the last day.", l.Words)
	require.Nil(t, l.By)
	require.Nil(t, l.Reason, "the reason that somebody gave is not of this lapse")
	by := d.users["ops@one.example"]
	lapse("decided", &by)
	l = d.renewals(t, "ops@one.example", "?state=lapsed&why=decided")[0].Lapse
	require.Equal(t, []string{"Ms ops let it lapse.", "=Too dear"}, []string{l.Words, *l.Reason})
	require.Empty(t, d.renewals(t, "ops@one.example", "?state=lapsed&why=no_decision"))
	require.NotEmpty(t, d.packet(t).Renewal.Lapse)
	d.sql(t, `update contracts set state = 'expired' where partnership_id = $1`, d.partnership)
	require.Len(t, d.renewals(t, "ops@one.example", "?state=lapsed"), 1, "its contract has ended with it")

	a = d.as(t, "auditor@one.example").send(t, "GET", "/v1/renewals/export?state=lapsed", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, "Ms ops let it lapse.", rows[1][12])
	require.NotEqual(t, "=Too dear", rows[1][14], "a spreadsheet must not compute it")
	require.Contains(t, rows[1][14], "Too dear")
}

func TestATermWhoseRenewalWasDeclinedIsAmongTheLapsed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	d.sql(t, `update partnerships set renewal_state = 'declined', stage = 'lapsed' where id = $1`, d.partnership)
	d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $2, 1, $3, now(), 'offer_declined')`,
		d.partnership, id(), d.world.one)
	list := d.renewals(t, "ops@one.example", "?state=lapsed&state=declined&why=declined")
	require.Len(t, list, 1)
	require.Equal(t, "The creator declined the offer.", list[0].Lapse.Words)
	require.Empty(t, d.renewals(t, "ops@one.example", "?state=lapsed&state=declined&why=no_decision"))
}

func TestARenewalIsOfferedOnOtherTermsAndHeldAgainstTheCalendar(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/renewal"
	terms := d.packet(t).Terms
	terms.RevisionRounds = 5
	offer := map[string]any{"fee": eur(120_000), "terms": terms, "message": "Again?"}
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, offer).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, offer).status)
	require.Equal(t, []string{"fee.currency other_currency"}, d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"fee": map[string]any{"amount": 100, "currency": "usd"}}).fields(t))

	d.sql(t, `update campaigns set embargo_until = now() + interval '300 days' where id = $1`, d.campaign)
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, offer)
	require.Equal(t, 409, a.status, "%s", a.body)
	require.Equal(t, "conflict", a.text("code"))
	renew := map[string]any{"command": "renew"}
	require.Equal(t, 409, d.as(t, "ops@one.example").keyed().send(t, "POST", strings.TrimSuffix(path, "renewal")+"commands", renew).status, "the button is held against the calendar too")
	require.Zero(t, one[int](t, d, `select count(*) from offers where term = 2`))
	require.Empty(t, d.flows.commands())

	d.sql(t, `update campaigns set embargo_until = now() + interval '50 days' where id = $1`, d.campaign)
	a = d.as(t, "ops@one.example").keyed().send(t, "POST", path, offer)
	require.Equal(t, 200, a.status, "the next term begins when this one ends: %s", a.body)
	cmd := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdRenew, rapport.Money{Amount: 120_000, Currency: "eur"}}, []any{cmd.Kind, cmd.Amount})
	require.Equal(t, "5", one[string](t, d, `select terms ->> 'revision_rounds' from offers where id = $1`, cmd.Ref))
	require.Equal(t, "Again?", one[string](t, d, `select message from offers where id = $1`, cmd.Ref))
}

func TestAContractThatWasNotSignedInTimeCommitsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	committed := func() int64 {
		var c gen.Campaign
		d.as(t, "ops@one.example").send(t, "GET", "/v1/campaigns/"+d.campaign.String(), nil).into(t, &c)
		return c.Committed.Amount
	}
	signed := committed()
	require.Positive(t, signed)
	d.sql(t, `update contracts set state = 'expired' where partnership_id = $1`, d.partnership)
	require.Equal(t, signed, committed(), "its term is over")
	d.sql(t, `update contracts set executed_at = null where partnership_id = $1`, d.partnership)
	require.Zero(t, committed())
}
