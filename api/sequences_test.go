package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

func TestASequenceIsSimulatedInTheCreatorsHours(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	steps := []any{
		map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "business_days": 2}, map[string]any{"kind": "send", "template": "follow_up_1"},
	}
	d.sql(t, `update creators set zone = 'Asia/Tokyo' where id = $1`, d.creator)
	ask := func(body map[string]any) (got gen.SequenceSimulation) {
		body["brand_id"], body["steps"], body["starts_at"] = d.world.one, steps, "2026-03-06T20:00:00Z"
		a := ops.send(t, "POST", "/v1/sequences/simulate", body)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &got)
		return got
	}
	got := ask(map[string]any{"creator_id": d.creator})
	require.Equal(t, "Asia/Tokyo", got.Zone)
	require.Len(t, got.Items, 3, "the last step is followed by the end")
	require.Equal(t, time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), got.Items[0].At.UTC(), "Monday, nine o'clock in Tokyo")
	require.Contains(t, got.Items[0].Why, "then when the creator's working hours begin")
	require.Equal(t, time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC), got.Items[1].At.UTC())
	require.Equal(t, time.Hour, got.Items[1].Latest.Sub(got.Items[1].At))
	require.Contains(t, got.Items[1].Why, "2 business days after the step before")
	require.Equal(t, gen.SimulatedStepKindStop, got.Items[2].Kind)
	require.Equal(t, "Europe/Berlin", ask(map[string]any{}).Zone, "without a creator, the brand's")
	require.Zero(t, one[int](t, d, `select count(*) from outbox`))
}

func TestASequenceSendsOnlyMailsThatThereAre(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	body := map[string]any{"brand_id": d.world.one, "name": "Spring", "steps": []any{
		map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "business_days": 400}, map[string]any{"kind": "send", "template": "nothing"},
		map[string]any{"kind": "send", "template": "offer"},
	}}
	a := ops.keyed().send(t, "POST", "/v1/sequences", body)
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"steps[1].business_days out_of_range", "steps[2].template unknown_template", "steps[3].template no_postal_address"}, a.fields(t))

	// A mail about an offer needs a sequence that an offer starts.
	a = ops.keyed().send(t, "POST", "/v1/templates", map[string]any{
		"brand_id": d.world.one, "name": "offer_reminder", "subject": "Our offer", "body": "Until {{offer.expires}}: {{portal_link}} {{brand.postal_address}}",
	})
	require.Equal(t, 201, a.status, "%s", a.body)
	nudge := map[string]any{"brand_id": d.world.one, "name": "Nudge", "trigger": map[string]any{"on": "stage", "stage": "negotiating"}}
	nudge["steps"] = []any{map[string]any{"kind": "send", "template": "offer_reminder"}}
	require.Equal(t, []string{"steps[0].template about_nothing"}, ops.keyed().send(t, "POST", "/v1/sequences", nudge).fields(t))
	nudge["trigger"] = map[string]any{"on": "date", "date": "offer_expires", "days": -2}
	require.Equal(t, 201, ops.keyed().send(t, "POST", "/v1/sequences", nudge).status)
	delete(nudge, "trigger")
	require.Contains(t, ops.keyed().send(t, "POST", "/v1/sequences", nudge).fields(t), "steps[0].template no_notice")
	nudge["steps"] = []any{map[string]any{"kind": "send", "template": "invitation"}}
	require.Equal(t, []string{"trigger other_kind"}, ops.keyed().send(t, "POST", "/v1/sequences", nudge).fields(t), "what starts by itself stays so")
}

func TestAMailUsesOnlyTagsThatItHas(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	var list gen.TemplateList
	ops.send(t, "GET", "/v1/templates?brand_id="+d.world.one.String(), nil).into(t, &list)
	require.NotEmpty(t, list.Items)
	for _, mail := range list.Items { // what every installation starts with can be saved as it is
		a := ops.keyed().send(t, "POST", "/v1/templates", map[string]any{"brand_id": d.world.one, "name": mail.Name, "subject": mail.Subject, "body": mail.Body})
		require.Equal(t, 201, a.status, "%s: %s", mail.Name, a.body)
	}
	a := ops.keyed().send(t, "POST", "/v1/templates", map[string]any{"brand_id": d.world.one, "name": "invitation", "subject": "{{offer.fee}}", "body": "Hi {{creator.nickname}}"})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"subject unknown_tag", "body unknown_tag"}, a.fields(t))
}

