package api_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func (d *desk) decide(t *testing.T, who string, body map[string]any) answer {
	t.Helper()
	full := map[string]any{"submission_id": d.submission}
	maps.Copy(full, body)
	return d.as(t, who+"@one.example").keyed().send(t, "POST", "/v1/reviews/"+d.review.String()+"/decisions", full)
}

func TestCorrectionsBelongToAnApprovalWithThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	with := func(decision string, corrections ...string) []string {
		return d.decide(t, "approver", map[string]any{"decision": decision, "comment": "Words", "corrections": append([]string{}, corrections...)}).fields(t)
	}
	require.Equal(t, []string{"corrections required"}, with("approve_with_corrections"))
	for _, decision := range []string{"approve", "request_changes", "reject"} {
		require.Equal(t, []string{"corrections not_here"}, with(decision, "A comma"), decision)
	}
	require.Equal(t, []string{"corrections[1] length"}, with("approve_with_corrections", "A comma", "  "))
	require.Equal(t, []string{"corrections[0] too_long"}, with("approve_with_corrections", strings.Repeat("ü", 1001)))
	require.Zero(t, one[int](t, d, `select count(*) from corrections`)+one[int](t, d, `select count(*) from decisions`))

	long := strings.Repeat("ü", 1000)
	a := d.decide(t, "approver", map[string]any{"decision": "approve_with_corrections", "corrections": []string{" A comma ", long}})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, []string{"A comma", long}, one[[]string](t, d, `select array_agg(body order by position) from corrections where decision_id = $1`, d.flows.commands()[0].Ref))
	shown := func() (r struct {
		Corrections []struct{ Text string }
	}) {
		d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
		return r
	}
	require.Empty(t, shown().Corrections, "only an approval that counts asks for something")
	d.sql(t, `update decisions set state = 'accepted', stage = 0, decided_at = now()`)
	require.Empty(t, shown().Corrections, "nor one that a later stage threw back")
	d.stands(t, d.review, d.flows.commands()[0].Ref)
	require.Len(t, shown().Corrections, 2)
	for _, change := range []string{`update decisions set comment = 'x'`, `update decisions set decision = 'reject'`, `delete from decisions`} {
		_, err := d.owner.Exec(t.Context(), change)
		require.Error(t, err, change)
	}
	_, err := d.owner.Exec(t.Context(), `set role rapport_api`)
	require.NoError(t, err)
	_, err = d.owner.Exec(t.Context(), `update corrections set body = 'x'`)
	require.ErrorContains(t, err, "permission denied", "what was asked for stays as it was")
}

func TestADecisionOnAnOldVersionSaysWhatChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	newer := d.newVersion(t)
	a := d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{409, "another_version", "superseded"}, []any{a.status, a.text("code"), a.text("state")})
	require.Contains(t, a.text("detail"), "Version 2 came on ")
	require.Contains(t, a.text("detail"), "The caption was changed.")
	require.Contains(t, a.text("detail"), "Your decision was not recorded.")
	require.NotContains(t, a.text("detail"), "file")
	a = d.decide(t, "approver", map[string]any{"decision": "approve", "submission_id": newer.submission})
	require.Equal(t, []any{409, "another_version"}, []any{a.status, a.text("code")})
	require.Empty(t, d.flows.commands())

	d.sql(t, `update reviews set state = 'open', approvers = $1, open_stage = 0 where id = $2`, []uuid.UUID{d.users["approver@one.example"]}, d.review)
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict { // the version comes while the decision is on its way
		d.sql(t, `update reviews set state = 'superseded', approvers = '{}', closed_at = now() where id = $1`, d.review)
		return rapport.OutboxVerdict{Refused: "review_closed", Refusal: &rapport.Refusal{Code: "review_closed", State: "superseded"}}
	})
	a = d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{409, "another_version"}, []any{a.status, a.text("code")})
	require.Contains(t, a.text("detail"), "The caption was changed.")
	require.Equal(t, "refused", one[string](t, d, `select state from decisions`))
}

