package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// planned is a transaction whose queries are planned for what they ask, each time. A plan for any filter whatever reads all payouts of a brand.
type planned struct{ pgx.Tx }

// Query asks with a plan of its own.
func (p planned) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return p.Tx.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...) //nolint:wrapcheck // whoever asked says what for
}

// ListPayouts lists payouts of the scope by due date.
func (s *Store) ListPayouts(ctx context.Context, f rapport.PayoutFilter, page rapport.Page) ([]rapport.PayoutItem, []string, error) {
	params := gen.ListPayoutsParams{
		Brands: rapport.BrandsFrom(ctx), ID: f.ID, BrandID: f.BrandID, CampaignID: f.CampaignID, PartnershipID: f.PartnershipID,
		CreatorID: f.CreatorID, Pattern: pattern(f.Words), DueFrom: f.DueFrom, DueTo: f.DueTo, States: noNil(f.States), Lane: orNil(f.Lane), PaidFrom: timeOrNil(f.PaidFrom), MaxRows: int32(page.Limit + 1),
	}
	if !f.PaidTo.IsZero() {
		params.PaidBefore = new(f.PaidTo.AddDate(0, 0, 1))
	}
	var err error
	if params.AfterDue, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	items, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayoutItem, error) {
		rows, err := s.q.ListPayouts(ctx, planned{tx}, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].DueAt, rows[len(rows)-1].ID)
		}
		items := make([]rapport.PayoutItem, len(rows))
		for i, r := range rows {
			items[i] = payoutItem(r)
		}
		return items, err
	})
	return items, next, err
}

// AddPayoutPapers adds to payouts of the scope by which contract they are owed, and who approved them.
func (s *Store) AddPayoutPapers(ctx context.Context, items []rapport.PayoutItem) error {
	at := make(map[uuid.UUID]int, len(items))
	ids := make([]uuid.UUID, len(items))
	for i, p := range items {
		at[p.ID], ids[i] = i, p.ID
	}
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := s.q.PayoutPapers(ctx, tx, gen.PayoutPapersParams{Ids: ids, Brands: rapport.BrandsFrom(ctx)})
		for _, r := range rows {
			p := &items[at[r.ID]]
			p.Contract, p.PreparedBy, p.ReleasedBy = r.Contract, r.PreparedBy, r.ReleasedBy
		}
		return err
	})
}

// PayoutLanes counts what is owed in the scope, at one brand or in one campaign, lane by lane and currency by currency.
func (s *Store) PayoutLanes(ctx context.Context, brand, campaign *uuid.UUID) ([]rapport.PayoutLane, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayoutLane, error) {
		rows, err := s.q.PayoutLanes(ctx, tx, gen.PayoutLanesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand, CampaignID: campaign})
		lanes := make([]rapport.PayoutLane, len(rows))
		for i, r := range rows {
			lanes[i] = rapport.PayoutLane{Lane: r.Lane, Count: int(r.N), Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}}
		}
		return lanes, err
	})
}

// PayoutsBlocked counts what is blocked in the scope, at one brand or in one campaign, by state and by whom it waits for, most first.
func (s *Store) PayoutsBlocked(ctx context.Context, brand, campaign *uuid.UUID) ([]rapport.PayoutBlock, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayoutBlock, error) {
		rows, err := s.q.PayoutsBlocked(ctx, tx, gen.PayoutsBlockedParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand, CampaignID: campaign})
		blocks := make([]rapport.PayoutBlock, len(rows))
		for i, r := range rows {
			blocks[i] = rapport.PayoutBlock{
				State: rapport.PayoutState(r.State), Who: r.Who, Condition: r.Condition, Count: int(r.N), Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency},
			}
		}
		return blocks, err
	})
}

// CashByWeek is what left the brands of the scope, or one of them, in the last eight weeks, and what will in the next thirteen.
func (s *Store) CashByWeek(ctx context.Context, brand *uuid.UUID) ([]rapport.CashWeek, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.CashWeek, error) {
		rows, err := s.q.CashByWeek(ctx, tx, gen.CashByWeekParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand})
		weeks := make([]rapport.CashWeek, len(rows))
		for i, r := range rows {
			weeks[i] = rapport.CashWeek{Week: r.Week.Format("2006-01-02"), Kind: r.Kind, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}}
		}
		return weeks, err
	})
}

