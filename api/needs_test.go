package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
	"rapport/postgres"
)

var _ api.HealthStore = (*postgres.Store)(nil)

func TestNeedsComeByDueTimeWithWhatHappensElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	approver, ops := d.users["approver@one.example"], d.users["ops@one.example"]
	soon, late, never := id(), id(), id()
	d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_id, due_at)
		values ($1, $4, $5, 'decide_renewal', $6, now() + interval '1 day'), ($2, $4, $5, 'answer_reply', $6, now() + interval '9 days'), ($3, $4, $5, 'answer_reply', $6, null)`,
		soon, late, never, d.world.one, d.partnership, approver)
	d.sql(t, `update policies set stages = jsonb_set(stages, '{0,escalate_to}', jsonb_build_array(jsonb_build_object('kind', 'user', 'user_id', $1::text)))`, ops)
	person := d.as(t, "approver@one.example")
	needs := func(query string) gen.NeedList {
		var list gen.NeedList
		a := person.send(t, "GET", "/v1/needs"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		return list
	}
	idOf := func(n gen.Need) uuid.UUID {
		if n.Task != nil {
			return n.Task.Id
		}
		return n.Review.Id
	}
	list := needs("")
	require.Len(t, list.Items, 4)
	require.Nil(t, list.NextCursor)
	all := make([]uuid.UUID, 0, len(list.Items))
	for _, n := range list.Items {
		all = append(all, idOf(n))
	}
	require.Equal(t, []uuid.UUID{soon, d.review, late, never}, all)
	require.NotEmpty(t, *list.Items[0].IfNot)
	require.Equal(t, list.Items[0].Task.DueAt, list.Items[0].IfNotAt)
	require.Equal(t, "Escalates to "+one[string](t, d, `select name from users where id = $1`, ops), *list.Items[1].IfNot)
	require.Equal(t, list.Items[1].Review.DueAt, list.Items[1].IfNotAt)

	var paged []uuid.UUID
	query := "?limit=1"
	for range 4 {
		page := needs(query)
		require.Len(t, page.Items, 1)
		paged = append(paged, idOf(page.Items[0]))
		if page.NextCursor == nil {
			break
		}
		query = "?limit=1&cursor=" + *page.NextCursor
	}
	require.Equal(t, all, paged, "a page of both lists goes on where the last one ended")

	d.sql(t, `update policies set stages = jsonb_set(stages, '{0,escalate_to}', '[{"kind": "role", "role": "admin"}]')`)
	require.Equal(t, "Escalates to an admin", *needs("").Items[1].IfNot)

	// The end of the chain: the policy does what it says. Held: nothing comes by itself any more.
	d.sql(t, `update reviews set stages = jsonb_set(stages, '{0,level}', '1'), silence_at = now() + interval '4 days' where id = $1`, d.review)
	n := needs("").Items[1]
	require.Equal(t, "It is held and an admin gets a task", *n.IfNot)
	require.Equal(t, n.Review.SilenceAt, n.IfNotAt)
	d.sql(t, `update reviews set state = 'held' where id = $1`, d.review)
	require.Nil(t, needs("").Items[1].IfNotAt)

	var none gen.NeedList
	d.as(t, "guest@one.example").send(t, "GET", "/v1/needs", nil).into(t, &none)
	require.Empty(t, none.Items)
	require.Equal(t, 400, person.send(t, "GET", "/v1/needs?cursor=x", nil).status)
}

func TestMovesAreNewestFirstAndOfOnesBrands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.seed(t, d.two, "two.example")
	event := `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, code) values ($1, 'partnership', $1, $2, $3, now() - $4 * interval '1 hour', $5, $6)`
	d.sql(t, event, d.partnership, 1, d.world.one, 30, "stage", "outreach")
	d.sql(t, event, d.partnership, 2, d.world.one, 3, "stage", "in_conversation")
	d.sql(t, event, d.partnership, 3, d.world.one, 2, "mail_sent", "invitation")
	d.sql(t, event, d.partnership, 4, d.world.one, 1, "offer_accepted", "")
	d.sql(t, event, other.partnership, 1, d.two, 1, "stage", "active")
	person := d.as(t, "ops@one.example")
	moves := func(query string) gen.MoveList {
		var list gen.MoveList
		a := person.send(t, "GET", "/v1/moves"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		return list
	}
	list := moves("")
	require.Len(t, list.Items, 2, "what was sent by itself is no move, and the day before yesterday is past")
	require.Equal(t, "Moved to “in conversation”", list.Items[1].What.Title)
	require.Equal(t, "Mia Lens", list.Items[1].CreatorName)
	require.Equal(t, d.partnership, list.Items[1].PartnershipId)
	require.WithinDuration(t, time.Now().Add(-24*time.Hour), list.Since, time.Minute)
	since := "&since=" + url.QueryEscape(time.Now().Add(-48*time.Hour).Format(time.RFC3339))
	first := moves("?limit=2" + since)
	require.Len(t, first.Items, 2)
	require.NotNil(t, first.NextCursor)
	rest := moves("?limit=2" + since + "&cursor=" + *first.NextCursor)
	require.Len(t, rest.Items, 1)
	require.Nil(t, rest.NextCursor)
	for i, kind := range []string{"bounced", "contract_expired", "content_late", "content_missed", "payout_held", "reversal_reversed", "renewal_declined"} {
		d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $1, $2, $3, now(), $4)`, d.partnership, 10+i, d.world.one, kind)
	}
	require.Len(t, moves("").Items, 2+7, "what went wrong moved too")
	require.Equal(t, "A mail came back", moves("?limit=7").Items[6].What.Title)
	plan := one[string](t, d, `select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'partnership_events_moves'::regclass`)
	for _, kind := range []string{"bounced", "renewal_declined", "terminated"} {
		require.Contains(t, plan, "'"+kind+"'", "the index has the kinds that are asked for")
	}
	require.Equal(t, 404, person.send(t, "GET", "/v1/moves?brand_id="+d.two.String(), nil).status)
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", "/v1/moves", nil).status)
}

