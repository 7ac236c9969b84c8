package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListCampaigns lists the campaigns of the scope, newest first. Empty filters do not narrow.
func (s *Store) ListCampaigns(ctx context.Context, brandID *uuid.UUID, state, words string, page rapport.Page) ([]rapport.Campaign, []string, error) {
	params := gen.ListCampaignsParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: brandID, State: orNil(state), Pattern: pattern(words), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	campaigns, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Campaign, error) {
		found, err := s.campaigns(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.CreatedAt, last.ID)
		}
		return found, err
	})
	return campaigns, next, err
}

// Campaign finds one campaign of the scope.
func (s *Store) Campaign(ctx context.Context, id uuid.UUID) (rapport.Campaign, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Campaign, error) { return s.campaign(ctx, tx, id) })
}

func (s *Store) campaign(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.Campaign, error) {
	found, err := s.campaigns(ctx, tx, gen.ListCampaignsParams{Brands: rapport.BrandsFrom(ctx), ID: &id, MaxRows: 1})
	if err != nil {
		return rapport.Campaign{}, err
	}
	if len(found) == 0 {
		return rapport.Campaign{}, pgx.ErrNoRows
	}
	return found[0], nil
}

func (s *Store) campaigns(ctx context.Context, tx pgx.Tx, params gen.ListCampaignsParams) ([]rapport.Campaign, error) {
	rows, err := s.q.ListCampaigns(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	campaigns, ids, at := make([]rapport.Campaign, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		c := rapport.Campaign{
			ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, Name: r.Name, State: r.State, Brief: r.Brief,
			Budget: rapport.Money{Amount: r.Budget, Currency: r.Currency}, DefaultFee: rapport.Money{Amount: r.DefaultFee, Currency: r.Currency},
			StartsOn: r.StartsOn, EndsOn: r.EndsOn, Zone: r.Zone, Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName},
			SequenceID: r.SequenceID, PolicyID: r.PolicyID, ContractTemplateID: r.ContractTemplateID,
			Hashtags: r.Hashtags, AutomationIDs: r.AutomationIds, Stages: map[rapport.Stage]int{}, Version: int(r.Version), CreatedAt: r.CreatedAt,
			Category: text(r.Category), SlotCap: int(r.SlotCap), EmbargoUntil: r.EmbargoUntil,
		}
		if err := json.Unmarshal(r.Terms, &c.Terms); err != nil {
			return nil, fmt.Errorf("read the terms of campaign %s: %w", r.ID, err)
		}
		if err := json.Unmarshal(r.Dates, &c.Dates); err != nil {
			return nil, fmt.Errorf("read the dates of campaign %s: %w", r.ID, err)
		}
		if err := json.Unmarshal(r.ContentRules, &c.ContentRules); err != nil {
			return nil, fmt.Errorf("read the content rules of campaign %s: %w", r.ID, err)
		}
		campaigns[i] = c
	}
	stages, err := s.q.CampaignStages(ctx, tx, gen.CampaignStagesParams{Campaigns: ids, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return nil, err
	}
	for _, n := range stages {
		campaigns[at[n.CampaignID]].Stages[rapport.Stage(n.Stage)] = int(n.N)
	}
	money, err := s.q.CampaignMoney(ctx, tx, gen.CampaignMoneyParams{Campaigns: ids, Brands: rapport.BrandsFrom(ctx)})
	for _, m := range money {
		c := &campaigns[at[m.CampaignID]]
		c.Reserved = rapport.Money{Amount: m.Reserved, Currency: c.Budget.Currency}
		c.Committed = rapport.Money{Amount: m.Committed, Currency: c.Budget.Currency}
		c.Paid = rapport.Money{Amount: m.Paid, Currency: c.Budget.Currency}
		c.Accrued = rapport.Money{Amount: m.Accrued, Currency: c.Budget.Currency}
		c.Available = rapport.Money{Amount: m.Available, Currency: c.Budget.Currency}
	}
	return campaigns, err
}

// CreateCampaign adds a campaign at a brand of the scope. It answers invalid, naming the field, when owner, sequence or
// policy do not belong to the brand.
func (s *Store) CreateCampaign(ctx context.Context, c rapport.Campaign, by uuid.UUID) (rapport.Campaign, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Campaign, error) {
		if err := s.checkParts(ctx, tx, c); err != nil {
			return rapport.Campaign{}, err
		}
		terms, err := json.Marshal(c.Terms)
		if err != nil {
			return rapport.Campaign{}, fmt.Errorf("write the terms: %w", err)
		}
		c.ID = newID()
		if err := s.q.CreateCampaign(ctx, tx, gen.CreateCampaignParams{
			ID: c.ID, BrandID: c.BrandID, Name: c.Name, State: c.State, Brief: c.Brief, Budget: c.Budget.Amount, Currency: c.Budget.Currency,
			StartsOn: c.StartsOn, EndsOn: c.EndsOn, OwnerID: c.Owner.ID, DefaultFee: c.DefaultFee.Amount, Terms: terms,
			SequenceID: c.SequenceID, PolicyID: c.PolicyID, Hashtags: noNil(c.Hashtags), AutomationIds: noNil(c.AutomationIDs), ContentRules: mustJSON(c.ContentRules),
			ContractTemplateID: c.ContractTemplateID,
			Category:           orNil(c.Category), SlotCap: int32(c.SlotCap), EmbargoUntil: c.EmbargoUntil, Dates: mustJSON(noNil(c.Dates)),
		}); err != nil {
			return rapport.Campaign{}, err
		}
		if err := s.audit(ctx, tx, by, "campaign.created", c.ID, nil); err != nil {
			return rapport.Campaign{}, err
		}
		return s.campaign(ctx, tx, c.ID)
	})
}