func TestARefusalSaysWhoDecidedAlsoWhenTheWorkflowIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.flows.refuse("workflow_closed")
	a := d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{409, "workflow_closed"}, []any{a.status, a.text("code")}, "the pages do not know yet")
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict {
		d.sql(t, `update reviews set state = 'rejected', approvers = '{}', closed_at = now()`)
		d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, on_behalf_of, stage, decision, comment, state, decided_at)
			values ($1, $2, $3, $4, $5, $6, 0, 'reject', 'No', 'accepted', now())`,
			id(), d.review, d.submission, d.world.one, d.users["ops@one.example"], d.users["legal@one.example"])
		return rapport.OutboxVerdict{Refused: "workflow_closed"}
	})
	a = d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{409, "review_closed", "rejected"}, []any{a.status, a.text("code"), a.text("state")})
	require.Contains(t, a.text("detail"), "rejected by Ms ops on behalf of Ms legal on ")
	require.Contains(t, a.text("detail"), "Your decision was not recorded.")
}

// ---- whoever makes the content

func TestWhoMakesTheContentNeitherDecidesNorIsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'manager', 'approver@one.example')`, id(), d.creator)
	a := d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{403, "submitter"}, []any{a.status, a.text("code")})
	require.Equal(t, 201, d.away(t, "both", absence{to: "approver", start: -time.Minute, end: time.Hour}).status)
	a = d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, []any{403, "submitter"}, []any{a.status, a.text("code")}, "nor for somebody else")
	a = d.hand(t, "both", "stand_in", "", "approver")
	require.Equal(t, []string{"to_user_id submitter"}, a.fields(t))
	require.Empty(t, d.flows.commands())
	require.Zero(t, one[int](t, d, `select count(*) from decisions`))
	require.Equal(t, 200, d.decide(t, "both", map[string]any{"decision": "approve"}).status)
}

// ---- asking somebody else

func (d *desk) hand(t *testing.T, who, kind, from, to string) answer {
	t.Helper()
	body := map[string]any{"kind": kind, "to_user_id": d.users[to+"@one.example"]}
	if from != "" {
		body["from_user_id"] = d.users[from+"@one.example"]
	}
	return d.as(t, who+"@one.example").keyed().send(t, "POST", "/v1/reviews/"+d.review.String()+"/hand-overs", body)
}

func TestAReviewIsHandedOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	user := func(name string) uuid.UUID { return d.users[name+"@one.example"] }
	legal := rapport.DefaultCalendar("Asia/Tokyo")
	d.sql(t, `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'user', $2, $3, $4, $5, $6)`,
		id(), user("legal"), legal.Zone, legal.WorkingDays, legal.Opens, legal.Closes)
	require.Equal(t, 200, d.hand(t, "approver", "reassign", "", "legal").status)
	require.Equal(t, 200, d.hand(t, "approver", "stand_in", "approver", "ops").status)
	require.Equal(t, 200, d.hand(t, "ops", "reassign", "both", "legal").status, "ops ask for others")
	require.Equal(t, 200, d.hand(t, "admin", "stand_in", "both", "ops").status)
	got := d.flows.commands()
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdReassign, Actor: user("approver"), Ref: user("approver"), Ref2: user("legal"), Calendar: got[0].Calendar}, got[0])
	require.Equal(t, "Asia/Tokyo", got[0].Calendar.Zone)
	require.Equal(t, rapport.Command{ID: got[1].ID, Kind: rapport.CmdStandIn, Actor: user("approver"), Ref: user("approver"), Ref2: user("ops")}, got[1])
	require.Equal(t, []uuid.UUID{user("ops"), user("both"), user("admin"), user("both")}, []uuid.UUID{got[2].Actor, got[2].Ref, got[3].Actor, got[3].Ref})

	d.flows.refuse("not_asked")
	require.Equal(t, 409, d.hand(t, "legal", "reassign", "", "ops").status, "who is not asked hands nothing over")
}

func TestHandingOverIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 403, d.hand(t, "approver", "reassign", "both", "legal").status, "an approver does not ask for others")
	require.Equal(t, 403, d.hand(t, "auditor", "reassign", "", "legal").status)
	d.users["stranger@one.example"], d.users["nobody@one.example"] = d.users["approver@two.example"], uuid.New()
	d.sql(t, `update users set disabled_at = now() where id = $1`, d.users["legal@one.example"])
	for _, to := range []string{"auditor", "guest", "finance_releaser", "stranger", "nobody", "legal"} {
		require.Equal(t, []string{"to_user_id no_role"}, d.hand(t, "approver", "reassign", "", to).fields(t), to)
	}
	a := d.as(t, "ops@two.example").keyed().send(t, "POST", "/v1/reviews/"+d.review.String()+"/hand-overs", map[string]any{"kind": "reassign", "to_user_id": d.users["ops@two.example"]})
	require.Equal(t, 404, a.status)
	require.Empty(t, d.flows.commands())
}

func TestThePageSaysWhoMayAskSomebodyElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 201, d.away(t, "approver", absence{to: "legal", start: -time.Minute, end: time.Hour}).status)
	may := func(who string) bool {
		var r struct {
			HandOver struct {
				Allowed bool
				Reason  string
			} `json:"hand_over"`
		}
		d.as(t, who+"@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
		require.Equal(t, r.HandOver.Allowed, r.HandOver.Reason == "")
		return r.HandOver.Allowed
	}
	for who, want := range map[string]bool{"approver": true, "ops": true, "admin": true, "legal": false, "finance_preparer": false} {
		require.Equal(t, want, may(who), who)
	}
	d.sql(t, `update reviews set state = 'approved'`)
	require.False(t, may("ops"))
}

// ---- standing in

