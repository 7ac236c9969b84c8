package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// amended drafts an amendment that adds a piece with its money, drops a part of the fee and moves the end, on a contract with two parts.
func (d *draft) amended(t *testing.T, now time.Time) (amendment, dropped uuid.UUID) {
	t.Helper()
	dropped = newID()
	d.exec(t, `update contracts set ends_at = $2, notice_by = $3 where id = $1`, d.contract, now.AddDate(0, 0, 100), now.AddDate(0, 0, 70))
	d.exec(t, `update deliverables set state = 'awaiting_draft', draft_due_at = $2, publish_by = $3 where id = $1`, d.deliverable, now.AddDate(0, 0, 5), now.AddDate(0, 0, 10))
	for i, id := range []uuid.UUID{newID(), dropped} {
		d.exec(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, net_days, state)
			values ($1, $2, $3, $4, 1, $5, 'Part', 'approval', $6, 50000, 'eur', 0, 'pending')`, id, d.partnership, d.brand, d.contract, i, d.deliverable)
	}
	zero, owedOn := 0, now.AddDate(0, 0, 5).Format(time.DateOnly)
	x := rapport.AmendmentDraft{ID: newID(), PartnershipID: d.partnership, By: d.ann, At: now, Changes: rapport.Amendment{
		Deliverables: []rapport.DeliverableTerms{{Title: "A short", Platform: "tiktok", Kind: "short", DraftDueDays: 4, PublishDays: 3}}, EndDays: 30, UsageRightsDays: new(90),
		Milestones: []rapport.MilestoneAdded{
			{Title: "For the short", Trigger: rapport.TriggerPosted, New: &zero, Amount: 20_000, NetDays: 10}, {Title: "Later", Trigger: rapport.TriggerDate, OwedOn: owedOn, Amount: 1_000},
		},
		DroppedMilestones: []uuid.UUID{dropped},
	}}
	_, err := d.api.DraftAmendment(rapport.WithBrands(t.Context(), d.brand), x)
	require.NoError(t, err)
	return x.ID, dropped
}

func (d *draft) sign(t *testing.T, contract uuid.UUID, parties ...string) {
	t.Helper()
	for _, party := range parties {
		d.exec(t, `insert into signatures (contract_id, party, name, body_sha256) select id, $2, 'x', body_sha256 from contracts where id = $1`, contract, party)
	}
}

// written is what is there of a contract: pieces, parts of the fee, those that an amendment dropped, and executed amendments.
func (d *draft) written(t *testing.T) (n [4]int) {
	t.Helper()
	require.NoError(t, d.owner.QueryRow(t.Context(), `select (select count(*) from deliverables where contract_id = $1), (select count(*) from milestones where contract_id = $1),
		(select count(*) from milestones where contract_id = $1 and dropped_by is not null), (select count(*) from contracts where amends = $1 and executed_at is not null)`, d.contract).
		Scan(&n[0], &n[1], &n[2], &n[3]))
	return n
}

func (d *draft) endsAt(t *testing.T, contract uuid.UUID) (ends, notice *time.Time) {
	t.Helper()
	require.NoError(t, d.owner.QueryRow(t.Context(), `select ends_at, notice_by from contracts where id = $1`, contract).Scan(&ends, &notice))
	return ends, notice
}

func TestAnAmendmentIsExecutedOnce(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	now := time.Now().UTC().Truncate(time.Microsecond)
	amendment, dropped := d.amended(t, now)
	scope := rapport.WithBrands(t.Context(), d.brand)

	for _, parties := range [][]string{nil, {"brand"}} {
		d.sign(t, amendment, parties...)
		_, err := d.worker.ExecuteContract(t.Context(), amendment, now)
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "it is not signed by both")
	}
	require.Equal(t, [4]int{1, 2, 0, 0}, d.written(t))
	d.sign(t, amendment, "creator")
	ahead, err := d.api.AmendmentAhead(scope, amendment, now)
	require.NoError(t, err)
	none, err := d.api.AmendmentAhead(scope, d.contract, now)
	require.NoError(t, err)
	require.Nil(t, none, "a contract is no amendment")
	none, err = d.api.AmendmentAhead(rapport.WithBrands(t.Context(), d.other), amendment, now)
	require.NoError(t, err)
	require.Nil(t, none, "nor is another brand's")

	// Two workers have it at once, and one a day later: all answer what the first has written.
	plans, errs := make([]rapport.ContractPlan, 2), make([]error, 2)
	var both sync.WaitGroup
	for i := range plans {
		both.Go(func() { plans[i], errs[i] = d.worker.ExecuteContract(t.Context(), amendment, now) })
	}
	both.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	again, err := d.worker.ExecuteContract(t.Context(), amendment, now.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Equal(t, plans[0], plans[1])
	require.Equal(t, plans[0], again)
	require.Equal(t, ahead.Plan, again, "what was shown before")
	require.Equal(t, [4]int{2, 4, 1, 1}, d.written(t))

	var due, publish time.Time
	var position, after int
	require.NoError(t, d.owner.QueryRow(t.Context(), `select draft_due_at, publish_by, position from deliverables where id = $1`, again.Deliverables[0].ID).Scan(&due, &publish, &position))
	require.Equal(t, []any{again.Deliverables[0].DraftDue.UTC(), again.Deliverables[0].PublishBy.UTC(), 1}, []any{due.UTC(), publish.UTC(), position})
	var amount int64
	var extra bool
	require.NoError(t, d.owner.QueryRow(t.Context(), `select amount, extra, position from milestones where id = $1 and deliverable_id = $2`, again.Milestones[0].ID, again.Deliverables[0].ID).
		Scan(&amount, &extra, &after))
	require.Equal(t, []any{int64(20_000), true, 2}, []any{amount, extra, after})
	var by *uuid.UUID
	require.NoError(t, d.owner.QueryRow(t.Context(), `select dropped_by from milestones where id = $1`, dropped).Scan(&by))
	require.Equal(t, &amendment, by)
	ends, notice := d.endsAt(t, d.contract)
	require.Equal(t, []time.Time{again.EndsAt.UTC(), again.NoticeBy.UTC()}, []time.Time{ends.UTC(), notice.UTC()})
	ends, notice = d.endsAt(t, amendment)
	require.Equal(t, []*time.Time{nil, nil}, []*time.Time{ends, notice}, "the dates are the contract's")
	none, err = d.api.AmendmentAhead(scope, amendment, now)
	require.NoError(t, err)
	require.Nil(t, none, "nothing is ahead any more")
	_, err = d.owner.Exec(t.Context(), `update contracts set changes = '{}' where id = $1`, amendment)
	require.ErrorContains(t, err, "immutable")
}

// An execution that fails after the first rows leaves nothing of them, and the next one writes all.
func TestAnAmendmentIsExecutedWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{
		"at its money":         `before insert on milestones`,
		"at what falls away":   `before update of dropped_by on milestones`,
		"at the end":           `before update of ends_at on contracts`,
		"at its last word":     `before update of executed_at on contracts`,
		"once all was written": `after update of executed_at on contracts`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(t)
			now := time.Now().UTC().Truncate(time.Microsecond)
			amendment, _ := d.amended(t, now)
			d.sign(t, amendment, "brand", "creator")
			ends, notice := d.endsAt(t, d.contract)
			d.exec(t, `create function stop() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$`)
			d.exec(t, `create trigger stop `+at+` for each row execute function stop()`)
			_, err := d.worker.ExecuteContract(t.Context(), amendment, now)
			require.ErrorContains(t, err, "the disk is full")
			require.Equal(t, [4]int{1, 2, 0, 0}, d.written(t))
			endsNow, noticeNow := d.endsAt(t, d.contract)
			require.Equal(t, []*time.Time{ends, notice}, []*time.Time{endsNow, noticeNow})

			d.exec(t, `drop function stop() cascade`)
			plan, err := d.worker.ExecuteContract(t.Context(), amendment, now.Add(time.Hour))
			require.NoError(t, err)
			require.Equal(t, [4]int{2, 4, 1, 1}, d.written(t))
			ends, _ = d.endsAt(t, d.contract)
			require.Equal(t, plan.EndsAt.UTC(), ends.UTC())
		})
	}
}
