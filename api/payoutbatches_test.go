package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
)

// secondPayout is another payout of the same work that waits for approval, of 300.00 euros.
func (d *desk) secondPayout(t *testing.T, brand uuid.UUID, w work) uuid.UUID {
	t.Helper()
	return d.anotherPayout(t, brand, w, 30000)
}

func (d *desk) anotherPayout(t *testing.T, brand uuid.UUID, w work, amount int64) uuid.UUID {
	t.Helper()
	milestone, payout := id(), id()
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency, net_days, state, met_at)
		select $1, partnership_id, brand_id, contract_id, 1, (select max(position) + 1 from milestones where contract_id = $2), 'Another', 'signature', $3, 'eur', 10, 'payable', now()
		from milestones where contract_id = $2 limit 1`, milestone, w.contract, amount)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at, commands)
		select $1, $2, partnership_id, brand_id, creator_id, $4, 'eur', 'acct_mia', 'awaiting_approval', now(), commands from payouts where id = $3 and brand_id = $5`,
		payout, milestone, w.payout, amount, brand)
	return payout
}

type batchBody struct {
	ID    uuid.UUID
	Items []struct {
		PayoutID        uuid.UUID `json:"payout_id"`
		Outcome, Reason string
	}
}

func (b batchBody) of(t *testing.T, payout uuid.UUID) (outcome, reason string) {
	t.Helper()
	for _, i := range b.Items {
		if i.PayoutID == payout {
			return i.Outcome, i.Reason
		}
	}
	require.Fail(t, "not in the batch")
	return "", ""
}

func batchOf(brand uuid.UUID, part string, amounts map[uuid.UUID]int, exclude map[uuid.UUID]string) map[string]any {
	approve, leave := make([]any, 0, len(amounts)), make([]any, 0, len(exclude))
	for payout, amount := range amounts {
		approve = append(approve, map[string]any{"payout_id": payout, "amount": eur(amount)})
	}
	for payout, reason := range exclude {
		leave = append(leave, map[string]any{"payout_id": payout, "reason": reason})
	}
	return map[string]any{"brand_id": brand, "part": part, "approve": approve, "exclude": leave}
}

// relay delivers what waits in the outbox, as the worker does.
func (d *desk) relay(t *testing.T) {
	t.Helper()
	rows, err := d.owner.Query(t.Context(), `select id, input from outbox where acked_at is null and kind = 'update' and next_at <= now()`)
	require.NoError(t, err)
	var waiting []rapport.OutboxRow
	for rows.Next() {
		var row rapport.OutboxRow
		var input json.RawMessage
		require.NoError(t, rows.Scan(&row.ID, &input))
		row.Input = input
		waiting = append(waiting, row)
	}
	require.NoError(t, rows.Err())
	for _, row := range waiting {
		_, err := d.flows.Deliver(t.Context(), row)
		require.NoError(t, err)
	}
}

func TestABatchApprovesEachPayoutByItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	small, big := d.anotherPayout(t, d.world.one, d.work, 100), d.anotherPayout(t, d.world.one, d.work, 200)
	held, odd := d.anotherPayout(t, d.world.one, d.work, 300), d.anotherPayout(t, d.world.one, d.work, 400)
	other := d.seed(t, d.two, "two.example")
	const path = "/v1/payout-batches"
	releaser := d.as(t, "finance_releaser@one.example")
	all := map[uuid.UUID]int{small: 100, big: 250, held: 300, odd: 400}
	body := batchOf(d.world.one, "releaser", all, map[uuid.UUID]string{d.payout: "The invoice is missing."})

	require.Equal(t, "key_required", releaser.send(t, "POST", path, body).text("code"))
	require.Equal(t, "second_factor_missing", releaser.keyed().send(t, "POST", path, body).text("code"))
	secret, _ := d.enrolled(t, "finance_releaser@one.example")
	old := pgtest.StepUp(t, d.owner, d.users["finance_releaser@one.example"], 301*time.Second)
	d.sql(t, `update sessions set step_up_id = $1 where user_id = $2`, old, d.users["finance_releaser@one.example"])
	require.Equal(t, "second_factor_required", releaser.keyed().send(t, "POST", path, body).text("code"))
	require.Equal(t, 200, releaser.send(t, "POST", "/v1/session/step-up", code(codeOf(t, secret, 1))).status)

	require.Equal(t, []string{"part wrong_role"}, releaser.keyed().send(t, "POST", path, batchOf(d.world.one, "preparer", all, nil)).fields(t), "a releaser is no preparer")
	require.Equal(t, 403, d.as(t, "admin@one.example").keyed().send(t, "POST", path, body).status, "admins have no payout rights")
	require.Equal(t, 404, d.as(t, "finance_releaser@two.example").keyed().send(t, "POST", path, body).status)
	a := releaser.keyed().send(t, "POST", path, batchOf(d.world.one, "releaser", map[uuid.UUID]int{other.payout: 40000, small: 100}, nil))
	require.Equal(t, 422, a.status, "a payout of another brand")
	a = releaser.keyed().send(t, "POST", path, batchOf(d.world.one, "releaser", map[uuid.UUID]int{small: 100}, map[uuid.UUID]string{small: "twice", big: " "}))
	require.Equal(t, []string{"exclude[0].payout_id duplicate", "exclude[1].reason required"}, sorted(a.fields(t), "exclude[0].payout_id duplicate"), "%s", a.body)
	require.Zero(t, one[int](t, d, `select count(*) from payout_approvals`))
	require.Zero(t, one[int](t, d, `select count(*) from payout_batches`))

	// Meanwhile one is held and the pages do not know it yet; another would not be taken, as they know.
	d.sql(t, `update payouts set state = 'held', held_reason = 'ban' where id = $1`, held)
	d.sql(t, `update payouts set commands = '[{"kind":"approve_releaser","refused":"not_awaiting_approval"}]' where id = $1`, odd)
	keyed := releaser.keyed()
	a = keyed.send(t, "POST", path, body)
	require.Equal(t, 201, a.status, "%s", a.body)
	var made batchBody
	a.into(t, &made)
	require.Len(t, made.Items, 5)
	for payout, want := range map[uuid.UUID]string{small: "pending", big: "refused", held: "refused", odd: "refused", d.payout: "excluded"} {
		outcome, reason := made.of(t, payout)
		require.Equal(t, want, outcome)
		require.Equal(t, want != "pending", reason != "")
	}
	_, reason := made.of(t, held)
	require.Equal(t, "This payout takes no approval now.", reason, "the database has the last word")
	_, reason = made.of(t, d.payout)
	require.Equal(t, "The invoice is missing.", reason)
	require.Equal(t, 1, one[int](t, d, `select count(*) from messages where direction = 'internal' and body_text = 'The invoice is missing.'`))
	require.Equal(t, 1, one[int](t, d, `select count(*) from audit_log where action = 'payout.exclude' and subject = $1`, d.payout))
	require.Equal(t, small, one[uuid.UUID](t, d, `select payout_id from payout_approvals where proved_with = 'totp'`))
	require.Equal(t, a.body, keyed.send(t, "POST", path, body).body, "the same key is the same batch")
	require.Equal(t, 1, one[int](t, d, `select count(*) from payout_batches`))

	d.relay(t)
	shown := "/v1/payout-batches/" + made.ID.String()
	releaser.send(t, "GET", shown, nil).into(t, &made)
	outcome, _ := made.of(t, small)
	require.Equal(t, "approved", outcome)
	require.Len(t, d.flows.commands(), 1)
	require.Equal(t, 200, d.as(t, "auditor@one.example").send(t, "GET", shown, nil).status)
	require.Equal(t, 404, d.as(t, "auditor@two.example").send(t, "GET", shown, nil).status)

	// What the payout's workflow refuses later is said too, and the approval that stands is offered again.
	d.sql(t, `update payouts set state = 'awaiting_approval', held_reason = null where id = $1`, held)
	d.flows.refuse("not_awaiting_approval")
	a = releaser.keyed().send(t, "POST", path, batchOf(d.world.one, "releaser", map[uuid.UUID]int{held: 300}, nil))
	a.into(t, &made)
	d.relay(t)
	releaser.send(t, "GET", "/v1/payout-batches/"+made.ID.String(), nil).into(t, &made)
	outcome, reason = made.of(t, held)
	require.Equal(t, "refused", outcome)
	require.NotEmpty(t, reason)
	d.flows.answers(nil)
	a = releaser.keyed().send(t, "POST", path, batchOf(d.world.one, "releaser", map[uuid.UUID]int{held: 300}, nil))
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, 1, one[int](t, d, `select count(*) from payout_approvals where payout_id = $1`, held))
}

func TestBatchesAreFoundAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const path = "/v1/payout-batches"
	type line struct {
		ID     uuid.UUID
		MadeBy struct{ Name string } `json:"made_by"`
		Sums   []struct {
			Outcome string
			Count   int
			Amounts []struct {
				Amount   int64
				Currency string
			}
		}
	}
	var list struct {
		Items      []line
		NextCursor string `json:"next_cursor"`
	}
	auditor := d.as(t, "auditor@one.example")
	found := func(query string) (ids []uuid.UUID) {
		list.Items, list.NextCursor = nil, ""
		a := auditor.send(t, "GET", path+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		for _, i := range list.Items {
			ids = append(ids, i.ID)
		}
		return ids
	}
	require.Empty(t, found(""))

	made := func(who, part string, amounts map[uuid.UUID]int, exclude map[uuid.UUID]string) (b batchBody) {
		a := d.proved(t, who).keyed().send(t, "POST", path, batchOf(d.world.one, part, amounts, exclude))
		require.Equal(t, 201, a.status, "%s", a.body)
		a.into(t, &b)
		return b
	}
	small, big := d.anotherPayout(t, d.world.one, d.work, 100), d.anotherPayout(t, d.world.one, d.work, 200)
	first := made("finance_releaser@one.example", "releaser", map[uuid.UUID]int{small: 100, big: 250}, map[uuid.UUID]string{d.payout: "No invoice."}).ID
	second := made("finance_preparer@one.example", "preparer", map[uuid.UUID]int{small: 100, big: 200}, nil).ID
	d.sql(t, `begin; set local session_replication_role = replica; update payout_batches set made_at = '2026-03-31 22:30:00+00' where id = '`+first.String()+`';
		update payout_batches set made_at = '2026-04-02' where id = '`+second.String()+`'; commit`)
	d.sql(t, `update calendars set zone = 'Europe/Berlin'`)

	require.Equal(t, []uuid.UUID{second, first}, found(""), "newest first")
	require.Equal(t, "Ms finance_releaser", list.Items[1].MadeBy.Name)
	require.Len(t, list.Items[1].Sums, 3)
	for i, want := range []struct {
		outcome string
		amount  int64
	}{{"excluded", 40000}, {"pending", 100}, {"refused", 200}} {
		sum := list.Items[1].Sums[i]
		require.Equal(t, []any{want.outcome, 1, want.amount, "eur"}, []any{sum.Outcome, sum.Count, sum.Amounts[0].Amount, sum.Amounts[0].Currency})
	}
	require.Equal(t, []any{2, int64(300)}, []any{list.Items[0].Sums[0].Count, list.Items[0].Sums[0].Amounts[0].Amount}, "one sum an outcome and a currency")

	require.Equal(t, []uuid.UUID{first}, found("?outcome=refused"))
	require.Empty(t, found("?outcome=approved"))
	d.relay(t)
	require.Len(t, found("?outcome=approved"), 2)
	require.Equal(t, []uuid.UUID{second}, found("?user_id="+d.users["finance_preparer@one.example"].String()))
	require.Equal(t, []uuid.UUID{first}, found("?from=2026-04-01&to=2026-04-01"), "by the day of the brand's zone")
	require.Empty(t, found("?to=2026-03-31"))
	require.Equal(t, []uuid.UUID{second}, found("?from=2026-04-02&brand_id="+d.world.one.String()))
	require.Empty(t, found("?brand_id="+d.two.String()))
	require.Equal(t, []uuid.UUID{second}, found("?limit=1"))
	require.Equal(t, []uuid.UUID{first}, found("?limit=1&cursor="+list.NextCursor))
	require.Empty(t, list.NextCursor)

	require.Equal(t, []string{"to before_from"}, auditor.send(t, "GET", path+"?from=2026-04-02&to=2026-04-01", nil).fields(t))
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path, nil).status)
	require.NotContains(t, string(d.as(t, "auditor@two.example").send(t, "GET", path, nil).body), first.String())
}

// sorted moves a bad field to the front, where the order of a map decides otherwise.
func sorted(fields []string, first string) []string {
	if len(fields) == 2 && fields[0] != first {
		return []string{"exclude[0].payout_id duplicate", "exclude[1].reason required"}
	}
	return fields
}

