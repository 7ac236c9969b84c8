package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// DraftContract writes the contract of an accepted offer with its clauses, once, and answers its id. What the library holds later changes
// no contract that was drafted.
func (s *Store) DraftContract(ctx context.Context, offer uuid.UUID, term int) (uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (uuid.UUID, error) {
		if id, err := s.q.ContractByOffer(ctx, tx, &offer); !errors.Is(err, pgx.ErrNoRows) {
			return id, err
		}
		parts, o, err := s.contractParts(ctx, tx, offer, term)
		if err != nil {
			return uuid.Nil, err
		}
		t, err := s.templateFor(ctx, tx, o.BrandID, o.ContractTemplateID)
		if err != nil {
			return uuid.Nil, err
		}
		library, err := s.clauses(ctx, tx, []uuid.UUID{o.BrandID}, &o.BrandID)
		if err != nil {
			return uuid.Nil, err
		}
		clauses := rapport.DraftClauses(parts, t, library)
		text := rapport.ContractText(parts, clauses)
		hash := sha256.Sum256([]byte(text))
		id := rapport.DeriveID(offer, "contract")
		written, err := s.q.InsertContract(ctx, tx, gen.InsertContractParams{
			ID: id, PartnershipID: o.PartnershipID, BrandID: o.BrandID, OfferID: &offer, Term: int32(term),
			Body: text, BodySha256: hash[:], Fee: o.Fee, Currency: o.Currency, Terms: o.Terms, TemplateID: &t.ID,
		})
		if err != nil {
			return uuid.Nil, fmt.Errorf("insert contract: %w", err)
		}
		if written == 0 { // another attempt was faster, and wrote its own clauses
			return s.q.ContractByOffer(ctx, tx, &offer)
		}
		return id, s.writeClauses(ctx, tx, id, o.BrandID, 1, clauses)
	})
}

// ExecuteContract fixes the deliverables, milestones and dates of a contract that both have signed. Executing it again answers
// the same plan.
func (s *Store) ExecuteContract(ctx context.Context, contract uuid.UUID, now time.Time) (rapport.ContractPlan, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ContractPlan, error) {
		c, err := s.q.ContractForExecution(ctx, tx, contract)
		if err != nil {
			return rapport.ContractPlan{}, fmt.Errorf("contract: %w", err)
		}
		if c.Signatures < 2 {
			return rapport.ContractPlan{}, rapport.Errorf(rapport.CodeConflict, "contract %s is not signed by both", c.Number)
		}
		if c.ExecutedAt != nil {
			now = *c.ExecutedAt
		}
		if c.Amends != nil {
			return s.executeAmendment(ctx, tx, c, now)
		}
		d := rapport.ContractDates{ID: contract, Now: now, Fee: rapport.Money{Amount: c.Fee, Currency: c.Currency}}
		if err := json.Unmarshal(c.Terms, &d.Terms); err != nil {
			return rapport.ContractPlan{}, fmt.Errorf("read terms: %w", err)
		}
		if err := s.datesOf(ctx, tx, c, &d); err != nil {
			return rapport.ContractPlan{}, err
		}
		plan := rapport.PlanContract(d)
		plan.Outside = c.Outside
		if c.ExecutedAt != nil {
			return plan, nil
		}
		if err := s.writePlan(ctx, tx, c, d.Terms, plan); err != nil {
			return plan, err
		}
		return plan, s.q.MarkExecuted(ctx, tx, gen.MarkExecutedParams{ID: contract, ExecutedAt: &now, EndsAt: &plan.EndsAt, NoticeBy: &plan.NoticeBy})
	})
}

// datesOf adds what the dates of a contract are counted on.
func (s *Store) datesOf(ctx context.Context, tx pgx.Tx, c gen.ContractForExecutionRow, d *rapport.ContractDates) (err error) {
	if d.Brand, d.Creator, err = s.calendarsOf(ctx, tx, c.BrandID, c.CreatorID); err != nil {
		return err
	}
	setCampaignEnd(d, c.EndsOn)
	return nil
}

func setCampaignEnd(d *rapport.ContractDates, endsOn time.Time) {
	d.CampaignEnd = d.Brand.EndOfDate(endsOn)
	if d.Brand.Compressed() {
		d.CampaignEnd = d.Brand.AddDays(d.Now, d.Terms.DurationDays) // a compressed year has no dates of its own
	}
}

