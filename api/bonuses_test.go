package api_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestABonusIsGivenWithinTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/bonuses"
	give := func(amount map[string]any, reason string) answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"amount": amount, "reason": reason})
	}
	require.Equal(t, []string{"amount.amount not_positive", "reason required"}, give(eur(0), " ").fields(t))
	require.Equal(t, []string{"amount.currency other_currency"}, give(map[string]any{"amount": 100, "currency": "usd"}, "A good one").fields(t))
	over := give(eur(900001), "A good one")
	require.Equal(t, []string{"amount.amount over_budget"}, over.fields(t))
	require.Contains(t, string(over.body), "9000.00 EUR left")
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, map[string]any{"amount": eur(1), "reason": "x"}).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, map[string]any{"amount": eur(1), "reason": "x"}).status)
	require.Empty(t, d.flows.commands())

	require.Equal(t, 200, give(eur(900000), "A good one").status)
	cmd := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdGiveBonus, d.users["ops@one.example"], int64(900000)}, []any{cmd.Kind, cmd.Actor, cmd.Amount.Amount})
	require.Equal(t, "A good one", one[string](t, d, `select reason from bonuses where id = $1`, cmd.Ref))
	require.Equal(t, []string{"amount.amount over_budget"}, give(eur(1), "Another").fields(t), "what is on its way is spoken for")
}

func TestANumberIsEnteredWithWhereItWasRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/deliverables/" + d.deliverable.String() + "/numbers"
	number := func(change map[string]any) map[string]any {
		n := map[string]any{"metric": "views", "value": 120000, "stood_at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "source": "The statistics page", "url": "https://pictures.example/1.png"}
		maps.Copy(n, change)
		return n
	}
	enter := func(who string, n map[string]any) answer { return d.as(t, who).keyed().send(t, "POST", path, n) }
	for field, change := range map[string]map[string]any{
		"metric unknown_value": {"metric": "fame"}, "value out_of_range": {"value": -1}, "stood_at in_the_future": {"stood_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)},
		"source required": {"source": "  "}, "url bad_url": {"url": "javascript:alert(1)"},
	} {
		a := enter("ops@one.example", number(change))
		require.Equal(t, 422, a.status, "%s", a.body)
		require.Equal(t, []string{field}, a.fields(t), "%s", a.body)
	}
	require.Equal(t, 403, enter("finance_releaser@one.example", number(nil)).status)
	require.Equal(t, 404, enter("ops@two.example", number(nil)).status)
	require.Zero(t, one[int](t, d, `select count(*) from post_numbers`))

	require.Equal(t, 200, enter("ops@one.example", number(nil)).status)
	cmd := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdRecordNumber, d.deliverable, "views", int64(120000)}, []any{cmd.Kind, cmd.Ref, cmd.Code, cmd.N})
	var list struct {
		Items []struct {
			Value     int64
			Source    string
			EnteredBy struct{ Name string } `json:"entered_by"`
		}
	}
	d.as(t, "guest@one.example").send(t, "GET", path, nil).into(t, &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, []any{int64(120000), "The statistics page", "Ms ops"}, []any{list.Items[0].Value, list.Items[0].Source, list.Items[0].EnteredBy.Name})
	require.Equal(t, 404, d.as(t, "guest@two.example").send(t, "GET", path, nil).status)

	// A number that the workflow refuses is not kept as if it had been taken: it says why.
	d.flows.refuse("number_too_late")
	require.Contains(t, enter("ops@one.example", number(nil)).text("detail"), "it may have been reached too late")
	drop := func(body map[string]any) answer {
		body["command"] = "drop_bonus"
		return d.as(t, "ops@one.example").keyed().send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/commands", body)
	}
	require.Equal(t, []string{"milestone_id required", "reason required"}, drop(map[string]any{}).fields(t))
}

// Finance sees what a bonus rests on before the money leaves, the creator how far it is, and the budget holds all that may be reached.
func TestWhatABonusRestsOnIsShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update milestones set trigger = 'threshold', bonus = true, metric = 'views', at_least = 100000, within_days = 30,
		counts_until = now() + interval '3 days', hold_until = 'the invoice', title = 'Many views'`)
	d.sql(t, `insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, source, entered_by)
		select gen_random_uuid(), brand_id, partnership_id, id, 'views', 82000, now(), 'The statistics page', $2 from deliverables where id = $1`, d.deliverable, d.users["ops@one.example"])
	var payout struct{ Evidence []string }
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &payout)
	require.Contains(t, payout.Evidence[0], "bonus “Many views”: owed when “Launch video” has 100,000 views within 30 days after publication")
	require.Contains(t, payout.Evidence[0], "held until: the invoice")
	require.Contains(t, strings.Join(payout.Evidence, "\n"), "\n82,000 views on ")

	var p struct {
		Milestones []struct {
			Bonus     bool
			Number    int64
			Threshold struct {
				AtLeast int64 `json:"at_least"`
			}
			HoldUntil string `json:"hold_until"`
		}
	}
	d.as(t, "guest@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	require.Equal(t, []any{true, int64(82000), int64(100000), "the invoice"}, []any{p.Milestones[0].Bonus, p.Milestones[0].Number, p.Milestones[0].Threshold.AtLeast, p.Milestones[0].HoldUntil})

	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, bonus, metric, at_least, within_days, counts_until)
		select gen_random_uuid(), partnership_id, brand_id, contract_id, term, 9, 'More views', 'threshold', deliverable_id, 100, currency, true, 'views', 200000, 30,
		 now() + interval '3 days' from milestones`)
	var home struct {
		Payments []struct{ Title, State string }
	}
	d.visitor(t).send(t, "GET", "/v1/portal/home", nil).into(t, &home)
	goal := home.Payments[len(home.Payments)-1]
	require.Equal(t, "More views", goal.Title)
	require.Contains(t, goal.State, "A bonus, when your post has 200,000 views within 30 days after publication; now 82,000. It counts until ")

	d.sql(t, `update offers set bonus = 25000`)
	before := one[int64](t, d, `select campaign_spoken($1, null)`, d.campaign)
	d.sql(t, `update offers set bonus = 0`)
	require.Equal(t, int64(25000), before-one[int64](t, d, `select campaign_spoken($1, null)`, d.campaign))
}
