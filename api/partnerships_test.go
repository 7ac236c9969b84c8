package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
	"rapport/postgres"
)

// The store keeps what the operations on partnerships need.
var (
	_ api.PartnershipStore = (*postgres.Store)(nil)
	_ api.CommandStore     = (*postgres.Store)(nil)
	_ api.ContractStore    = (*postgres.Store)(nil)
	_ api.ClauseStore      = (*postgres.Store)(nil)
	_ api.DraftStore       = (*postgres.Store)(nil)
	_ api.MessageStore     = (*postgres.Store)(nil)
	_ api.TimelineStore    = (*postgres.Store)(nil)
	_ api.OverviewStore    = (*postgres.Store)(nil)
	_ api.ChangeStore      = (*postgres.Store)(nil)
)

// talk is a desk with a second partnership, whose machine runs in the place of its workflow.
type talk struct {
	*desk

	campaign, creator, id uuid.UUID
	path                  string
	m                     *rapport.Partnership
	ops                   call
}

func newTalk(t *testing.T, change ...func(*api.Config)) *talk {
	t.Helper()
	w := &talk{desk: newDesk(t, change...), creator: id()}
	w.ops = w.as(t, "ops@one.example")
	a := w.as(t, "admin@one.example").send(t, "POST", "/v1/campaigns", campaign(w.world.one))
	require.Equal(t, 201, a.status, "%s", a.body)
	w.campaign = uuid.MustParse(a.text("id"))
	w.sql(t, `update campaigns set owner_id = $2 where id = $1`, w.campaign, w.users["ops@one.example"])
	w.sql(t, `insert into creators (id, name, country) values ($1, 'Nina Glow', 'DE')`, w.creator)
	w.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'nina@mail.example')`, id(), w.creator)
	var started gen.StartResult
	a = w.ops.keyed().send(t, "POST", "/v1/campaigns/"+w.campaign.String()+"/partnerships", map[string]any{"creator_ids": []uuid.UUID{w.creator}})
	require.Equal(t, 202, a.status, "%s", a.body)
	a.into(t, &started)
	require.Equal(t, 1, started.Started)
	w.id = *started.Items[0].PartnershipId
	w.path = "/v1/partnerships/" + w.id.String()
	w.m = &rapport.Partnership{}
	require.NoError(t, json.Unmarshal(one[[]byte](t, w.desk, `select input from outbox where workflow_id = $1 and kind = 'start'`, "partnership/"+w.id.String()), w.m))
	w.do(t, func(now time.Time) { w.m.Begin(now) })
	w.flows.answers(func(cmd rapport.Command) rapport.OutboxVerdict {
		if r := w.m.Allowed(cmd, time.Now().UTC()); r != nil {
			return rapport.OutboxVerdict{Refused: r.Code, Refusal: r}
		}
		var reply rapport.Reply
		w.do(t, func(now time.Time) { reply = w.m.Command(cmd, now) })
		return rapport.OutboxVerdict{Seq: reply.Seq}
	})
	return w
}

// do lets the machine go on and writes down what it says, as its workflow would.
func (w *talk) do(t *testing.T, step func(now time.Time)) {
	t.Helper()
	now := time.Now().UTC()
	step(now)
	base := w.m.Base()
	record := base.TakeRecord()
	base.TakeEffects()
	snapshot, err := json.Marshal(w.m)
	require.NoError(t, err)
	require.NoError(t, w.worker.ApplyBatch(context.WithoutCancel(t.Context()), rapport.Batch{
		Kind: "partnership", WorkflowType: "Partnership", ID: w.id, BrandID: w.world.one, PartnershipID: w.id, Seq: base.Seq, Now: now,
		Record: record, View: w.m.View(now), Snapshot: snapshot,
	}))
}

// reply brings the partnership into conversation.
func (w *talk) reply(t *testing.T) {
	t.Helper()
	a := w.ops.keyed().send(t, "POST", w.path+"/messages", map[string]any{"channel": "dm", "direction": "in", "text": "Yes, tell me more!"})
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, "logged", a.text("state"))
	var sig rapport.Signal
	require.NoError(t, json.Unmarshal(one[[]byte](t, w.desk, `select input from outbox where workflow_id = $1 and kind = 'signal' order by created_at desc limit 1`, "partnership/"+w.id.String()), &sig))
	require.Equal(t, a.text("id"), sig.Ref.String())
	w.do(t, func(now time.Time) { w.m.Signal(sig, now) })
}

func (w *talk) get(t *testing.T) gen.Partnership {
	t.Helper()
	a := w.ops.send(t, "GET", w.path, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var p gen.Partnership
	a.into(t, &p)
	return p
}

func (w *talk) command(t *testing.T, who call, body map[string]any) answer {
	t.Helper()
	return who.keyed().send(t, "POST", w.path+"/commands", body)
}

func (w *talk) offer(t *testing.T, amount int) answer {
	t.Helper()
	return w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(amount), "message": "Join us."})
}

// commandOf is how a page finds a command.
func commandOf(t *testing.T, p gen.Partnership, name string) gen.Command {
	t.Helper()
	i := slices.IndexFunc(p.Commands, func(c gen.Command) bool { return c.Command == name })
	require.GreaterOrEqual(t, i, 0, name)
	return p.Commands[i]
}

func TestStartSaysOfEveryCreatorWhatCameOfIt(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	calm, banned, silent, gone, suppressed, good := id(), id(), id(), id(), id(), id()
	w.sql(t, `insert into creators (id, name, do_not_contact_at, banned_at) 
		values ($1, 'Calm', now(), null), ($2, 'Banned', null, now()), ($3, 'Silent', null, null), ($4, 'Gone', null, null), ($5, 'Good', null, null)`, calm, banned, silent, suppressed, good)
	w.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'gone@mail.example'), ($3, $4, 'manager', 'good@mail.example')`, id(), suppressed, id(), good)
	w.sql(t, `insert into suppressions (email, brand_id, reason) values ('gone@mail.example', $1, 'unsubscribe')`, w.world.one)
	w.sql(t, `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes, day_seconds) values ($1, 'creator', $2, 'Asia/Tokyo', '{1}', '10:00', '11:00', 60)`, id(), good)
	path := "/v1/campaigns/" + w.campaign.String() + "/partnerships"
	body := map[string]any{"creator_ids": []uuid.UUID{calm, banned, silent, gone, suppressed, w.creator, good, good}, "owner_id": w.users["approver@one.example"]}
	key := w.ops.keyed()
	a := key.send(t, "POST", path, body)
	require.Equal(t, 202, a.status, "%s", a.body)
	var r gen.StartResult
	a.into(t, &r)
	require.Equal(t, 1, r.Started)
	verdicts := map[uuid.UUID]string{}
	for _, v := range r.Items {
		verdicts[v.CreatorId] = string(v.Verdict)
		require.Equal(t, v.Verdict == "started", v.Detail == nil)
	}
	require.Equal(t, map[uuid.UUID]string{
		calm: "do_not_contact", banned: "banned", silent: "no_address", gone: "unknown_creator", suppressed: "no_address", w.creator: "already_running", good: "started",
	}, verdicts)
	require.Equal(t, w.id, *r.Items[5].PartnershipId)

	fresh := *r.Items[6].PartnershipId
	var p rapport.Partnership
	require.NoError(t, json.Unmarshal(one[[]byte](t, w.desk, `select input from outbox where workflow_id = $1`, "partnership/"+fresh.String()), &p))
	require.Equal(t, rapport.StageProspect, p.Stage)
	require.Equal(t, w.users["approver@one.example"], p.OwnerID)
	require.Equal(t, "Asia/Tokyo", p.CreatorCalendar.Zone)
	require.Equal(t, "Europe/Berlin", p.BrandCalendar.Zone)
	require.Equal(t, rapport.DefaultSequenceID, p.Sequence.ID)
	require.NotEmpty(t, p.Sequence.Steps)
	require.Equal(t, rapport.DefaultTimings(), p.Timings)
	require.Equal(t, "Europe/Berlin", w.m.CreatorCalendar.Zone, "an unknown zone is the brand's")

	again := key.send(t, "POST", path, body)
	require.Equal(t, string(a.body), string(again.body), "the same key is the same deed")
	require.EqualValues(t, 1, one[int64](t, w.desk, `select count(*) from partnerships where creator_id = $1`, good))
}

func TestStartRefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	path := "/v1/campaigns/" + w.campaign.String() + "/partnerships"
	a := w.ops.send(t, "POST", path, map[string]any{"creator_ids": []uuid.UUID{}})
	require.Equal(t, 422, a.status)
	many := make([]uuid.UUID, 501)
	for i := range many {
		many[i] = id()
	}
	require.Equal(t, 422, w.ops.send(t, "POST", path, map[string]any{"creator_ids": many}).status)
	a = w.ops.send(t, "POST", path, map[string]any{"creator_ids": many[:1], "owner_id": w.users["ops@two.example"]})
	require.Equal(t, []string{"owner_id no_role"}, a.fields(t))
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "POST", path, map[string]any{"creator_ids": many[:1]}).status)
	require.Equal(t, 403, w.as(t, "approver@one.example").send(t, "POST", path, map[string]any{"creator_ids": many[:1]}).status)
	w.sql(t, `update campaigns set state = 'ended' where id = $1`, w.campaign)
	a = w.ops.send(t, "POST", path, map[string]any{"creator_ids": many[:1]})
	require.Equal(t, 409, a.status)
	require.Equal(t, "campaign_not_running", a.text("code"))
}

func TestStartsFiveHundredAtOnce(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.sql(t, `with c as (insert into creators (id, name) select gen_random_uuid(), 'Creator ' || n from generate_series(1, 500) n returning id)
		insert into contacts (id, creator_id, role, email) select gen_random_uuid(), id, 'creator', id || '@mail.example' from c`)
	creators := one[[]uuid.UUID](t, w.desk, `select array_agg(id) from creators where name like 'Creator %'`)
	begin := time.Now()
	a := w.ops.keyed().send(t, "POST", "/v1/campaigns/"+w.campaign.String()+"/partnerships", map[string]any{"creator_ids": creators})
	require.Equal(t, 202, a.status, "%s", a.body)
	var r gen.StartResult
	a.into(t, &r)
	require.Equal(t, 500, r.Started)
	require.Less(t, time.Since(begin), 10*time.Second)
	require.EqualValues(t, 501, one[int64](t, w.desk, `select count(*) from outbox where kind = 'start' and workflow = 'Partnership'`))

	seen, cursor := map[uuid.UUID]bool{}, ""
	for range 10 {
		a := w.ops.send(t, "GET", "/v1/partnerships?limit=200&campaign_id="+w.campaign.String()+"&cursor="+cursor, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		var list gen.PartnershipList
		a.into(t, &list)
		for _, p := range list.Items {
			require.False(t, seen[p.Id])
			seen[p.Id] = true
		}
		if list.NextCursor == nil {
			break
		}
		cursor = *list.NextCursor
	}
	require.Len(t, seen, 501)
}

func TestAPartnershipFromTheFirstMailToTheEnd(t *testing.T) {
	t.Parallel()
	w := newTalk(t)

	p := w.get(t)
	require.Equal(t, gen.Stage("outreach"), p.Summary.Stage)
	require.Equal(t, "Sends the invitation", p.Summary.Next.Does)
	require.Equal(t, "Nina Glow", p.Summary.Creator.Name)
	require.Equal(t, "Ms ops", p.Summary.Owner.Name)
	require.Len(t, p.Timers, 1)
	require.Equal(t, "partnership/"+w.id.String(), p.WorkflowId)
	require.Len(t, p.Contacts, 1)
	require.True(t, commandOf(t, p, "pause").Allowed)
	refused := commandOf(t, p, "send_offer")
	require.False(t, refused.Allowed)
	require.Equal(t, "“Make an offer” is not possible in the stage “outreach”.", *refused.Reason)

	a := w.offer(t, 100_000)
	require.Equal(t, 409, a.status)
	require.Equal(t, "wrong_stage", a.text("code"))
	require.Equal(t, "outreach", a.text("state"))
	require.Equal(t, "withdrawn", one[string](t, w.desk, `select state from offers where partnership_id = $1`, w.id), "a refused offer reserves nothing")

	w.reply(t)
	p = w.get(t)
	require.Equal(t, gen.Stage("in_conversation"), p.Summary.Stage)
	require.True(t, p.Summary.Attention)
	require.Equal(t, "Ms ops", p.Summary.Waiting[0].Who)
	require.Equal(t, "Make an offer or close the conversation", p.Summary.Waiting[0].Decision)
	require.Len(t, p.Tasks, 1)

	a = w.offer(t, 150_000)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &p)
	require.Equal(t, gen.Stage("negotiating"), p.Summary.Stage)
	require.Equal(t, gen.OfferState("sent"), p.Offer.State)
	require.EqualValues(t, 150_000, p.Summary.Fee.Amount)
	require.Equal(t, "Nina Glow", p.Summary.Waiting[0].Who)
	require.Equal(t, "The offer expires", *p.Summary.Waiting[0].OnSilence)
	require.Equal(t, "handled", one[string](t, w.desk, `select state from messages where partnership_id = $1 and channel = 'dm'`, w.id))
	require.Equal(t, 409, w.offer(t, 10_000).status, "an offer is out")

	a = w.command(t, w.ops, map[string]any{"command": "withdraw_offer", "reason": "Too early"})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, 200, w.offer(t, 160_000).status)
	w.do(t, func(now time.Time) {
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdAcceptOffer, Ref: w.m.Offer.ID}, now)
	})
	contract, err := w.worker.DraftContract(t.Context(), w.m.Offer.ID, 1)
	require.NoError(t, err)
	w.do(t, func(now time.Time) {
		w.m.Outcome(rapport.Outcome{Key: "contract/" + w.m.Offer.ID.String(), Code: "drafted", Ref: contract}, now)
	})
	w.contractGoesOut(t, contract)

	a = w.command(t, w.ops, map[string]any{"command": "terminate"})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"reason required", "shown required"}, a.fields(t))
	a = w.command(t, w.ops, map[string]any{"command": "terminate", "reason": "The product is off the market.", "shown": *w.ending(t).Shown})
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &p)
	require.Equal(t, gen.Stage("terminated"), p.Summary.Stage)
	require.Equal(t, gen.Stage("terminated"), p.Path[len(p.Path)-1].Stage)
	require.Empty(t, p.Timers)
	a = w.command(t, w.ops, map[string]any{"command": "pause"})
	require.Equal(t, 409, a.status)
	require.Equal(t, "ended", a.text("code"))
	require.Equal(t, "terminated", a.text("state"))
	require.NotContains(t, string(one[[]byte](t, w.desk, `select jsonb_agg(input) from outbox`)), "off the market", "words stay out of Temporal")
	require.EqualValues(t, 1, one[int64](t, w.desk, `select count(*) from audit_log where subject = $1 and action = 'partnership.terminate'`, w.id))

	w.historyReads(t)
}

