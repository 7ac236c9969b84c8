package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ApplyBatch writes what a machine said, in one transaction. A batch that was written before changes nothing; one that is older
// than what is written adds only the history that is missing. One that does not follow on what is written is a conflict.
func (s *Store) ApplyBatch(ctx context.Context, b rapport.Batch) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		workflowID := b.Kind + "/" + b.ID.String()
		seen, err := s.q.LockSnapshot(ctx, tx, workflowID)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("lock snapshot: %w", err)
		}
		if stands := b.Seq - int64(len(b.Record.Facts)); stands > seen {
			// The database was restored to a time before facts that this workflow wrote. Going on would leave a hole in the history.
			return rapport.Errorf(rapport.CodeConflict, "%s is at %d and Postgres at %d: see the runbook of a restored database", workflowID, stands, seen)
		}
		if err := s.stillBooked(ctx, tx, b); err != nil {
			return err
		}
		if err := s.insertEvents(ctx, tx, b); err != nil {
			return err
		}
		if len(b.Record.Handled) > 0 {
			if err := s.q.MarkHandled(ctx, tx, b.Record.Handled); err != nil {
				return fmt.Errorf("mark handled: %w", err)
			}
		}
		if seen > b.Seq {
			return nil
		}
		for _, c := range b.Record.Changes {
			if err := s.applyChange(ctx, tx, b, c); err != nil {
				return fmt.Errorf("change %s to %s: %w", c.Noun, c.State, err)
			}
		}
		for _, t := range b.Record.Tasks {
			if err := s.applyTask(ctx, tx, b, t); err != nil {
				return fmt.Errorf("task %s: %w", t.Kind, err)
			}
		}
		for _, m := range b.Record.Sends {
			if err := s.applySend(ctx, tx, b, m); err != nil {
				return fmt.Errorf("send to %s: %w", m.Workflow, err)
			}
		}
		if err := s.applyView(ctx, tx, b); err != nil {
			return fmt.Errorf("view: %w", err)
		}
		err = s.q.SaveSnapshot(ctx, tx, gen.SaveSnapshotParams{WorkflowID: workflowID, Workflow: b.WorkflowType, TaskQueue: "rapport", BrandID: b.BrandID, Seq: b.Seq, State: b.Snapshot, Closed: b.Closed})
		if err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		return nil
	})
}

// stillBooked refuses what says that money has moved where the booking of it is not there. An activity books before it answers; when the database is
// restored between its answer and the record of it, no number tells that the booking is lost.
func (s *Store) stillBooked(ctx context.Context, tx pgx.Tx, b rapport.Batch) error {
	says := func(kinds ...string) bool {
		return slices.ContainsFunc(b.Record.Facts, func(f rapport.Fact) bool { return slices.Contains(kinds, f.Kind) })
	}
	booked := true
	switch {
	case b.Kind == "payout" && says("payout_paid"):
		p, err := s.q.PayoutForLedger(ctx, tx, b.ID)
		if err != nil {
			return fmt.Errorf("payout: %w", err)
		}
		booked = slices.Contains([]rapport.PayoutState{rapport.PayoutPaid, rapport.PayoutPartlyReversed, rapport.PayoutReversed}, rapport.PayoutState(p.State))
	case b.Kind == "reversal" && says("reversal_reversed", "reversal_netted", "reversal_written_off"):
		r, err := s.q.LockReversal(ctx, tx, b.ID)
		if err != nil {
			return fmt.Errorf("reversal: %w", err)
		}
		booked = r.Recovered+r.Netted+r.WrittenOff == r.Amount // a netting that is planned has kept nothing yet
	}
	if !booked {
		return rapport.Errorf(rapport.CodeConflict, "%s/%s says that money has moved, and Postgres does not have it: see the runbook of a restored database", b.Kind, b.ID)
	}
	return nil
}

func (s *Store) insertEvents(ctx context.Context, tx pgx.Tx, b rapport.Batch) error {
	if len(b.Record.Facts) == 0 {
		return nil
	}
	rows := make([]gen.InsertEventParams, len(b.Record.Facts))
	for i, f := range b.Record.Facts {
		rows[i] = gen.InsertEventParams{
			PartnershipID: b.PartnershipID, Source: b.Kind, SourceID: b.ID, Seq: f.Seq, BrandID: b.BrandID, At: f.At, Kind: f.Kind,
			Ref: idOrNil(f.Ref), Ref2: idOrNil(f.Ref2), Actor: idOrNil(f.Actor), Code: f.Code, N: int32(f.N), Until: timeOrNil(f.Until),
		}
		if f.Amount.Currency != "" {
			rows[i].Amount, rows[i].Currency = &f.Amount.Amount, &f.Amount.Currency
		}
	}
	var failed error
	s.q.InsertEvent(ctx, tx, rows).Exec(func(_ int, err error) {
		if err != nil && failed == nil {
			failed = err
		}
	})
	if failed != nil {
		return fmt.Errorf("insert history: %w", failed)
	}
	return nil
}