func payoutItem(r gen.ListPayoutsRow) rapport.PayoutItem {
	return rapport.PayoutItem{
		ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName, CampaignName: r.CampaignName,
		Creator:        rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
		MilestoneTitle: r.Title, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}, Kept: r.Netted, CameBack: r.AmountReversed, Difference: r.Difference, State: rapport.PayoutState(r.State),
		HeldReason: r.HeldReason, HeldBy: r.HeldByName, Gated: r.Gated, InTheWay: r.InTheWay, Missing: r.Missing, ReviewOn: r.ReviewOn,
		Offline: r.OfflineMethod, OfflineReference: r.OfflineReference, TransferID: r.TransferID, OfflineOn: r.OfflineOn,
		DestinationAt: r.DestinationChangedAt, FreeAt: r.DestinationFreeAt, DueAt: r.DueAt, PaidAt: r.PaidAt, UpdatedAt: r.UpdatedAt,
	}
}

// Payout finds one payout of the scope with approvals, attempts, ledger lines, evidence and history.
func (s *Store) Payout(ctx context.Context, id uuid.UUID) (rapport.PayoutRecord, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutRecord, error) {
		brands := rapport.BrandsFrom(ctx)
		rows, err := s.q.ListPayouts(ctx, tx, gen.ListPayoutsParams{Brands: brands, ID: &id, States: []string{}, MaxRows: 1})
		if err == nil && len(rows) == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return rapport.PayoutRecord{}, err
		}
		c, err := s.q.GetPayoutCore(ctx, tx, gen.GetPayoutCoreParams{ID: id, Brands: brands})
		if err != nil {
			return rapport.PayoutRecord{}, fmt.Errorf("payout: %w", err)
		}
		p := rapport.PayoutRecord{
			PayoutItem: payoutItem(rows[0]), CreatorID: rows[0].CreatorID, Destination: text(c.Destination), PayeeState: c.PayeeState, Round: int(c.Round),
			ContentFirst: c.ContentCounts, Releasers: int(c.Releasers), PreparerProves: c.PreparerProves, Seq: c.Seq,
			Evidence: rapport.PayoutEvidence{
				ContractNumber: c.ContractNumber, ExecutedAt: c.ExecutedAt, MilestoneTitle: c.MilestoneTitle, Trigger: rapport.Trigger(c.Trigger),
				NetDays: int(c.NetDays), MetAt: c.MetAt, DeliverableTitle: c.DeliverableTitle,
				Threshold: threshold(c.Metric, c.AtLeast, c.WithinDays), HoldUntil: c.HoldUntil, OwedOn: c.OwedOn,
			},
		}
		if c.TierFrom != nil {
			p.TierFrom = &rapport.Money{Amount: *c.TierFrom, Currency: p.Amount.Currency}
		}
		if err := json.Unmarshal(c.Commands, &p.Commands); err != nil {
			return p, fmt.Errorf("read the commands of payout %s: %w", id, err)
		}
		if err := s.payoutEvidence(ctx, tx, c, &p); err != nil {
			return p, err
		}
		if err := s.payoutBonus(ctx, tx, c.MilestoneID, &p.Evidence); err != nil {
			return p, err
		}
		if err := s.payoutBook(ctx, tx, &p); err != nil {
			return p, err
		}
		if err := s.payoutBack(ctx, tx, &p); err != nil {
			return p, err
		}
		if err := s.payoutFound(ctx, tx, &p); err != nil {
			return p, err
		}
		if err := s.payoutOffline(ctx, tx, &p); err != nil {
			return p, err
		}
		if err := s.payoutArrival(ctx, tx, &p); err != nil {
			return p, err
		}
		events, err := s.q.PayoutEvents(ctx, tx, gen.PayoutEventsParams{PayoutID: id, Brands: brands})
		for _, e := range events {
			p.Events = append(p.Events, payoutEvent(e))
		}
		return p, err
	})
}

