package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// PayoutsToApprove are the payouts of a brand of the scope that wait for the part of the person, by their day, at most MaxBatch. With ids
// it is those, whatever they wait for.
func (s *Store) PayoutsToApprove(ctx context.Context, brand uuid.UUID, part string, person uuid.UUID, ids []uuid.UUID) ([]rapport.PayoutToApprove, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayoutToApprove, error) {
		brands := rapport.BrandsFrom(ctx)
		rows, err := s.q.PayoutsToApprove(ctx, tx, gen.PayoutsToApproveParams{
			BrandID: brand, Brands: brands, Part: part, Person: person, Ids: append([]uuid.UUID{}, ids...), Waiting: ids == nil, MaxRows: rapport.MaxBatch,
		})
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		found := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			found[i] = r.ID
		}
		items, err := s.payoutItems(ctx, tx, found)
		if err != nil {
			return nil, err
		}
		list := make([]rapport.PayoutToApprove, len(rows))
		for i, r := range rows {
			list[i] = rapport.PayoutToApprove{
				PayoutItem: items[r.ID], Round: int(r.Round), Destination: text(r.Destination), PreparerProves: r.PreparerProves, Mine: some(r.Mine), Warnings: warnings(r),
			}
			if err := json.Unmarshal(r.Commands, &list[i].Commands); err != nil {
				return nil, fmt.Errorf("read the commands of payout %s: %w", r.ID, err)
			}
		}
		return list, nil
	})
}

// payoutItems are payouts of the scope as lists show them, by id.
func (s *Store) payoutItems(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]rapport.PayoutItem, error) {
	rows, err := s.q.ListPayouts(ctx, tx, gen.ListPayoutsParams{Brands: rapport.BrandsFrom(ctx), Ids: ids, States: []string{}, MaxRows: int32(len(ids))})
	if err != nil {
		return nil, fmt.Errorf("payouts: %w", err)
	}
	items := make(map[uuid.UUID]rapport.PayoutItem, len(rows))
	for _, r := range rows {
		items[r.ID] = payoutItem(r)
	}
	return items, nil
}

func warnings(r gen.PayoutsToApproveRow) []string {
	list := []string{}
	for _, w := range []struct {
		code  string
		given bool
	}{
		{rapport.WarnNewDestination, r.NewDestination},
		{rapport.WarnNoDestination, r.Destination == nil && r.OfflineMethod == nil},
		{rapport.WarnFirstPayment, r.FirstPayment},
		{rapport.WarnAboveTier, r.AboveTier},
		{rapport.WarnLooksDouble, r.LooksDouble},
	} {
		if w.given {
			list = append(list, w.code)
		}
	}
	return list
}

// MakePayoutBatch writes a batch with an approval and a command for each payout that is neither excluded nor refused. What the database
// refuses is written down as refused and keeps no other from being approved.
func (s *Store) MakePayoutBatch(ctx context.Context, b rapport.PayoutBatch) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.InsertPayoutBatch(ctx, tx, gen.InsertPayoutBatchParams{ID: b.ID, BrandID: b.BrandID, Part: b.Part, MadeBy: b.MadeBy.ID}); err != nil {
			return fmt.Errorf("batch: %w", err)
		}
		var sent []uuid.UUID
		for _, i := range b.Items {
			item := gen.InsertPayoutBatchItemParams{
				BatchID: b.ID, PayoutID: i.PayoutID, BrandID: b.BrandID, Amount: i.Amount.Amount, Currency: i.Amount.Currency, Excluded: orNil(i.Excluded), Refused: orNil(i.Refused),
			}
			if i.Approval != nil {
				refused, err := s.approveOne(ctx, tx, i)
				if err != nil {
					return fmt.Errorf("payout %s: %w", i.PayoutID, err)
				}
				if item.Refused = orNil(refused); refused == "" {
					item.ApprovalID, item.OutboxID = &i.Approval.ID, &i.Command.ID
					sent = append(sent, i.Command.ID)
				}
			}
			if err := s.q.InsertPayoutBatchItem(ctx, tx, item); err != nil {
				return fmt.Errorf("item: %w", err)
			}
		}
		if err := s.q.HurryOutbox(ctx, tx, sent); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		return s.audit(ctx, tx, b.MadeBy.ID, "payout.batch", b.ID, map[string]any{"brand_id": b.BrandID, "part": b.Part, "payouts": len(b.Items), "approved": len(sent)})
	})
}