func (w *talk) contractGoesOut(t *testing.T, contract uuid.UUID) {
	t.Helper()
	var list gen.ContractList
	w.ops.send(t, "GET", "/v1/contracts?state=internal_approval&q=Nina&limit=1", nil).into(t, &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, contract, list.Items[0].Id)
	require.Empty(t, list.Items[0].Signatures)
	path := "/v1/contracts/" + contract.String()
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "POST", path+"/send", map[string]any{}).status)
	require.Equal(t, 403, w.as(t, "approver@one.example").send(t, "POST", path+"/send", map[string]any{}).status)

	a := w.as(t, "legal@one.example").keyed().send(t, "POST", path+"/send", map[string]any{})
	require.Equal(t, []string{"consent required"}, a.fields(t))
	a = w.as(t, "legal@one.example").keyed().send(t, "POST", path+"/send", map[string]any{"consent": "Yes"})
	require.Equal(t, []string{"consent other_words"}, a.fields(t))
	a = w.as(t, "legal@one.example").keyed().send(t, "POST", path+"/send", map[string]any{"consent": rapport.Consent(rapport.PartyBrand)})
	require.Equal(t, 200, a.status, "%s", a.body)
	var c gen.Contract
	a.into(t, &c)
	require.Equal(t, gen.ContractState("out_for_signature"), c.State)
	require.Len(t, c.Signatures, 1)
	require.Equal(t, "Ms legal", c.Signatures[0].Name)
	require.Equal(t, gen.SignatureIdentity("session"), *c.Signatures[0].Identity)
	require.Equal(t, "legal@one.example", *c.Signatures[0].IdentityAddress)
	require.Equal(t, rapport.Consent(rapport.PartyBrand), *c.Signatures[0].Consent)
	require.Equal(t, rapport.Consent(rapport.PartyCreator), *c.Consent, "the creator is next")
	require.Equal(t, c.TextSha256, c.Signatures[0].TextSha256)
	require.NotNil(t, c.ExpiresAt)
	a = w.ops.keyed().send(t, "POST", path+"/send", map[string]any{})
	require.Equal(t, 409, a.status)
	require.Equal(t, "contract_decided", a.text("code"))
	require.Contains(t, a.text("detail"), "out for signature")
	w.ops.send(t, "GET", path, nil).into(t, &c)
	require.Equal(t, "Ms legal", c.Signatures[0].Name, "who signed first stays")
	require.Contains(t, c.Text, "COLLABORATION AGREEMENT")
	require.Equal(t, "out_for_signature", w.get(t).Contract.State)
}

// historyReads walks the whole history in small pages: everything once, newest first, in words.
func (w *talk) historyReads(t *testing.T) {
	t.Helper()
	walk := func(path string) []gen.TimelineItem {
		var all []gen.TimelineItem
		for cursor := ""; ; {
			a := w.ops.send(t, "GET", path+"limit=3&cursor="+cursor, nil)
			require.Equal(t, 200, a.status, "%s", a.body)
			var list gen.TimelineList
			a.into(t, &list)
			require.LessOrEqual(t, len(list.Items), 3)
			all = append(all, list.Items...)
			if list.NextCursor == nil {
				return all
			}
			cursor = *list.NextCursor
		}
	}
	all := walk(w.path + "/events?")
	ids, titles := map[string]bool{}, make([]string, 0, len(all))
	for i, item := range all {
		require.False(t, ids[item.Id], item.Title)
		ids[item.Id] = true
		titles = append(titles, item.Title)
		require.NotContains(t, item.Title, "_")
		if i > 0 {
			require.False(t, item.At.After(all[i-1].At))
		}
	}
	require.Equal(t, "Moved to “terminated”", titles[0])
	for _, title := range []string{
		"The partnership was started", "Direct message from the creator", "Offer sent: 1500.00 EUR", "Offer withdrawn: 1500.00 EUR", "Note: Reason given for: End the partnership",
	} {
		require.Contains(t, titles, title)
	}
	require.NotContains(t, titles, "The creator answered", "the message says so itself")
	require.Contains(t, string(w.ops.with("Time-Zone", "Europe/Berlin").send(t, "GET", w.path+"/events?limit=100", nil).body), "Offer sent: €1,500.00", "as the page writes amounts")
	count := len(walk("/v1/creators/" + w.creator.String() + "/timeline?"))
	require.Equal(t, len(all), count)

	parts := 0
	for _, kind := range []string{"stage", "message", "decision", "money", "contract", "content", "task", "timer", "system", "note"} {
		for _, item := range walk(w.path + "/events?kind=" + kind + "&") {
			require.Equal(t, kind, string(item.Kind))
			parts++
		}
	}
	require.Equal(t, len(all), parts, "the kinds share the history")
	require.Equal(t, 422, w.ops.send(t, "GET", w.path+"/events?kind=gossip", nil).status)
	require.Equal(t, 400, w.ops.send(t, "GET", w.path+"/events?cursor=WyJ4Il0", nil).status)
	var messages gen.MessageList
	w.ops.send(t, "GET", w.path+"/messages", nil).into(t, &messages)
	require.Equal(t, "The product is off the market.", *messages.Items[0].Text)
	require.Equal(t, "Ms ops", messages.Items[0].Author)
}