func (s *Store) payoutEvidence(ctx context.Context, tx pgx.Tx, c gen.GetPayoutCoreRow, p *rapport.PayoutRecord) error {
	if p.Evidence.Trigger == rapport.TriggerSignature || p.Evidence.Trigger == rapport.TriggerGiven && c.DeliverableID == nil {
		return nil // it rests on the signatures, or on who gave it, alone
	}
	decisions, err := s.q.PayoutContentDecisions(ctx, tx, gen.PayoutContentDecisionsParams{ContractID: c.ContractID, DeliverableID: c.DeliverableID})
	if err != nil {
		return fmt.Errorf("decisions: %w", err)
	}
	for _, d := range decisions {
		p.Evidence.Decisions = append(p.Evidence.Decisions, rapport.ContentDecision{User: rapport.UserRef{ID: d.UserID, Name: d.Name}, Title: d.Title, Decision: d.Decision, At: d.At})
	}
	posts, err := s.q.PayoutPosts(ctx, tx, gen.PayoutPostsParams{ContractID: c.ContractID, DeliverableID: c.DeliverableID})
	for _, r := range posts {
		p.Evidence.Posts = append(p.Evidence.Posts, rapport.PostEvidence{Title: r.Title, URL: r.PostUrl, Result: r.Result, CheckedAt: r.CheckedAt})
	}
	return err
}

// payoutBonus adds what a bonus rests on: the numbers of the post, or who gave it and why.
func (s *Store) payoutBonus(ctx context.Context, tx pgx.Tx, milestone uuid.UUID, e *rapport.PayoutEvidence) error {
	numbers, err := s.q.PayoutNumbers(ctx, tx, milestone)
	if err != nil {
		return fmt.Errorf("numbers: %w", err)
	}
	for _, n := range numbers {
		e.Numbers = append(e.Numbers, rapport.PostNumber{
			Metric: rapport.Metric(n.Metric), Value: n.Value, StoodAt: n.StoodAt, Source: n.Source, URL: n.Url, EnteredBy: rapport.UserRef{ID: n.UserID, Name: n.Name}, EnteredAt: n.EnteredAt,
		})
	}
	b, err := s.q.PayoutBonus(ctx, tx, milestone)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	e.Bonus = &rapport.GivenBonus{ID: milestone, Reason: b.Reason, By: rapport.UserRef{ID: b.UserID, Name: b.Name}, At: b.GivenAt}
	return err
}

