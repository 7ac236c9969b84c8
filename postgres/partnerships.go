package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListPartnerships lists partnerships of the scope, what changed last first. Who is waited for is answered by name.
func (s *Store) ListPartnerships(ctx context.Context, f rapport.PartnershipFilter, page rapport.Page) ([]rapport.PartnershipSummary, []string, error) {
	params := gen.ListPartnershipsParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID,
		Attention: f.Attention, OutreachBlocked: f.OutreachBlocked, Stages: make([]string, len(f.Stages)), Pattern: pattern(f.Words), MaxRows: int32(page.Limit + 1),
	}
	for i, stage := range f.Stages {
		params.Stages[i] = string(stage)
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PartnershipSummary, error) {
		found, err := s.summaries(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.UpdatedAt, last.ID)
		}
		return found, err
	})
	return list, next, err
}

func (s *Store) summaries(ctx context.Context, tx pgx.Tx, params gen.ListPartnershipsParams) ([]rapport.PartnershipSummary, error) {
	rows, err := s.q.ListPartnerships(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("list partnerships: %w", err)
	}
	list := make([]rapport.PartnershipSummary, len(rows))
	for i, r := range rows {
		if list[i], err = summary(r); err != nil {
			return nil, fmt.Errorf("read partnership %s: %w", r.ID, err)
		}
	}
	if err := s.nameWaiting(ctx, tx, list); err != nil {
		return nil, err
	}
	return list, s.payoutWaiting(ctx, tx, list)
}

func summary(r gen.ListPartnershipsRow) (rapport.PartnershipSummary, error) {
	p := rapport.PartnershipSummary{
		ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, CampaignID: r.CampaignID, CampaignName: r.CampaignName,
		Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
		Owner:   rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName}, Stage: rapport.Stage(r.Stage), StageAt: r.StageAt, Paused: r.Paused,
		Attention: r.Attention, Term: int(r.Term), Renewal: r.RenewalState, Seq: r.Seq, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		Fee: moneyOrNil(r.Fee, r.FeeCurrency), Paid: moneyOrNil(r.Paid, r.PaidCurrency),
		NextStep: rapport.StepKind(r.NextStep), MailsSent: int(r.MailsSent),
	}
	if r.TaskKind != "" {
		p.Why = &rapport.Task{Kind: r.TaskKind, Code: r.TaskCode, Title: r.TaskTitle}
	}
	return p, errors.Join(json.Unmarshal(r.Timers, &p.Timers), json.Unmarshal(r.Waiting, &p.Waiting), json.Unmarshal(r.Commands, &p.Commands))
}

// moneyOrNil is nil without a currency: nothing is known of the amount then.
func moneyOrNil(amount int64, currency string) *rapport.Money {
	if currency == "" {
		return nil
	}
	return &rapport.Money{Amount: amount, Currency: currency}
}

// mostNames is of how many people, each of whom may do it, the names are said; of more their role is.
const mostNames = 3