func TestCommandsAskForTheirRolesAndFields(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	for body, want := range map[string]string{
		`{"command":"snooze"}`:                                  "until required",
		`{"command":"snooze","until":"2020-01-01T00:00:00Z"}`:   "until out_of_range",
		`{"command":"retry_check"}`:                             "deliverable_id required",
		`{"command":"waive_deliverable"}`:                       "deliverable_id required",
		`{"command":"dance"}`:                                   "command unknown_value",
		`{"command":"terminate","reason":"  "}`:                 "reason required",
		`{"command":"let_lapse"}`:                               "reason required",
		`{"command":"pause","until":"soon"}`:                    "until bad_format",
		`{"command":"pause","because":"x"}`:                     "because unknown_field",
		`{"command":"revoke_approval","reason":"Wrong prices"}`: "deliverable_id required",
	} {
		a := w.ops.send(t, "POST", w.path+"/commands", body)
		require.Equal(t, 422, a.status, "%s: %s", body, a.body)
		require.Contains(t, a.fields(t), want, body)
	}
	for command, code := range map[string]string{"renew": "contract_unknown", "resume": "not_paused", "let_lapse": "renewal_not_open"} {
		a := w.command(t, w.ops, map[string]any{"command": command, "reason": "Why"})
		require.Equal(t, 409, a.status, "%s: %s", command, a.body)
		require.Equal(t, code, a.text("code"))
		require.NotEmpty(t, a.text("detail"))
	}
	require.Equal(t, 403, w.command(t, w.as(t, "approver@one.example"), map[string]any{"command": "pause"}).status)
	require.Equal(t, 403, w.command(t, w.as(t, "auditor@one.example"), map[string]any{"command": "pause"}).status)
	require.Equal(t, 404, w.command(t, w.as(t, "ops@two.example"), map[string]any{"command": "pause"}).status)
	require.Empty(t, slices.DeleteFunc(w.flows.commands(), func(c rapport.Command) bool { return c.Kind != rapport.CmdPause }), "nothing of this reached the workflow")

	var p gen.Partnership
	w.as(t, "auditor@one.example").send(t, "GET", w.path, nil).into(t, &p)
	reads := commandOf(t, p, "pause")
	require.False(t, reads.Allowed)
	require.Equal(t, "This needs the role ops or admin.", *reads.Reason)

	until := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	a := w.command(t, w.as(t, "admin@one.example"), map[string]any{"command": "snooze", "until": until})
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &p)
	require.True(t, p.Summary.Paused)
	require.Equal(t, "Resumes the partnership", p.Summary.Next.Does)
	var timers gen.TimerList
	w.ops.send(t, "GET", w.path+"/timers", nil).into(t, &timers)
	require.Len(t, timers.Items, 2)
	i := slices.IndexFunc(timers.Items, func(x gen.Timer) bool { return x.Kind == "outreach_step" })
	require.True(t, timers.Items[i].Held)
}

func TestACommandIsGivenOnceForItsKey(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	key := w.ops.keyed()
	body := map[string]any{"fee": eur(90_000)}
	first := key.send(t, "POST", w.path+"/offers", body)
	require.Equal(t, 200, first.status, "%s", first.body)
	second := key.send(t, "POST", w.path+"/offers", body)
	require.Equal(t, string(first.body), string(second.body))
	require.Equal(t, "true", second.header.Get("Idempotent-Replayed"))
	require.EqualValues(t, 1, one[int64](t, w.desk, `select count(*) from offers where partnership_id = $1`, w.id))
	require.Equal(t, 422, key.send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(1)}).status)

	// The answer got lost after the deed: the same command is found again, with its verdict.
	w.sql(t, `update idempotency set status = 202 where operation = 'sendOffer'`)
	third := key.send(t, "POST", w.path+"/offers", body)
	require.Equal(t, 200, third.status, "%s", third.body)
	require.EqualValues(t, 1, one[int64](t, w.desk, `select count(*) from offers where partnership_id = $1`, w.id))
	require.Len(t, slices.DeleteFunc(w.flows.commands(), func(c rapport.Command) bool { return c.Kind != rapport.CmdSendOffer }), 1)
}

