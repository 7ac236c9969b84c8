package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type manyBody struct {
	ID                            uuid.UUID
	Total, Done, Refused, Pending int
	MayUndo                       bool `json:"may_undo"`
	Items                         []struct {
		PartnershipID uuid.UUID `json:"partnership_id"`
		Reason        string
	}
	NextCursor string `json:"next_cursor"`
}

// morePartnerships gives the brand's campaign so many more partnerships, each with a creator of its own.
func (d *desk) morePartnerships(t *testing.T, brand, campaign uuid.UUID, n int) []uuid.UUID {
	t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = id()
	}
	d.sql(t, `insert into creators (id, name) select x, 'Many ' || x from unnest($1::uuid[]) x`, ids)
	d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) select x, $2, $3, x, (select owner_id from campaigns where id = $3), 'outreach' from unnest($1::uuid[]) x`,
		ids, brand, campaign)
	return ids
}

// due makes the relay's pace no matter.
func (d *desk) due(t *testing.T) {
	t.Helper()
	d.sql(t, `update outbox set next_at = now() where acked_at is null`)
}

const manyPath = "/v1/partnership-batches"

func TestABatchGivesManyTheSameCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	many := d.morePartnerships(t, d.world.one, d.campaign, 120)
	theirs := d.morePartnerships(t, d.two, d.seed(t, d.two, "two.example").campaign, 1)
	ops := d.as(t, "ops@one.example")
	filter := map[string]any{"campaign_id": d.campaign, "stage": []string{"outreach"}}
	var seen struct {
		Count int
		More  bool
	}
	ops.send(t, "GET", "/v1/partnerships/count?stage=outreach&campaign_id="+d.campaign.String(), nil).into(t, &seen)
	require.Equal(t, 120, seen.Count)
	require.False(t, seen.More)
	d.as(t, "ops@two.example").send(t, "GET", "/v1/partnerships/count?campaign_id="+d.campaign.String(), nil).into(t, &seen)
	require.Zero(t, seen.Count, "another brand's are not counted")

	// Each workflow has the last word.
	odd := many[7]
	d.flows.answers(func(c rapport.Command) rapport.OutboxVerdict {
		if c.ID == rapport.DeriveID(one[uuid.UUID](t, d, `select batch_id from partnership_batch_items where outbox_id = $1`, c.ID), "command/"+odd.String()) {
			return rapport.OutboxVerdict{Refused: "already_paused", Refusal: &rapport.Refusal{Code: "already_paused", State: "outreach"}}
		}
		return rapport.OutboxVerdict{}
	})
	keyed := ops.keyed()
	body := map[string]any{"command": "pause", "reason": "The product is late", "filter": filter, "count": 118}
	a := keyed.send(t, "POST", manyPath, body)
	require.Equal(t, 201, a.status, "%s", a.body)
	var batch manyBody
	a.into(t, &batch)
	require.Equal(t, []int{120, 0, 0, 120}, []int{batch.Total, batch.Done, batch.Refused, batch.Pending})
	require.Equal(t, a.body, keyed.send(t, "POST", manyPath, body).body, "the same key is the same batch")
	require.Equal(t, 120, one[int](t, d, `select count(*) from outbox where kind = 'update' and input ->> 'kind' = 'pause'`))
	require.Equal(t, 120, one[int](t, d, `select count(*) from audit_log where action = 'partnership.pause' and actor = $1`, d.users["ops@one.example"]))
	require.Equal(t, 120, one[int](t, d, `select count(*) from messages where direction = 'internal' and body_text = 'The product is late'`), "each has the reason")
	require.Equal(t, 2, one[int](t, d, `select round(extract(epoch from max(next_at) - min(next_at)))::int from outbox where acked_at is null`), "fifty a second")
	require.Equal(t, 409, ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "resume", "undoes": batch.ID}).status, "not before all have answered")

	// The relay dies in the middle: what has an answer is not asked again.
	d.sql(t, `update outbox set next_at = now() + interval '1 hour' where acked_at is null`)
	d.sql(t, `update outbox set next_at = now() where id in (select id from outbox where acked_at is null and kind = 'update' order by id limit 50)`)
	d.relay(t)
	shown := manyPath + "/" + batch.ID.String()
	ops.send(t, "GET", shown, nil).into(t, &batch)
	require.Equal(t, 120-one[int](t, d, `select count(*) from outbox where acked_at is null and kind = 'update'`), batch.Done+batch.Refused)
	require.Positive(t, batch.Pending)
	d.due(t)
	d.relay(t)
	ops.send(t, "GET", shown, nil).into(t, &batch)
	require.Equal(t, []int{119, 1, 0}, []int{batch.Done, batch.Refused, batch.Pending})
	require.Equal(t, odd, batch.Items[0].PartnershipID)
	require.Equal(t, "It is paused already. Resume it first.", batch.Items[0].Reason)
	require.Len(t, d.flows.commands(), 120, "nothing was done twice")
	require.Equal(t, 404, d.as(t, "admin@one.example").send(t, "GET", shown, nil).status, "a batch is its maker's own")
	require.Equal(t, 404, d.as(t, "admin@one.example").keyed().send(t, "POST", manyPath, map[string]any{"command": "resume", "undoes": batch.ID}).status)

	// Taken back, but for those that somebody touched since.
	require.True(t, batch.MayUndo)
	event := `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $1, $2, $3, clock_timestamp(), $4)`
	for n, p := range many[:2] {
		d.sql(t, event, p, 1000, d.world.one, "paused")
		if n == 0 {
			d.sql(t, event, p, 1001, d.world.one, "resumed")
		}
		// What was asked for and refused is in the log as well, and changed nothing.
		d.sql(t, `insert into audit_log (actor, action, subject) values ($1, 'partnership.pause', $2)`, d.users["admin@one.example"], p)
	}
	a = ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "resume", "undoes": batch.ID})
	require.Equal(t, 201, a.status, "%s", a.body)
	var undo manyBody
	a.into(t, &undo)
	require.Equal(t, 118, undo.Total)
	require.Zero(t, one[int](t, d, `select count(*) from partnership_batch_items where batch_id = $1 and partnership_id = any ($2)`, undo.ID, []uuid.UUID{odd, many[0]}))
	require.Equal(t, 409, ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "resume", "undoes": batch.ID}).status, "once")
	d.due(t)
	d.relay(t)
	ops.send(t, "GET", manyPath+"/"+undo.ID.String(), nil).into(t, &undo)
	require.False(t, undo.MayUndo, "what was resumed may have written already")

	a = ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "partnership_ids": append(theirs, many[0])})
	require.Equal(t, []string{"partnership_ids unknown"}, a.fields(t), "all or none")
	require.Equal(t, 201, ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "partnership_ids": []uuid.UUID{many[0], many[0], many[1]}}).status)
}

func TestABatchIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	many := d.morePartnerships(t, d.world.one, d.campaign, 30)
	ops := d.as(t, "ops@one.example")
	filter := map[string]any{"campaign_id": d.campaign, "stage": []string{"outreach"}}
	require.Equal(t, "list_changed", ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "filter": filter, "count": 20}).text("code"))
	require.Equal(t, "list_changed", ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "filter": filter, "count": 60}).text("code"))
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "partnership_ids": many}).status)
	for want, bad := range map[string]map[string]any{
		"partnership_ids count": {"command": "pause"},
		"filter count":          {"command": "pause", "partnership_ids": many, "filter": filter, "count": 30},
		"count required":        {"command": "pause", "filter": filter},
		"until required":        {"command": "snooze", "partnership_ids": many},
		"until out_of_range":    {"command": "snooze", "partnership_ids": many, "until": time.Now().Add(-time.Hour)},
		"until not_allowed":     {"command": "pause", "partnership_ids": many, "until": time.Now().Add(time.Hour)},
		"command unknown_value": {"command": "pause", "undoes": id()},
		"stage unknown_value":   {"command": "pause", "filter": map[string]any{"stage": []string{"nowhere"}}, "count": 1},
	} {
		require.Contains(t, ops.keyed().send(t, "POST", manyPath, bad).fields(t), strings.TrimSpace(want))
	}
	require.Equal(t, 404, ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "resume", "undoes": id()}).status)
	require.Zero(t, one[int](t, d, `select count(*) from outbox where kind = 'update'`))
	require.Zero(t, one[int](t, d, `select count(*) from partnership_batches`))

	most := d.morePartnerships(t, d.world.one, d.campaign, rapport.MaxPartnershipBatch)
	a := ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "filter": filter, "count": rapport.MaxPartnershipBatch})
	require.Equal(t, []string{"filter too_many"}, a.fields(t))
	var seen struct {
		Count int
		More  bool
	}
	ops.send(t, "GET", "/v1/partnerships/count?stage=outreach", nil).into(t, &seen)
	require.Equal(t, rapport.MaxPartnershipBatch, seen.Count)
	require.True(t, seen.More)
	a = ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "pause", "reason": "As many as fit", "partnership_ids": most})
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, rapport.MaxPartnershipBatch, one[int](t, d, `select count(*) from partnership_batch_items`))
}

func TestABatchListsWhoRefusedPageByPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	many := d.morePartnerships(t, d.world.one, d.campaign, 5)
	d.flows.refuse("nothing_runs")
	ops := d.as(t, "ops@one.example")
	var batch manyBody
	ops.keyed().send(t, "POST", manyPath, map[string]any{"command": "snooze", "until": time.Now().Add(time.Hour), "partnership_ids": many}).into(t, &batch)
	d.due(t)
	d.relay(t)
	shown, found := fmt.Sprintf("%s/%s?limit=2", manyPath, batch.ID), map[uuid.UUID]bool{}
	for cursor := ""; ; cursor = "&cursor=" + batch.NextCursor {
		batch.Items, batch.NextCursor = nil, ""
		ops.send(t, "GET", shown+cursor, nil).into(t, &batch)
		for _, i := range batch.Items {
			found[i.PartnershipID] = true
		}
		if batch.NextCursor == "" {
			break
		}
	}
	require.Len(t, found, 5)
	require.False(t, batch.MayUndo, "nothing was paused")
	require.Equal(t, 400, ops.send(t, "GET", shown+"&cursor=x", nil).status)

	d.sql(t, `update partnership_batches set made_at = now() - interval '31 days'`)
	d.sql(t, `update outbox set acked_at = now() - interval '31 days' where kind = 'update'`)
	require.NoError(t, d.worker.DeleteOld(t.Context()))
	require.Equal(t, 404, ops.send(t, "GET", shown, nil).status, "forgotten with its commands")
	require.Zero(t, one[int](t, d, `select count(*) from partnership_batch_items`))
}

func TestManyTasksAreChangedEachAsIfAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, me, other := d.as(t, "ops@one.example"), d.users["ops@one.example"], d.users["approver@one.example"]
	d.sql(t, `delete from tasks`)
	task := func(kind, state string) uuid.UUID {
		made := id()
		d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_id, state, due_at) values ($1, $2, $3, $4, $5, $6, now())`, made, d.world.one, d.partnership, kind, me, state)
		return made
	}
	plain, closed := []uuid.UUID{task("reply", "open"), task("reply", "open")}, task("reply", "done")
	decides := task("approve_contract", "open")
	require.True(t, rapport.ClosesItself("approve_contract"))
	const path = "/v1/tasks/batch"
	var got struct {
		Done    int
		Refused []struct {
			ID            uuid.UUID
			Title, Reason string
		}
	}
	var seen struct{ Count int }
	ops.send(t, "GET", "/v1/tasks/count?owner=me&state=open", nil).into(t, &seen)
	require.Equal(t, 3, seen.Count)
	d.as(t, "ops@two.example").send(t, "GET", "/v1/tasks/count?owner="+me.String(), nil).into(t, &seen)
	require.Zero(t, seen.Count, "another brand's are not counted")

	filter := map[string]any{"owner": "me", "state": "open"}
	require.Equal(t, "list_changed", ops.keyed().send(t, "POST", path, map[string]any{"act": "complete", "filter": filter, "count": 30}).text("code"))
	keyed, body := ops.keyed(), map[string]any{"act": "complete", "note": "Spring is over", "filter": filter, "count": 3}
	a := keyed.send(t, "POST", path, body)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &got)
	require.Equal(t, 2, got.Done)
	require.Equal(t, decides, got.Refused[0].ID)
	require.Contains(t, got.Refused[0].Reason, "once it is decided")
	require.Equal(t, a.body, keyed.send(t, "POST", path, body).body, "the same key, the same answer")
	require.Equal(t, 2, one[int](t, d, `select count(*) from tasks where state = 'done' and note = 'Spring is over' and done_by = $1 and id = any ($2)`, me, plain))

	more := task("reply", "open")
	ops.keyed().send(t, "POST", path, map[string]any{"act": "reassign", "user_id": d.users["approver@two.example"], "task_ids": []uuid.UUID{more}}).into(t, &got)
	require.Equal(t, "This person has no role at the brand.", got.Refused[0].Reason)
	require.Zero(t, got.Done)
	ops.keyed().send(t, "POST", path, map[string]any{"act": "reassign", "user_id": other, "task_ids": []uuid.UUID{more, closed, more}}).into(t, &got)
	require.Equal(t, 1, got.Done)
	require.Equal(t, "The task is closed already.", got.Refused[0].Reason)
	require.Equal(t, other, one[uuid.UUID](t, d, `select owner_id from tasks where id = $1`, more))
	until := time.Now().Add(time.Hour)
	ops.keyed().send(t, "POST", path, map[string]any{"act": "snooze", "until": until, "task_ids": []uuid.UUID{more}}).into(t, &got)
	require.Equal(t, "snoozed", one[string](t, d, `select state from tasks where id = $1`, more))

	for want, bad := range map[string]map[string]any{
		"task_ids count": {"act": "complete"}, "count required": {"act": "complete", "filter": filter}, "until out_of_range": {"act": "snooze", "task_ids": plain},
		"user_id required": {"act": "reassign", "task_ids": plain}, "task_ids unknown": {"act": "complete", "task_ids": []uuid.UUID{id()}},
		"owner bad_format": {"act": "complete", "filter": map[string]any{"owner": "nobody"}, "count": 1},
	} {
		require.Equal(t, []string{want}, ops.keyed().send(t, "POST", path, bad).fields(t))
	}
	require.Equal(t, 403, d.as(t, "auditor@one.example").keyed().send(t, "POST", path, body).status)
	require.Equal(t, 422, d.as(t, "ops@two.example").keyed().send(t, "POST", path, map[string]any{"act": "complete", "task_ids": []uuid.UUID{more}}).status)
}
