package worker_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// A bonus is owed on the word of a row that a person wrote: without one the database refuses it, whatever the workflow says. Who entered the
// number, and who gave a bonus, releases neither; what the contract holds waits for a person of finance.
func TestBonusesFromTheContractToTheMoney(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := 0
	terms := rapport.DefaultTerms()
	terms.Milestones[0].HoldUntil = "the invoice"
	terms.Milestones = append(terms.Milestones, rapport.MilestoneTerms{
		Title: "1,000 views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 5000, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 1000, WithinDays: 300},
	})
	raw, err := json.Marshal(terms)
	require.NoError(t, err)
	b.exec(`update campaigns set terms = $1`, raw)
	id, deliverable := b.contracted("Blake")
	b.until("held terms", `select p.state || ' ' || p.held_reason from payouts p join milestones m on m.id = p.milestone_id where m.trigger = 'signature'`)

	b.exec(`update milestones set counts_until = now() + interval '1 day' where trigger = 'threshold'`)
	milestone := b.id(`select id from milestones where trigger = 'threshold'`)
	worker := b.store.Pool()
	_, err = worker.Exec(b.ctx, `update milestones set state = 'met', met_at = now() where id = $1`, milestone)
	require.ErrorContains(t, err, "no number in time reaches")
	_, err = worker.Exec(b.ctx, `insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, source, entered_by)
		values ($1, $2, $3, $4, 'views', 9999, now(), 'x', $5)`,
		uuid.New(), b.brand, id, deliverable, b.ops)
	require.ErrorContains(t, err, "permission denied", "the worker enters no numbers")
	for _, n := range []struct {
		value int
		at    time.Duration
	}{{999, -time.Minute}, {5000, 48 * time.Hour}} {
		b.exec(`insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, entered_at, source, entered_by)
			values ($1, $2, $3, $4, 'views', $5, now() + $6, now() + $6, 'x', $7)`,
			uuid.New(), b.brand, id, deliverable, n.value, n.at, b.preparer)
	}
	_, err = worker.Exec(b.ctx, `update milestones set state = 'met', met_at = now() where id = $1`, milestone)
	require.ErrorContains(t, err, "no number in time reaches", "one was too low, the other too late")

	bonus := uuid.New()
	give := rapport.Command{Kind: rapport.CmdGiveBonus, Actor: b.preparer, Ref: bonus, Amount: rapport.Money{Amount: 7000, Currency: "usd"}}
	b.exec(`insert into bonuses (id, brand_id, partnership_id, amount, currency, reason, given_by)
		values ($1, $2, $3, 7000, 'usd', 'A better video than was asked for', $4)`, bonus, b.brand, id, b.preparer)
	b.accepted("partnership", id, give)
	b.until("Bonus: A better video than was asked for 7000 met", `select title || ' ' || amount || ' ' || state from milestones where id = $1`, bonus)
	b.until("awaiting_approval false", `select state || ' ' || content_counts from payouts where milestone_id = $1`, bonus)
	_, err = b.owner.Exec(b.ctx, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination)
		select $1, id, brand_id, round, 'preparer', $2, amount, currency, destination from payouts where milestone_id = $3`, uuid.New(), b.preparer, bonus)
	require.ErrorContains(t, err, "RA014", "who gave it does not release it")

	// A number in time makes the other one owed.
	b.exec(`insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, source, entered_by) values ($1, $2, $3, $4, 'views', 1000, now(), 'x', $5)`,
		uuid.New(), b.brand, id, deliverable, b.preparer)
	_, err = worker.Exec(b.ctx, `update milestones set state = 'met', met_at = now() where id = $1`, milestone)
	require.NoError(t, err)
	b.until("true", `select $2 = any (content_approvers($1))`, milestone, b.preparer)
}