type queue struct {
	Items []struct {
		ID     uuid.UUID
		Mine   bool
		Behalf *struct {
			ID   uuid.UUID
			Name string
		}
	}
}

func (d *desk) queue(t *testing.T, who string) (q queue) {
	t.Helper()
	a := d.as(t, who+"@one.example").send(t, "GET", "/v1/reviews?assigned_to=me", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &q)
	return q
}

func TestWhoStandsInHasTheQueueAndDecidesOnBehalf(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Empty(t, d.queue(t, "legal").Items)
	require.Equal(t, 201, d.away(t, "approver", absence{to: "legal", start: -time.Minute, end: time.Hour}).status)
	q := d.queue(t, "legal")
	require.Len(t, q.Items, 1, "what is open already, too")
	require.True(t, q.Items[0].Mine)
	require.Equal(t, "Ms approver", q.Items[0].Behalf.Name)
	require.Nil(t, d.queue(t, "approver").Items[0].Behalf, "whoever is away may still decide")
	a := d.decide(t, "legal", map[string]any{"decision": "approve"})
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()[0]
	require.Equal(t, []uuid.UUID{d.users["legal@one.example"], d.users["approver@one.example"]}, []uuid.UUID{got.Actor, got.Behalf})
	d.sql(t, `update decisions set state = 'accepted', stage = 0, on_behalf_of = $1, decided_at = now()`, d.users["approver@one.example"])
	require.Contains(t, string(d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).body), `"on_behalf_of":{"id":"`+d.users["approver@one.example"].String())

	newer := d.newVersion(t)
	q = d.queue(t, "legal")
	require.Len(t, q.Items, 1, "and what comes new")
	require.Equal(t, newer.review, q.Items[0].ID)
	require.Empty(t, d.queue(t, "ops").Items)
}

func TestStandingInBeginsAndEndsInTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 201, d.away(t, "approver", absence{to: "legal", start: time.Hour, end: 2 * time.Hour}).status)
	refused := func() {
		t.Helper()
		require.Empty(t, d.queue(t, "legal").Items)
		a := d.decide(t, "legal", map[string]any{"decision": "approve"})
		require.Equal(t, 409, a.status, "%s", a.body)
	}
	refused()
	d.sql(t, `update delegations set starts_at = now() - interval '1 hour'`)
	require.Len(t, d.queue(t, "legal").Items, 1)
	d.sql(t, `update delegations set ends_at = now()`)
	refused()
	d.sql(t, `update delegations set ends_at = now() + interval '1 hour', cancelled_at = now()`)
	refused()
	d.sql(t, `update delegations set brand_id = $1, cancelled_at = null`, d.two)
	refused()
	require.Empty(t, d.flows.commands())
}

func TestWhoHasDecidedInAQuorumSpeaksThereForNobodyElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 201, d.away(t, "both", absence{to: "approver", start: -time.Minute, end: time.Hour}).status)
	stages := one[[]rapport.ReviewStage](t, d, `select stages from reviews where id = $1`, d.review)
	stages[0].Decisions = []rapport.StageDecision{{ID: id(), User: d.users["approver@one.example"], Decision: "approve", At: time.Now()}}
	review := func(rule rapport.Rule) (r reviewBody) {
		stages[0].Rule = rule
		d.sql(t, `update reviews set stages = $2, approvers = array[$3::uuid] where id = $1`, d.review, stages, d.users["both@one.example"])
		d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
		return r
	}

	r := review(rapport.RuleQuorum)
	require.False(t, r.Summary.Mine)
	require.False(t, r.Commands[0].Allowed)
	require.Equal(t, "You have decided already in the stage that is open.", r.Commands[0].Reason)
	require.Empty(t, d.queue(t, "approver").Items)
	require.Equal(t, "already_decided", d.decide(t, "approver", map[string]any{"decision": "approve"}).text("code"))
	require.Empty(t, d.flows.commands())

	r = review(rapport.RuleAll)
	require.True(t, r.Summary.Mine, "where all voices count, theirs is still to be given")
	require.Len(t, d.queue(t, "approver").Items, 1)
}

func TestStandingInGoesOnAtSecondHand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	now := absence{start: -time.Minute, end: time.Hour}
	for from, to := range map[string]string{"approver": "legal", "legal": "ops"} {
		a := now
		a.to = to
		require.Equal(t, 201, d.away(t, from, a).status)
	}
	require.Equal(t, "Ms approver", d.queue(t, "ops").Items[0].Behalf.Name)
	require.Equal(t, 200, d.decide(t, "ops", map[string]any{"decision": "approve"}).status)
	require.Equal(t, d.users["approver@one.example"], d.flows.commands()[0].Behalf)
	both := now
	both.to = "ops"
	require.Equal(t, 201, d.away(t, "both", both).status)
	require.Equal(t, "Ms both", d.queue(t, "ops").Items[0].Behalf.Name, "the nearer voice comes first")
}
