package worker_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"rapport"
	"rapport/worker"
)

// TestNewsForWhatHasEnded: Temporal has forgotten the partnership, Postgres has not.
func TestNewsForWhatHasEnded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	creator, id := uuid.New(), uuid.New()
	b.exec(`insert into creators (id, name) values ($1, 'Casey')`, creator)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'terminated')`, id, b.brand, b.campaign, creator, b.ops)
	b.exec(`insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state, closed)
		values ($1, 'Partnership', 'rapport', $2, 9, '{}', true)`, "partnership/"+id.String(), b.brand)
	message := uuid.New()
	tell := func(sig rapport.Signal) {
		sig.ID = uuid.New()
		require.NoError(t, b.store.SignalWorkflow(b.ctx, "partnership", id, b.brand, sig))
		b.until("workflow_closed", `select refused from outbox where id = $1`, sig.ID)
	}
	tell(rapport.Signal{Kind: rapport.SignalMail, Code: "auto_reply", Ref: uuid.New()})
	b.until("0", `select count(*) from tasks where partnership_id = $1`, id)
	tell(rapport.Signal{Kind: rapport.SignalMail, Code: "human", Ref: message})
	b.until(message.String(), `select ref from tasks where partnership_id = $1 and kind = 'answer_reply' and state = 'open'`, id)
	require.Equal(t, "workflow_closed", b.command("partnership", id, rapport.Command{Kind: rapport.CmdPause, Actor: b.ops}).Refused)
}

// TestMailThatNamesNothingOfOurs: without a token that is ours and without references a mail waits for a person to file it, and who sent it
// only suggests where it belongs. Until then every partnership that it may mean waits.
func TestMailThatNamesNothingOfOurs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	creator, first, second := uuid.New(), uuid.New(), uuid.New()
	b.exec(`insert into creators (id, name) values ($1, 'Casey')`, creator)
	b.exec(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'manager', 'agent@creators.example')`, uuid.New(), creator)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, first, b.brand, b.campaign, creator, b.ops)
	come := func(from string) string {
		sum := uuid.New()
		matched, err := b.store.ApplyInbound(b.ctx, rapport.InboundMail{From: from, Text: "Hello", Class: "human", Token: uuid.New(), SHA256: sum[:]}, uuid.New())
		require.NoError(t, err)
		require.False(t, matched)
		var message string
		require.NoError(t, b.owner.QueryRow(b.ctx, `select id from messages where raw_sha256 = $1 and partnership_id is null and state = 'unmatched'`, sum[:]).Scan(&message))
		return message
	}
	told := `select count(*) from outbox where kind = 'signal' and input->>'code' = 'unfiled' and input->>'ref' = $1`
	b.until("1", told, come("agent@creators.example"))
	b.until("0", told, come("who@elsewhere.example"))
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage, term)
		select $1, brand_id, $2, creator_id, owner_id, 'outreach', 1 from partnerships where id = $3`, second, b.otherCampaign(), first)
	b.until("2", told, come("agent@creators.example"))
	// Until somebody files it, the mail that may be the answer stops the robot everywhere that it may mean.
	robot := uuid.New()
	b.exec(`insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address)
		select $1, id, brand_id, creator_id, 'out', 'email', 'outreach', 'prepared', 'agent@creators.example'
		from partnerships where id = $2`, robot, second)
	claim, err := b.store.ClaimMail(b.ctx, rapport.RenderedMail{ID: robot, RFCID: robot.String()})
	require.NoError(t, err)
	require.Equal(t, "cancelled", claim.Verdict)
	b.exec(`update messages set state = 'handled' where state = 'unmatched'`)
	b.exec(`update messages set state = 'prepared' where id = $1`, robot)
	claim, err = b.store.ClaimMail(b.ctx, rapport.RenderedMail{ID: robot, RFCID: robot.String()})
	require.NoError(t, err)
	require.Equal(t, "claimed", claim.Verdict)
}

// TestAMailOfASequenceIsOutreachWhateverItsTemplate: every stop condition and throttle holds for it.
func TestAMailOfASequenceIsOutreachWhateverItsTemplate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	creator, id := uuid.New(), uuid.New()
	b.exec(`insert into creators (id, name) values ($1, 'Casey')`, creator)
	b.exec(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'casey@creators.example')`, uuid.New(), creator)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'outreach')`, id, b.brand, b.campaign, creator, b.ops)
	for key, kind := range map[string]string{"outreach/0/2": rapport.MailOutreach, "payee/1": rapport.MailTransactional} {
		e := rapport.Effect{Key: key, Kind: rapport.EffectMail}
		draft, err := b.store.PrepareMail(b.ctx, rapport.MailOrder{Key: key, Template: "payee_invitation", BrandID: b.brand, PartnershipID: id, Kind: rapport.MailKindOf(e), Stage: e.Stage})
		require.NoError(t, err)
		require.Equal(t, kind, draft.Kind, key)
	}
	b.until("outreach", `select kind from messages where dedupe_key = 'outreach/0/2'`)
}

func (b *bundle) otherCampaign() uuid.UUID {
	id := uuid.New()
	b.exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags)
		select $1, brand_id, 'Autumn', brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags from campaigns`, id)
	return id
}