func TestWhatIsToApproveSaysWhatToLookOutFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	path := func(part string) string {
		return "/v1/payouts/to-approve?brand_id=" + d.world.one.String() + "&part=" + part
	}
	waits := func(who, part string) map[uuid.UUID][]string {
		var list struct {
			Items []struct {
				Summary  struct{ ID uuid.UUID }
				Warnings []string
			}
		}
		a := d.as(t, who).send(t, "GET", path(part), nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		found := map[uuid.UUID][]string{}
		for _, i := range list.Items {
			found[i.Summary.ID] = i.Warnings
		}
		return found
	}
	const preparer, releaser = "finance_preparer@one.example", "finance_releaser@one.example"
	require.Equal(t, map[uuid.UUID][]string{d.payout: {"first_payment"}}, waits(preparer, "preparer"))
	require.Empty(t, waits("both@one.example", "preparer"), "who approved the content approves no payout of it")
	d.sql(t, `insert into payout_tiers (brand_id, currency, two_releasers_from) values ($1, 'eur', 40000)`, d.world.one)
	d.sql(t, `update payees set destination_changed_at = now()`)
	twin := d.anotherPayout(t, d.world.one, d.work, 40000)
	require.Equal(t, []string{"new_destination", "first_payment", "above_tier", "looks_double"}, waits(releaser, "releaser")[twin])
	d.sql(t, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
		values ($1, $2, $3, 1, 'releaser', $4, 40000, 'eur', 'acct_mia', $5)`,
		id(), twin, d.world.one, d.users[releaser], pgtest.StepUp(t, d.owner, d.users[releaser], 0))
	require.NotContains(t, waits(releaser, "releaser"), twin, "their part is done")
	require.Contains(t, waits("both@one.example", "releaser"), twin, "another one releases it too")
	require.Equal(t, 422, d.as(t, preparer).send(t, "GET", path("releaser"), nil).status)
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").send(t, "GET", path("preparer"), nil).status)
}

func TestTiersArePinnedWhenAPayoutIsOpened(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/brands/" + d.world.one.String() + "/payout-policy"
	admin := d.as(t, "admin@one.example")
	policy := func(prove bool, from ...any) map[string]any {
		return map[string]any{"preparers_prove": prove, "two_releasers_from": append([]any{}, from...)}
	}
	a := admin.send(t, "PUT", path, policy(false, eur(0), eur(5), map[string]any{"amount": 1, "currency": "zzz"}))
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"two_releasers_from[0].amount not_positive", "two_releasers_from[1].currency duplicate", "two_releasers_from[2].currency unknown_currency"}, a.fields(t))
	require.Equal(t, 403, d.as(t, "finance_releaser@one.example").send(t, "PUT", path, policy(false)).status)
	require.Equal(t, 404, d.as(t, "admin@two.example").send(t, "PUT", path, policy(false)).status)
	require.Equal(t, 200, admin.send(t, "PUT", path, policy(true, eur(50000))).status, "more eyes need no proof")
	require.Equal(t, 412, admin.with("If-Match", `"1"`).send(t, "PUT", path, policy(true, eur(1))).status)

	open := d.anotherPayout(t, d.world.one, d.work, 50000)
	below := d.anotherPayout(t, d.world.one, d.work, 49999)
	a = admin.send(t, "PUT", path, policy(false))
	require.Equal(t, "second_factor_missing", a.text("code"), "who takes eyes away proves that it is them")
	require.Equal(t, 200, d.proved(t, "admin@one.example").send(t, "PUT", path, policy(false)).status)
	require.Equal(t, 2, one[int](t, d, `select count(*) from audit_log where action = 'payout_policy.edited' and subject = $1`, d.world.one))
	require.Equal(t, 3, one[int](t, d, `select count(*) from tasks where kind = 'payout_policy_weaker' and brand_id = $1`, d.world.one), "finance and the admins are told")
	var shown struct{ Needs string }
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/"+open.String(), nil).into(t, &shown)
	require.Equal(t, "Two people release it, because it is at least 500.00 EUR.", shown.Needs, "a change does not weaken what is open")
	require.Equal(t, []int{1, 2}, []int{one[int](t, d, `select releasers from payouts where id = $1`, below), one[int](t, d, `select releasers from payouts where id = $1`, open)})
	_, err := d.owner.Exec(t.Context(), `update payouts set releasers = 1, tier_from = null where id = $1`, open)
	require.ErrorContains(t, err, "is pinned")

	approve := func(who, part string) answer {
		return d.proved(t, who).keyed().send(t, "POST", "/v1/payouts/"+open.String()+"/approvals", map[string]any{"part": part, "amount": eur(50000)})
	}
	approved := func() bool { return one[bool](t, d, `select payout_approved(p) from payouts p where id = $1`, open) }
	a = d.as(t, "finance_preparer@one.example").keyed().send(t, "POST", "/v1/payouts/"+open.String()+"/approvals", map[string]any{"part": "preparer", "amount": eur(50000)})
	require.Equal(t, "second_factor_missing", a.text("code"), "the brand wanted a code of preparers when it was opened")
	require.Equal(t, 200, approve("finance_preparer@one.example", "preparer").status)
	require.Equal(t, 200, approve("finance_releaser@one.example", "releaser").status)
	require.False(t, approved(), "one releaser is not enough")
	_, err = d.owner.Exec(t.Context(), `update payouts set state = 'approved' where id = $1`, open)
	require.ErrorContains(t, err, "not complete")
	require.Equal(t, 1, one[int](t, d, `select count(*) from payout_approvals where payout_id = $1 and part = 'releaser'`, open))
	a = approve("both@one.example", "releaser")
	require.Equal(t, 200, a.status, "%s", a.body)
	require.True(t, approved(), "three people")
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'finance_releaser')`, d.users["ops@one.example"], d.world.one)
	a = approve("ops@one.example", "releaser")
	require.Equal(t, 409, a.status)
	require.Equal(t, "already_approved", a.text("code"))
}