// approveOne writes one approval with its command, under a savepoint of its own. It answers the reason when the database refuses it.
func (s *Store) approveOne(ctx context.Context, tx pgx.Tx, i rapport.PayoutBatchItem) (refused string, err error) {
	part, err := tx.Begin(ctx)
	if err != nil {
		return "", fmt.Errorf("savepoint: %w", err)
	}
	defer func() { _ = part.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	if i.Approval.PayoutID != uuid.Nil {                             // one that stands already names none
		if err := approvalRefused(mapped(s.insertApproval(ctx, part, *i.Approval))); err != nil {
			if e, ok := errors.AsType[*rapport.Error](err); ok && (e.Code == rapport.CodeConflict || e.Code == rapport.CodeForbidden) {
				return e.Reason, nil
			}
			return "", err
		}
	}
	o := i.Command
	if err := s.q.InsertOutbox(ctx, part, gen.InsertOutboxParams{
		ID: o.ID, BrandID: idOrNil(o.BrandID), Kind: o.Kind, WorkflowID: o.WorkflowID, Workflow: o.Workflow, TaskQueue: o.TaskQueue, Name: o.Name, UpdateID: o.UpdateID, Input: o.Input,
	}); err != nil {
		return "", fmt.Errorf("command: %w", err)
	}
	if err := part.Commit(ctx); err != nil {
		return "", fmt.Errorf("release the savepoint: %w", err)
	}
	return "", nil
}

// PayoutBatch is a batch of the scope with what became of each payout.
func (s *Store) PayoutBatch(ctx context.Context, id uuid.UUID) (rapport.PayoutBatch, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutBatch, error) {
		r, err := s.q.GetPayoutBatch(ctx, tx, gen.GetPayoutBatchParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.PayoutBatch{}, err
		}
		b := rapport.PayoutBatch{ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, Part: r.Part, MadeBy: rapport.UserRef{ID: r.MadeBy, Name: r.MadeName}, MadeAt: r.MadeAt}
		items, err := s.q.ListPayoutBatchItems(ctx, tx, gen.ListPayoutBatchItemsParams{BatchID: id, Brands: rapport.BrandsFrom(ctx)})
		for _, i := range items {
			b.Items = append(b.Items, rapport.PayoutBatchItem{
				PayoutID: i.PayoutID, PartnershipID: i.PartnershipID, CreatorName: i.CreatorName, MilestoneTitle: i.Title,
				Amount: rapport.Money{Amount: i.Amount, Currency: i.Currency}, State: rapport.PayoutState(i.State),
				Excluded: text(i.Excluded), Refused: text(i.Refused), Approved: i.Approved,
			})
		}
		return b, err
	})
}

// PayoutBatches lists batches of the scope, newest first, with what became of their payouts.
func (s *Store) PayoutBatches(ctx context.Context, f rapport.PayoutBatchFilter, page rapport.Page) ([]rapport.PayoutBatchLine, []string, error) {
	brands := rapport.BrandsFrom(ctx)
	params := gen.ListPayoutBatchesParams{Brands: brands, BrandID: f.BrandID, UserID: f.UserID, Outcome: f.Outcome, FromDay: f.From, DayAfter: f.To.AddDate(0, 0, 1), MaxRows: int32(page.Limit + 1)}
	if f.To.IsZero() {
		params.DayAfter = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayoutBatchLine, error) {
		rows, err := s.q.ListPayoutBatches(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].MadeAt, rows[len(rows)-1].ID)
		}
		list, ids, at := make([]rapport.PayoutBatchLine, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
		for i, r := range rows {
			ids[i], at[r.ID] = r.ID, i
			list[i].PayoutBatch = rapport.PayoutBatch{
				ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, Part: r.Part, MadeBy: rapport.UserRef{ID: r.MadeBy, Name: r.MadeName}, MadeAt: r.MadeAt,
			}
		}
		sums, err := s.q.PayoutBatchSums(ctx, tx, gen.PayoutBatchSumsParams{Batches: ids, Brands: brands})
		for _, r := range sums {
			b := &list[at[r.BatchID]]
			b.Sums = append(b.Sums, rapport.PayoutBatchItemSum{Outcome: r.Outcome, Count: int(r.N), Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}})
		}
		return list, err
	})
	return list, next, err
}