func (b *bundle) webhook(kind, transfer, payout string) uuid.UUID {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"metadata": map[string]string{"payout_id": payout}})
	require.NoError(b.t, err)
	row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: "evt_" + uuid.NewString(), Type: kind, ObjectID: transfer, Body: body}
	_, err = b.store.PutInbox(b.ctx, row)
	require.NoError(b.t, err)
	return row.ID
}

func TestATransferOfNobodysPayoutTellsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, payout := range []string{uuid.NewString(), "nonsense", ""} {
		b.until("no id of ours", `select last_error from webhook_inbox where id = $1 and processed_at is not null`, b.webhook("transfer.created", "tr_1", payout))
	}
	b.until("0", `select count(*) from outbox where workflow_id like 'payout/%'`)
}

func TestWhatASweepCannotStartKeepsNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	state, err := json.Marshal(rapport.Payout{ID: uuid.New(), BrandID: b.brand, State: rapport.PayoutScheduled, Timings: rapport.DefaultTimings()})
	require.NoError(t, err)
	for _, id := range []string{"payout/" + strings.Repeat("0", 2000), "payout/" + uuid.NewString()} {
		b.exec(`insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state) values ($1, 'Payout', 'nobody', $2, 1, $3)`, id, b.brand, state)
	}
	r, err := (&worker.Sweep{Client: b.client, Store: b.store, Log: zap.NewNop()}).Run(b.ctx, true)
	require.ErrorContains(t, err, "restart payout/000")
	require.Equal(t, 1, r.Repaired)
}

// TestAMailThatWentOutAheadOfPostgres: where Postgres was restored from before, it was sent by a workflow that has ended, and Postgres waits for it for ever.
func TestAMailThatWentOutAheadOfPostgres(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mail := uuid.New()
	b.exec(`insert into messages (id, direction, channel, kind, state, to_address, from_address, subject, body_text)
		values ($1, 'internal', 'email', 'internal', 'prepared', 'ann@house.example', 'hello@house.example', 'Your day', 'Nothing.')`, mail)
	raw, err := json.Marshal(mail)
	require.NoError(t, err)
	require.NoError(t, b.store.PutOutbox(b.ctx, rapport.OutboxRow{
		ID: uuid.New(), BrandID: b.brand, Kind: "start", WorkflowID: "message/" + mail.String(), Workflow: "Message", TaskQueue: "rapport", Input: raw,
	}))
	b.until("true", `select (state in ('accepted', 'delivered'))::text from messages where id = $1`, mail)
	require.NoError(t, b.client.GetWorkflow(b.ctx, "message/"+mail.String(), "").Get(b.ctx, nil))
	sweep := &worker.Sweep{Client: b.client, Store: b.store, Log: zap.NewNop()}
	_, err = sweep.Run(b.ctx, true)
	require.NoError(t, err)
	b.until("true", `select (state in ('accepted', 'delivered'))::text from messages where id = $1`, mail)
	b.exec(`begin; set local session_replication_role = replica; update messages set state = 'prepared', claimed_at = null, accepted_at = null where direction = 'internal'; commit`)
	_, err = sweep.Run(b.ctx, true)
	require.NoError(t, err)
	b.until("unknown true", `select state || ' ' || (claimed_at is not null) from messages where id = $1`, mail) // from which on somebody is asked
}