func TestAnOfferKeepsToBudgetAndTerms(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	a := w.offer(t, 1_000_001)
	require.Equal(t, 409, a.status)
	require.Equal(t, "over_budget", a.text("code"))
	require.Contains(t, a.text("detail"), "10000.00 EUR")
	require.Zero(t, one[int64](t, w.desk, `select count(*) from outbox where kind = 'update'`), "nothing was sent")

	w.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms)
		select $1, id, brand_id, campaign_id, 1, 'draft', 950000, 'eur', '{}' from partnerships where id = $2`, id(), w.id)
	a = w.offer(t, 50_001)
	require.Contains(t, a.text("detail"), "500.00 EUR are left")
	w.ops = w.ops.with("Time-Zone", "Europe/Berlin")
	require.Contains(t, w.offer(t, 50_001).text("detail"), "€500.00 are left")
	for name, send := range map[string]struct {
		body map[string]any
		want string
	}{
		"currency": {map[string]any{"fee": map[string]any{"amount": 100, "currency": "usd"}}, "fee.currency other_currency"},
		"negative": {map[string]any{"fee": eur(-5)}, "fee.amount not_positive"},
		"terms": {map[string]any{"fee": eur(50_000), "terms": map[string]any{
			"deliverables": []any{}, "milestones": []any{}, "revision_rounds": 99, "duration_days": 180, "notice_days": 30,
		}}, "terms.revision_rounds out_of_range"},
		"shares": {map[string]any{"fee": eur(1)}, "terms.milestones[0].percent rounds_to_zero"},
	} {
		a := w.ops.keyed().send(t, "POST", w.path+"/offers", send.body)
		require.Equal(t, 422, a.status, "%s: %s", name, a.body)
		require.Contains(t, a.fields(t), send.want)
	}
	require.Equal(t, 200, w.offer(t, 50_000).status)
	require.Equal(t, 404, w.as(t, "ops@two.example").keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(1_000)}).status)
	require.Equal(t, 403, w.as(t, "admin@one.example").keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(1_000)}).status)
}

func TestAnOfferIsToSomebodyWhoCanBePaid(t *testing.T) {
	t.Parallel()
	w := newTalk(t, func(c *api.Config) { c.PlatformCountry = "DE" })
	w.reply(t)
	lives := func(country string) {
		w.sql(t, `update creators set country = nullif($2, '') where id = $1`, w.creator, country)
	}
	problems := func() (codes []string) {
		p := w.get(t)
		require.True(t, p.PayChecked)
		for _, f := range p.PayProblems {
			codes = append(codes, f.Field+" "+f.Code)
		}
		return codes
	}
	for country, want := range map[string]string{"": "creator.country unknown_country", "BR": "creator.country not_payable"} {
		lives(country)
		require.Equal(t, []string{want}, problems(), "the form says it before")
		a := w.offer(t, 50_000)
		require.Equal(t, 422, a.status, "%s", a.body)
		require.Equal(t, []string{want}, a.fields(t))
		require.Contains(t, string(a.body), "paid outside of Stripe")
	}
	w.sql(t, `update campaigns set currency = 'jpy' where id = $1`, w.campaign)
	lives("FR")
	a := w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": map[string]any{"amount": 50_000, "currency": "jpy"}})
	require.Equal(t, []string{"fee.currency not_receivable"}, a.fields(t))
	w.sql(t, `update campaigns set currency = 'eur' where id = $1`, w.campaign)
	require.Empty(t, problems(), "within the EEA")
	require.Zero(t, one[int64](t, w.desk, `select count(*) from outbox where kind = 'update'`), "nothing was sent")

	lives("BR")
	a = w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(50_000), "paid_outside": "Our agency in São Paulo pays."})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "Our agency in São Paulo pays.", *w.get(t).Offer.PaidOutside)
	require.Equal(t, "Our agency in São Paulo pays.", one[string](t, w.desk, `select paid_outside from offers where partnership_id = $1`, w.id))
	require.Contains(t, string(w.ops.send(t, "GET", w.path+"/events", nil).body), "Our agency in São Paulo pays.", "and in the history")
}

func TestARenewalAsksWhoCanBePaidAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *api.Config) { c.PlatformCountry = "DE" })
	renew := func() answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/commands", map[string]any{"command": "renew"})
	}
	d.sql(t, `update creators set country = 'BR'`)
	require.Equal(t, []string{"creator.country not_payable"}, renew().fields(t))
	d.sql(t, `update offers set paid_outside = 'By our agency.'`)
	a := renew()
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, 2, one[int](t, d, `select count(*) from offers where paid_outside = 'By our agency.'`), "how one term is paid, the next one is")
}

func TestRenewalOffersTheSameTermsAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.as(t, "admin@one.example").keyed().send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/commands", map[string]any{"command": "renew"})
	require.Equal(t, 200, a.status, "%s", a.body)
	cmd := d.flows.commands()[0]
	require.Equal(t, rapport.CmdRenew, cmd.Kind)
	require.Equal(t, rapport.Money{Amount: 100_000, Currency: "eur"}, cmd.Amount)
	require.Equal(t, 2, one[int](t, d, `select term from offers where id = $1`, cmd.Ref))
	require.Equal(t, "draft", one[string](t, d, `select state from offers where id = $1`, cmd.Ref))
	var p gen.Partnership
	a.into(t, &p)
	require.EqualValues(t, 100_000, p.Summary.Fee.Amount)
	require.Len(t, p.Deliverables, 1)
	require.Equal(t, d.review, *p.Deliverables[0].ReviewId)
	require.Equal(t, "awaiting_approval", *p.Milestones[0].PayoutState)
}

func TestMessagesAreSentAndLogged(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	require.Equal(t, "open", one[string](t, w.desk, `select state from tasks where partnership_id = $1 and kind = 'answer_reply'`, w.id))
	key := w.ops.keyed()
	mail := map[string]any{"channel": "email", "direction": "out", "subject": "More about it", "text": "Here it is."}
	a := key.send(t, "POST", w.path+"/messages", mail)
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, "prepared", a.text("state"))
	require.Equal(t, "nina@mail.example", a.text("to"))
	require.Equal(t, "Ms ops", a.text("author"))
	require.Equal(t, string(a.body), string(key.send(t, "POST", w.path+"/messages", mail).body))
	var input uuid.UUID
	require.NoError(t, json.Unmarshal(one[[]byte](t, w.desk, `select input from outbox where workflow = 'Message'`), &input))
	require.Equal(t, a.text("id"), input.String())
	require.Equal(t, "message/"+input.String(), one[string](t, w.desk, `select workflow_id from outbox where workflow = 'Message'`))
	require.Equal(t, "done", one[string](t, w.desk, `select state from tasks where partnership_id = $1 and kind = 'answer_reply'`, w.id))
	require.Equal(t, "handled", one[string](t, w.desk, `select state from messages where partnership_id = $1 and channel = 'dm'`, w.id))

	note := w.ops.send(t, "POST", w.path+"/messages", map[string]any{"channel": "note", "direction": "internal", "text": "Prefers mornings."})
	require.Equal(t, 201, note.status, "%s", note.body)
	for body, want := range map[string]string{
		`{"channel":"email","direction":"in","subject":"x","text":"x"}`:                                   "direction unknown_value",
		`{"channel":"email","direction":"out","text":"x"}`:                                                "subject required",
		`{"channel":"email","direction":"out","subject":"a\r\nBcc: b@c.example","text":"x"}`:              "subject too_long",
		`{"channel":"note","direction":"out","text":"x"}`:                                                 "direction unknown_value",
		`{"channel":"call","direction":"internal","text":"x"}`:                                            "direction unknown_value",
		`{"channel":"dm","direction":"in","text":"   "}`:                                                  "text required",
		`{"channel":"portal","direction":"in","text":"x"}`:                                                "channel unknown_value",
		`{"channel":"dm","direction":"in","text":"` + strings.Repeat("x", 20_001) + `"}`:                  "text too_long",
		`{"channel":"email","direction":"out","subject":"` + strings.Repeat("x", 201) + `","text":"yes"}`: "subject too_long",
	} {
		a := w.ops.send(t, "POST", w.path+"/messages", body)
		require.Equal(t, 422, a.status, "%s: %s", body, a.body)
		require.Contains(t, a.fields(t), want)
	}
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "POST", w.path+"/messages", mail).status)
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "GET", w.path+"/messages", nil).status)
	require.Equal(t, 403, w.as(t, "auditor@one.example").send(t, "POST", w.path+"/messages", mail).status)

	w.sql(t, `update creators set do_not_contact_at = now() where id = $1`, w.creator)
	require.Equal(t, "do_not_contact", w.ops.send(t, "POST", w.path+"/messages", mail).text("code"))
	w.sql(t, `update creators set do_not_contact_at = null where id = $1`, w.creator)
	w.sql(t, `delete from contacts where creator_id = $1`, w.creator)
	a = w.ops.send(t, "POST", w.path+"/messages", mail)
	require.Equal(t, 409, a.status)
	require.Equal(t, "no_address", a.text("code"))
}

func TestListsStayInTheirBrandsAndNarrow(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	list := func(who, query string) []uuid.UUID {
		a := w.as(t, who).send(t, "GET", "/v1/partnerships?"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		var l gen.PartnershipList
		a.into(t, &l)
		ids := make([]uuid.UUID, 0, len(l.Items))
		for _, p := range l.Items {
			ids = append(ids, p.Id)
		}
		return ids
	}
	both := []uuid.UUID{w.id, w.partnership}
	require.ElementsMatch(t, both, list("guest@one.example", ""))
	require.Empty(t, list("ops@two.example", ""))
	require.Empty(t, list("ops@two.example", "brand_id="+w.world.one.String()))
	require.ElementsMatch(t, both, list("ops@one.example", "brand_id="+w.world.one.String()))
	require.Equal(t, []uuid.UUID{w.id}, list("ops@one.example", "stage=outreach&stage=lapsed"))
	require.Equal(t, []uuid.UUID{w.id}, list("ops@one.example", "q=glow"))
	require.Equal(t, []uuid.UUID{w.partnership}, list("ops@one.example", "q=%40mia"))
	require.Empty(t, list("ops@one.example", "q=%25"))
	require.Equal(t, []uuid.UUID{w.id}, list("ops@one.example", "creator_id="+w.creator.String()))
	require.Equal(t, []uuid.UUID{w.id}, list("ops@one.example", "campaign_id="+w.campaign.String()))
	require.Empty(t, list("ops@one.example", "attention=true"))
	w.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_role, state, done_at) values ($1, $2, $3, 'outreach_blocked', 'ops', 'open', null),
		($4, $2, $5, 'outreach_blocked', 'ops', 'done', now()),
		($6, $2, $5, 'find_address', 'ops', 'open', null)`, id(), w.world.one, w.id, id(), w.partnership, id())
	require.Equal(t, []uuid.UUID{w.id}, list("ops@one.example", "outreach_blocked=true"), "as the mailbox counts them")
	require.ElementsMatch(t, both, list("ops@one.example", "outreach_blocked=false"))
	require.Empty(t, list("ops@one.example", "owner_id="+w.users["admin@one.example"].String()))
	require.Equal(t, 422, w.ops.send(t, "GET", "/v1/partnerships?stage=limbo", nil).status)

	other := w.as(t, "admin@two.example")
	for _, path := range []string{w.path, w.path + "/events", w.path + "/messages", w.path + "/timers", w.path + "/workflow", "/v1/contracts/" + w.contract.String()} {
		require.Equal(t, 404, other.send(t, "GET", path, nil).status, path)
		require.Equal(t, 401, w.anon().send(t, "GET", path, nil).status, path)
	}
	var contracts gen.ContractList
	other.send(t, "GET", "/v1/contracts", nil).into(t, &contracts)
	require.Empty(t, contracts.Items)
	var timeline gen.TimelineList
	other.send(t, "GET", "/v1/creators/"+w.creator.String()+"/timeline", nil).into(t, &timeline)
	require.Empty(t, timeline.Items, "the profile is shared, what a brand did is not")
	require.Equal(t, 404, other.send(t, "GET", "/v1/creators/"+id().String()+"/timeline", nil).status)
	require.Equal(t, 422, w.ops.send(t, "GET", "/v1/contracts?state=lost", nil).status)
}