// payoutWaiting puts what a payout waits for, and who may act, in the place of the payout.
func (s *Store) payoutWaiting(ctx context.Context, tx pgx.Tx, list []rapport.PartnershipSummary) error {
	var ids []uuid.UUID
	for _, p := range list {
		for _, w := range p.Waiting {
			if w.For == "provider" && w.Ref != uuid.Nil {
				ids = append(ids, w.Ref)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.q.PayoutsWaitedFor(ctx, tx, gen.PayoutsWaitedForParams{Ids: ids, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return fmt.Errorf("what payouts wait for: %w", err)
	}
	for i := range list {
		var waits []rapport.Waiting
		for _, w := range list[i].Waiting {
			found := false
			for _, r := range rows {
				if w.For == "provider" && r.ID == w.Ref {
					of := w.OfPayout(rapport.PayoutState(r.State), r.Part)
					if r.Part != "" && len(r.People) > 0 && len(r.People) <= mostNames {
						of.Who = strings.Join(r.People, ", ")
					}
					waits, found = append(waits, of), true
				}
			}
			if !found {
				waits = append(waits, w)
			}
		}
		list[i].Waiting = waits
	}
	return nil
}

// nameWaiting puts names in the place of the ids of people, and the people asked in the place of the role that reviews.
func (s *Store) nameWaiting(ctx context.Context, tx pgx.Tx, list []rapport.PartnershipSummary) error {
	var users, reviews []uuid.UUID
	each := func(f func(w *rapport.Waiting)) {
		for i := range list {
			for j := range list[i].Waiting {
				f(&list[i].Waiting[j])
			}
		}
	}
	each(func(w *rapport.Waiting) {
		if id, err := uuid.Parse(w.Who); err == nil && w.For == "user" {
			users = append(users, id)
		} else if w.Decision == "review" {
			reviews = append(reviews, w.Ref)
		}
	})
	names, err := s.UserNames(ctx, users)
	if err != nil {
		return err
	}
	asked := map[uuid.UUID][]string{}
	if len(reviews) > 0 {
		rows, err := s.q.NamesOfApprovers(ctx, tx, reviews)
		if err != nil {
			return fmt.Errorf("names of approvers: %w", err)
		}
		for _, r := range rows {
			asked[r.ID] = append(asked[r.ID], r.Name)
		}
	}
	each(func(w *rapport.Waiting) {
		if id, err := uuid.Parse(w.Who); err == nil && w.For == "user" {
			w.Who = names[id]
		} else if people := asked[w.Ref]; w.Decision == "review" && len(people) > 0 {
			w.Who = strings.Join(people, ", ")
		}
	})
	return nil
}

func (s *Store) partnershipSummary(ctx context.Context, id uuid.UUID) (rapport.PartnershipSummary, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PartnershipSummary, error) {
		found, err := s.summaries(ctx, tx, gen.ListPartnershipsParams{Brands: rapport.BrandsFrom(ctx), ID: &id, Stages: []string{}, MaxRows: 1})
		if err != nil {
			return rapport.PartnershipSummary{}, err
		}
		if len(found) == 0 {
			return rapport.PartnershipSummary{}, pgx.ErrNoRows
		}
		return found[0], nil
	})
}

// Partnership is one partnership of the scope with what its page shows beside the history.
func (s *Store) Partnership(ctx context.Context, id uuid.UUID) (rapport.PartnershipDetail, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PartnershipDetail, error) {
		d := rapport.PartnershipDetail{Entered: map[rapport.Stage]time.Time{}}
		var err error
		if d.PartnershipSummary, err = s.partnershipSummary(ctx, id); err != nil {
			return d, err
		}
		if d.Codes, err = s.Codes(ctx, id); err != nil {
			return d, err
		}
		paid, err := s.q.PaysWhom(ctx, tx, gen.PaysWhomParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return d, fmt.Errorf("who is paid: %w", err)
		}
		d.Country, d.Currency = paid.Country, paid.Currency
		stages, err := s.q.StagesEntered(ctx, tx, id)
		if err != nil {
			return d, fmt.Errorf("stages: %w", err)
		}
		for _, r := range stages {
			d.Entered[rapport.Stage(r.Stage)] = r.At
		}
		if d.Offer, err = s.newestOffer(ctx, tx, id); err != nil {
			return d, err
		}
		contracts, err := s.contracts(ctx, tx, gen.ListContractsParams{Brands: rapport.BrandsFrom(ctx), PartnershipID: &id, Base: new(true), MaxRows: 1})
		if err != nil {
			return d, err
		}
		if len(contracts) > 0 {
			d.Contract = &contracts[0]
			if err := s.content(ctx, tx, &d); err != nil {
				return d, err
			}
		}
		return d, s.reach(ctx, tx, &d)
	})
}

// PartnershipBrand is the brand of a partnership of the scope, with its name: enough to judge a command by.
func (s *Store) PartnershipBrand(ctx context.Context, id uuid.UUID) (brand uuid.UUID, name string, err error) {
	row, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (gen.PartnershipBrandRow, error) {
		return s.q.PartnershipBrand(ctx, tx, gen.PartnershipBrandParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
	})
	return row.ID, row.Name, err
}

