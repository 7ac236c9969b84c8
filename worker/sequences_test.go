package worker_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// accepted is a mail that the sandbox has accepted.
type accepted struct {
	Headers map[string]string `json:"headers"`
}

func (b *bundle) mails() []accepted {
	b.t.Helper()
	var answer struct {
		Mails []accepted `json:"mails"`
	}
	res, err := http.Get(b.control + "/control/mail")
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, res.Body.Close()) }()
	require.NoError(b.t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Mails
}

// TestASequenceStartsByItselfAndAsksFirst runs a sequence that a stage starts, on real servers: its branch reads what the reply seems to say,
// its mail waits for a person, who changes it, and the sequence ends where the stage does.
func TestASequenceStartsByItselfAndAsksFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	automation := rapport.Sequence{ID: uuid.New(), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageInConversation}, Steps: []rapport.SequenceStep{
		{Kind: rapport.StepBranch, Branch: &rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "question", Then: 1, Else: 4}},
		{Kind: rapport.StepSend, Template: "follow_up_2", Review: true}, {Kind: rapport.StepWait, Days: 1}, {Kind: rapport.StepStop},
		{Kind: rapport.StepTask, Title: "Read what the creator wrote"},
	}}
	require.Empty(t, automation.Check())
	with := func(p *rapport.Partnership) { p.Automations = []rapport.Sequence{automation} }
	asks, accepts := b.start("Quinn", with), b.start("Avery", with)
	for id, class := range map[uuid.UUID]rapport.ReplyClass{asks: rapport.ReplyQuestion, accepts: rapport.ReplyAccept} {
		b.until("accepted", `select state from messages where partnership_id = $1 and direction = 'out' order by at limit 1`, id)
		sent := b.id(`select id from messages where partnership_id = $1 and direction = 'out'`, id)
		sum := uuid.New()
		matched, err := b.store.ApplyInbound(b.ctx, rapport.InboundMail{
			From: "creator@creators.example", Text: "Hm", Class: "human", Token: sent, SHA256: sum[:], Suggestion: rapport.ReplySuggestion{Class: class, Why: "Hm"},
			Files: []rapport.File{{Name: "rates.pdf", Type: "application/pdf", SHA256: sum[:], Content: []byte("%PDF")}},
		}, uuid.New())
		require.NoError(t, err)
		require.True(t, matched)
		b.until("in_conversation", `select stage from partnerships where id = $1`, id)
	}
	b.until("Read what the creator wrote", `select title from tasks where partnership_id = $1 and kind = 'outreach_step'`, accepts)
	b.until("open", `select state from tasks where partnership_id = $1 and kind = 'look_at_mail' and owner_id is not null`, asks)
	b.until("2", `select count(*) from message_files f join blobs x on x.sha256 = f.sha256 where f.brand_id = $1`, b.brand)
	draft := b.id(`select ref from tasks where partnership_id = $1 and kind = 'look_at_mail' and owner_id is not null`, asks)
	b.until("prepared sequence in_conversation", `select concat_ws(' ', state, kind, stage) from messages where id = $1`, draft)
	ctx := rapport.WithBrands(b.ctx, b.brand)
	_, err := b.store.EditDraft(ctx, draft, nil, "About your question", "Here is the answer. {{portal_link}}", b.ops)
	require.NoError(t, err)
	b.until("1", `select count(*) from messages where partnership_id = $1 and direction = 'in' and state = 'matched'`, asks)
	b.accepted("partnership", asks, rapport.Command{Kind: rapport.CmdLetMailGo, Ref: draft, Actor: b.ops})
	b.until("true", `select state in ('accepted', 'delivered') from messages where id = $1`, draft)
	b.until("0", `select count(*) from tasks where partnership_id = $1 and kind in ('look_at_mail', 'answer_reply') and state = 'open'`, asks)
	b.until("handled", `select state from messages where partnership_id = $1 and direction = 'in'`, asks) // who lets it go has read the reply
	var subject, text string
	require.NoError(t, b.owner.QueryRow(b.ctx, `select subject, body_text from messages where id = $1`, draft).Scan(&subject, &text))
	require.Equal(t, "About your question", subject)
	require.Equal(t, "Here is the answer. {{portal_link}}", text, "the archive keeps the tag and not the link")
	b.until("sequence_ended", `select kind from partnership_events where partnership_id = $1 and kind like 'sequence_%' order by seq desc limit 1`, asks)
	_, err = b.store.EditDraft(ctx, draft, nil, "Later", "Too late {{portal_link}}", b.ops)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "what was sent is not changed any more")
}

// TestAThrottleDelaysAndDropsNothing: a mailbox of two a day sends five invitations over days, in the end all, and never three in a day.
func TestAThrottleDelaysAndDropsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const day = 3
	b.exec(`update calendars set day_seconds = $1`, day)
	b.exec(`update brands set outreach_per_day = 2`)
	for _, name := range []string{"Ada", "Bea", "Cleo", "Dora", "Elle"} {
		b.start(name, func(p *rapport.Partnership) {
			p.Sequence.Steps = []rapport.SequenceStep{{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepStop}}
			p.CreatorCalendar.DaySeconds, p.BrandCalendar.DaySeconds = day, day
		})
	}
	b.until("5", `select count(*) from messages where kind = 'outreach' and state in ('accepted', 'delivered')`)
	b.until("0", `select count(*) from messages a where kind = 'outreach'
		and (select count(*) from messages o where o.kind = 'outreach' and o.claimed_at > a.claimed_at - make_interval(secs => 3) and o.claimed_at <= a.claimed_at) > 2`)
	require.Len(t, b.mails(), 5)
	for _, m := range b.mails() {
		require.NotEmpty(t, m.Headers["List-Unsubscribe"])
		require.Equal(t, "List-Unsubscribe=One-Click", m.Headers["List-Unsubscribe-Post"])
	}
}