func unknownPolicy() rapport.Field {
	return rapport.Field{Path: "policy_id", Code: "unknown", Detail: "The brand has no such policy."}
}

func (s *Store) checkParts(ctx context.Context, tx pgx.Tx, c rapport.Campaign) error {
	var bad []rapport.Field
	works, err := s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: c.Owner.ID, BrandID: c.BrandID})
	if err != nil {
		return err
	}
	if !works {
		bad = append(bad, rapport.Field{Path: "owner_id", Code: "no_role", Detail: "This person has no role at the brand."})
	}
	sequence, err := s.q.SequenceForBrand(ctx, tx, gen.SequenceForBrandParams{ID: c.SequenceID, BrandID: &c.BrandID})
	if err != nil {
		return err
	}
	if bad, err = s.checkAutomations(ctx, tx, c, bad); err != nil {
		return err
	}
	if !sequence {
		bad = append(bad, rapport.Field{Path: "sequence_id", Code: "unknown", Detail: "The brand has no such sequence."})
	}
	policy, err := s.q.PolicyForBrand(ctx, tx, gen.PolicyForBrandParams{ID: c.PolicyID, BrandID: &c.BrandID})
	if err != nil {
		return err
	}
	if !policy {
		bad = append(bad, unknownPolicy())
	}
	if c.ContractTemplateID != nil {
		known, err := s.q.ContractTemplateForBrand(ctx, tx, gen.ContractTemplateForBrandParams{ID: *c.ContractTemplateID, BrandID: &c.BrandID})
		if err != nil {
			return fmt.Errorf("contract template: %w", err)
		}
		if !known {
			bad = append(bad, rapport.Field{Path: "contract_template_id", Code: "unknown", Detail: "The brand has no such contract template."})
		}
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// checkAutomations adds the sequences that the brand has not, or that nothing starts.
func (s *Store) checkAutomations(ctx context.Context, tx pgx.Tx, c rapport.Campaign, bad []rapport.Field) ([]rapport.Field, error) {
	for i, id := range c.AutomationIDs {
		starts, err := s.q.AutomationForBrand(ctx, tx, gen.AutomationForBrandParams{ID: id, BrandID: &c.BrandID})
		if err != nil {
			return nil, fmt.Errorf("automation: %w", err)
		}
		if !starts || slices.Contains(c.AutomationIDs[:i], id) {
			bad = append(bad, rapport.Field{Path: fmt.Sprintf("automation_ids[%d]", i), Code: "unknown", Detail: "The brand has no such sequence that starts by itself, or it is named twice."})
		}
	}
	return bad, nil
}

// EditCampaign lets edit change a campaign under a lock, whatever is reserved meanwhile, and writes it. version is the one
// that the caller read; stale when somebody else was faster. The reason stands in the history with a budget that changes.
func (s *Store) EditCampaign(ctx context.Context, id uuid.UUID, version int, edit func(c *rapport.Campaign) error, reason string, by uuid.UUID) (rapport.Campaign, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Campaign, error) {
		if _, err := s.q.LockCampaign(ctx, tx, gen.LockCampaignParams{ID: id, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return rapport.Campaign{}, err
		}
		c, err := s.campaign(ctx, tx, id)
		if err != nil {
			return rapport.Campaign{}, err
		}
		ended, budget := c.EndsOn, c.Budget
		had, named := c.AutomationIDs, c.PolicyID
		if err := edit(&c); err != nil {
			return rapport.Campaign{}, err
		}
		if !slices.Equal(c.AutomationIDs, had) {
			if bad, err := s.checkAutomations(ctx, tx, c, nil); err != nil {
				return rapport.Campaign{}, err
			} else if len(bad) > 0 {
				return rapport.Campaign{}, rapport.Invalid(bad...)
			}
		}
		if c.PolicyID != named {
			if known, err := s.q.PolicyForBrand(ctx, tx, gen.PolicyForBrandParams{ID: c.PolicyID, BrandID: &c.BrandID}); err != nil {
				return rapport.Campaign{}, err
			} else if !known {
				return rapport.Campaign{}, rapport.Invalid(unknownPolicy())
			}
		}
		terms, err := json.Marshal(c.Terms)
		if err != nil {
			return rapport.Campaign{}, fmt.Errorf("write the terms: %w", err)
		}
		if _, err := s.q.UpdateCampaign(ctx, tx, gen.UpdateCampaignParams{
			ID: id, Version: int32(version), Name: c.Name, State: c.State, Brief: c.Brief, Budget: c.Budget.Amount, EndsOn: c.EndsOn,
			DefaultFee: c.DefaultFee.Amount, Terms: terms, Hashtags: noNil(c.Hashtags), AutomationIds: noNil(c.AutomationIDs), ContentRules: mustJSON(c.ContentRules), PolicyID: c.PolicyID,
			Category: orNil(c.Category), SlotCap: int32(c.SlotCap), EmbargoUntil: c.EmbargoUntil, Dates: mustJSON(noNil(c.Dates)),
		}); err != nil {
			return rapport.Campaign{}, stale(err)
		}
		if !c.EndsOn.Equal(ended) {
			if err := s.tellDates(ctx, tx, gen.PartnershipsWithDatesParams{BrandID: c.BrandID, CampaignID: &id}); err != nil {
				return rapport.Campaign{}, err
			}
		}
		var detail map[string]any
		if c.Budget != budget {
			detail = map[string]any{"before": map[string]any{"budget": budget}, "after": map[string]any{"budget": c.Budget}, "amount": c.Budget.Amount, "currency": c.Budget.Currency, "reason": reason}
		}
		if err := s.audit(ctx, tx, by, "campaign.edited", id, detail); err != nil {
			return rapport.Campaign{}, err
		}
		return s.campaign(ctx, tx, id)
	})
}