func TestCampaignHealth(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.seed(t, d.two, "two.example")
	d.sql(t, `update campaigns set state = 'running'`)
	person := d.as(t, "guest@one.example")
	health := func(query string) gen.CampaignHealth {
		var h gen.CampaignHealth
		a := person.send(t, "GET", "/v1/campaign-health"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &h)
		return h
	}
	h := health("")
	require.Len(t, h.Stages, 1)
	require.Equal(t, gen.StageHealth{Stage: gen.StageActive, Count: 1}, h.Stages[0], "nobody has left the stage yet, so nobody ages")

	// Three stays of 1, 2 and 30 days are over: a partnership ages after 2.
	for i, days := range []int{1, 2, 30} {
		creator, p := id(), id()
		d.sql(t, `insert into creators (id, name) values ($1, 'Past')`, creator)
		d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage, stage_at) values ($1, $2, $3, $4, $5, 'active', now() - $6 * interval '1 day')`,
			p, d.world.one, d.campaign, creator, d.users["ops@one.example"], days)
		d.sql(t, `update partnerships set stage = 'completed', stage_at = now() where id = $1`, p)
		require.EqualValues(t, i+1, one[int64](t, d, `select count(*) from stage_stays where brand_id = $1`, d.world.one))
	}
	d.sql(t, `update partnerships set stage_at = now() - interval '3 days' where id = $1`, d.partnership)
	d.sql(t, `update deliverables set draft_due_at = now() - interval '1 day'`)
	d.sql(t, `update submissions set created_at = now() - interval '2 days'`)
	d.sql(t, `update reviews set due_at = now() - interval '1 hour'`)
	d.sql(t, `update reviews set stages = jsonb_set(stages, '{0,opened_at}', to_jsonb(now() - interval '5 hours'))`)
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, state, decided_at) values ($1, $2, $3, $4, $5, 0, 'approve', 'accepted', now())`,
		id(), d.review, d.submission, d.world.one, d.users["approver@one.example"])
	for _, query := range []string{"", "?brand_id=" + d.world.one.String(), "?campaign_id=" + d.campaign.String()} {
		h = health(query)
		require.Len(t, h.Stages, 2, query)
		require.Equal(t, gen.StageActive, h.Stages[0].Stage)
		require.InDelta(t, (48 * time.Hour).Seconds(), *h.Stages[0].MedianSeconds, 5)
		require.Equal(t, 3, h.Stages[0].Stays)
		require.Equal(t, 1, h.Stages[0].Ageing)
		require.Equal(t, 3, h.Stages[1].Count)
		require.Nil(t, h.Stages[1].MedianSeconds, "who is through does not age")
		require.Equal(t, gen.DraftHealth{OnTime: 1}, h.Drafts)
		require.Len(t, h.Approvers, 2)
		for _, a := range h.Approvers {
			require.Equal(t, 1, a.Waiting)
			require.Equal(t, 1, a.Late)
		}
		require.Equal(t, d.users["approver@one.example"], h.Approvers[0].User.Id, "with as many waiting, the slower first")
		require.InDelta(t, (5 * time.Hour).Seconds(), *h.Approvers[0].MedianSeconds, 5)
		require.Nil(t, h.Approvers[1].MedianSeconds)
		require.Len(t, h.Budgets, 1)
		require.Equal(t, gen.BudgetHealth{
			Campaigns: 1, Budget: gen.Money{Amount: 1_000_000, Currency: "eur"}, Reserved: gen.Money{Currency: "eur"},
			Committed: gen.Money{Amount: 100_000, Currency: "eur"}, Paid: gen.Money{Currency: "eur"},
		}, h.Budgets[0])
	}
	// Its budgets are added up in one pass, by a statement of their own: they say what the campaigns say themselves, whatever is asked, promised or paid.
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms)
		select $1, id, brand_id, campaign_id, 'sent', 7000, 'eur', '{}' from partnerships where id = $2`, id(), d.partnership)
	d.sql(t, `update deliverables set extra = 'offered', extra_fee = 300`)
	var campaign gen.Campaign
	person.send(t, "GET", "/v1/campaigns/"+d.campaign.String(), nil).into(t, &campaign)
	require.EqualValues(t, 7300, campaign.Reserved.Amount)
	require.Equal(t, gen.BudgetHealth{Campaigns: 1, Budget: campaign.Budget, Reserved: campaign.Reserved, Committed: campaign.Committed, Paid: campaign.Paid}, health("").Budgets[0])

	d.sql(t, `update submissions set created_at = now()`)
	require.Equal(t, gen.DraftHealth{Late: 1}, health("").Drafts)
	d.sql(t, `update deliverables set state = 'waived'`)
	require.Equal(t, gen.DraftHealth{}, health("").Drafts)
	d.sql(t, `update campaigns set state = 'ended'`)
	require.Empty(t, health("").Budgets, "the budgets are of what runs")
	require.Len(t, health("?campaign_id="+d.campaign.String()).Budgets, 1, "or of the campaign that is asked for")
	require.Equal(t, 404, person.send(t, "GET", "/v1/campaign-health?brand_id="+d.two.String(), nil).status)
	require.Equal(t, 404, person.send(t, "GET", "/v1/campaign-health?campaign_id="+other.campaign.String(), nil).status)
}

func TestAPartnershipThatNeedsSomeoneSaysWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update partnerships set attention = true where id = $1`, d.partnership)
	d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, title, owner_id, due_at)
		values ($1, $2, $3, 'custom', 'Later', $4, now() + interval '2 days'), ($5, $2, $3, 'custom', 'Call the agent', $4, now())`,
		id(), d.world.one, d.partnership, d.users["ops@one.example"], id())
	why := func() *string {
		var list gen.PartnershipList
		d.as(t, "ops@one.example").send(t, "GET", "/v1/partnerships?attention=true", nil).into(t, &list)
		require.Len(t, list.Items, 1)
		return list.Items[0].Why
	}
	require.Equal(t, "Call the agent", *why())
	d.sql(t, `update tasks set state = $1`, rapport.TaskDone)
	require.Nil(t, why())
}

func TestListsAreExportedAsTheyAreFiltered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	d.sql(t, `update creators set name = '=HYPERLINK("x")'`)
	person := d.as(t, "auditor@one.example")
	lines := func(path string) []string {
		a := person.send(t, "GET", path, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Contains(t, a.header.Get("Content-Disposition"), ".csv")
		return strings.Split(strings.TrimSpace(string(a.body)), "\n")
	}
	for _, path := range []string{"/v1/creators/export", "/v1/campaigns/export", "/v1/partnerships/export", "/v1/contracts/export", "/v1/reviews/export"} {
		found := lines(path)
		require.Len(t, found, 2, "%s: the head, and what is of one's brand", path)
		require.NotContains(t, found[1], `,=HYPER`, path)
		require.False(t, strings.HasPrefix(found[1], `"=`), "%s: no formula", path)
		require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", path, nil).status, path)
		xlsx := person.send(t, "GET", path+"?format=xlsx", nil)
		require.Equal(t, 200, xlsx.status)
		require.Equal(t, "PK", string(xlsx.body[:2]))
	}
	require.Len(t, lines("/v1/partnerships/export?stage=active"), 2)
	require.Len(t, lines("/v1/partnerships/export?stage=lapsed"), 1)
	require.Len(t, lines("/v1/contracts/export?state=drafting"), 1)
	require.Len(t, lines("/v1/reviews/export?assigned_to=me"), 1)
	require.Equal(t, 422, person.send(t, "GET", "/v1/partnerships/export?stage=lost", nil).status)
	require.Equal(t, 422, person.send(t, "GET", "/v1/contracts/export?state=lost", nil).status)
	require.Equal(t, 422, person.send(t, "GET", "/v1/reviews/export?assigned_to=nobody", nil).status)
}

