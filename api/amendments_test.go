package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/api/gen"
	"rapport/paper"
)

// runs lets the desk's contract run until in a hundred days.
func (d *desk) runs(t *testing.T) {
	t.Helper()
	d.sql(t, `update partnerships set stage = 'active' where id = $1`, d.partnership)
	d.sql(t, `update deliverables set state = 'awaiting_draft', draft_due_at = now() + interval '5 days', publish_by = now() + interval '10 days' where id = $1`, d.deliverable)
	d.sql(t, `update contracts set state = 'executed', executed_at = now(), ends_at = now() + interval '100 days', notice_by = now() + interval '70 days' where partnership_id = $1`, d.partnership)
}

type fee struct {
	Amount int64 `json:"amount"`
}

type amendmentState struct {
	Number string `json:"number"`
	State  string `json:"state"`
}

func TestAnAmendmentIsPreviewedAndDrafted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/amendments"
	change := map[string]any{
		"deliverables": []map[string]any{{"title": "A short", "platform": "tiktok", "kind": "short", "draft_due_days": 4, "publish_days": 3}},
		"moved":        []map[string]any{{"deliverable_id": d.deliverable, "draft_days": 7, "publish_days": 7}},
		"milestones":   []map[string]any{{"title": "For the short", "trigger": "posted", "new": 0, "amount": 20000, "net_days": 10}},
		"end_days":     30, "exclusivity_days": 20, "reason": "She is good",
	}
	preview := func(who string, body map[string]any) answer {
		return d.as(t, who).keyed().send(t, "POST", path+"/preview", body)
	}
	draft := func(who string, body map[string]any) answer { return d.as(t, who).keyed().send(t, "POST", path, body) }
	d.sql(t, `update contracts set state = 'out_for_signature', executed_at = null where partnership_id = $1`, d.partnership)
	require.Equal(t, 409, preview("ops@one.example", change).status, "no contract runs yet")
	d.runs(t)

	require.Equal(t, []string{"changes required"}, preview("ops@one.example", map[string]any{}).fields(t))
	require.Equal(t, []string{"moved[0].publish_days before_draft"}, draft("ops@one.example", map[string]any{"moved": []map[string]any{{"deliverable_id": d.deliverable, "draft_days": 40}}}).fields(t))
	for _, who := range []string{"approver@one.example", "finance_releaser@one.example", "auditor@one.example"} {
		require.Equal(t, []int{403, 403}, []int{preview(who, change).status, draft(who, change).status}, who)
	}
	require.Equal(t, []int{404, 404}, []int{preview("ops@two.example", change).status, draft("ops@two.example", change).status})

	var shown struct {
		Number  string `json:"number"`
		Changes []any  `json:"changes"`
		FeeNow  fee    `json:"fee_now"`
		FeeThen fee    `json:"fee_then"`
		Text    string `json:"text"`
	}
	a := preview("ops@one.example", change)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, &shown))
	require.Equal(t, int64(20000), shown.FeeThen.Amount-shown.FeeNow.Amount)
	require.Len(t, shown.Changes, 8, "the short, two dates, the money, the fee in total, the end, the notice date and the exclusivity")
	require.Zero(t, one[int](t, d, `select count(*) from contracts where amends is not null`), "a preview writes nothing")

	over := map[string]any{"milestones": []map[string]any{{"title": "Much", "trigger": "signature", "amount": 900000000, "net_days": 0}}}
	require.Equal(t, []string{"milestones.amount over_budget"}, draft("ops@one.example", over).fields(t))
	before := one[int64](t, d, `select campaign_spoken(campaign_id, null) from partnerships where id = $1`, d.partnership)
	a = draft("ops@one.example", change)
	require.Equal(t, 200, a.status, "%s", a.body)
	cmd := d.flows.commands()[0]
	require.Equal(t, rapport.CmdAmend, cmd.Kind)
	require.Equal(t, shown.Text, one[string](t, d, `select body from contracts where id = $1`, cmd.Ref), "what was shown is what will be signed")
	require.Equal(t, shown.Number, one[string](t, d, `select number from contracts where id = $1`, cmd.Ref))
	require.Equal(t, before+20000, one[int64](t, d, `select campaign_spoken(campaign_id, null) from partnerships where id = $1`, d.partnership), "what it promises is reserved")
	require.Equal(t, 409, draft("ops@one.example", change).status, "one at a time")

	// Both sign; the worker executes it, twice.
	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p where id = $1`, cmd.Ref)
	plan, err := d.worker.ExecuteContract(t.Context(), cmd.Ref, time.Now().Truncate(time.Microsecond))
	require.NoError(t, err)
	again, err := d.worker.ExecuteContract(t.Context(), cmd.Ref, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, plan, again)
	require.Equal(t, []int{2, 1}, []int{
		one[int](t, d, `select count(*)::int from deliverables where partnership_id = $1`, d.partnership),
		one[int](t, d, `select count(*)::int from milestones where partnership_id = $1 and extra and amount = 20000`, d.partnership),
	})
	require.Equal(t, before+20000, one[int64](t, d, `select campaign_spoken(campaign_id, null) from partnerships where id = $1`, d.partnership))
	require.Equal(t, []int{2, 0}, []int{
		one[int](t, d, `select count(*)::int from slots where partnership_id = $1 and until_at = to_at + interval '20 days'`, d.partnership),
		one[int](t, d, `select count(*)::int from slots where partnership_id = $1 and until_at <> to_at + interval '20 days'`, d.partnership),
	}, "the longer exclusivity is booked for every piece")
	var contract struct {
		Fee        fee              `json:"fee"`
		Amendments []amendmentState `json:"amendments"`
	}
	base := one[string](t, d, `select id::text from contracts where partnership_id = $1 and amends is null`, d.partnership)
	require.NoError(t, json.Unmarshal(d.as(t, "ops@one.example").send(t, "GET", "/v1/contracts/"+base, nil).body, &contract))
	require.Equal(t, shown.FeeThen.Amount, contract.Fee.Amount)
	require.Equal(t, []amendmentState{{shown.Number, "executed"}}, contract.Amendments)
	_, err = d.owner.Exec(t.Context(), `update contracts set changes = '{}' where id = $1`, cmd.Ref)
	require.ErrorContains(t, err, "immutable")
}

func TestAnAmendmentIsHeldAgainstTheCalendar(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/amendments"
	d.sql(t, `update campaigns set embargo_until = now() + interval '200 days' where id = $1`, d.campaign)
	change := map[string]any{"moved": []map[string]any{{"deliverable_id": d.deliverable, "publish_days": 5}}}
	require.Contains(t, string(d.as(t, "ops@one.example").keyed().send(t, "POST", path+"/preview", change).body), `"kind":"embargo"`)
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, change)
	require.Equal(t, 409, a.status, "%s", a.body)
	change["override_reason"] = "We want it"
	require.Equal(t, 409, d.as(t, "ops@one.example").keyed().send(t, "POST", path, change).status, "ops does not let stand what blocks")
	require.Zero(t, one[int](t, d, `select count(*) from contracts where amends is not null`))
	require.Empty(t, d.flows.commands())
}

// What is late may be agreed on anew; the contract says so once the amendment is executed, and its plan tells the partnership.
func TestAnAmendmentOfWhatIsLate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	d.sql(t, `update deliverables set state = 'late' where id = $1`, d.deliverable)
	path, late := "/v1/partnerships/"+d.partnership.String()+"/amendments", map[string]any{"grace_hours": 12, "missed_after_days": 4, "remedy": "falls_away"}
	send := func(path string, late map[string]any) answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"late": late})
	}
	require.Equal(t, []string{"late.grace_hours out_of_range"}, send(path+"/preview", map[string]any{"grace_hours": 400}).fields(t))
	var shown struct {
		Changes, Pinned []struct{ What, To string }
		Text            string
	}
	send(path+"/preview", late).into(t, &shown)
	require.Equal(t, "What is late", shown.Changes[0].What)
	require.Len(t, shown.Changes, 1)
	require.Contains(t, shown.Pinned[0].To, "It is late, and stays under what was agreed")
	require.Contains(t, shown.Text, "What is late already stays")

	a := send(path, late)
	require.Equal(t, 200, a.status, "%s", a.body)
	amendment := d.flows.commands()[0].Ref
	d.sql(t, `update contracts set state = 'out_for_signature', sent_at = now() where id = $1`, amendment)
	var home gen.PortalHome
	d.visitor(t).send(t, "GET", "/v1/portal/home", nil).into(t, &home)
	require.Equal(t, amendment, home.Contract.Id)
	require.Len(t, home.Signed, 1, "the contract that it changes stays in sight")
	require.Equal(t, d.contract, home.Signed[0].Id)
	for _, party := range []string{"brand", "creator"} {
		d.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, $2, 'x', body_sha256 from contracts where id = $1`, amendment, party)
	}
	paid := activities.Activities{Store: d.worker, Paper: paper.Contract}
	out, err := paid.ExecuteContract(t.Context(), activities.EffectInput{Effect: rapport.Effect{Ref: amendment, At: time.Now().Truncate(time.Microsecond)}})
	require.NoError(t, err)
	require.Equal(t, &rapport.LateTerms{GraceHours: 12, MissedAfterDays: 4, Remedy: rapport.RemedyFallsAway}, out.Contract.Late)
	d.sql(t, `update contracts set state = 'executed' where id = $1`, amendment)
	var contract struct {
		Terms struct {
			Late *struct {
				GraceHours int `json:"grace_hours"`
			}
		}
	}
	d.as(t, "ops@one.example").send(t, "GET", "/v1/contracts/"+d.contract.String(), nil).into(t, &contract)
	require.Equal(t, 12, contract.Terms.Late.GraceHours)
}