func TestTheInboxCountsTheThreadsThatWaitForAnAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.seed(t, d.two, "two.example")
	counts := func(who string) int {
		var o gen.Overview
		d.as(t, who).send(t, "GET", "/v1/overview", nil).into(t, &o)
		return o.RepliesNew
	}
	write := func(w work, brand uuid.UUID) (thread uuid.UUID) {
		thread = id()
		d.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, subject, main) values ($1, $2, $3, $4, 'Hi', false)`, thread, w.partnership, brand, w.creator)
		for range 3 {
			d.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, class, state) values ($1, $2, $3, $4, $5, 'in', 'email', 'human', 'matched')`,
				id(), thread, w.partnership, brand, w.creator)
		}
		return thread
	}
	waits := write(d.work, d.world.one)
	later := write(d.work, d.world.one)
	write(other, d.two)
	d.sql(t, `update threads set last_at = now()`)
	d.sql(t, `update threads set state = 'snoozed', snoozed_until = now() + interval '1 hour' where id = $1`, later)
	require.Equal(t, 1, counts("ops@one.example"), "three mails of one thread, and what is hidden until later waits for nobody")
	require.Equal(t, 1, counts("admin@one.example"))
	var list gen.ThreadList
	d.as(t, "ops@one.example").send(t, "GET", "/v1/threads?state=open&waiting=true", nil).into(t, &list)
	require.Len(t, list.Items, 1, "as the inbox shows it")
	for _, who := range []string{"approver@one.example", "finance_preparer@one.example", "auditor@one.example", "guest@one.example"} {
		require.Zero(t, counts(who), "%s answers nobody", who)
	}
	d.sql(t, `update messages set state = 'handled' where thread_id = $1`, waits)
	require.Zero(t, counts("ops@one.example"))
}

func TestPaymentsCountWhatTheViewerMayApprove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	d.sql(t, `set session_replication_role = replica`) // past the guards: this is about what waits for whom
	d.sql(t, `update payouts set state = 'awaiting_approval'`)
	counts := func(who string) int {
		var o gen.Overview
		d.as(t, who).send(t, "GET", "/v1/overview", nil).into(t, &o)
		return o.PayoutsToApprove
	}
	preparer, releaser := "finance_preparer@one.example", "finance_releaser@one.example"
	require.Equal(t, []int{1, 1, 0, 0}, []int{counts(preparer), counts(releaser), counts("ops@one.example"), counts("auditor@one.example")})

	// A releaser at one brand who is a guest at another has nothing to do there.
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'guest')`, d.users[releaser], d.two)
	require.Equal(t, 1, counts(releaser))

	d.sql(t, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency) select $1, id, brand_id, round, 'preparer', $2, amount, currency from payouts where id = $3`,
		id(), d.users[preparer], d.payout)
	require.Equal(t, []int{0, 1}, []int{counts(preparer), counts(releaser)}, "the part is given")
	d.sql(t, `insert into user_roles (user_id, brand_id, role, effective_at) values ($1, $2, 'finance_releaser', now() - interval '1 day') on conflict do nothing`, d.users[preparer], d.world.one)
	require.Zero(t, counts(preparer), "nobody is both pairs of eyes")
	d.sql(t, `update payees set destination_changed_by = $1, destination_changed_at = now()`, d.users[releaser])
	require.Zero(t, counts(releaser), "who changed the bank account lately approves nothing")
	d.sql(t, `update payees set destination_changed_by = null, destination_changed_at = null`)
	d.sql(t, `update payouts set content_counts = true, round = round + 1`)
	require.Equal(t, []int{1, 1}, []int{counts(preparer), counts(releaser)}, "the content's approval is the first pair: a releaser's part is left")
}

func TestOverviewCountsWhatIsMine(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	w.sql(t, `set session_replication_role = replica`) // past the guards: this is not about how a payout gets paid
	w.sql(t, `update payouts set state = 'paid', paid_at = now() where id = $1`, w.payout)
	w.sql(t, `set session_replication_role = origin`)
	w.sql(t, `update calendars set day_seconds = 30 where owner_kind = 'brand' and owner_id = $1`, w.world.one)
	w.sql(t, `update tasks set due_at = now() - interval '1 day' where partnership_id = $1`, w.id)
	var o gen.Overview
	w.ops.send(t, "GET", "/v1/overview", nil).into(t, &o)
	require.Equal(t, 1, o.TasksOpen)
	require.Equal(t, 1, o.TasksOverdue)
	require.Equal(t, 1, o.ReviewsOpen)
	require.Zero(t, o.ReviewsMine)
	require.Equal(t, 1, o.Attention)
	require.Equal(t, 1, o.Stages["in_conversation"])
	require.Len(t, o.PaidByWeek, 1)
	require.EqualValues(t, 40_000, o.PaidByWeek[0].Amount.Amount)
	require.Contains(t, *o.ClockNote, "30 seconds")
	w.as(t, "approver@one.example").send(t, "GET", "/v1/overview?brand_id="+w.world.one.String(), nil).into(t, &o)
	require.Equal(t, 1, o.ReviewsMine)
	require.Zero(t, o.TasksOpen)
	o = gen.Overview{}
	w.as(t, "ops@two.example").send(t, "GET", "/v1/overview", nil).into(t, &o)
	require.Zero(t, o.ReviewsOpen+o.Attention+len(o.Stages))
	require.Nil(t, o.ClockNote)
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "GET", "/v1/overview?brand_id="+w.world.one.String(), nil).status)
}

// dispatcher is made of functions.
type dispatcher struct {
	deliver func(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error)
	query   func(id string) (rapport.LiveWorkflow, error)
}

func (d dispatcher) Deliver(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error) {
	return d.deliver(ctx, row)
}

func (d dispatcher) Query(_ context.Context, id string) (rapport.LiveWorkflow, error) {
	return d.query(id)
}

// serve is a second server on the desk's database.
func (d *desk) serve(t *testing.T, workflows api.Dispatcher) (*api.Server, world) {
	t.Helper()
	server, err := api.New(api.Config{
		Store: d.store, Workflows: workflows, Log: zap.NewNop(), PublicURL: "https://rapport.example", Secret: []byte(strings.Repeat("s", 32)), Metrics: prometheus.NewRegistry(),
	})
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	w := d.world
	w.url = web.URL
	return server, w
}