func (s *Store) payoutBook(ctx context.Context, tx pgx.Tx, p *rapport.PayoutRecord) error {
	if p.ContentFirst {
		for _, d := range p.Evidence.Decisions {
			p.Approvals = append(p.Approvals, rapport.PayoutEyes{Part: "content", User: d.User, At: d.At, Amount: p.Amount, Round: p.Round})
		}
	}
	holds, err := s.q.PayoutHolds(ctx, tx, gen.PayoutHoldsParams{ID: p.ID, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return fmt.Errorf("holds: %w", err)
	}
	for _, h := range holds {
		hold := rapport.PayoutHold{Code: h.Code, Reason: h.Reason, By: h.ByName, ReviewOn: h.ReviewOn}
		if h.At.Unix() > 0 {
			hold.At = h.At
		}
		p.Holds = append(p.Holds, hold)
	}
	approvals, err := s.q.PayoutApprovals(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	for _, a := range approvals {
		p.Approvals = append(p.Approvals, rapport.PayoutEyes{
			ID: a.ID, Part: a.Part, User: rapport.UserRef{ID: a.Approver, Name: a.Name}, At: a.At, Amount: rapport.Money{Amount: a.Amount, Currency: a.Currency}, Round: int(a.Round),
			ProvedAt: a.ProvedAt, ProvedWith: a.ProvedWith,
		})
	}
	attempts, err := s.q.PayoutAttempts(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("attempts: %w", err)
	}
	for _, a := range attempts {
		p.Attempts = append(p.Attempts, rapport.PayoutAttempt{
			Number: int(a.Number), Key: a.Key, Offline: a.Offline, Outcome: a.Outcome, TransferID: text(a.TransferID), ErrorCode: text(a.ErrorCode),
			FirstSentAt: a.FirstSentAt, CreatedAt: a.CreatedAt, SettledAt: a.SettledAt,
		})
	}
	txns, err := s.ledger(ctx, tx, gen.ListLedgerTransactionsParams{Brands: rapport.BrandsFrom(ctx), PayoutID: &p.ID, MaxRows: 1000})
	for _, t := range slices.Backward(txns) { // oldest first
		p.Ledger = append(p.Ledger, t.Lines...)
	}
	return err
}

func payoutEvent(e gen.PayoutEventsRow) rapport.PayoutEvent {
	f := rapport.Fact{Seq: e.Seq, At: e.At, Kind: e.Kind, Code: e.Code, N: int(e.N)}
	for to, from := range map[*uuid.UUID]*uuid.UUID{&f.Ref: e.Ref, &f.Ref2: e.Ref2, &f.Actor: e.Actor} {
		if from != nil {
			*to = *from
		}
	}
	if e.Amount != nil && e.Currency != nil {
		f.Amount = rapport.Money{Amount: *e.Amount, Currency: *e.Currency}
	}
	if e.Until != nil {
		f.Until = *e.Until
	}
	return rapport.PayoutEvent{Fact: f, ActorName: e.ActorName}
}

// approvalReasons are the words for programs of refusals that pages act on.
var approvalReasons = map[string]string{"RA050": rapport.RefusedNoProof, "RA051": "already_approved"}

// ApprovePayout keeps an approval. The database checks amount, destination, round and person under the payout's lock; its
// refusals are conflict or forbidden with the trigger's code as reason.
func (s *Store) ApprovePayout(ctx context.Context, a rapport.PayoutApprovalCreate) error {
	return approvalRefused(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.insertApproval(ctx, tx, a) }))
}

func (s *Store) insertApproval(ctx context.Context, tx pgx.Tx, a rapport.PayoutApprovalCreate) error {
	return s.q.InsertPayoutApproval(ctx, tx, gen.InsertPayoutApprovalParams{
		ID: a.ID, PayoutID: a.PayoutID, BrandID: a.BrandID, Round: int32(a.Round), Part: a.Part, Approver: a.Approver,
		Amount: a.Amount.Amount, Currency: a.Amount.Currency, Destination: orNil(a.Destination), Netted: a.Kept, StepUpID: a.StepUpID,
	})
}

// approvalRefused gives a refusal of the database the words that people and programs know.
func approvalRefused(err error) error {
	e, ok := errors.AsType[*rapport.Error](err)
	if !ok {
		return err
	}
	if reason, ok := approvalReasons[e.Reason]; ok {
		e.Reason = reason
	}
	if words := rapport.ApprovalRefusal(e.Reason); words != "" {
		e.Message = words
	}
	return e
}

// NotePayoutCommand keeps why a person held or cancelled a payout, once an id: in the audit log, and as a note in the
// partnership's history. reviewOn is the day, YYYY-MM-DD, on which a hold is looked at again; empty for none.
func (s *Store) NotePayoutCommand(ctx context.Context, id uuid.UUID, p rapport.PayoutItem, command, reason string, reviewOn string, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		detail := map[string]any{"reason": reason}
		if reviewOn != "" {
			detail["review_on"] = reviewOn
		}
		if err := s.audit(ctx, tx, by, "payout."+command, p.ID, detail); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		if command == string(rapport.CmdHold) {
			if err := s.q.PayoutReviewOn(ctx, tx, gen.PayoutReviewOnParams{ID: p.ID, ReviewOn: reviewOn}); err != nil {
				return fmt.Errorf("review date: %w", err)
			}
		}
		subject := fmt.Sprintf("Payout of %s: %s", rapport.WordsFor(ctx, "en").Money(p.Amount), strings.ReplaceAll(command, "_", " "))
		err := s.q.InsertNote(ctx, tx, gen.InsertNoteParams{ID: id, PartnershipID: p.PartnershipID, Kind: "payout_" + command, AuthorID: &by, Subject: &subject, BodyText: &reason})
		if err != nil {
			return fmt.Errorf("note: %w", err)
		}
		return nil
	})
}