// More exclusivity for all posts reaches from what is published and planned already.
func TestLongerExclusivityOfAllPostsIsHeldAgainstTheCalendar(t *testing.T) {
	t.Parallel()
	for name, published := range map[string]bool{"of a post": true, "of what is planned": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.runs(t) // to be published in ten days
			if published {
				d.sql(t, `update deliverables set state = 'accepted', posted_at = now() - interval '5 days' where id = $1`, d.deliverable)
			}
			other := d.seed(t, d.world.two, "two.example")
			d.sql(t, `update campaigns set category = 'Beauty'`)
			d.sql(t, `update deliverables set state = 'scheduled', draft_due_at = now() + interval '50 days', publish_by = now() + interval '55 days' where id = $1`, other.deliverable)
			path, ops := "/v1/partnerships/"+d.partnership.String()+"/amendments", d.as(t, "ops@one.example")
			require.Contains(t, string(ops.keyed().send(t, "POST", path+"/preview", map[string]any{"exclusivity_days": 30}).body), `"conflicts":[]`)
			require.Contains(t, string(ops.keyed().send(t, "POST", path+"/preview", map[string]any{"exclusivity_days": 90}).body), `"kind":"exclusivity"`)
			require.Equal(t, 409, ops.keyed().send(t, "POST", path, map[string]any{"exclusivity_days": 90}).status)
			d.sql(t, `update deliverables set state = 'cancelled' where id = $1`, d.deliverable)
			require.Contains(t, string(ops.keyed().send(t, "POST", path+"/preview", map[string]any{"exclusivity_days": 90}).body), `"conflicts":[]`, "what is not published excludes nobody")
		})
	}
}