func (s *Store) applyChange(ctx context.Context, tx pgx.Tx, b rapport.Batch, c rapport.Change) error {
	at := c.At
	switch c.Noun {
	case "offer":
		return s.q.ChangeOffer(ctx, tx, gen.ChangeOfferParams{ID: c.ID, State: c.State, At: &at, Until: timeOrNil(c.Until)})
	case "contract":
		return s.q.ChangeContract(ctx, tx, gen.ChangeContractParams{ID: c.ID, State: c.State, At: &at, Until: timeOrNil(c.Until)})
	case "deliverable":
		return s.q.ChangeDeliverable(ctx, tx, gen.ChangeDeliverableParams{
			ID: c.ID, State: c.State, Round: int32(c.N), Submission: idOrNil(c.Ref),
			Due: timeOrNil(c.Due), Until: timeOrNil(c.Until), PublishAt: timeOrNil(c.Planned), At: &at, Extra: c.Code, ExtraFee: amountOrNil(c.Amount), ExtraCurrency: textOrNil(c.Amount.Currency),
		})
	case "submission":
		return s.q.ChangeSubmission(ctx, tx, gen.ChangeSubmissionParams{ID: c.ID, State: c.State})
	case "decision":
		n := int32(c.N)
		return s.q.ChangeDecision(ctx, tx, gen.ChangeDecisionParams{ID: c.ID, Stage: &n, OnBehalfOf: idOrNil(c.Ref), At: &at})
	case "milestone":
		switch c.State {
		case "counting":
			return s.q.CountMilestone(ctx, tx, gen.CountMilestoneParams{ID: c.ID, CountsUntil: &c.Until})
		case "given":
			return s.q.AddGivenBonus(ctx, tx, c.ID)
		case "added":
			return s.q.AddMilestone(ctx, tx, gen.AddMilestoneParams{ID: c.ID, DeliverableID: c.Ref, Title: fmt.Sprintf("Revision round %d", c.N), Amount: c.Amount.Amount, Currency: c.Amount.Currency})
		}
		return s.q.ChangeMilestone(ctx, tx, gen.ChangeMilestoneParams{ID: c.ID, State: c.State, At: &at})
	case "message":
		return s.changeMessage(ctx, tx, c)
	case "thread":
		return s.q.ChangeThread(ctx, tx, gen.ChangeThreadParams{ID: c.ID, State: c.State, Until: timeOrNil(c.Until)})
	case "extension":
		return s.q.ChangeExtension(ctx, tx, gen.ChangeExtensionParams{ID: c.ID, State: c.State, At: at, AnswerID: idOrNil(c.Ref), Due: timeOrNil(c.Due), Until: timeOrNil(c.Until)})
	case "product":
		return s.q.DeliverProduct(ctx, tx, gen.DeliverProductParams{ID: c.ID, At: timeOrNil(c.Until)})
	case "payout":
		return s.changePayout(ctx, tx, b, c)
	case "payout_method":
		return s.q.ChangePayoutMethod(ctx, tx, gen.ChangePayoutMethodParams{ID: c.ID, Method: textOrNil(c.Code)})
	case "key_date":
		return s.q.ChangeKeyDate(ctx, tx, gen.ChangeKeyDateParams{
			ID: c.ID, BrandID: b.BrandID, PartnershipID: b.PartnershipID, ContractID: c.Ref, Kind: c.Code, At: c.Due, Assets: noNil(c.Assets), State: c.State, AskedAt: timeOrNil(c.Until),
		})
	case "reversal":
		return s.changeReversal(ctx, tx, c)
	}
	return fmt.Errorf("unknown noun %q", c.Noun)
}

