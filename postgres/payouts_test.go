package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// TestPayoutAttempts walks a payout through the ways its row may go, on the real guards of the database.
func TestPayoutAttempts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	hash := func(rapport.TransferRequest) []byte { return []byte("same") }
	type bundle struct {
		store    *postgres.Store
		owner    *pgxpool.Pool
		payout   uuid.UUID
		creator  uuid.UUID
		brand    uuid.UUID
		preparer uuid.UUID
		releaser uuid.UUID
	}
	setup := func(t *testing.T, funds int64) *bundle {
		t.Helper()
		ownerURL, _, workerURL := pgtest.New(t)
		owner, err := pgxpool.New(ctx, ownerURL)
		require.NoError(t, err)
		t.Cleanup(owner.Close)
		store, err := postgres.Open(ctx, workerURL)
		require.NoError(t, err)
		t.Cleanup(store.Close)
		b := &bundle{store: store, owner: owner, payout: uuid.New(), creator: uuid.New(), brand: uuid.New(), preparer: uuid.New(), releaser: uuid.New()}
		exec := func(sql string, args ...any) {
			_, err := owner.Exec(ctx, sql, args...)
			require.NoError(t, err, sql)
		}
		calendar, campaign, partnership, offer, contract, milestone := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
		exec(`insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'brand', $2, 'UTC', '{1}', '09:00', '17:00')`, calendar, b.brand)
		exec(`insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id) values ($1, 'B', 'A', 'B', 'b@b.example', $2)`, b.brand, calendar)
		for id, role := range map[uuid.UUID]string{b.preparer: "finance_preparer", b.releaser: "finance_releaser"} {
			exec(`insert into users (id, email, name, password_hash) values ($1, $2, 'P', 'x')`, id, role+"@h.example")
			exec(`insert into user_roles (user_id, brand_id, role) values ($1, $2, $3)`, id, b.brand, role)
		}
		exec(`insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
			values ($1, $2, 'C', 100000, 'usd', '2026-01-01', '2027-01-01', $3, 1000, '{}', $1, $1)`, campaign, b.brand, b.preparer)
		exec(`insert into creators (id, name) values ($1, 'Casey')`, b.creator)
		exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`, partnership, b.brand, campaign, b.creator, b.preparer)
		exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) values ($1, $2, $3, $4, 1000, 'usd', '{}')`, offer, partnership, b.brand, campaign)
		exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
			values ($1, $2, $3, $4, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}')`, contract, partnership, b.brand, offer)
		exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			values ($1, $2, $3, $4, 1, 0, 'M', 'signature', 1000, 'usd')`, milestone, partnership, b.brand, contract)
		exec(`insert into payees (creator_id, state, account_id) values ($1, 'ready', 'acct_1')`, b.creator)
		if funds > 0 {
			topup := uuid.New()
			exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, $3, 'usd')`, topup, b.brand, funds)
			require.NoError(t, store.SettleTopUp(ctx, topup, "tu_1", "succeeded"))
		}
		_, err = store.OpenPayout(ctx, b.payout, milestoneDue, partnership, milestone)
		require.NoError(t, err)
		exec(`update payouts set state = 'awaiting_approval'`)
		return b
	}
	approve := func(t *testing.T, b *bundle) {
		t.Helper()
		proof := pgtest.StepUp(t, b.owner, b.releaser, 0)
		for part, who := range map[string]uuid.UUID{"preparer": b.preparer, "releaser": b.releaser} {
			_, err := b.owner.Exec(ctx, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
				select gen_random_uuid(), id, brand_id, round, $1, $2, amount, currency, destination, case $1 when 'releaser' then $3::uuid end from payouts`, part, who, proof)
			require.NoError(t, err)
		}
	}
	state := func(t *testing.T, b *bundle) string {
		t.Helper()
		var s string
		require.NoError(t, b.owner.QueryRow(ctx, `select state from payouts`).Scan(&s))
		return s
	}

	t.Run("NotApprovedOpensNothing", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitNotApproved, o.Verdict)
		require.Equal(t, "awaiting_approval", state(t, b))
		approve(t, b) // the new round takes approvals
		o, err = b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, "submit", o.Verdict)
	})
	t.Run("AnOpenAttemptIsSentForWhatItWasOpenedFor", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		_, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		_, err = b.store.OrderPayout(ctx, b.payout, 1, func(rapport.TransferRequest) []byte { return []byte("another amount") })
		require.ErrorContains(t, err, "is not the request it was opened for")
		_, err = b.owner.Exec(ctx, `update payouts set amount = amount + 1`)
		require.Error(t, err, "nor does the database take another amount")
	})
	t.Run("RejectionAnswersAgainUntilTheNextSubmission", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, 1, o.Request.Attempt)
		require.NoError(t, b.store.MarkSent(ctx, b.payout, 1))
		o, err = b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, "submit", o.Verdict)
		require.Equal(t, 1, o.Request.Attempt, "the open attempt is found, not another opened")
		require.NoError(t, b.store.RejectAttempt(ctx, b.payout, 1, rapport.PayRejectedFunds, "balance_insufficient"))
		require.Equal(t, "failed", state(t, b))
		o, err = b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitRejectedFunds, o.Verdict, "a lost answer is answered again")
		o, err = b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, "submit", o.Verdict)
		require.Equal(t, 2, o.Request.Attempt)
		transfer := rapport.Transfer{ID: "tr_1", PayoutID: b.payout, Attempt: 2, Amount: o.Request.Amount, Destination: o.Request.Destination}
		require.NoError(t, b.store.SettlePayout(ctx, b.payout, 2, transfer))
		require.NoError(t, b.store.SettlePayout(ctx, b.payout, 2, transfer), "settling twice settles once")
		require.Equal(t, "paid", state(t, b))
		problems, err := b.store.VerifyLedger(ctx)
		require.NoError(t, err)
		require.Empty(t, problems)
		var funds, owed, flying int64
		row := `select coalesce((select balance from ledger_accounts where code like $1), 0)`
		require.NoError(t, b.owner.QueryRow(ctx, row, "brand_funds:%").Scan(&funds))
		require.NoError(t, b.owner.QueryRow(ctx, row, "creator_payable:%").Scan(&owed))
		require.NoError(t, b.owner.QueryRow(ctx, row, "brand_in_flight:%").Scan(&flying))
		require.Equal(t, []int64{4000, 0, 0}, []int64{funds, owed, flying})
	})
	t.Run("FundsShortParksAndWakes", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 0)
		approve(t, b)
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitFundsShort, o.Verdict)
		require.Equal(t, "awaiting_funds", state(t, b))
		topup := uuid.New()
		_, err = b.owner.Exec(ctx, `insert into topups (id, brand_id, amount, currency) values ($1, $2, 1000, 'usd')`, topup, b.brand)
		require.NoError(t, err)
		require.NoError(t, b.store.SettleTopUp(ctx, topup, "tu_2", "succeeded"))
		var signals int
		require.NoError(t, b.owner.QueryRow(ctx, `select count(*) from outbox where workflow_id like 'payout/%'`).Scan(&signals))
		require.Equal(t, 1, signals)
		o, err = b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, "submit", o.Verdict)
	})
	t.Run("FundsThatComeWhileItIsParkedAreNotOverlooked", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 0)
		approve(t, b)
		topup := uuid.New()
		_, err := b.owner.Exec(ctx, `insert into topups (id, brand_id, amount, currency) values ($1, $2, 1000, 'usd')`, topup, b.brand)
		require.NoError(t, err)
		// The money is posted and not committed yet while the payout is ordered.
		ordered := make(chan rapport.PayoutOrder, 1)
		require.NoError(t, b.store.Atomically(ctx, func(tx context.Context) error {
			if err := b.store.SettleTopUp(tx, topup, "tu_2", "succeeded"); err != nil {
				return err
			}
			go func() {
				o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
				assert.NoError(t, err)
				ordered <- o
			}()
			require.Eventually(t, func() bool {
				var waits bool
				err := b.owner.QueryRow(ctx, `select exists (select 1 from pg_locks where locktype = 'advisory' and not granted)`).Scan(&waits)
				return err == nil && waits
			}, 10*time.Second, 5*time.Millisecond, "the order waits for whoever brings funds")
			return nil
		}))
		require.Equal(t, "submit", (<-ordered).Verdict)
	})
	t.Run("FundsThatARejectionGivesBackWakeWhoWaits", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 1000)
		approve(t, b)
		_, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		other, milestone := uuid.New(), uuid.New()
		_, err = b.owner.Exec(ctx, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			select $1, partnership_id, brand_id, contract_id, term, 1, title, trigger, amount, currency from milestones`, milestone)
		require.NoError(t, err)
		_, err = b.owner.Exec(ctx, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at)
			select $1, $2, partnership_id, brand_id, creator_id, amount, currency, destination, 'awaiting_funds', due_at from payouts`, other, milestone)
		require.NoError(t, err)
		require.NoError(t, b.store.RejectAttempt(ctx, b.payout, 1, rapport.PayRejected, "account_closed"))
		var woken []string
		require.NoError(t, b.owner.QueryRow(ctx, `select array_agg(workflow_id) from outbox where input ->> 'kind' = 'funds'`).Scan(&woken))
		require.Equal(t, []string{"payout/" + other.String()}, woken)
	})
	t.Run("ARejectionWakesNobodyWhomTheProviderRefused", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 1000)
		approve(t, b)
		_, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		other, milestone := uuid.New(), uuid.New()
		_, err = b.owner.Exec(ctx, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			select $1, partnership_id, brand_id, contract_id, term, 1, title, trigger, amount, currency from milestones`, milestone)
		require.NoError(t, err)
		_, err = b.owner.Exec(ctx, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at)
			select $1, $2, partnership_id, brand_id, creator_id, amount, currency, destination, 'failed', due_at from payouts`, other, milestone)
		require.NoError(t, err)
		woken := func() (n int) {
			require.NoError(t, b.owner.QueryRow(ctx, `select count(*) from outbox where input ->> 'kind' = 'funds' and workflow_id = $1`, "payout/"+other.String()).Scan(&n))
			return n
		}
		require.NoError(t, b.store.RejectAttempt(ctx, b.payout, 1, rapport.PayRejectedFunds, "balance_insufficient"))
		require.Zero(t, woken(), "the money lies in the ledger; Stripe has none, and two that wake each other would ask it without end")
		topup := uuid.New()
		_, err = b.owner.Exec(ctx, `insert into topups (id, brand_id, amount, currency) values ($1, $2, 1000, 'usd')`, topup, b.brand)
		require.NoError(t, err)
		require.NoError(t, b.store.SettleTopUp(ctx, topup, "tu_more", "succeeded"))
		require.Equal(t, 1, woken(), "Stripe has more")
	})
	t.Run("WhoApprovesTheContentLaterCountsToo", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		_, err := b.owner.Exec(ctx, `with d as (insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind)
				select gen_random_uuid(), partnership_id, brand_id, contract_id, 1, 0, 'Video', 'youtube', 'video' from milestones returning *),
			s as (insert into submissions (id, deliverable_id, partnership_id, brand_id, version, caption) select gen_random_uuid(), id, partnership_id, brand_id, 1, '#ad' from d returning *),
			r as (insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version)
				select gen_random_uuid(), id, deliverable_id, partnership_id, brand_id, gen_random_uuid(), 1 from s returning *)
			insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, state, decided_at)
				select gen_random_uuid(), id, submission_id, brand_id, $1, 'approve', 'accepted', now() from r`, b.releaser)
		require.NoError(t, err)
		_, err = b.owner.Exec(ctx, `update milestones set trigger = 'approval'`)
		require.NoError(t, err)
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitNotApproved, o.Verdict, "the releaser has approved the content meanwhile")
		_, err = b.owner.Exec(ctx, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination)
			select gen_random_uuid(), id, brand_id, round, 'releaser', $1, amount, currency, destination from payouts`, b.releaser)
		require.ErrorContains(t, err, "who approved the content cannot approve its payout")
	})
	t.Run("AnApprovalStandsWhileItsPayoutTakesIt", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		_, err := b.owner.Exec(ctx, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination)
			select gen_random_uuid(), id, brand_id, round, 'preparer', $1, amount, currency, destination from payouts`, b.preparer)
		require.NoError(t, err)
		outbox := uuid.New()
		_, err = b.owner.Exec(ctx, `insert into outbox (id, kind, workflow_id, input) select $1, 'update', 'payout/' || payout_id, jsonb_build_object('ref', id) from payout_approvals`, outbox)
		require.NoError(t, err)
		stands := func() bool {
			ok, err := b.store.ApprovalStands(ctx, outbox)
			require.NoError(t, err)
			return ok
		}
		require.True(t, stands())
		_, err = b.owner.Exec(ctx, `update outbox set created_at = now() - interval '11 minutes'`)
		require.NoError(t, err)
		require.False(t, stands(), "a workflow that is behind for so long has another reason")
		_, err = b.owner.Exec(ctx, `update outbox set created_at = now()`)
		require.NoError(t, err)
		_, err = b.owner.Exec(ctx, `update payouts set round = round + 1`)
		require.NoError(t, err)
		require.False(t, stands(), "it was for another round")
	})
	t.Run("ARecordFollowsOnWhatIsWritten", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		var partnership uuid.UUID
		require.NoError(t, b.owner.QueryRow(ctx, `select partnership_id from payouts`).Scan(&partnership))
		batch := func(seqs ...int64) rapport.Batch {
			b := rapport.Batch{Kind: "payout", WorkflowType: "Payout", ID: b.payout, BrandID: b.brand, PartnershipID: partnership, Snapshot: []byte("{}")}
			for _, seq := range seqs {
				b.Seq = seq
				b.Record.Facts = append(b.Record.Facts, rapport.Fact{Seq: seq, At: time.Now(), Kind: "payout_scheduled"})
			}
			return b
		}
		require.NoError(t, b.store.ApplyBatch(ctx, batch(1, 2)))
		require.NoError(t, b.store.ApplyBatch(ctx, batch(1, 2)), "written before")
		require.NoError(t, b.store.ApplyBatch(ctx, batch(2, 3)))
		err := b.store.ApplyBatch(ctx, batch(5))
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "after a restore the workflow is ahead; its history would get a hole")
		require.ErrorContains(t, err, "is at 4 and Postgres at 3")
		silent := batch()
		silent.Seq, silent.Record.Handled = 4, []uuid.UUID{uuid.New()}
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(b.store.ApplyBatch(ctx, silent)), "also where it says nothing new")
		silent.Seq = 3
		require.NoError(t, b.store.ApplyBatch(ctx, silent))
	})
	t.Run("APaymentWhoseBookingIsLostIsNotWritten", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		var partnership uuid.UUID
		require.NoError(t, b.owner.QueryRow(ctx, `select partnership_id from payouts`).Scan(&partnership))
		paid := rapport.Batch{
			Kind: "payout", WorkflowType: "Payout", ID: b.payout, BrandID: b.brand, PartnershipID: partnership, Snapshot: []byte("{}"), Seq: 1,
			Record: rapport.Record{Facts: []rapport.Fact{{Seq: 1, At: time.Now(), Kind: "payout_paid"}}},
		}
		// As after a restore to before the booking, which the workflow's activity had done: no number of the record tells.
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(b.store.ApplyBatch(ctx, paid)))
		count := 0
		require.NoError(t, b.owner.QueryRow(ctx, `select (select count(*) from workflow_snapshots) + (select count(*) from partnership_events)`).Scan(&count))
		require.Zero(t, count, "nothing of it is written, so that the workflow is seen to be ahead")
		_, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.NoError(t, b.store.SettlePayout(ctx, b.payout, 1, rapport.Transfer{ID: "tr_1", PayoutID: b.payout}))
		require.NoError(t, b.store.ApplyBatch(ctx, paid))
	})
	t.Run("ARowKnowsAllThatIsInItsWay", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		var partnership uuid.UUID
		require.NoError(t, b.owner.QueryRow(ctx, `select partnership_id from payouts`).Scan(&partnership))
		at, seq := time.Now().UTC().Truncate(time.Second), int64(0)
		held := func(code string, holds ...rapport.HoldReason) []rapport.PayoutHold {
			seq++
			require.NoError(t, b.store.ApplyBatch(ctx, rapport.Batch{
				Kind: "payout", WorkflowType: "Payout", ID: b.payout, BrandID: b.brand, PartnershipID: partnership, Snapshot: []byte("{}"), Seq: seq,
				Record: rapport.Record{
					Facts:   []rapport.Fact{{Seq: seq, At: at, Kind: "payout_held"}},
					Changes: []rapport.Change{{Noun: "payout", ID: b.payout, State: "held", Code: code, At: at, Holds: holds}},
				},
			}))
			p, err := b.store.Payout(rapport.WithBrands(ctx, b.brand), b.payout)
			require.NoError(t, err)
			require.Equal(t, code, p.HeldReason)
			return p.Holds
		}
		ban, manual := rapport.HoldReason{Code: "ban", At: at}, rapport.HoldReason{Code: "manual", By: b.preparer, At: at.Add(time.Minute)}
		require.Equal(t, []rapport.PayoutHold{{Code: "ban"}}, held("ban"), "a record from before all were said")
		holds := held("ban", ban, manual)
		require.Len(t, holds, 2)
		require.Equal(t, []any{"ban", "", at}, []any{holds[0].Code, holds[0].By, holds[0].At.UTC()})
		require.Equal(t, []any{"manual", manual.At}, []any{holds[1].Code, holds[1].At.UTC()})
		require.NotEmpty(t, holds[1].By)
		require.Len(t, held("manual", manual), 1, "the first is gone, the second stands")
		_, err := b.owner.Exec(ctx, `update payouts set state = 'awaiting_approval', held_reason = null`)
		require.NoError(t, err)
		p, err := b.store.Payout(rapport.WithBrands(ctx, b.brand), b.payout)
		require.NoError(t, err)
		require.Empty(t, p.Holds)
	})
	t.Run("PayeeNotReadyParks", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		require.NoError(t, b.store.SavePayee(ctx, rapport.Payee{CreatorID: b.creator, Account: "acct_1", State: "onboarding"}))
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPayeeNotReady, o.Verdict)
		require.NoError(t, b.store.SavePayee(ctx, rapport.Payee{CreatorID: b.creator, Account: "acct_1", State: "ready"}))
		o, err = b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, "submit", o.Verdict)
	})
	// bank is what a look at the creator's account finds behind it.
	bank := func(t *testing.T, b *bundle, account, mark string) {
		t.Helper()
		require.NoError(t, b.store.SavePayee(ctx, rapport.Payee{CreatorID: b.creator, Account: account, State: "ready", Banks: map[string]string{"usd": mark}}))
	}
	count := func(t *testing.T, b *bundle, sql string) (n int) {
		t.Helper()
		require.NoError(t, b.owner.QueryRow(ctx, `select count(*) from `+sql).Scan(&n))
		return n
	}
	const told = `outbox where workflow_id like 'payout/%' and input ->> 'kind' = 'hold' and input ->> 'code' = 'destination_changed'`
	refused := func(t *testing.T, b *bundle, code, sql string, args ...any) {
		t.Helper()
		_, err := b.owner.Exec(ctx, sql, args...)
		require.ErrorContains(t, err, "(SQLSTATE "+code+")")
	}
	release := func(t *testing.T, b *bundle) {
		t.Helper()
		_, err := b.owner.Exec(ctx, `update destination_holds set changed_at = now() - interval '9 days', free_at = now() - interval '1 second'`)
		require.NoError(t, err)
		require.NoError(t, b.store.ReleaseDestination(rapport.WithBrands(ctx, b.brand), b.payout, b.releaser))
	}
	t.Run("AnotherDestinationIsHeldAndAsksForNewApprovals", func(t *testing.T) {
		t.Parallel()
		for name, change := range map[string]func(*testing.T, *bundle){
			"account": func(t *testing.T, b *bundle) { t.Helper(); bank(t, b, "acct_2", "one") },
			"bank":    func(t *testing.T, b *bundle) { t.Helper(); bank(t, b, "acct_1", "two") },
		} {
			b := setup(t, 5000)
			bank(t, b, "acct_1", "one")
			require.Zero(t, count(t, b, told), "the first look says only where it goes: %s", name)
			approve(t, b)
			change(t, b)
			change(t, b)
			require.Equal(t, 1, count(t, b, told), "once: %s", name)
			o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
			require.NoError(t, err)
			require.Equal(t, rapport.SubmitNotApproved, o.Verdict, name)
			refused(t, b, "RA061", `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination)
				select gen_random_uuid(), id, brand_id, round, 'preparer', $1, amount, currency, destination from payouts`, b.preparer)
			refused(t, b, "RA060", `update destination_holds set released_at = now(), released_by = $1`, b.releaser)
			refused(t, b, "RA001", `update destination_holds set released_at = now(), released_by = $1, free_at = now() - interval '1 hour', changed_at = now() - interval '2 hours'`, b.releaser)
			_, err = b.owner.Exec(ctx, `update destination_holds set changed_at = now() - interval '9 days', free_at = now() - interval '1 second'`)
			require.NoError(t, err)
			refused(t, b, "RA016", `update destination_holds set released_at = now(), released_by = $1`, b.preparer)
			_, err = b.owner.Exec(ctx, `update payees set destination_changed_by = $1`, b.releaser)
			require.NoError(t, err)
			refused(t, b, "RA015", `update destination_holds set released_at = now(), released_by = $1`, b.releaser)
			_, err = b.owner.Exec(ctx, `update payees set destination_changed_by = null`)
			require.NoError(t, err)
			release(t, b)
			approve(t, b)
			o, err = b.store.OrderPayout(ctx, b.payout, 2, hash)
			require.NoError(t, err)
			require.Equal(t, "submit", o.Verdict, name)
			require.Equal(t, map[string]string{"account": "acct_2", "bank": "acct_1"}[name], o.Request.Destination)
		}
	})
	t.Run("AChangeWhileItIsSentStopsOnlyTheNextAttempt", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		bank(t, b, "acct_1", "one")
		approve(t, b)
		first, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		bank(t, b, "acct_1", "two")
		require.Equal(t, 1, count(t, b, told), "its workflow holds it if it comes back, and asks somebody if it does not")
		again, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.Equal(t, first.Request, again.Request, "what is under way is finished under its key")
		require.NoError(t, b.store.MarkSent(ctx, b.payout, 1))
		require.NoError(t, b.store.RejectAttempt(ctx, b.payout, 1, rapport.PayRejectedFunds, "balance_insufficient"))
		next, err := b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitNotApproved, next.Verdict)
	})
	t.Run("ASecondChangeStartsTheTimeAnew", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		bank(t, b, "acct_1", "one")
		bank(t, b, "acct_1", "two")
		release(t, b)
		bank(t, b, "acct_1", "three")
		require.Equal(t, 2, count(t, b, told))
		require.Equal(t, 1, count(t, b, `destination_holds where released_at is null and free_at > now()`))
		refused(t, b, "RA060", `update destination_holds set released_at = now(), released_by = $1`, b.releaser)
		bank(t, b, "acct_1", "two")
		require.Equal(t, 3, count(t, b, told), "back again is a change too")
	})
	t.Run("ARemovedBankIsRemembered", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		bank(t, b, "acct_1", "one")
		require.NoError(t, b.store.SavePayee(ctx, rapport.Payee{CreatorID: b.creator, Account: "acct_1", State: "restricted", Banks: map[string]string{}}))
		require.NoError(t, b.store.SavePayee(ctx, rapport.Payee{CreatorID: b.creator, Account: "acct_1", State: "restricted"}))
		require.Zero(t, count(t, b, told))
		bank(t, b, "acct_1", "two")
		require.Equal(t, 1, count(t, b, told))
	})
	t.Run("WhatIsOpenedMeanwhileIsHeldToo", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		bank(t, b, "acct_1", "one")
		bank(t, b, "acct_1", "two")
		milestone, payout := uuid.New(), uuid.New()
		_, err := b.owner.Exec(ctx, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			select $1, partnership_id, brand_id, contract_id, 1, 1, 'M', 'signature', 500, 'usd' from milestones`, milestone)
		require.NoError(t, err)
		for range 2 {
			_, err = b.store.OpenPayout(ctx, payout, milestoneDue, uuid.Nil, milestone)
			require.NoError(t, err)
		}
		require.Equal(t, 2, count(t, b, told))
		require.Equal(t, 2, count(t, b, `destination_holds where free_at > now()`))
	})
	t.Run("WhatIsPaidOutsideBeginsSo", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		_, err := b.owner.Exec(ctx, `update offers set paid_outside = 'Their agency sends an invoice.'`)
		require.NoError(t, err)
		milestone, payout := uuid.New(), uuid.New()
		_, err = b.owner.Exec(ctx, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			select $1, partnership_id, brand_id, contract_id, 1, 1, 'M', 'signature', 500, 'usd' from milestones`, milestone)
		require.NoError(t, err)
		plan, err := b.store.OpenPayout(ctx, payout, milestoneDue, uuid.Nil, milestone)
		require.NoError(t, err)
		require.Equal(t, rapport.OfflineOther, plan.Offline)
		require.Equal(t, 1, count(t, b, `payouts where offline_method = 'other' and destination is null and id = '`+payout.String()+`'`))
		require.Equal(t, 1, count(t, b, `payouts where offline_method is null and destination is not null`), "what was opened before stays")
		_, err = b.owner.Exec(ctx, `update payouts set state = 'awaiting_approval' where id = $1`, payout)
		require.NoError(t, err)
		approve(t, b)
		o, err := b.store.OrderPayout(ctx, payout, 1, hash)
		require.NoError(t, err)
		require.NotEqual(t, "submit", o.Verdict, "Stripe is asked for nothing, although it is approved")
		require.Zero(t, count(t, b, `payout_attempts where payout_id = '`+payout.String()+`'`))
	})
	t.Run("EveryAddressHears", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		for i, address := range []string{"old@c.example", "casey@c.example", "long.ago@c.example", "thief@c.example"} {
			_, err := b.owner.Exec(ctx, `insert into contacts (id, creator_id, role, email) values ($1, $2, $3, $4)`, uuid.New(), b.creator, []string{"finance", "creator", "manager", "finance"}[i], address)
			require.NoError(t, err)
		}
		_, err := b.owner.Exec(ctx, `delete from contacts where email in ('old@c.example', 'long.ago@c.example')`)
		require.NoError(t, err)
		_, err = b.owner.Exec(ctx, `update removed_contacts set removed_at = now() - interval '15 days' where email = 'long.ago@c.example'`)
		require.NoError(t, err)
		bank(t, b, "acct_1", "one")
		require.Zero(t, count(t, b, `messages`))
		bank(t, b, "acct_1", "two")
		var told []string
		require.NoError(t, b.owner.QueryRow(ctx, `select array_agg(to_address order by to_address) from messages m where m.kind = 'transactional'
			and exists (select 1 from outbox o where o.workflow_id = 'message/' || m.id and o.kind = 'start' and o.workflow = 'Message')`).Scan(&told))
		require.Equal(t, []string{"casey@c.example", "old@c.example", "thief@c.example"}, told)
	})
	t.Run("UnknownIsSettledByALookUp", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		approve(t, b)
		o, err := b.store.OrderPayout(ctx, b.payout, 1, hash)
		require.NoError(t, err)
		require.NoError(t, b.store.MarkSent(ctx, b.payout, 1))
		require.NoError(t, b.store.MarkUnknown(ctx, b.payout))
		again, err := b.store.OrderPayout(ctx, b.payout, 2, hash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitUnknown, again.Verdict, "no new attempt while nobody knows")
		open, err := b.store.OpenAttempt(ctx, b.payout)
		require.NoError(t, err)
		require.Equal(t, o.Request, open.Request)
		require.NoError(t, b.store.SettlePayout(ctx, b.payout, 1, rapport.Transfer{ID: "tr_9"}))
		require.Equal(t, "paid", state(t, b))
	})
	t.Run("NothingOpenedNothingUnknown", func(t *testing.T) {
		t.Parallel()
		b := setup(t, 5000)
		open, err := b.store.OpenAttempt(ctx, b.payout)
		require.NoError(t, err)
		require.True(t, open.None)
	})
}

var milestoneDue = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