func (s *Store) newestOffer(ctx context.Context, tx pgx.Tx, partnership uuid.UUID) (*rapport.Offer, error) {
	rows, err := s.q.NewestOffer(ctx, tx, partnership)
	if err != nil {
		return nil, fmt.Errorf("offer: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // none is an ordinary answer
	}
	r := rows[0]
	o := rapport.Offer{
		ID: r.ID, PartnershipID: r.PartnershipID, Term: int(r.Term), State: r.State, Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency},
		Message: text(r.Message), SentAt: r.SentAt, ExpiresAt: r.ExpiresAt, PaidOutside: r.PaidOutside,
	}
	if err := setCounter(&o, r.CounterFee, r.CounterAsks, r.CounterNote); err != nil {
		return nil, err
	}
	if r.CreatedBy != nil {
		o.CreatedBy = *r.CreatedBy
	}
	if err := json.Unmarshal(r.Terms, &o.Terms); err != nil {
		return nil, fmt.Errorf("read the terms of offer %s: %w", r.ID, err)
	}
	return &o, s.offersBefore(ctx, tx, &o)
}

// offersBefore chains the offers of the same term that were sent before an offer.
func (s *Store) offersBefore(ctx context.Context, tx pgx.Tx, o *rapport.Offer) error {
	rows, err := s.q.OffersBefore(ctx, tx, o.ID)
	if err != nil {
		return fmt.Errorf("offers before: %w", err)
	}
	for _, r := range rows {
		before := &rapport.Offer{
			ID: r.ID, PartnershipID: o.PartnershipID, Term: o.Term, State: r.State, Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency}, Message: text(r.Message), SentAt: r.SentAt,
		}
		if err := setCounter(before, r.CounterFee, r.CounterAsks, r.CounterNote); err != nil {
			return err
		}
		if err := json.Unmarshal(r.Terms, &before.Terms); err != nil {
			return fmt.Errorf("read the terms of offer %s: %w", r.ID, err)
		}
		o.Before, o = before, before
	}
	return nil
}

// setCounter adds what the creator asked for instead of an offer.
func setCounter(o *rapport.Offer, fee *int64, asks []byte, note string) error {
	if fee != nil {
		o.CounterFee = &rapport.Money{Amount: *fee, Currency: o.Fee.Currency}
	}
	o.CounterNote = note
	if err := json.Unmarshal(asks, &o.Asks); err != nil {
		return fmt.Errorf("read what was asked for instead of offer %s: %w", o.ID, err)
	}
	return nil
}

// content adds the deliverables and milestones of the newest contract's term.
func (s *Store) content(ctx context.Context, tx pgx.Tx, d *rapport.PartnershipDetail) error {
	term := int32(d.Contract.Term)
	deliverables, err := s.q.DeliverablesOfTerm(ctx, tx, gen.DeliverablesOfTermParams{PartnershipID: d.ID, Term: term})
	if err != nil {
		return fmt.Errorf("deliverables: %w", err)
	}
	shipments, err := s.q.ShipmentsOf(ctx, tx, d.ID)
	if err != nil {
		return fmt.Errorf("shipments: %w", err)
	}
	if d.DeliveredAt, err = s.q.ProductDelivered(ctx, tx, d.ID); err != nil {
		return fmt.Errorf("product: %w", err)
	}
	for _, r := range shipments {
		d.Shipments = append(d.Shipments, rapport.Shipment{ID: r.ID, PartnershipID: d.ID, Carrier: r.Carrier, Reference: r.Reference, DeliveredAt: r.DeliveredAt, CreatedAt: r.CreatedAt})
	}
	ids := make([]uuid.UUID, len(deliverables))
	for i, r := range deliverables {
		ids[i] = r.ID
	}
	extensions, err := s.extensionsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, r := range deliverables {
		d.Deliverables = append(d.Deliverables, rapport.PartnershipDeliverable{
			ID: r.ID, Title: r.Title, Platform: r.Platform, Kind: r.Kind, State: r.State, DraftDueAt: r.DraftDueAt, PublishBy: r.PublishBy, PublishFrom: r.PublishFrom,
			PublishAt: r.PublishAt, Round: int(r.Round),
			Late: r.Late, PostURL: text(r.PostUrl), SubmissionID: r.CurrentSubmission, ReviewID: r.ReviewID, PostedAt: r.PostedAt, VerifiedAt: r.VerifiedAt,
			Extension: extensions[r.ID], DraftAfter: r.DraftAfter, CampaignDate: r.CampaignDate, Policy: r.PolicyName, PolicyN: int(r.PolicyVersion),
		})
	}
	milestones, err := s.q.MilestonesOfTerm(ctx, tx, gen.MilestonesOfTermParams{PartnershipID: d.ID, Term: term})
	if err != nil {
		return fmt.Errorf("milestones: %w", err)
	}
	for _, r := range milestones {
		d.Milestones = append(d.Milestones, rapport.PartnershipMilestone{
			ID: r.ID, Title: r.Title, Trigger: rapport.Trigger(r.Trigger), State: r.State, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency},
			MetAt: r.MetAt, PayoutID: r.PayoutID, PayoutState: r.PayoutState, Bonus: r.Bonus, Threshold: threshold(r.Metric, r.AtLeast, r.WithinDays),
			CountsUntil: r.CountsUntil, DeliverableID: r.DeliverableID, Number: number(r.Number), NumberAt: numberAt(r.Number, r.NumberAt), HoldUntil: r.HoldUntil, OwedOn: r.OwedOn,
		})
	}
	return nil
}