func TestWithoutAVerdictACommandIsPending(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/commands"
	for name, deliver := range map[string]func(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error){
		"nobody there": func(context.Context, rapport.OutboxRow) (rapport.OutboxVerdict, error) {
			return rapport.OutboxVerdict{}, errors.New("no connection")
		},
		"no worker": func(ctx context.Context, _ rapport.OutboxRow) (rapport.OutboxVerdict, error) {
			<-ctx.Done()
			return rapport.OutboxVerdict{}, ctx.Err()
		},
		"not shown in time": func(context.Context, rapport.OutboxRow) (rapport.OutboxVerdict, error) {
			return rapport.OutboxVerdict{Seq: 1 << 40}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, w := d.serve(t, dispatcher{deliver: deliver})
			a := w.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"command": "pause"})
			require.Equal(t, 202, a.status, "%s", a.body)
			require.Equal(t, "pending", a.text("status"))
			require.Equal(t, "/v1/partnerships/"+d.partnership.String(), a.header.Get("Location"))
		})
	}
}

func TestTheRefusalNamesWhoWasFaster(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	at := time.Date(2026, 5, 3, 14, 5, 0, 0, time.UTC)
	_, w := d.serve(t, dispatcher{deliver: func(context.Context, rapport.OutboxRow) (rapport.OutboxVerdict, error) {
		return rapport.OutboxVerdict{Refused: "offer_decided", Refusal: &rapport.Refusal{Code: "offer_decided", State: "withdrawn", By: d.users["admin@one.example"], At: at}}, nil
	}})
	a := w.as(t, "ops@one.example").send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/commands", map[string]any{"command": "withdraw_offer"})
	require.Equal(t, 409, a.status)
	require.Equal(t, "offer_decided", a.text("code"))
	require.Equal(t, "withdrawn", a.text("state"))
	require.Equal(t, "The offer is decided already: withdrawn by Ms admin on 3 May 2026, 14:05 UTC. Load the page again to see it.", a.text("detail"))
	a = w.as(t, "ops@one.example").with("Time-Zone", "Europe/Berlin").send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/commands", map[string]any{"command": "withdraw_offer"})
	require.Contains(t, a.text("detail"), "by Ms admin on 3 May 2026, 16:05 CEST.", "in the time of whoever reads it")
}

func TestTheLiveWorkflowIsForOperators(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/workflow"
	at := time.Now().UTC().Truncate(time.Second)
	_, w := d.serve(t, dispatcher{query: func(id string) (rapport.LiveWorkflow, error) {
		require.Equal(t, "partnership/"+d.partnership.String(), id)
		return rapport.LiveWorkflow{
			RunID: "run", Status: "running", HistoryLength: 42, State: json.RawMessage(`{"stage":"active"}`),
			Timers: []rapport.Timer{{Kind: "draft_late", Ref: d.deliverable, At: at}},
		}, nil
	}})
	a := w.as(t, "auditor@one.example").send(t, "GET", path, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var s gen.WorkflowState
	a.into(t, &s)
	require.Equal(t, "active", s.State["stage"])
	require.EqualValues(t, 42, s.HistoryLength)
	require.Equal(t, "Marks the draft of “Launch video” as late and gives the owner a task", s.Timers[0].Does)
	require.Equal(t, 403, w.as(t, "approver@one.example").send(t, "GET", path, nil).status)
	_, w = d.serve(t, dispatcher{query: func(string) (rapport.LiveWorkflow, error) {
		return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeUnavailable, "Temporal cannot be reached now.")
	}})
	require.Equal(t, 503, w.as(t, "admin@one.example").send(t, "GET", path, nil).status)
}

// events is an open stream.
type events struct {
	t    *testing.T
	body *bufio.Reader
	stop func()
}

func (c call) listen(t *testing.T, query ...string) *events {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // whoever listens to much listens long
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.w.url+"/v1/stream"+strings.Join(query, ""), nil)
	require.NoError(t, err)
	r.Header = c.header.Clone()
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	stop := func() { cancel(); _ = resp.Body.Close() }
	t.Cleanup(stop)
	return &events{t, bufio.NewReader(resp.Body), stop}
}

// next is the next event of the stream, with its id; ok is false at its end.
func (e *events) next() (id, data string, ok bool) {
	e.t.Helper()
	for {
		line, err := e.body.ReadString('\n')
		if err != nil {
			return "", "", false
		}
		if text, is := strings.CutPrefix(line, "id: "); is {
			id = strings.TrimSpace(text)
		}
		if text, is := strings.CutPrefix(line, "event: "); is && strings.TrimSpace(text) == "reset" {
			return "", "reset", true
		}
		if text, is := strings.CutPrefix(line, "data: "); is {
			return id, strings.TrimSpace(text), true
		}
	}
}

// until reads on to the event that is about the thing, and answers its id and all that came before it.
func (e *events) until(ref uuid.UUID) (id, data string, before []string) {
	e.t.Helper()
	for {
		id, data, ok := e.next()
		require.True(e.t, ok, "the stream ended")
		if strings.Contains(data, ref.String()) {
			return id, data, before
		}
		before = append(before, data)
	}
}

func TestTheStreamTellsWhatChangesInOnesBrands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, without := d.serve(t, d.flows)
	require.Equal(t, 503, without.as(t, "ops@one.example").send(t, "GET", "/v1/stream", nil).status)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server, w := d.serve(t, d.flows)
	require.NoError(t, server.ListenForChanges(ctx))
	require.Equal(t, 401, w.anon().send(t, "GET", "/v1/stream", nil).status)

	two := id()
	d.sql(t, `insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
		select $1, $2, 'Other', 1, 'eur', now(), current_date, $3, 1, '{}', sequence_id, policy_id from campaigns limit 1`, two, d.world.two, d.users["ops@two.example"])
	mine, theirs := w.as(t, "ops@one.example").listen(t), w.as(t, "ops@two.example").listen(t)
	shared := id() // everybody hears of it, behind all that was there before
	d.sql(t, `insert into creators (id, name) values ($1, 'Shared')`, shared)
	_, data, _ := mine.until(shared)
	require.JSONEq(t, fmt.Sprintf(`{"noun":"creator","id":"%s"}`, shared), data)
	theirs.until(shared)

	// Of two transactions the older one notes its change last and commits first: the other one's must not be skipped.
	var late pgx.Tx
	require.NoError(t, d.worker.InTx(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `select pg_current_xact_id()`)
		require.NoError(t, err)
		late, err = d.owner.Begin(t.Context())
		require.NoError(t, err)
		_, err = late.Exec(t.Context(), `update contracts set version = version where id = $1`, d.contract)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, `update partnerships set updated_at = now() where id = $1`, d.partnership)
		return err
	}))
	first, _, _ := mine.until(d.partnership)
	require.NoError(t, late.Commit(t.Context()))
	_, data, before := mine.until(d.contract)
	require.JSONEq(t, fmt.Sprintf(`{"noun":"contract","id":"%s","brand_id":"%s"}`, d.contract, d.world.one), data)
	require.Empty(t, before)

	d.sql(t, `update campaigns set name = 'Else' where id = $1`, two)
	d.sql(t, `update creators set name = 'Everybody' where id = $1`, shared)
	_, _, before = theirs.until(shared)
	require.Len(t, before, 1, "of the other brand nothing but its own")
	require.Contains(t, before[0], two.String())

	mine.stop()
	again := w.as(t, "ops@one.example").with("Last-Event-ID", first).listen(t)
	_, _, before = again.until(shared)
	require.Len(t, before, 1, "what was known is not told again")
	require.Contains(t, before[0], d.contract.String())
	// Whoever read a page is told what changed after the session that was asked for before it, and nothing from before.
	for range 5 { // also while the hub has not read what was there before
		d.sql(t, `update partnerships set updated_at = now() where id = $1`, d.partnership)
		position := w.as(t, "ops@one.example").send(t, "GET", "/v1/session", nil).text("stream_after")
		l := w.as(t, "ops@one.example").listen(t, "?after="+position)
		d.sql(t, `update contracts set version = version where id = $1`, d.contract)
		_, _, before = l.until(d.contract)
		require.Empty(t, before)
		l.stop()
	}
	position := w.as(t, "ops@one.example").send(t, "GET", "/v1/session", nil).text("stream_after")
	d.sql(t, `update contracts set version = version where id = $1`, d.contract)
	_, _, before = w.as(t, "ops@one.example").listen(t, "?after="+position).until(d.contract)
	require.Empty(t, before)
	_, data, _ = w.as(t, "ops@one.example").listen(t, "?after=nonsense").next()
	require.Equal(t, "reset", data)
	for _, bad := range []string{"nonsense", "7-7"} {
		_, data, _ = w.as(t, "ops@one.example").with("Last-Event-ID", bad).listen(t).next()
		require.Equal(t, "reset", data)
	}
	cancel()
	for ok := true; ok; {
		_, _, ok = theirs.next()
	}
	require.Eventually(t, func() bool { return w.as(t, "ops@one.example").send(t, "GET", "/v1/stream", nil).status == 503 }, 5*time.Second, 20*time.Millisecond)
}