// TestAWorkflowThatEndedAheadOfPostgres: where Postgres was restored, a payout that was paid since has ended, and Postgres has it unpaid.
func TestAWorkflowThatEndedAheadOfPostgres(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// As Temporal knows it, it is cancelled. One that was so when it was written down last has nothing to add, whatever it did after that.
	ended := func(kept rapport.PayoutState, seq int64) string {
		p := rapport.Payout{ID: uuid.New(), BrandID: b.brand, State: rapport.PayoutCancelled, Timings: rapport.DefaultTimings(), Core: rapport.Core{Seq: 5}}
		id := "payout/" + p.ID.String()
		run, err := b.client.ExecuteWorkflow(b.ctx, client.StartWorkflowOptions{ID: id, TaskQueue: "rapport"}, "Payout", p)
		require.NoError(t, err)
		require.NoError(t, run.Get(b.ctx, nil))
		p.State, p.Seq = kept, seq
		p.Pending = []rapport.Effect{{Key: "paid", Kind: rapport.EffectMail}}
		if kept == rapport.PayoutAwaitingApproval {
			p.Pending = nil
		}
		state, err := json.Marshal(p)
		require.NoError(t, err)
		b.exec(`insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state) values ($1, 'Payout', 'rapport', $2, $3, $4)`, id, b.brand, seq, state)
		return id
	}
	behind, level := ended(rapport.PayoutAwaitingApproval, 3), ended(rapport.PayoutCancelled, 5)
	sweep := &worker.Sweep{Client: b.client, Store: b.store, Log: zap.NewNop()}
	r, err := sweep.Run(b.ctx, true)
	require.NoError(t, err)
	require.Equal(t, []worker.Ahead{{WorkflowID: behind, Theirs: 5, Ours: 3, Ended: true}}, r.Ahead, "by itself it is neither forgotten nor done again")
	require.Zero(t, r.Repaired)
	b.until("false true", `select (select closed from workflow_snapshots where workflow_id = $1)::text || ' ' || (select closed from workflow_snapshots where workflow_id = $2)`, behind, level)
	sweep.Compare = true // as a person asks
	r, err = sweep.Run(b.ctx, false)
	require.NoError(t, err)
	require.Len(t, r.Ahead, 1)
	r, err = sweep.Run(b.ctx, true)
	require.NoError(t, err)
	require.Equal(t, []string{behind}, r.Missing)
	require.Equal(t, 1, r.Repaired)
	r, err = sweep.Run(b.ctx, false)
	require.NoError(t, err)
	require.Empty(t, append(r.Missing, ids(r.Ahead)...), "it runs")
}

// TestNewsForWhatEndedAheadOfPostgres: what the database has decided waits until the workflow is repaired, and is refused only where both are at their end.
func TestNewsForWhatEndedAheadOfPostgres(t *testing.T) {
	t.Parallel()
	b := setup(t)
	creator, id := uuid.New(), uuid.New()
	b.exec(`insert into creators (id, name) values ($1, 'Casey')`, creator)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, id, b.brand, b.campaign, creator, b.ops)
	p := rapport.Partnership{ID: id, BrandID: b.brand, CreatorID: creator, Stage: rapport.StageTerminated, Timings: rapport.DefaultTimings(), Core: rapport.Core{Seq: 9}}
	run, err := b.client.ExecuteWorkflow(b.ctx, client.StartWorkflowOptions{ID: "partnership/" + id.String(), TaskQueue: "rapport"}, "Partnership", p)
	require.NoError(t, err)
	require.NoError(t, run.Get(b.ctx, nil))
	sig := rapport.Signal{ID: uuid.New(), Kind: rapport.SignalMail, Code: "auto_reply", Ref: uuid.New()}
	require.NoError(t, b.store.SignalWorkflow(b.ctx, "partnership", id, b.brand, sig))
	b.until("true", `select coalesce(last_error like '%ahead of the database', false) and acked_at is null from outbox where id = $1`, sig.ID)
	b.exec(`update partnerships set stage = 'terminated' where id = $1`, id)
	b.until("workflow_closed", `select refused from outbox where id = $1`, sig.ID)
}

