package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// snapshot is the state that the partnership's workflow wrote down last.
func (d *desk) snapshot(t *testing.T, p rapport.Partnership) {
	t.Helper()
	p.ID, p.BrandID, p.CreatorID, p.CreatorCalendar, p.Timings = d.partnership, d.world.one, d.creator, rapport.DefaultCalendar("UTC"), rapport.DefaultTimings()
	state, err := json.Marshal(p)
	require.NoError(t, err)
	d.sql(t, `insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state) values ($1, 'Partnership', 'rapport', $2, 1, $3)
		on conflict (workflow_id) do update set state = excluded.state`, "partnership/"+d.partnership.String(), d.world.one, state)
}

func TestARevocationIsShownBeforeItHappens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/deliverables/" + d.deliverable.String() + "/revocation"
	type preview struct {
		Allowed bool
		Reason  string
		Holds   []struct {
			Title    string
			Amount   struct{ Amount int64 }
			PayoutID uuid.UUID `json:"payout_id"`
		}
		Words      []string
		DraftDueAt *time.Time `json:"draft_due_at"`
	}
	look := func() (p preview) {
		before := d.traces(t)
		a := d.as(t, "guest@one.example").send(t, "GET", path, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Equal(t, before, d.traces(t))
		a.into(t, &p)
		return p
	}
	require.Equal(t, 404, d.as(t, "guest@one.example").send(t, "GET", path, nil).status, "its workflow has not said a word yet")
	state := rapport.Partnership{
		Stage:        rapport.StageActive,
		Deliverables: []rapport.DeliverableState{{ID: d.deliverable, State: "approved_to_post", Submission: d.submission}},
		Milestones: []rapport.MilestoneState{
			{ID: d.milestone, Trigger: rapport.TriggerApproval, Deliverable: d.deliverable, State: "met", Amount: rapport.Money{Amount: 40000, Currency: "eur"}, Payout: d.payout},
			{ID: id(), Trigger: rapport.TriggerSignature, State: "met", Amount: rapport.Money{Amount: 30000, Currency: "eur"}, Payout: id()},
			{ID: id(), Trigger: rapport.TriggerVerified, Deliverable: d.deliverable, State: "pending", Amount: rapport.Money{Amount: 30000, Currency: "eur"}},
		},
	}
	d.snapshot(t, state)
	p := look()
	require.True(t, p.Allowed)
	require.Len(t, p.Holds, 1, "only what the approval made owed")
	require.Equal(t, []any{"On approval", int64(40000), d.payout}, []any{p.Holds[0].Title, p.Holds[0].Amount.Amount, p.Holds[0].PayoutID})
	require.Len(t, p.Words, 3)
	require.Contains(t, p.Words[0], "“Launch video” is not approved any more")
	require.Contains(t, p.Words[1], "1 payment(s) wait")
	require.Contains(t, p.Words[2], "A new version is due on ")
	require.True(t, p.DraftDueAt.After(time.Now()))

	state.Milestones[0].Payout = uuid.Nil
	d.snapshot(t, state)
	require.Len(t, look().Words, 2, "nothing waits where nothing is paid")
	for reason, change := range map[string]func(p *rapport.Partnership){
		"does not allow this":     func(p *rapport.Partnership) { p.Deliverables[0].State = "posted" },
		"has reached the creator": func(p *rapport.Partnership) { p.Milestones[0].State = "settled" },
		"is not possible in":      func(p *rapport.Partnership) { p.Stage = rapport.StageWrappingUp },
		"not one of the present":  func(p *rapport.Partnership) { p.Deliverables = nil },
	} {
		changed := state
		changed.Deliverables, changed.Milestones = append([]rapport.DeliverableState{}, state.Deliverables...), append([]rapport.MilestoneState{}, state.Milestones...)
		change(&changed)
		d.snapshot(t, changed)
		p = look()
		require.False(t, p.Allowed)
		require.Contains(t, p.Reason, reason)
		require.Empty(t, p.Holds)
		require.Empty(t, p.Words)
	}
	require.Equal(t, 404, d.as(t, "guest@two.example").send(t, "GET", path, nil).status)
}