func (s *Store) writePlan(ctx context.Context, tx pgx.Tx, c gen.ContractForExecutionRow, terms rapport.ContractTerms, plan rapport.ContractPlan) error {
	for i, d := range plan.Deliverables {
		if err := s.writeDeliverable(ctx, tx, c, int32(i), terms.Deliverables[i], d); err != nil {
			return err
		}
	}
	for i, m := range plan.Milestones {
		t := terms.Milestones[i]
		row := milestoneRow(c, int32(i), t.Title, t.HoldUntil, t.OwedOn, m)
		row.Bonus = t.Bonus > 0
		if of := t.Threshold; of != nil {
			row.Metric, row.AtLeast, row.WithinDays = new(string(of.Metric)), &of.AtLeast, new(int32(of.WithinDays))
		}
		if err := s.q.InsertMilestone(ctx, tx, row); err != nil {
			return fmt.Errorf("insert milestone: %w", err)
		}
	}
	return nil
}

func (s *Store) writeDeliverable(ctx context.Context, tx pgx.Tx, c gen.ContractForExecutionRow, position int32, t rapport.DeliverableTerms, d rapport.DeliverableState) error {
	err := s.q.InsertDeliverable(ctx, tx, gen.InsertDeliverableParams{
		ID: d.ID, PartnershipID: c.PartnershipID, BrandID: c.BrandID, ContractID: c.ID, Term: c.Term, Position: position,
		Title: t.Title, Platform: t.Platform, Kind: t.Kind, DraftDueAt: timeOrNil(d.DraftDue), PublishFrom: timeOrNil(d.PublishFrom), PublishBy: timeOrNil(d.PublishBy),
		DraftAfter: t.DraftAfter, CampaignDate: idOrNil(t.CampaignDate),
	})
	if err != nil {
		return fmt.Errorf("insert deliverable: %w", err)
	}
	return nil
}

func milestoneRow(c gen.ContractForExecutionRow, position int32, title, holdUntil, owedOn string, m rapport.MilestoneState) gen.InsertMilestoneParams {
	return gen.InsertMilestoneParams{
		ID: m.ID, PartnershipID: c.PartnershipID, BrandID: c.BrandID, ContractID: c.ID, Term: c.Term, Position: position, Title: title,
		Trigger: string(m.Trigger), DeliverableID: idOrNil(m.Deliverable), Amount: m.Amount.Amount, Currency: m.Amount.Currency, NetDays: int32(m.NetDays), HoldUntil: orNil(holdUntil), OwedOn: owedOn,
	}
}

// calendarsOf resolves the calendars of a brand and of a creator working for it: the creator's own, else ordinary hours in the
// creator's zone, with days as long as the brand's.
func (s *Store) calendarsOf(ctx context.Context, tx pgx.Tx, brand, creator uuid.UUID) (rapport.Calendar, rapport.Calendar, error) {
	b, err := s.q.CalendarOfBrand(ctx, tx, brand)
	if err != nil {
		return rapport.Calendar{}, rapport.Calendar{}, fmt.Errorf("brand's calendar: %w", err)
	}
	brandCalendar, err := toCalendar(b.Zone, b.WorkingDays, b.Opens, b.Closes, b.Holidays, b.DaySeconds)
	if err != nil {
		return rapport.Calendar{}, rapport.Calendar{}, err
	}
	own, err := s.q.CalendarOfCreator(ctx, tx, creator)
	if err == nil {
		c, err := toCalendar(own.Zone, own.WorkingDays, own.Opens, own.Closes, own.Holidays, own.DaySeconds)
		return brandCalendar, c, err
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return rapport.Calendar{}, rapport.Calendar{}, fmt.Errorf("creator's calendar: %w", err)
	}
	z, err := s.q.CreatorZone(ctx, tx, creator)
	if err != nil {
		return rapport.Calendar{}, rapport.Calendar{}, fmt.Errorf("creator's zone: %w", err)
	}
	zone := brandCalendar.Zone
	if z.Zone != nil && *z.Zone != "" {
		zone = *z.Zone
	} else if z.Country != nil {
		if found, ok := rapport.ZoneOfCountry(*z.Country); ok {
			zone = found
		}
	}
	c := rapport.DefaultCalendar(zone)
	c.DaySeconds = brandCalendar.DaySeconds
	return brandCalendar, c, nil
}