// What ends of an earlier term goes on by an amendment of the running one: held against the calendar, in words to the creator, and booked.
func TestOneDateIsExtendedByAnAmendment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	d.sql(t, `update deliverables set state = 'accepted', posted_at = now() - interval '5 days' where id = $1`, d.deliverable)
	rights := d.keyDate(t, rapport.KeyUsageRights, rapport.KeyOpen, time.Now().Add(60*rapport.Day).Truncate(time.Second))
	ends := time.Now().Add(40 * rapport.Day).Truncate(time.Second)
	exclusive := d.keyDate(t, rapport.KeyExclusivity, rapport.KeyRenegotiating, ends)
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms, created_by)
		select gen_random_uuid(), partnership_id, brand_id, campaign_id, 2, 'accepted', fee, currency, terms, created_by
		from offers where partnership_id = $1`, d.partnership)
	d.sql(t, `insert into contracts (id, number, partnership_id, brand_id, offer_id, term, version, state, body, body_sha256, fee, currency, terms, executed_at, ends_at, notice_by)
		select gen_random_uuid(), 'C-000099', c.partnership_id, c.brand_id, o.id, 2, 1, 'executed', c.body, c.body_sha256, c.fee, c.currency, c.terms, now(),
			now() + interval '100 days', now() + interval '70 days'
		from contracts c join offers o on o.partnership_id = c.partnership_id and o.term = 2 where c.partnership_id = $1`, d.partnership)
	d.sql(t, `update partnerships set term = 2 where id = $1`, d.partnership)
	for _, k := range d.keyDates(t, "ops@one.example", "kind=exclusivity_end") {
		require.True(t, k.MayExtend, "the rights of an earlier term")
	}
	path, ops := "/v1/partnerships/"+d.partnership.String()+"/amendments", d.as(t, "ops@one.example")
	change := map[string]any{
		"extended":   []map[string]any{{"key_date_id": exclusive, "days": 30}},
		"milestones": []map[string]any{{"title": "For more time", "trigger": "signature", "amount": 5000, "net_days": 0}},
	}
	require.Equal(t, []string{"extended[0].days out_of_range"}, ops.keyed().send(t, "POST", path+"/preview", map[string]any{"extended": []map[string]any{{"key_date_id": rights, "days": -3}}}).fields(t))
	require.Equal(t, []string{"extended[0].key_date_id unknown"}, ops.keyed().send(t, "POST", path+"/preview", map[string]any{"extended": []map[string]any{{"key_date_id": id(), "days": 3}}}).fields(t))
	a := ops.keyed().send(t, "POST", path+"/preview", change)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Contains(t, string(a.body), `"conflicts":[]`)
	require.Contains(t, string(a.body), "as it was agreed", "the usage rights stay")

	// Another brand of the same category has the creator post in that time.
	other := d.seed(t, d.world.two, "two.example")
	d.sql(t, `update campaigns set category = 'Beauty'`)
	d.sql(t, `update deliverables set state = 'scheduled', draft_due_at = $2::timestamptz + interval '10 days', publish_by = $2::timestamptz + interval '15 days' where id = $1`, other.deliverable, ends)
	require.Contains(t, string(ops.keyed().send(t, "POST", path+"/preview", change).body), `"kind":"exclusivity"`)
	require.Equal(t, 409, ops.keyed().send(t, "POST", path, change).status)
	require.Empty(t, d.flows.commands(), "nothing was drafted")
	d.sql(t, `update deliverables set draft_due_at = draft_due_at + interval '200 days', publish_by = publish_by + interval '200 days' where id = $1`, other.deliverable)
	a = ops.keyed().send(t, "POST", path, change)
	require.Equal(t, 200, a.status, "%s", a.body)
	amendment := d.flows.commands()[0].Ref
	require.Contains(t, one[string](t, d, `select body from contracts where id = $1`, amendment), "Exclusivity of “")

	d.sql(t, `update contracts set state = 'out_for_signature', sent_at = now() where id = $1`, amendment)
	type extended struct {
		Kind  string   `json:"kind"`
		Posts []string `json:"posts"`
		At    string   `json:"at"`
		Until string   `json:"until"`
	}
	var shown struct{ Extended []extended }
	d.visit(t, d.link).send(t, "GET", "/v1/portal/contracts/"+amendment.String(), nil).into(t, &shown)
	title := one[string](t, d, `select title from deliverables where id = $1`, d.deliverable)
	say := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	var read gen.Contract
	d.visit(t, d.link).with("Accept-Language", "de").send(t, "GET", "/v1/portal/contracts/"+amendment.String(), nil).into(t, &read)
	require.Len(t, *read.Changes, 3)
	longer := (*read.Changes)[2]
	require.Equal(t, "Exklusivität mit „"+title+"“ (Vertrag C-000001)", longer.What)
	require.Regexp(t, `^bis \d+\. [A-Z]\p{L}+ 20\d\d \((MEZ|MESZ)\)$`, *longer.To)
	require.Equal(t, []extended{{"exclusivity_end", []string{title}, say(ends), say(rapport.DefaultCalendar("Europe/Berlin").AddDays(ends, 30))}}, shown.Extended)

	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p where id = $1`, amendment)
	plan, err := d.worker.ExecuteContract(t.Context(), amendment, time.Now().Truncate(time.Microsecond))
	require.NoError(t, err)
	require.Len(t, plan.Extended, 1)
	require.Equal(t, exclusive, plan.Extended[0].Date)
	require.True(t, plan.Extended[0].Until.Equal(one[time.Time](t, d, `select until_at from slots where deliverable_id = $1`, d.deliverable)), "it is booked until then")
	var first struct{ Extended []extended }
	ops.send(t, "GET", "/v1/contracts/"+d.contract.String(), nil).into(t, &first)
	require.Equal(t, shown.Extended, first.Extended, "the contract that gave it says until when it goes on")
	ops.send(t, "GET", "/v1/contracts/"+amendment.String(), nil).into(t, &first)
	require.Equal(t, shown.Extended, first.Extended, "and so does the amendment")
	d.sql(t, `update deliverables set posted_at = posted_at - interval '1 minute' where id = $1`, d.deliverable)
	require.True(t, plan.Extended[0].Until.Equal(one[time.Time](t, d, `select until_at from slots where deliverable_id = $1`, d.deliverable)), "and stays so")
}

func TestAnAmendmentDoesWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.signs(t)
	piece := w.get(t).Deliverables[0]
	dropped := w.get(t).Milestones[1]
	change := map[string]any{
		"deliverables": []map[string]any{{"title": "A short", "platform": "tiktok", "kind": "short", "draft_due_days": 4, "publish_days": 3}},
		"moved":        []map[string]any{{"deliverable_id": piece.Id, "draft_days": 7, "publish_days": 7}},
		"milestones": []map[string]any{
			{"title": "For the short", "trigger": "posted", "new": 0, "amount": 20000, "net_days": 10}, {"title": "At once", "trigger": "signature", "amount": 1000, "net_days": 0},
		},
		"dropped_milestones": []any{dropped.Id}, "end_days": 30, "renewal_option": map[string]any{"fee": 160000, "notice_days": 45},
	}
	words := func(list []gen.AmendedLine) (out []string) {
		for _, l := range list {
			from, to := "", ""
			if l.From != nil {
				from = *l.From
			}
			if l.To != nil {
				to = *l.To
			}
			out = append(out, l.What+" | "+from+" | "+to)
		}
		return out
	}
	var preview gen.AmendmentPreview
	a := w.ops.keyed().send(t, "POST", w.path+"/amendments/preview", change)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &preview)
	f := *preview.Follows
	spoken := w.spoken(t)
	money := func(amount int64) string {
		return rapport.WordsIn("en").Money(rapport.Money{Amount: amount, Currency: "eur"})
	}
	then := spoken + 21_000 - dropped.Amount.Amount
	require.Contains(t, words(f.Budget)[0], money(spoken)+" | "+money(then))
	require.Contains(t, strings.Join(words(f.Pieces), "\n"), "“A short” |  | is owed: its draft until ")
	require.Regexp(t, `Draft of “`+piece.Title+`” \| .+\d{4}.+ \| .+\d{4}`, strings.Join(words(f.Pieces), "\n"))
	all := strings.Join(words(f.Money), "\n")
	require.Contains(t, all, "For the short |  | "+money(20_000)+", owed when the publication of “A short” is reported")
	require.Contains(t, all, "At once |  | "+money(1_000)+", owed at once: its payment is due ")
	require.Contains(t, all, dropped.Title+" | "+money(dropped.Amount.Amount)+", not owed yet | ")
	require.Contains(t, strings.Join(words(f.Timers), "\n"), "Reminds the creator of the draft of “A short” |  | ")
	require.Regexp(t, `Lets the renewal lapse if nobody has decided \| .+ \| .+`, strings.Join(words(f.Timers), "\n"))
	dates := strings.Join(words(f.Dates), "\n")
	require.Contains(t, dates, "Option to renew |  | another term for "+money(160_000)+", until ")
	require.Regexp(t, `End of the term \| .+ \| .+`, dates)
	require.Contains(t, strings.Join(words(f.Stays), "\n"), "are owed")

	a = w.ops.keyed().send(t, "POST", w.path+"/amendments", change)
	require.Equal(t, 200, a.status, "%s", a.body)
	amendment := w.m.Amendment.ID
	contract := func(who string) (c gen.Contract) {
		w.as(t, who).send(t, "GET", "/v1/contracts/"+amendment.String(), nil).into(t, &c)
		return c
	}
	drafted := contract("auditor@one.example").Follows
	require.Len(t, drafted.Timers, len(f.Timers))
	require.Equal(t, words(f.Pieces)[1:], words(drafted.Pieces)[1:], "the words are the same; dates that count from the signatures have moved on")
	require.Contains(t, words(drafted.Budget)[0], money(spoken+21_000)+" | "+money(then)+"; "+money(21_000)+" of it is reserved")

	w.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p where id = $1`, amendment)
	w.do(t, func(now time.Time) {
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdSendContract, Ref: amendment}, now)
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdSignContract, Ref: amendment}, now)
	})
	require.Equal(t, words(drafted.Budget), words(contract("ops@one.example").Follows.Budget), "also while the creator has it")
	plan, err := w.worker.ExecuteContract(context.WithoutCancel(t.Context()), amendment, time.Now().UTC().Truncate(time.Microsecond))
	require.NoError(t, err)
	w.do(t, func(now time.Time) {
		w.m.Outcome(rapport.Outcome{Key: "execute/" + amendment.String(), Code: "executed", Contract: &plan}, now)
	})
	require.Equal(t, then, w.spoken(t), "the budget is what was shown")
	require.Nil(t, contract("ops@one.example").Follows, "nothing follows any more")
}