// ListLedgerTransactions lists the ledger transactions of the scope, newest first, each with all its lines.
func (s *Store) ListLedgerTransactions(ctx context.Context, brandID, payoutID *uuid.UUID, page rapport.Page) ([]rapport.LedgerTransaction, []string, error) {
	params := gen.ListLedgerTransactionsParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID, PayoutID: payoutID, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.LedgerTransaction, error) {
		list, err := s.ledger(ctx, tx, params)
		if len(list) > page.Limit {
			list = list[:page.Limit]
			next = timeKey(list[len(list)-1].At, list[len(list)-1].ID)
		}
		return list, err
	})
	return list, next, err
}

func (s *Store) ledger(ctx context.Context, tx pgx.Tx, params gen.ListLedgerTransactionsParams) ([]rapport.LedgerTransaction, error) {
	rows, err := s.q.ListLedgerTransactions(ctx, planned{tx}, params)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	list, ids, at := make([]rapport.LedgerTransaction, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		list[i] = rapport.LedgerTransaction{ID: r.ID, Kind: r.Kind, PayoutID: r.PayoutID, ExternalRef: text(r.ExternalRef), At: r.At}
	}
	lines, err := s.q.LedgerLines(ctx, tx, ids)
	for _, l := range lines {
		t := &list[at[l.TxnID]]
		t.Lines = append(t.Lines, rapport.LedgerLine{TxnID: l.TxnID, Kind: l.Kind, Account: l.Code, Amount: l.Amount, Currency: l.Currency, At: l.At})
	}
	return list, err
}

// ListBalances sums the entries of every account of the scope's brands, or of one of them.
func (s *Store) ListBalances(ctx context.Context, brandID *uuid.UUID) ([]rapport.Balance, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Balance, error) {
		rows, err := s.q.ListBalances(ctx, tx, gen.ListBalancesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID})
		list := make([]rapport.Balance, len(rows))
		for i, r := range rows {
			list[i] = rapport.Balance{Account: r.Code, Currency: r.Currency, Amount: r.Balance}
		}
		return list, err
	})
}

// TopUps lists what was moved into the funds of a brand of the scope, newest first; not_found for another brand.
func (s *Store) TopUps(ctx context.Context, brand uuid.UUID, page rapport.Page) ([]rapport.TopUp, []string, error) {
	params := gen.ListTopUpsParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx), MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.TopUp, error) {
		there, err := s.q.BrandExists(ctx, tx, gen.BrandExistsParams{ID: brand, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && !there {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return nil, err
		}
		rows, err := s.q.ListTopUps(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].CreatedAt, rows[len(rows)-1].ID)
		}
		list := make([]rapport.TopUp, len(rows))
		for i, r := range rows {
			list[i] = rapport.TopUp{ID: r.ID, BrandID: r.BrandID, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}, State: r.State, CreatedAt: r.CreatedAt}
			if r.RequestedBy != nil {
				list[i].AskedBy = &rapport.UserRef{ID: *r.RequestedBy, Name: r.RequestedByName}
			}
		}
		return list, err
	})
	return list, next, err
}

// AddTopUp keeps the wish to move money into the funds of a brand of the scope; not_found for another brand.
func (s *Store) AddTopUp(ctx context.Context, t rapport.TopUp, by uuid.UUID) (rapport.TopUp, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.TopUp, error) {
		there, err := s.q.BrandExists(ctx, tx, gen.BrandExistsParams{ID: t.BrandID, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && !there {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return t, err
		}
		r, err := s.q.InsertTopUp(ctx, tx, gen.InsertTopUpParams{ID: t.ID, BrandID: t.BrandID, Amount: t.Amount.Amount, Currency: t.Amount.Currency, RequestedBy: &by})
		if err != nil {
			return t, fmt.Errorf("insert top-up: %w", err)
		}
		t.State, t.CreatedAt = r.State, r.CreatedAt
		return t, s.audit(ctx, tx, by, "topup.created", t.ID, map[string]any{"brand_id": t.BrandID, "amount": t.Amount.Amount, "currency": t.Amount.Currency})
	})
}