func ids(ahead []worker.Ahead) (list []string) {
	for _, a := range ahead {
		list = append(list, a.WorkflowID)
	}
	return list
}

func TestSchedulesComeBackAndFollowTheirIntervals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	schedules := b.client.ScheduleClient()
	_, err := schedules.Create(b.ctx, client.ScheduleOptions{
		ID: "job/sweep", Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 99 * time.Hour}}},
		Action: &client.ScheduleWorkflowAction{ID: "job/sweep", Workflow: "Job", TaskQueue: "rapport", Args: []any{"sweep"}},
	})
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, worker.EnsureSchedules(b.ctx, b.client))
		for kind, every := range worker.Schedules() {
			found, err := schedules.GetHandle(b.ctx, "job/"+kind).Describe(b.ctx)
			require.NoError(t, err, kind)
			require.Equal(t, every, found.Schedule.Spec.Intervals[0].Every, kind)
		}
		require.NoError(t, schedules.GetHandle(b.ctx, "job/seal").Delete(b.ctx))
	}
}

// nothingMoved is a provider without movements.
type nothingMoved struct{ from time.Time }

func (m *nothingMoved) Books(_ context.Context, since time.Time) ([]rapport.BookObject, []rapport.BalanceMovement, error) {
	m.from = since
	return nil, nil, nil
}

func (*nothingMoved) BookEntry(context.Context, string, string) (*rapport.BookObject, *rapport.BalanceMovement, error) {
	return nil, nil, nil
}

func (*nothingMoved) Balance(context.Context) (map[string]int64, error) {
	return map[string]int64{}, nil
}

func (*nothingMoved) MissedEvents(context.Context, string, time.Time, bool) ([]rapport.InboxRow, error) {
	return nil, nil
}

// TestReconciliationFetchesWhatNoWebhookBrought: the sandbox's webhooks have no target here, so that none was delivered.
func TestReconciliationFetchesWhatNoWebhookBrought(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.until("succeeded", `select state from topups`)
	require.NoError(t, worker.Reconcile(b.store, b.payer, time.Now)(b.ctx))
	b.until("true", `select processed_at is not null from webhook_inbox where type = 'topup.succeeded'`)
	require.NoError(t, worker.Reconcile(b.store, b.payer, time.Now)(b.ctx))
	b.until("1", `select count(*) from webhook_inbox where type = 'topup.succeeded'`)
}

func TestABreakOfTheBooksIsATask(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := rapport.Reconciliation{From: time.Now(), To: time.Now(), Lines: []rapport.ReconciliationLine{{Kind: "settle", Result: "missing_here", Ref: "tr_9", At: time.Now()}}}
	for range 2 {
		run.ID = uuid.New()
		require.NoError(t, b.store.StartReconciliation(b.ctx, run))
		require.NoError(t, b.store.FinishReconciliation(b.ctx, run))
	}
	b.until("finance_releaser", `select owner_role from tasks where kind = 'reconciliation_break' and code = 'missing_here' and state = 'open'`)
	b.until("1", `select count(*) from reconciliation_cases`)
}

func TestReconciliationLeavesNoGap(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	provider := &nothingMoved{}
	reconcile := worker.Reconcile(b.store, provider, func() time.Time { return now })
	require.NoError(t, reconcile(b.ctx))
	require.WithinDuration(t, now.Add(-49*time.Hour), provider.from, 0, "two days, and an hour for the clocks")
	b.exec(`update reconciliations set to_at = $1`, now.Add(-240*time.Hour))
	require.NoError(t, reconcile(b.ctx))
	require.WithinDuration(t, now.Add(-(240+49)*time.Hour), provider.from, 0, "the jobs stood still for ten days")
	b.exec(`delete from reconciliations where to_at = (select max(to_at) from reconciliations)`)
	asked := rapport.Reconciliation{ID: uuid.New(), From: now.Add(-24 * time.Hour), To: now}
	require.NoError(t, b.store.StartReconciliation(b.ctx, asked))
	require.NoError(t, b.store.FinishReconciliation(b.ctx, asked))
	require.NoError(t, reconcile(b.ctx))
	require.WithinDuration(t, now.Add(-(240+49)*time.Hour), provider.from, 0, "a person looked at the last day only")
}