func toCalendar(zone string, days []int32, opens, closes string, holidays json.RawMessage, seconds int32) (rapport.Calendar, error) {
	c := rapport.Calendar{Zone: zone, Opens: opens, Closes: closes, DaySeconds: int(seconds)}
	for _, d := range days {
		c.WorkingDays = append(c.WorkingDays, int(d))
	}
	if err := json.Unmarshal(holidays, &c.Holidays); err != nil {
		return c, fmt.Errorf("read holidays: %w", err)
	}
	return c, nil
}

// Payee is where a creator is paid.
func (s *Store) Payee(ctx context.Context, creator uuid.UUID) (rapport.Payee, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Payee, error) { return s.payee(ctx, tx, creator) })
}

func (s *Store) payee(ctx context.Context, tx pgx.Tx, creator uuid.UUID) (rapport.Payee, error) {
	p, err := s.q.PayeeOf(ctx, tx, creator)
	if err != nil {
		return rapport.Payee{}, fmt.Errorf("payee: %w", err)
	}
	payee := rapport.Payee{CreatorID: p.CreatorID, State: p.State, Account: p.AccountID, Email: p.Email, Country: p.Country, Due: p.Due}
	if err := json.Unmarshal(p.Banks, &payee.Banks); err != nil {
		return payee, fmt.Errorf("read the banks: %w", err)
	}
	return payee, nil
}

// PayeeOfPayout is the payee that a payout goes to.
func (s *Store) PayeeOfPayout(ctx context.Context, payout uuid.UUID) (rapport.Payee, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Payee, error) {
		creator, err := s.q.PayeeOfPayout(ctx, tx, payout)
		if err != nil {
			return rapport.Payee{}, fmt.Errorf("payout: %w", err)
		}
		return s.payee(ctx, tx, creator)
	})
}

// SavePayee remembers where a creator is paid, and wakes the payouts that waited for it. Where money would go elsewhere than before, it holds
// instead what has not left.
func (s *Store) SavePayee(ctx context.Context, now rapport.Payee) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.LockPayee(ctx, tx, now.CreatorID); err != nil {
			return fmt.Errorf("lock payee: %w", err)
		}
		before, err := s.payee(ctx, tx, now.CreatorID)
		if err != nil {
			return err
		}
		banks, changed := rapport.BanksAfter(before.Banks, now.Banks)
		changed = changed || before.Account != "" && before.Account != now.Account
		at, err := s.q.SavePayee(ctx, tx, gen.SavePayeeParams{CreatorID: now.CreatorID, AccountID: textOrNil(now.Account), State: now.State, Banks: mustJSON(banks), Changed: changed})
		if err != nil {
			return fmt.Errorf("save payee: %w", err)
		}
		if before.Account == "" && now.Account != "" {
			if err := s.q.SetFirstDestination(ctx, tx, gen.SetFirstDestinationParams{CreatorID: now.CreatorID, Destination: &now.Account}); err != nil {
				return fmt.Errorf("destination: %w", err)
			}
		}
		if changed {
			if err := s.destinationChanged(ctx, tx, now, at); err != nil {
				return err
			}
		}
		if now.State != "ready" || before.State == "ready" {
			return nil
		}
		waiting, err := s.q.PayoutsOfCreator(ctx, tx, now.CreatorID)
		if err != nil {
			return fmt.Errorf("payouts: %w", err)
		}
		for _, p := range waiting {
			if err := s.signal(ctx, tx, "payout", p.ID, p.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalPayeeReady}); err != nil {
				return err
			}
		}
		return nil
	})
}

// signal writes a message to a workflow into the outbox.
func (s *Store) signal(ctx context.Context, tx pgx.Tx, kind string, id, brand uuid.UUID, sig rapport.Signal) error {
	err := s.q.InsertOutbox(ctx, tx, gen.InsertOutboxParams{ID: sig.ID, BrandID: idOrNil(brand), Kind: "signal", WorkflowID: kind + "/" + id.String(), Name: "event", Input: mustJSON(sig)})
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}