func TestTheFirstMailSaysWhyItComes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	steps := []any{map[string]any{"kind": "send", "template": "follow_up_1"}}
	body := map[string]any{"brand_id": d.world.one, "name": "Short", "steps": steps}
	a := ops.keyed().send(t, "POST", "/v1/sequences", body)
	require.Equal(t, []string{"steps[0].template no_notice"}, a.fields(t))
	body["trigger"] = map[string]any{"on": "silence", "after": "offer_sent", "without": "offer_decided", "business_days": 2}
	require.Equal(t, 201, ops.keyed().send(t, "POST", "/v1/sequences", body).status, "whoever is in a conversation knows why")
	body["trigger"] = map[string]any{"on": "silence", "after": "rain", "without": "rain"}
	require.Equal(t, []string{"trigger.after unknown_value", "trigger.business_days out_of_range", "trigger.without unknown_value", "trigger.without same"},
		ops.keyed().send(t, "POST", "/v1/sequences", body).fields(t))
}

// TestACampaignStartsSequencesByThemselves: what its partnerships start with is pinned, and only what the brand has can be chosen.
func TestACampaignStartsSequencesByThemselves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	var made gen.Sequence
	ops.keyed().send(t, "POST", "/v1/sequences", map[string]any{
		"brand_id": d.world.one, "name": "Nudge", "trigger": map[string]any{"on": "date", "date": "draft_due", "days": -3}, "steps": []any{map[string]any{"kind": "task", "title": "Call"}},
	}).into(t, &made)
	require.Equal(t, "draft_due", *made.Trigger.Date)
	path := "/v1/campaigns/" + d.campaign.String()
	a := ops.send(t, "PATCH", path, map[string]any{"automation_ids": []any{made.Id, rapport.DefaultSequenceID, made.Id}})
	require.Equal(t, []string{"automation_ids[1] unknown", "automation_ids[2] unknown"}, a.fields(t), "an outreach starts with the partnership, not by itself")
	require.Equal(t, 200, ops.send(t, "PATCH", path, map[string]any{"automation_ids": []any{made.Id}}).status)
	d.sql(t, `insert into creators (id, name) values ($1, 'Kim')`, made.Id)
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $1, 'creator', 'kim@mail.example')`, made.Id)
	a = ops.keyed().send(t, "POST", path+"/partnerships", map[string]any{"creator_ids": []any{made.Id}})
	require.Equal(t, 202, a.status, "%s", a.body)
	require.Equal(t, "draft_due", one[string](t, d, `select input->'automations'->0->'trigger'->>'date' from outbox where kind = 'start'`))
	require.Equal(t, "sequence_id unknown", ops.keyed().send(t, "POST", "/v1/campaigns", func() map[string]any {
		c := campaign(d.world.one)
		c["sequence_id"] = made.Id
		return c
	}()).fields(t)[0], "what starts by itself is no campaign's outreach")
}

// TestARunningSequenceIsMovedAfterAPreview: nothing moves by looking.
func TestARunningSequenceIsMovedAfterAPreview(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	steps := []any{map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "days": 10}, map[string]any{"kind": "send", "template": "follow_up_1"}}
	var first, second gen.Sequence
	ops.keyed().send(t, "POST", "/v1/sequences", map[string]any{"brand_id": d.world.one, "name": "Ours", "steps": steps}).into(t, &first)
	steps[1] = map[string]any{"kind": "wait", "days": 4}
	ops.keyed().send(t, "POST", "/v1/sequences", map[string]any{"brand_id": d.world.one, "name": "Ours", "steps": steps}).into(t, &second)
	require.Equal(t, 2, second.Version)
	sent := time.Now().Add(-24 * time.Hour)
	state, err := json.Marshal(rapport.Partnership{
		ID: d.partnership, BrandID: d.world.one, Stage: rapport.StageOutreach, CreatorCalendar: rapport.DefaultCalendar("UTC"),
		Sequence: rapport.Sequence{ID: first.Id, Version: 1, Steps: []rapport.SequenceStep{
			{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, Days: 10}, {Kind: rapport.StepSend, Template: "follow_up_1"},
		}},
		Outreach: rapport.Outreach{Step: 2, Sent: 1, From: sent},
	})
	require.NoError(t, err)
	d.sql(t, `insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state)
		values ($1, 'Partnership', 'rapport', $2, 1, $3)`, "partnership/"+d.partnership.String(), d.world.one, state)
	path := "/v1/partnerships/" + d.partnership.String()
	var running gen.RunningSequenceList
	ops.send(t, "GET", path+"/sequences", nil).into(t, &running)
	require.Len(t, running.Items, 1)
	require.Equal(t, []int{1, 2, 1}, []int{running.Items[0].Version, running.Items[0].NewestVersion, running.Items[0].Sent})
	var move gen.SequenceMove
	a := ops.keyed().send(t, "POST", path+"/sequence-moves", map[string]any{"sequence_id": first.Id, "dry_run": true})
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &move)
	require.False(t, move.Moved)
	require.Equal(t, []int{2, 1}, []int{move.Version, move.Step}, "the first step behind as many mails as were sent")
	require.Equal(t, "follow_up_1", *move.Then[0].Template)
	require.WithinDuration(t, sent.Add(4*24*time.Hour), move.Then[0].At, 4*24*time.Hour, "the wait counts from the last mail")
	require.Zero(t, one[int](t, d, `select count(*) from outbox where kind = 'update'`))
	require.Equal(t, 409, ops.keyed().send(t, "POST", path+"/sequence-moves", map[string]any{"sequence_id": first.Id, "step": 9, "dry_run": true}).status)
	require.Equal(t, []string{"sequence_id other_sequence"}, ops.keyed().send(t, "POST", path+"/sequence-moves", map[string]any{"sequence_id": id(), "dry_run": true}).fields(t))
	a = ops.keyed().send(t, "POST", path+"/sequence-moves", map[string]any{"sequence_id": first.Id})
	require.Contains(t, []int{200, 202}, a.status, "%s", a.body)
	require.Equal(t, "move_sequence", one[string](t, d, `select input->>'kind' from outbox where kind = 'update'`))
}

// TestAMailThatWaitsIsEditedByOnePersonAtATime, and keeps what a creator needs to say no.
func TestAMailThatWaitsIsEditedByOnePersonAtATime(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	m := x.say(t, x.thread, "out", "Hello, see {{portal_link}}")
	x.sql(t, `update messages set state = 'prepared', looked = true where id = $1`, m)
	path := "/v1/messages/" + m.String()
	var list gen.MessageList
	x.ops.send(t, "GET", "/v1/threads/"+x.thread.String()+"/messages", nil).into(t, &list)
	require.True(t, *list.Items[0].ToLookAt)
	require.Equal(t, 1, *list.Items[0].Version)

	edit := map[string]any{"subject": "Spring", "text": "Hi Mia, see [link to the creator's page]"}
	a := x.ops.with("If-Match", `"1"`).send(t, "PATCH", path, edit)
	require.Equal(t, 200, a.status, "%s", a.body)
	var edited gen.Message
	a.into(t, &edited)
	require.Equal(t, 2, *edited.Version)
	require.Equal(t, "Hi Mia, see {{portal_link}}", one[string](t, x.desk, `select body_text from messages where id = $1`, m))

	edit["text"] = "Another text, [link to the creator's page]"
	require.Equal(t, 412, x.ops.with("If-Match", `"1"`).send(t, "PATCH", path, edit).status)
	require.Equal(t, "Hi Mia, see {{portal_link}}", one[string](t, x.desk, `select body_text from messages where id = $1`, m), "nothing was saved")
	require.Equal(t, 400, x.ops.with("If-Match", "x").send(t, "PATCH", path, edit).status)
	require.Equal(t, []string{"subject required", "text no_opt_out", "text open_tag"}, x.ops.send(t, "PATCH", path, map[string]any{"subject": " ", "text": "Hi {{creator.first_name}}"}).fields(t))
	require.Equal(t, 200, x.ops.send(t, "PATCH", path, edit).status)
	x.sql(t, `update messages set state = 'cancelled' where id = $1`, m)
	require.Equal(t, 404, x.ops.send(t, "PATCH", path, edit).status)
}
