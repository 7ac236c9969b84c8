package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// open is a request for a later publication of the desk's deliverable.
func (d *desk) open(t *testing.T) uuid.UUID {
	t.Helper()
	x := id()
	d.sql(t, `insert into extensions (id, brand_id, partnership_id, deliverable_id, reason, draft_due_at, publish_by, state, answer_by)
		values ($1, $2, $3, $4, 'I am ill', now() + interval '8 days', now() + interval '14 days', 'open', now() + interval '2 days')`, x, d.world.one, d.partnership, d.deliverable)
	return x
}

type shownExtension struct {
	ID         uuid.UUID  `json:"id"`
	State      string     `json:"state"`
	Reason     string     `json:"reason"`
	DraftDueAt *time.Time `json:"draft_due_at"`
	Answer     string     `json:"answer"`
	AnsweredBy string     `json:"answered_by"`
}

func TestACreatorAsksForMoreTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/portal/deliverables/" + d.deliverable.String() + "/extensions"
	later, ask := time.Now().Add(8*24*time.Hour).UTC().Truncate(time.Second), d.visit(t, d.link)
	for field, body := range map[string]map[string]any{
		"draft_due_at required":    {"reason": "I am ill"},
		"reason required":          {"reason": " ", "draft_due_at": later},
		"draft_due_at not_later":   {"reason": "I am ill", "draft_due_at": time.Now().Add(time.Hour)},
		"draft_due_at in_the_past": {"reason": "I am ill", "draft_due_at": time.Now().Add(-time.Hour)},
		"publish_by before_draft":  {"reason": "I am ill", "draft_due_at": later.Add(20 * 24 * time.Hour)},
	} {
		require.Equal(t, []string{field}, ask.keyed().send(t, "POST", path, body).fields(t))
	}
	require.Empty(t, d.flows.commands())
	require.Equal(t, 404, ask.keyed().send(t, "POST", "/v1/portal/deliverables/"+id().String()+"/extensions", map[string]any{"reason": "x", "draft_due_at": later}).status)

	body := map[string]any{"reason": " My child is ill ", "draft_due_at": later}
	call := ask.keyed()
	a := call.send(t, "POST", path, body)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, 200, call.send(t, "POST", path, body).status, "the same request is the same request")
	got := d.flows.commands()
	require.Equal(t, []any{rapport.CmdRequestExtension, d.deliverable, later}, []any{got[0].Kind, got[0].Ref, got[0].Move.DraftDue})
	require.Equal(t, "My child is ill", one[string](t, d, `select reason from extensions where id = $1 and state = 'proposed'`, got[0].Ref2))
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from extensions`))
	var home struct {
		Deliverables []struct {
			Extension     *shownExtension `json:"extension"`
			CanAskForTime bool            `json:"can_ask_for_time"`
		} `json:"deliverables"`
	}
	look := func() {
		home.Deliverables = nil
		ask.send(t, "GET", "/v1/portal/home", nil).into(t, &home)
	}
	look()
	require.Nil(t, home.Deliverables[0].Extension, "the partnership has not taken it")
	require.True(t, home.Deliverables[0].CanAskForTime)
	d.sql(t, `update extensions set state = 'open', answer_by = now()`)
	look()
	require.Equal(t, []any{"open", later}, []any{home.Deliverables[0].Extension.State, home.Deliverables[0].Extension.DraftDueAt.UTC()})
	require.False(t, home.Deliverables[0].CanAskForTime)

	require.Equal(t, 200, ask.keyed().send(t, "POST", path+"/withdraw", map[string]any{}).status)
	got = d.flows.commands()
	require.Equal(t, []any{rapport.CmdWithdrawExtension, got[0].Ref2}, []any{got[len(got)-1].Kind, got[len(got)-1].Ref2})
	d.flows.refuse("extension_is_open")
	require.Equal(t, "extension_is_open", ask.keyed().send(t, "POST", path, body).text("code"))
}

func TestMoreTimeIsGrantedOrDeclined(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	x := d.open(t)
	at := func(what string) string { return "/v1/extensions/" + x.String() + "/" + what }
	give := func(who, what string, body map[string]any) answer {
		return d.as(t, who).keyed().send(t, "POST", at(what), body)
	}
	for _, who := range []string{"approver@one.example", "finance_releaser@one.example", "auditor@one.example", "guest@one.example"} {
		require.Equal(t, []int{403, 403}, []int{give(who, "grant", map[string]any{}).status, give(who, "decline", map[string]any{"words": "No"}).status}, who)
	}
	require.Equal(t, []int{404, 404}, []int{give("ops@two.example", "grant", map[string]any{}).status, give("ops@two.example", "decline", map[string]any{"words": "No"}).status})
	require.Equal(t, []string{"words required"}, give("ops@one.example", "decline", map[string]any{"words": "  "}).fields(t))
	require.Equal(t, []string{"publish_by not_later"}, give("ops@one.example", "grant", map[string]any{"publish_by": time.Now().Add(24 * time.Hour)}).fields(t))
	require.Empty(t, d.flows.commands())

	// What blocks in the calendar refuses it, as it refuses an offer.
	d.sql(t, `update campaigns set embargo_until = current_date + 300`)
	a := give("ops@one.example", "grant", map[string]any{})
	require.Equal(t, []any{409, "conflict"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Zero(t, one[int](t, d, `select count(*)::int from extension_answers`), "and nothing is kept of it")
	require.Empty(t, d.flows.commands())
	d.sql(t, `update campaigns set embargo_until = null`)

	require.Equal(t, 200, give("ops@one.example", "grant", map[string]any{"words": " Get well "}).status)
	got := d.flows.commands()
	require.Equal(t, []any{rapport.CmdGrantExtension, d.deliverable, x, d.users["ops@one.example"]}, []any{got[0].Kind, got[0].Ref, got[0].Ref2, got[0].Actor})
	asked := one[time.Time](t, d, `select draft_due_at from extensions where id = $1`, x)
	require.Equal(t, asked.UTC(), got[0].Move.DraftDue, "those that were asked for")
	other := time.Now().Add(40 * 24 * time.Hour).UTC().Truncate(time.Second)
	require.Equal(t, 200, give("admin@one.example", "grant", map[string]any{"publish_by": other}).status)
	got = d.flows.commands()
	require.Equal(t, rapport.DeliverableMove{ID: d.deliverable, PublishBy: other}, *got[1].Move)
	require.Equal(t, 200, give("ops@one.example", "decline", map[string]any{"words": "The shop opens then"}).status)
	got = d.flows.commands()
	require.Equal(t, rapport.CmdDeclineExtension, got[2].Kind)

	d.sql(t, `update extensions set state = 'declined', answer_id = $2, ended_at = now() where id = $1`, x, got[2].ID)
	var p struct {
		Deliverables []struct {
			Extension shownExtension `json:"extension"`
		} `json:"deliverables"`
	}
	d.as(t, "guest@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	require.Equal(t, []string{"declined", "The shop opens then"}, []string{p.Deliverables[0].Extension.State, p.Deliverables[0].Extension.Answer}, "the words of the answer that counted")
	require.NotEmpty(t, p.Deliverables[0].Extension.AnsweredBy)
	d.flows.refuse("no_extension_open")
	require.Equal(t, "no_extension_open", give("ops@one.example", "decline", map[string]any{"words": "No"}).text("code"))
}

// What later dates would do is shown before anybody gives them, and nothing is written.
func TestMoreTimeIsShownBeforeItIsGiven(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/extensions/" + d.open(t).String() + "/preview"
	type line struct{ What, From, To string }
	type preview struct {
		Changes, Pinned []line
		Conflicts       []struct {
			Kind, Severity string
			MayOverride    bool `json:"may_override"`
		}
	}
	look := func(who string, body map[string]any) (p preview) {
		a := d.as(t, who).keyed().send(t, "POST", path, body)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &p)
		return p
	}
	d.sql(t, `begin; set local session_replication_role = replica; update contracts set terms = terms || '{"usage_rights_days": 30, "exclusivity_days": 10}'; commit`)
	p := look("ops@one.example", map[string]any{})
	whats := make([]string, len(p.Changes))
	for i, l := range p.Changes {
		whats[i] = l.What
	}
	title := one[string](t, d, `select '“' || title || '”' from deliverables where id = $1`, d.deliverable)
	require.Subset(t, whats, []string{"Draft of " + title, "Publication of " + title, "Usage rights to " + title + " end at the latest", "Exclusivity ends at the latest"})
	require.Len(t, p.Conflicts, 1)
	require.Equal(t, "lead_time", p.Conflicts[0].Kind, "the review cannot be over in time")
	far := look("ops@one.example", map[string]any{"publish_by": time.Now().Add(400 * 24 * time.Hour)})
	require.Empty(t, far.Conflicts)
	require.Len(t, far.Pinned, 1, "it is published after the term")

	d.sql(t, `update campaigns set embargo_until = current_date + 300`)
	d.sql(t, `insert into creator_absences (id, creator_id, from_on, to_on) values ($1, $2, current_date + 7, current_date + 9)`, id(), d.creator)
	p = look("ops@one.example", map[string]any{})
	kinds := map[string]string{}
	for _, c := range p.Conflicts {
		kinds[c.Kind] = c.Severity
		require.Equal(t, c.Severity == "warn", c.MayOverride, "ops overrides what warns")
	}
	require.Equal(t, map[string]string{"embargo": "block", "absence": "warn", "lead_time": "warn"}, kinds)
	for _, c := range look("admin@one.example", map[string]any{}).Conflicts {
		require.True(t, c.MayOverride)
	}

	require.Equal(t, []string{"publish_by not_later"}, d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"publish_by": time.Now().Add(24 * time.Hour)}).fields(t))
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, map[string]any{}).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, map[string]any{}).status)
	require.Empty(t, d.flows.commands())
	require.Zero(t, one[int](t, d, `select (select count(*) from extension_answers)::int + (select count(*) from conflict_overrides)::int`))
	d.sql(t, `update extensions set state = 'withdrawn', ended_at = now()`)
	require.Equal(t, "no_extension_open", d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{}).text("code"))
}

func TestWhatBecameOfARequestIsWrittenAndMailed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	x, won, lost, ops := id(), id(), id(), d.users["ops@one.example"]
	until := time.Now().Add(9 * 24 * time.Hour).UTC().Truncate(time.Second)
	d.sql(t, `insert into extensions (id, brand_id, partnership_id, deliverable_id, reason, publish_by) values ($1, $2, $3, $4, 'I am ill', $5)`, x, d.world.one, d.partnership, d.deliverable, until)
	for answer, words := range map[uuid.UUID]string{won: "Get well", lost: "No"} {
		d.sql(t, `insert into extension_answers (id, brand_id, extension_id, words, by_id) values ($1, $2, $3, $4, $5)`, answer, d.world.one, x, words, ops)
	}
	seq := one[int64](t, d, `select seq from partnerships where id = $1`, d.partnership)
	write := func(c rapport.Change) {
		seq++
		c.Noun, c.ID, c.At = "extension", x, time.Now()
		require.NoError(t, d.worker.ApplyBatch(context.WithoutCancel(t.Context()), rapport.Batch{
			Kind: "partnership", WorkflowType: "Partnership", ID: d.partnership, BrandID: d.world.one, PartnershipID: d.partnership, Seq: seq, Now: time.Now(),
			Record: rapport.Record{Facts: []rapport.Fact{{Seq: seq, At: time.Now(), Kind: "extension_" + c.State, Ref: d.deliverable}}, Changes: []rapport.Change{c}}, Snapshot: []byte("{}"),
			View: rapport.View{State: "active", Term: 1, Renewal: rapport.RenewalNotDue, Timers: []rapport.Timer{}, Waiting: []rapport.Waiting{}, Commands: []rapport.CommandView{}},
		}))
	}
	write(rapport.Change{State: "open", Due: until})
	require.Equal(t, until, one[time.Time](t, d, `select answer_by from extensions where id = $1 and state = 'open'`, x).UTC())
	write(rapport.Change{State: "granted", Ref: won, Until: until})
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from extensions where state = 'granted' and granted_publish_by = $1
		and granted_draft_due_at is null and answer_id = $2 and answer_by is not null`, until, won))
	mail, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{
		Kind: rapport.MailTransactional, Key: "x", Template: "extension_granted", BrandID: d.world.one, PartnershipID: d.partnership, Ref: d.deliverable, Ref2: x,
	})
	require.NoError(t, err)
	text, missing := rapport.Render(mail.Body, mail.Values)
	require.Empty(t, missing)
	require.Contains(t, text, "Get well")
}