func TestDesksAreExportedAsTheyAreFiltered(t *testing.T) {
	t.Parallel()
	w := newWalls(t)
	d, theirs := w.desk, w.theirs
	d.sql(t, `delete from tasks where brand_id = $1 and id <> $2`, d.world.one, theirs["tasks"])
	d.sql(t, `update tasks set kind = 'custom', title = '=HYPERLINK("x")' where id = $1`, theirs["tasks"])
	person := d.as(t, "auditor@one.example")
	for path, want := range map[string]string{
		"/v1/tasks/export": `"'=HYPERLINK(`, "/v1/key-dates/export?kind=rights_end": "Rights end", "/v1/suppressions/export": "gone@one.example",
		"/v1/users/export": "ops@one.example", "/v1/reversals/export": "Ours", "/v1/payout-batches/export": "Excluded",
	} {
		a := person.send(t, "GET", path, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Contains(t, a.header.Get("Content-Disposition"), ".csv")
		require.Contains(t, string(a.body), want, path)
		require.NotContains(t, string(a.body), "two.example", path)
		require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", path, nil).status, path)
		and := "?"
		if strings.Contains(path, "?") {
			and = "&"
		}
		xlsx := person.send(t, "GET", path+and+"format=xlsx", nil)
		require.Equal(t, 200, xlsx.status)
		require.Equal(t, "PK", string(xlsx.body[:2]))
	}
	for _, path := range []string{"/v1/reversals/export", "/v1/payout-batches/export"} {
		require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path, nil).status, path)
	}
	for _, path := range []string{
		"/v1/tasks/export?state=done", "/v1/key-dates/export?kind=allowlisting_end", "/v1/suppressions/export?q=nobody", "/v1/reversals/export?state=reversed", "/v1/payout-batches/export?outcome=approved",
	} {
		require.Len(t, strings.Split(strings.TrimSpace(string(person.send(t, "GET", path, nil).body)), "\n"), 1, "%s: the head alone", path)
	}
	for _, path := range []string{"/v1/tasks/export?state=lost", "/v1/payout-batches/export?from=2026-02-02&to=2026-02-01", "/v1/key-dates/export?from=2026-02-02&to=2026-02-01"} {
		require.Equal(t, 422, person.send(t, "GET", path, nil).status, path)
	}
}