// reach adds how the creator is reached, and whether at all.
func (s *Store) reach(ctx context.Context, tx pgx.Tx, d *rapport.PartnershipDetail) error {
	rows, err := s.q.ContactsToShow(ctx, tx, d.Creator.ID)
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	for _, r := range rows {
		d.DoNotContact, d.Banned = r.DoNotContact, r.Banned
		if r.ID != nil {
			d.Contacts = append(d.Contacts, rapport.Contact{ID: *r.ID, Role: text(r.Role), Name: text(r.Name), Email: text(r.Email)})
		}
	}
	return nil
}

// StartPartnerships starts partnerships of a campaign of the scope, each with its workflow, and says of every creator what came
// of it. It answers conflict when the campaign does not run, and invalid when the owner does not work for the brand.
func (s *Store) StartPartnerships(ctx context.Context, o rapport.StartOrder, start rapport.WorkflowStart) ([]rapport.Started, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Started, error) {
		g, err := s.q.CampaignToStart(ctx, tx, gen.CampaignToStartParams{ID: o.CampaignID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return nil, fmt.Errorf("campaign: %w", err)
		}
		if g.State != rapport.CampaignRunning {
			return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "campaign_not_running", State: g.State, Message: "Only a running campaign starts partnerships. Nothing was started."}
		}
		if o.OwnerID == uuid.Nil {
			o.OwnerID = g.OwnerID
		} else if works, err := s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: o.OwnerID, BrandID: g.BrandID}); err != nil {
			return nil, fmt.Errorf("owner: %w", err)
		} else if !works {
			return nil, rapport.Invalid(rapport.Field{Path: "owner_id", Code: "no_role", Detail: "This person has no role at the brand."})
		}
		rows, err := s.q.CreatorsToStart(ctx, tx, gen.CreatorsToStartParams{CampaignID: o.CampaignID, BrandID: &g.BrandID, Ids: o.Creators})
		if err != nil {
			return nil, fmt.Errorf("creators: %w", err)
		}
		found := make(map[uuid.UUID]gen.CreatorsToStartRow, len(rows))
		for _, r := range rows {
			found[r.ID] = r
		}
		list := make([]rapport.Started, len(o.Creators))
		var fresh []gen.CreatorsToStartRow
		for i, id := range o.Creators {
			list[i] = startVerdict(id, found)
			if list[i].Verdict == rapport.StartStarted {
				fresh = append(fresh, found[id])
			}
		}
		started, err := s.insertPartnerships(ctx, tx, o, g, fresh, start)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].Verdict != rapport.StartStarted {
				continue
			}
			if id, ok := started[list[i].CreatorID]; ok {
				list[i].PartnershipID = id
			} else {
				list[i].Verdict = rapport.StartRunning // somebody else was faster by a moment
			}
		}
		return list, nil
	})
}

func startVerdict(id uuid.UUID, found map[uuid.UUID]gen.CreatorsToStartRow) rapport.Started {
	r, ok := found[id]
	v := rapport.Started{CreatorID: id, Verdict: rapport.StartStarted}
	switch {
	case !ok:
		v.Verdict = rapport.StartUnknown
	case r.PartnershipID != nil:
		v.Verdict, v.PartnershipID = rapport.StartRunning, *r.PartnershipID
	case r.Banned:
		v.Verdict = rapport.StartBanned
	case r.DoNotContact:
		v.Verdict = rapport.StartDoNotContact
	case !r.Reachable:
		v.Verdict = rapport.StartNoAddress
	}
	return v
}