// Absences, people and settings are told like everything else: once a statement, to whom they concern.
func TestTheStreamTellsOfTheCalendarAndOfSettings(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	server, w := d.serve(t, d.flows)
	require.NoError(t, server.ListenForChanges(t.Context()))
	mine, theirs := w.as(t, "ops@one.example").listen(t), w.as(t, "ops@two.example").listen(t)
	ops, legal, brand := d.users["ops@one.example"], d.users["legal@one.example"], d.world.one
	creator, deliverable := one[uuid.UUID](t, d, `select creator_id from partnerships where id = $1`, d.partnership), d.deliverable
	absence, override, delegation, calendar, view, field, canned, outside := id(), id(), id(), id(), id(), id(), id(), id()
	template, policy, sequence, clause, contractTemplate := id(), id(), id(), id(), id()
	steps := []struct {
		sql  string
		args []any
		noun string
		ref  uuid.UUID
		all  bool
	}{
		{`insert into creator_absences (id, creator_id, from_on, to_on) values ($1, $2, now(), now())`, []any{absence, creator}, "absence", creator, true},
		{`delete from creator_absences where id = $1`, []any{absence}, "absence", creator, true},
		{
			`insert into conflict_overrides (id, brand_id, partnership_id, key, kind, severity, words, reason, by_id) values ($1, $2, $3, $1, 'absence', 'warn', 'Away', 'Agreed', $4)`,
			[]any{override, brand, d.partnership, ops}, "conflict_override", d.partnership, false,
		},
		{`update deliverables set publish_by = publish_by + interval '1 day' where id = $1`, []any{deliverable}, "deliverable", deliverable, false},
		{`insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'user', $2, 'UTC', '{1}', '09:00', '17:00')`, []any{calendar, ops}, "calendar", calendar, true},
		{`update users set name = 'Else' where id = $1`, []any{legal}, "user", legal, true},
		{`insert into user_roles (user_id, brand_id, role) values ($1, $2, 'guest')`, []any{legal, brand}, "user", legal, false},
		{`delete from user_roles where user_id = $1 and role = 'guest'`, []any{legal}, "user", legal, false},
		{
			`insert into delegations (id, brand_id, from_user, to_user, starts_at, ends_at) values ($1, $2, $3, $4, now(), now() + interval '1 day')`,
			[]any{delegation, brand, legal, ops}, "delegation", delegation, false,
		},
		{`insert into templates (id, version, brand_id, name, subject, body) values ($1, 1, $2, 'A', 'B', 'C'), ($1, 2, $2, 'A', 'B', 'C')`, []any{template, brand}, "template", template, false},
		{`insert into policies (id, version, brand_id, name, stages) values ($1, 1, $2, 'A', '[]')`, []any{policy, brand}, "policy", policy, false},
		{`insert into sequences (id, version, brand_id, name, steps) values ($1, 1, $2, 'A', '[]')`, []any{sequence, brand}, "sequence", sequence, false},
		{`insert into clauses (id, version, brand_id, kind, title, body) values ($1, 1, $2, 'general', 'A', 'B')`, []any{clause, brand}, "clause", clause, false},
		{
			`insert into contract_templates (id, brand_id, name, clauses, must_include) values ($1, $2, 'A', array[$3::uuid], '{}')`,
			[]any{contractTemplate, brand, clause}, "contract_template", contractTemplate, false,
		},
		{`insert into saved_views (id, owner_id, brand_id, page, name, search) values ($1, $2, $3, '/payouts', 'A', '{}')`, []any{view, ops, brand}, "view", view, false},
		{`update brands set posts_apart_hours = 24 where id = $1`, []any{brand}, "brand", brand, false},
		{`insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'A', 'a@b.example')`, []any{outside, brand}, "outside_reviewer", outside, false},
		{`insert into creator_fields (id, brand_id, name, kind) values ($1, $2, 'A', 'text')`, []any{field, brand}, "creator_field", field, false},
		{`insert into canned_answers (id, brand_id, name, body) values ($1, $2, 'A', 'B')`, []any{canned, brand}, "canned", canned, false},
	}
	// A change that both hear of, so that what comes before it is all there was.
	mark := func(l *events) []string {
		end := id()
		d.sql(t, `insert into creators (id, name) values ($1, 'Mark')`, end)
		_, _, before := l.until(end)
		return before
	}
	mark(mine)
	mark(theirs)
	for _, x := range steps {
		d.sql(t, x.sql, x.args...)
		of := fmt.Sprintf(`,"brand_id":"%s"}`, brand)
		if x.all {
			of = "}"
		}
		told := mark(mine)
		require.Equal(t, []string{fmt.Sprintf(`{"noun":"%s","id":"%s"%s`, x.noun, x.ref, of)}, slices.DeleteFunc(told, func(s string) bool { return strings.Contains(s, `"noun":"creator"`) }), x.sql)
		told = slices.DeleteFunc(mark(theirs), func(s string) bool { return strings.Contains(s, `"noun":"creator"`) })
		require.Equal(t, x.all, len(told) == 1, "%s: %v", x.sql, told)
	}
	d.sql(t, `insert into saved_views (id, owner_id, page, name, search) values ($1, $2, '/payouts', 'B', '{}')`, id(), ops)
	d.sql(t, `update deliverables set round = round where id = $1`, deliverable)
	require.Empty(t, slices.DeleteFunc(mark(mine), func(s string) bool { return strings.Contains(s, `"noun":"creator"`) }), "one's own view, and what no calendar shows")
}