// TestTheNightIsCheckedInTheClaim: a mail whose hours have ended between its preparation and its claim waits.
func TestTheNightIsCheckedInTheClaim(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.start("Noor")
	b.until("true", `select state in ('accepted', 'delivered') from messages where partnership_id = $1 order by at limit 1`, id)
	prepare := func(key string, end time.Time) rapport.MailClaim {
		d, err := b.store.PrepareMail(b.ctx, rapport.MailOrder{Key: key, Template: "follow_up_1", BrandID: b.brand, PartnershipID: id, Kind: rapport.MailSequence, NotAfter: end})
		require.NoError(t, err)
		claim, err := b.store.ClaimMail(b.ctx, rapport.RenderedMail{ID: d.MessageID, RFCID: d.MessageID.String()})
		require.NoError(t, err)
		return claim
	}
	require.Equal(t, "deferred", prepare("night", time.Now().Add(-time.Minute)).Verdict)
	require.Equal(t, "claimed", prepare("night", time.Now().Add(time.Hour)).Verdict, "the next opening brings another end")
}

// TestLimitsOfAMailbox tries each limit by rows: per day with the warm-up, per domain and hour, per creator over the campaigns of a brand.
func TestLimitsOfAMailbox(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`update calendars set day_seconds = 86400`)
	creator, other, here, there := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	for _, c := range []uuid.UUID{creator, other} {
		b.exec(`insert into creators (id, name) values ($1, 'Lim')`, c)
	}
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'outreach')`, here, b.brand, b.campaign, creator, b.ops)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'outreach')`, there, b.brand, b.campaign, other, b.ops)
	add := func(partnership, creator uuid.UUID, to string, state string, ago time.Duration) uuid.UUID {
		m := uuid.New()
		b.exec(`insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address, stage, claimed_at)
			values ($1, $2, $3, $4, 'out', 'email', 'outreach', $5, $6, 'outreach', case when $5 = 'prepared' then null else now() - make_interval(secs => $7) end)`,
			m, partnership, b.brand, creator, state, to, ago.Seconds())
		return m
	}
	free := func(m uuid.UUID) time.Duration {
		var secs *float64
		require.NoError(t, b.owner.QueryRow(b.ctx, `select extract(epoch from mail_free_at(m, now()) - now()) from messages m where id = $1`, m).Scan(&secs))
		if secs == nil {
			return 0
		}
		return time.Duration(*secs * float64(time.Second)).Round(time.Minute)
	}
	mail := add(here, creator, "me@creators.example", "prepared", 0)
	require.Zero(t, free(mail))
	b.exec(`update brands set domain_per_hour = 2`)
	add(there, other, "a@creators.example", "accepted", 50*time.Minute)
	require.Zero(t, free(mail))
	add(there, other, "b@creators.example", "accepted", 20*time.Minute)
	require.Equal(t, 10*time.Minute, free(mail), "the second newest to the domain leaves the hour in ten minutes")
	add(there, other, "c@elsewhere.example", "accepted", time.Minute)
	require.Equal(t, 10*time.Minute, free(mail), "another domain counts for itself")
	b.exec(`update brands set outreach_per_day = 3`)
	require.Equal(t, 24*time.Hour-50*time.Minute, free(mail), "three went out within the day")
	b.exec(`update brands set outreach_per_day = 100, warm_up_days = 10, warm_up_from = now()`)
	require.Zero(t, free(mail)-10*time.Minute, "on its first day a mailbox sends a tenth")
	b.exec(`update brands set outreach_per_day = 30`)
	require.Equal(t, 24*time.Hour-50*time.Minute, free(mail))
	b.exec(`update brands set warm_up_from = now() - interval '5 days'`)
	require.Equal(t, 10*time.Minute, free(mail), "half-way it is past half of it")
	b.exec(`update brands set warm_up_days = 0, domain_per_hour = 100`)
	require.Zero(t, free(mail))
	campaign := b.otherCampaign()
	again := uuid.New()
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'outreach')`, again, b.brand, campaign, creator, b.ops)
	add(again, creator, "me@creators.example", "accepted", 3*time.Hour)
	require.Equal(t, 21*time.Hour, free(mail), "another campaign has written to this creator today")
}

// TestASnoozedThreadComesBack by a timer of its partnership, or when the creator writes.
func TestASnoozedThreadComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.start("Sam")
	b.until("true", `select state in ('accepted', 'delivered') from messages where partnership_id = $1 order by at limit 1`, id)
	thread := b.id(`select id from threads where partnership_id = $1`, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: thread, Actor: b.ops, Until: time.Now().Add(1500 * time.Millisecond)})
	b.until("snoozed", `select state from threads where id = $1`, thread)
	b.until("open", `select state from threads where id = $1`, thread)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: thread, Actor: b.ops, Until: time.Now().Add(time.Hour)})
	b.until("snoozed", `select state from threads where id = $1`, thread)
	sum := uuid.New()
	_, err := b.store.ApplyInbound(b.ctx, rapport.InboundMail{
		From: "sam@creators.example", Text: "Yes", Class: "human", Token: b.id(`select id from messages where partnership_id = $1`, id), SHA256: sum[:],
	}, uuid.New())
	require.NoError(t, err)
	b.until("open", `select state from threads where id = $1`, thread)
	b.until("0", `select count(*) from partnerships p, jsonb_array_elements(p.timers) x where p.id = $1 and x->>'kind' = 'thread_snoozed'`, id)
}