// changeMessage cancels a mail that nobody has sent, notes who has let one go, or, once that is sent, lets it answer what had come in.
func (s *Store) changeMessage(ctx context.Context, tx pgx.Tx, c rapport.Change) error {
	if c.State == "cancelled" {
		return s.q.CancelMail(ctx, tx, c.ID)
	}
	if c.State == "let_go" {
		return s.q.LetMailGo(ctx, tx, gen.LetMailGoParams{ID: c.ID, LookedBy: idOrNil(c.Ref), LookedAt: &c.At})
	}
	m, err := s.q.LookedMail(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	return s.answered(ctx, tx, m.ThreadID, c.ID, m.LookedBy)
}

func (s *Store) changePayout(ctx context.Context, tx pgx.Tx, b rapport.Batch, c rapport.Change) error {
	if err := s.q.ChangePayout(ctx, tx, gen.ChangePayoutParams{ID: c.ID, State: c.State, Code: c.Code, By: idOrNil(c.Ref), Holds: mustJSON(noNil(c.Holds))}); err != nil {
		return err
	}
	switch c.State {
	case string(rapport.PayoutAwaitingApproval):
		_, err := s.q.PlanNetting(ctx, tx, c.ID) // approvals are of what will be sent
		return err
	case string(rapport.PayoutCancelled):
		if err := s.q.ReleaseNettings(ctx, tx, c.ID); err != nil {
			return err
		}
	default:
		return nil
	}
	p, err := s.q.PayoutForLedger(ctx, tx, c.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // cancelled before it was opened: nothing was accrued
	}
	if err != nil {
		return err
	}
	return s.post(ctx, tx, posting{kind: "accrual_cancel", brand: b.BrandID, payout: p.ID, currency: p.Currency, lines: cancelLines(p.BrandID, p.CreatorID, p.Currency, p.Amount)})
}

func (s *Store) applyTask(ctx context.Context, tx pgx.Tx, b rapport.Batch, t rapport.TaskChange) error {
	key := b.Kind + "/" + b.ID.String() + "/" + t.Key
	if !t.Open {
		return s.q.CloseTask(ctx, tx, &key)
	}
	role := string(t.Role)
	if role == "" && t.OwnerID == uuid.Nil {
		role = string(rapport.RoleOps)
	}
	return s.q.OpenTask(ctx, tx, gen.OpenTaskParams{
		ID: newID(), BrandID: b.BrandID, PartnershipID: b.PartnershipID, DedupeKey: &key, Kind: t.Kind, Code: t.Code,
		OwnerID: idOrNil(t.OwnerID), OwnerRole: textOrNil(role), Ref: idOrNil(t.Ref), DueAt: timeOrNil(t.Due), Title: textOrNil(t.Title),
	})
}

// workflowTypes are the types of the workflows that a machine starts, by kind.
var workflowTypes = map[string]string{"partnership": "Partnership", "review": "Review", "payout": "Payout"} //nolint:gochecknoglobals // a constant table

func (s *Store) applySend(ctx context.Context, tx pgx.Tx, b rapport.Batch, m rapport.Send) error {
	row := gen.InsertOutboxParams{BrandID: &b.BrandID, WorkflowID: m.Workflow + "/" + m.ID.String()}
	var input any
	switch {
	case m.Signal != nil:
		row.ID, row.Kind, row.Name, input = m.Signal.ID, "signal", "event", m.Signal
	case m.Review != nil:
		row.ID, row.Kind, input = rapport.DeriveID(m.ID, "start"), "start", m.Review
		err := s.q.InsertReview(ctx, tx, gen.InsertReviewParams{ID: m.ID, SubmissionID: m.Review.SubmissionID, DeliverableID: m.Review.DeliverableID, PartnershipID: b.PartnershipID})
		if err != nil {
			return fmt.Errorf("insert review: %w", err)
		}
	case m.Payout != nil:
		row.ID, row.Kind, input = rapport.DeriveID(m.ID, "start"), "start", m.Payout
	}
	if row.Kind == "start" {
		row.Workflow, row.TaskQueue = workflowTypes[m.Workflow], "rapport"
	}
	var err error
	if row.Input, err = json.Marshal(input); err != nil {
		return fmt.Errorf("write input: %w", err)
	}
	return s.q.InsertOutbox(ctx, tx, row)
}

func (s *Store) applyView(ctx context.Context, tx pgx.Tx, b rapport.Batch) error {
	v := b.View
	switch b.Kind {
	case "partnership":
		p := gen.UpdatePartnershipViewParams{
			ID: b.ID, Stage: v.State, Paused: v.Paused, Term: int32(v.Term), RenewalState: v.Renewal, Seq: b.Seq, Now: b.Now,
			Timers: mustJSON(v.Timers), Waiting: mustJSON(v.Waiting), Commands: mustJSON(v.Commands),
		}
		for _, w := range v.Waiting {
			p.Attention = p.Attention || w.For == "user" || w.For == "role"
		}
		if n := v.Next(); n != nil {
			p.NextKind, p.NextAt = &n.Kind, &n.At
		}
		return s.q.UpdatePartnershipView(ctx, tx, p)
	case "review":
		p := gen.UpdateReviewViewParams{
			ID: b.ID, State: v.State, Stages: mustJSON(v.Review.Stages), Approvers: v.Review.Approvers, DueAt: timeOrNil(v.Review.Due), SilenceAt: timeOrNil(v.Review.Silence),
			Seq: b.Seq, Closed: b.Closed, Now: &b.Now,
		}
		if v.Review.Open >= 0 {
			n := int32(v.Review.Open)
			p.OpenStage = &n
		}
		return s.q.UpdateReviewView(ctx, tx, p)
	case "reversal":
		return s.q.UpdateReversalView(ctx, tx, gen.UpdateReversalViewParams{ID: b.ID, Commands: mustJSON(v.Commands), Seq: b.Seq})
	case "payout":
		return s.q.UpdatePayoutView(ctx, tx, gen.UpdatePayoutViewParams{ID: b.ID, Commands: mustJSON(v.Commands), Seq: b.Seq})
	}
	return fmt.Errorf("unknown kind %q", b.Kind)
}

// mustJSON writes one of our own types, which always has a JSON form.
func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("no JSON form: %v", err))
	}
	return b
}

func idOrNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func amountOrNil(m rapport.Money) *int64 {
	if m.Currency == "" {
		return nil
	}
	return &m.Amount
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