func (s *Store) insertPartnerships(ctx context.Context, tx pgx.Tx, o rapport.StartOrder, g gen.CampaignToStartRow, creators []gen.CreatorsToStartRow,
	start rapport.WorkflowStart,
) (map[uuid.UUID]uuid.UUID, error) {
	if len(creators) == 0 {
		return nil, nil //nolint:nilnil // nobody was started
	}
	params := gen.InsertPartnershipsParams{BrandID: g.BrandID, CampaignID: g.ID, OwnerID: o.OwnerID}
	for _, c := range creators {
		params.Ids, params.Creators = append(params.Ids, newID()), append(params.Creators, c.ID)
	}
	rows, err := s.q.InsertPartnerships(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("insert partnerships: %w", err)
	}
	started := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		started[r.CreatorID] = r.ID
	}
	brand, own, err := s.calendarsToStart(ctx, tx, g.BrandID, params.Creators)
	if err != nil {
		return nil, err
	}
	first := rapport.Partnership{
		Core: rapport.NewCore(), BrandID: g.BrandID, CampaignID: g.ID, OwnerID: o.OwnerID, Stage: rapport.StageProspect, Term: 1, Timings: rapport.DefaultTimings(), BrandCalendar: brand,
		Renewal: rapport.RenewalNotDue, Sequence: rapport.Sequence{ID: g.SequenceID, Version: int(g.SequenceVersion), CoolOffDays: int(g.CoolOffDays)},
	}
	if err := json.Unmarshal(g.Steps, &first.Sequence.Steps); err != nil {
		return nil, fmt.Errorf("read the steps of sequence %s: %w", g.SequenceID, err)
	}
	automations, err := s.q.SequencesToStart(ctx, tx, g.AutomationIds)
	if err != nil {
		return nil, fmt.Errorf("automations: %w", err)
	}
	for _, a := range automations {
		sequence := rapport.Sequence{ID: a.ID, Version: int(a.Version), CoolOffDays: int(a.CoolOffDays)}
		if err := readSequence(&sequence, a.TriggerOn, a.Steps); err != nil {
			return nil, err
		}
		first.Automations = append(first.Automations, sequence)
	}
	var starts []gen.InsertStartsParams
	for _, c := range creators {
		id, ok := started[c.ID]
		if !ok {
			continue
		}
		p := first
		p.ID, p.CreatorID, p.CreatorCalendar = id, c.ID, own[c.ID]
		if p.CreatorCalendar.Zone == "" {
			p.CreatorCalendar = ordinaryCalendar(c.Zone, c.Country, brand)
		}
		starts = append(starts, gen.InsertStartsParams{
			ID: rapport.DeriveID(id, "start"), BrandID: &g.BrandID, Kind: "start", WorkflowID: start.WorkflowID(id), Workflow: start.Type, TaskQueue: start.Queue, Input: mustJSON(p),
		})
	}
	if _, err := s.q.InsertStarts(ctx, tx, starts); err != nil {
		return nil, fmt.Errorf("insert starts: %w", err)
	}
	return started, nil
}

// calendarsToStart are the brand's calendar and those of the creators that have their own.
func (s *Store) calendarsToStart(ctx context.Context, tx pgx.Tx, brand uuid.UUID, creators []uuid.UUID) (rapport.Calendar, map[uuid.UUID]rapport.Calendar, error) {
	b, err := s.q.CalendarOfBrand(ctx, tx, brand)
	if err != nil {
		return rapport.Calendar{}, nil, fmt.Errorf("brand's calendar: %w", err)
	}
	calendar, err := toCalendar(b.Zone, b.WorkingDays, b.Opens, b.Closes, b.Holidays, b.DaySeconds)
	if err != nil {
		return rapport.Calendar{}, nil, err
	}
	rows, err := s.q.CalendarsOfCreators(ctx, tx, creators)
	if err != nil {
		return rapport.Calendar{}, nil, fmt.Errorf("creators' calendars: %w", err)
	}
	own := make(map[uuid.UUID]rapport.Calendar, len(rows))
	for _, r := range rows {
		if own[r.OwnerID], err = toCalendar(r.Zone, r.WorkingDays, r.Opens, r.Closes, r.Holidays, r.DaySeconds); err != nil {
			return rapport.Calendar{}, nil, err
		}
	}
	return calendar, own, nil
}