func TestMoneyIsOfferedForAnotherRoundWithinTheBudget(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/deliverables/" + d.deliverable.String() + "/rounds"
	offer := func(fee map[string]any) answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"fee": fee})
	}
	for field, fee := range map[string]map[string]any{
		"fee.amount not_positive": eur(0), "fee.amount over_budget": eur(900001), "fee.currency other_currency": {"amount": 100, "currency": "usd"},
		"fee.currency unknown_currency": {"amount": 100, "currency": "xxx"}, "fee.amount too_large": eur(100_000_000_000),
	} {
		a := offer(fee)
		require.Equal(t, []string{field}, a.fields(t), "%s", a.body)
	}
	require.Contains(t, string(offer(eur(900001)).body), "9000.00 EUR left")
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, map[string]any{"fee": eur(1)}).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, map[string]any{"fee": eur(1)}).status)
	require.Empty(t, d.flows.commands())
	require.Zero(t, one[int](t, d, `select count(*) from outbox`), "nothing is sent of what is refused")

	require.Equal(t, 200, offer(eur(900000)).status)
	got := d.flows.commands()
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdOfferRound, Actor: d.users["ops@one.example"], Ref: d.deliverable, Amount: rapport.Money{Amount: 900000, Currency: "eur"}}, got[0])
	other := id()
	d.sql(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, draft_due_at, publish_by)
		select $1, partnership_id, brand_id, contract_id, term, 77, 'Another', platform, kind, now(), now() from deliverables where id = $2`, other, d.deliverable)
	beside := func(fee map[string]any) answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", "/v1/deliverables/"+other.String()+"/rounds", map[string]any{"fee": fee})
	}
	require.Equal(t, []string{"fee.amount over_budget"}, beside(eur(1)).fields(t), "what is just being offered is spoken for")
	d.sql(t, `update deliverables set extra = 'offered', extra_fee = 900000, extra_currency = 'eur' where id = $1`, d.deliverable)
	d.sql(t, `update outbox set handled_at = now() where kind = 'update'`)
	require.Equal(t, 200, offer(eur(900000)).status, "another offer takes the place of the first")
	require.Equal(t, []string{"fee.amount over_budget"}, offer(eur(900001)).fields(t))
	d.sql(t, `update deliverables set extra = '', extra_fee = null, extra_currency = null`)
	d.sql(t, `update outbox set handled_at = now() where kind = 'update'`)
	d.sql(t, `update milestones set extra = true`) // a round that was agreed to before
	require.Equal(t, []string{"fee.amount over_budget"}, offer(eur(860001)).fields(t))
	require.Equal(t, 200, offer(eur(860000)).status)
	d.flows.refuse("no_round_asked")
	require.Equal(t, "no_round_asked", offer(eur(1)).text("code"))
}

func TestCodesThatACreatorMustNameAreKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/codes"
	set := func(who string, codes map[string]any) answer { return d.as(t, who).send(t, "PUT", path, codes) }
	bad := set("ops@one.example", map[string]any{"promo_code": "NORD 10", "tracked_link": "nord.example/x"})
	require.ElementsMatch(t, []string{"promo_code bad_value", "tracked_link bad_url"}, bad.fields(t))
	for _, link := range []string{"javascript:alert(1)", "ftp://nord.example/", "https://"} {
		require.Equal(t, []string{"tracked_link bad_url"}, set("ops@one.example", map[string]any{"tracked_link": link}).fields(t), link)
	}
	require.Equal(t, 403, set("approver@one.example", map[string]any{}).status)
	require.Equal(t, 404, set("ops@two.example", map[string]any{"promo_code": "NORD10"}).status)
	require.Nil(t, one[*string](t, d, `select promo_code from partnerships`))
	a := set("ops@one.example", map[string]any{"promo_code": " NORD10 ", "tracked_link": "https://nord.example/x?c=1"})
	require.Equal(t, []any{200, "NORD10", "https://nord.example/x?c=1"}, []any{a.status, a.text("promo_code"), a.text("tracked_link")})
	var p struct{ Codes map[string]string }
	d.as(t, "guest@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	require.Equal(t, map[string]string{"promo_code": "NORD10", "tracked_link": "https://nord.example/x?c=1"}, p.Codes)
	require.Equal(t, 200, set("ops@one.example", map[string]any{}).status)
	require.Nil(t, one[*string](t, d, `select promo_code from partnerships`), "what is left out is asked for no more")
}