// PayoutPolicy is what a brand of the scope wants for its payouts.
func (s *Store) PayoutPolicy(ctx context.Context, brand uuid.UUID) (rapport.PayoutPolicy, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutPolicy, error) {
		return s.payoutPolicy(ctx, tx, brand)
	})
}

func (s *Store) payoutPolicy(ctx context.Context, tx pgx.Tx, brand uuid.UUID) (rapport.PayoutPolicy, error) {
	r, err := s.q.PayoutPolicyOf(ctx, tx, gen.PayoutPolicyOfParams{ID: brand, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return rapport.PayoutPolicy{}, err
	}
	p := rapport.PayoutPolicy{BrandID: brand, PreparersProve: r.PreparersProve, Version: int(r.PayoutPolicyVersion)}
	tiers, err := s.q.ListPayoutTiers(ctx, tx, gen.ListPayoutTiersParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx)})
	for _, t := range tiers {
		p.TwoReleasers = append(p.TwoReleasers, rapport.Money{Amount: t.TwoReleasersFrom, Currency: t.Currency})
	}
	return p, err
}

// SetPayoutPolicy writes a policy whose version is the one last read; stale when somebody else was faster. It reaches payouts that are
// opened from now on.
func (s *Store) SetPayoutPolicy(ctx context.Context, p rapport.PayoutPolicy, by uuid.UUID) (rapport.PayoutPolicy, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutPolicy, error) {
		before, err := s.payoutPolicy(ctx, tx, p.BrandID)
		if err != nil {
			return rapport.PayoutPolicy{}, err
		}
		n, err := s.q.SetPayoutPolicy(ctx, tx, gen.SetPayoutPolicyParams{PreparersProve: p.PreparersProve, ID: p.BrandID, Brands: rapport.BrandsFrom(ctx), Version: int32(p.Version)})
		if err == nil && n == 0 {
			err = stale(pgx.ErrNoRows)
		}
		if err != nil {
			return rapport.PayoutPolicy{}, err
		}
		if err := s.q.ClearPayoutTiers(ctx, tx, gen.ClearPayoutTiersParams{BrandID: p.BrandID, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return rapport.PayoutPolicy{}, fmt.Errorf("tiers: %w", err)
		}
		for _, m := range p.TwoReleasers {
			if err := s.q.InsertPayoutTier(ctx, tx, gen.InsertPayoutTierParams{BrandID: p.BrandID, Currency: m.Currency, TwoReleasersFrom: m.Amount}); err != nil {
				return rapport.PayoutPolicy{}, fmt.Errorf("tier: %w", err)
			}
		}
		after, err := s.payoutPolicy(ctx, tx, p.BrandID)
		if err != nil {
			return rapport.PayoutPolicy{}, err
		}
		if after.WeakerThan(before) {
			changed := alert{brand: p.BrandID, kind: "payout_policy_weaker", ref: p.BrandID, key: fmt.Sprintf("payout_policy/%s/%d", p.BrandID, after.Version)}
			if err := s.alert(ctx, tx, changed); err != nil {
				return rapport.PayoutPolicy{}, err
			}
		}
		detail := map[string]any{"before": policyDetail(before), "after": policyDetail(after)}
		return after, s.audit(ctx, tx, by, "payout_policy.edited", p.BrandID, detail)
	})
}

func policyDetail(p rapport.PayoutPolicy) map[string]any {
	return map[string]any{"preparers_prove": p.PreparersProve, "two_releasers_from": p.TwoReleasers}
}