// CreatorCalendar is a creator's calendar as a brand works with it; without a creator, ordinary hours at the brand.
func (s *Store) CreatorCalendar(ctx context.Context, brand uuid.UUID, creator *uuid.UUID) (rapport.Calendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Calendar, error) {
		ids := []uuid.UUID{}
		if creator != nil {
			ids = append(ids, *creator)
		}
		calendar, own, err := s.calendarsToStart(ctx, tx, brand, ids)
		if err != nil || creator == nil {
			return ordinaryCalendar(nil, nil, calendar), err
		}
		if c, ok := own[*creator]; ok {
			return c, nil
		}
		profile, err := s.q.CreatorZone(ctx, tx, *creator)
		if err != nil {
			return rapport.Calendar{}, err
		}
		return ordinaryCalendar(profile.Zone, profile.Country, calendar), nil
	})
}

// ordinaryCalendar is that of a creator who has none: ordinary hours in the zone of the profile, else of the country, else of
// the brand, with days as long as the brand's.
func ordinaryCalendar(zone, country *string, brand rapport.Calendar) rapport.Calendar {
	c := rapport.DefaultCalendar(creatorZone(text(zone), text(country), brand.Zone))
	c.DaySeconds = brand.DaySeconds
	return c
}

// DraftOffer writes an offer as a draft that reserves its budget, under a lock on the campaign. What the creator wrote before
// counts as answered. It answers invalid for bad terms and another currency, conflict when the budget does not hold the fee.
func (s *Store) DraftOffer(ctx context.Context, o rapport.OfferDraft) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		p, err := s.q.PartnershipForOffer(ctx, tx, gen.PartnershipForOfferParams{ID: o.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return fmt.Errorf("partnership: %w", err)
		}
		if o.Terms == nil {
			o.Terms = &rapport.ContractTerms{}
			if err := json.Unmarshal(p.Terms, o.Terms); err != nil {
				return fmt.Errorf("read the campaign's terms: %w", err)
			}
		}
		if o.Term == 0 {
			o.Term = int(p.Term)
		}
		if bad := append(o.Check(p.Currency), o.CheckPayable(p.Country)...); len(bad) > 0 {
			return rapport.Invalid(rapport.SortFields(bad)...)
		}
		spoken, err := s.q.BudgetSpoken(ctx, tx, gen.BudgetSpokenParams{CampaignID: p.CampaignID})
		if err != nil {
			return fmt.Errorf("budget: %w", err)
		}
		if o.Exercises {
			out, err := s.q.OfferedForTerm(ctx, tx, gen.OfferedForTermParams{PartnershipID: p.ID, Term: int32(o.Term)})
			if err != nil {
				return fmt.Errorf("offer that is out: %w", err)
			}
			spoken -= out
		}
		if spoken+o.Fee.Amount+o.Terms.Bonuses() > p.Budget {
			say := rapport.WordsFor(ctx, "en")
			in := func(amount int64) string { return say.Money(rapport.Money{Amount: amount, Currency: p.Currency}) }
			return &rapport.Error{
				Code: rapport.CodeConflict, Reason: "over_budget",
				Message: fmt.Sprintf("The campaign's budget is %s and %s of it are spoken for, so %s are left: not enough for %s%s. Nothing was sent. "+
					"Offer less, or ask finance to raise the budget first.", in(p.Budget), in(spoken), in(max(p.Budget-spoken, 0)), say.Money(o.Fee),
					withBonuses(say, rapport.Money{Amount: o.Terms.Bonuses(), Currency: p.Currency})),
			}
		}
		err = s.q.InsertOffer(ctx, tx, gen.InsertOfferParams{
			ID: o.ID, PartnershipID: p.ID, BrandID: p.BrandID, CampaignID: p.CampaignID, Term: int32(o.Term), Fee: o.Fee.Amount, Bonus: o.Terms.Bonuses(), Currency: o.Fee.Currency,
			Message: orNil(o.Message), Terms: mustJSON(o.Terms), CreatedBy: some(o.By), PaidOutside: textOrNil(o.PaidOutside),
		})
		if err != nil {
			return fmt.Errorf("insert offer: %w", err)
		}
		if o.Exercises { // which answers nothing that the creator wrote
			return nil
		}
		return s.q.HandleInbound(ctx, tx, gen.HandleInboundParams{PartnershipID: &p.ID})
	})
}
