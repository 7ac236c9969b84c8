package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// toTerms shows contract terms.
func toTerms(t rapport.ContractTerms) gen.ContractTerms {
	return gen.ContractTerms{
		Deliverables: each(t.Deliverables, func(d rapport.DeliverableTerms) gen.DeliverableTerms {
			return gen.DeliverableTerms{
				Title: d.Title, Platform: d.Platform, Kind: d.Kind, DraftDueDays: d.DraftDueDays, PublishDays: d.PublishDays,
				DraftAfter: orNil(gen.DeliverableTermsDraftAfter(d.DraftAfter)), DraftDueOn: toDay(d.DraftDueOn), PublishFrom: toDay(d.PublishFrom), PublishUntil: toDay(d.PublishUntil),
				CampaignDate: orNil(d.CampaignDate),
			}
		}),
		Milestones: each(t.Milestones, func(m rapport.MilestoneTerms) gen.MilestoneTerms {
			return gen.MilestoneTerms{
				Title: m.Title, Trigger: gen.MilestoneTrigger(m.Trigger), Deliverable: m.Deliverable, Percent: m.Percent, NetDays: m.NetDays,
				Bonus: orNil(m.Bonus), Threshold: toThreshold(m.Threshold), HoldUntil: orNil(m.HoldUntil), OwedOn: toDay(m.OwedOn),
			}
		}),
		RevisionRounds: t.RevisionRounds, DurationDays: t.DurationDays, NoticeDays: t.NoticeDays,
		UsageRightsDays: orNil(t.UsageRightsDays), ExclusivityDays: orNil(t.ExclusivityDays), AllowlistingDays: orNil(t.AllowlistingDays), ExtraClauses: orNil(t.ExtraClauses), Late: toLateTerms(t.Late),
		RenewalOption: toRenewalOption(t.RenewalOption),
	}
}

// fromTerms reads contract terms; ContractTerms.Check says what is wrong with them.
func fromDeliverableTerms(d gen.DeliverableTerms) rapport.DeliverableTerms {
	t := rapport.DeliverableTerms{
		Title: d.Title, Platform: rapport.NormalPlatform(d.Platform), Kind: d.Kind, DraftDueDays: d.DraftDueDays, PublishDays: d.PublishDays, DraftAfter: string(value(d.DraftAfter)),
		DraftDueOn: fromDay(d.DraftDueOn), PublishFrom: fromDay(d.PublishFrom), PublishUntil: fromDay(d.PublishUntil), CampaignDate: value(d.CampaignDate),
	}
	if t.DraftDueOn != "" {
		t.DraftDueDays = 0 // a day takes its place
	}
	if t.PublishUntil != "" {
		t.PublishDays = 0
	}
	return t
}

func toDay(day string) *openapi_types.Date {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil
	}
	return &openapi_types.Date{Time: t}
}

func fromDay(d *openapi_types.Date) string {
	if d == nil {
		return ""
	}
	return d.Format(time.DateOnly)
}

func fromTerms(t gen.ContractTerms) rapport.ContractTerms {
	return rapport.ContractTerms{
		Deliverables: each(t.Deliverables, fromDeliverableTerms),
		Milestones: each(t.Milestones, func(m gen.MilestoneTerms) rapport.MilestoneTerms {
			return rapport.MilestoneTerms{
				Title: m.Title, Trigger: rapport.Trigger(m.Trigger), Deliverable: m.Deliverable, Percent: m.Percent, NetDays: m.NetDays,
				Bonus: value(m.Bonus), Threshold: fromThreshold(m.Threshold), HoldUntil: strings.TrimSpace(value(m.HoldUntil)), OwedOn: fromDay(m.OwedOn),
			}
		}),
		RevisionRounds: t.RevisionRounds, DurationDays: t.DurationDays, NoticeDays: t.NoticeDays,
		UsageRightsDays: value(t.UsageRightsDays), ExclusivityDays: value(t.ExclusivityDays), AllowlistingDays: value(t.AllowlistingDays), ExtraClauses: value(t.ExtraClauses), Late: fromLateTerms(t.Late),
		RenewalOption: fromRenewalOption(t.RenewalOption),
	}
}

func toRenewalOption(o *rapport.RenewalOption) *gen.RenewalOption {
	if o == nil {
		return nil
	}
	return &gen.RenewalOption{Fee: o.Fee, NoticeDays: o.NoticeDays}
}

func fromRenewalOption(o *gen.RenewalOption) *rapport.RenewalOption {
	if o == nil {
		return nil
	}
	return &rapport.RenewalOption{Fee: o.Fee, NoticeDays: o.NoticeDays}
}

func toLateTerms(l *rapport.LateTerms) *gen.LateTerms {
	if l == nil {
		return nil
	}
	return &gen.LateTerms{GraceHours: l.GraceHours, MissedAfterDays: orNil(l.MissedAfterDays), Remedy: orNil(gen.LateTermsRemedy(l.Remedy))}
}

func fromLateTerms(l *gen.LateTerms) *rapport.LateTerms {
	if l == nil {
		return nil
	}
	return &rapport.LateTerms{GraceHours: l.GraceHours, MissedAfterDays: value(l.MissedAfterDays), Remedy: string(value(l.Remedy))}
}

func toCampaignDate(d rapport.CampaignDate) gen.CampaignDate {
	from, to := d.Days()
	return gen.CampaignDate{Id: d.ID, Name: d.Name, From: toDate(from), To: toDate(to)}
}

func fromCampaignDate(d gen.CampaignDate) rapport.CampaignDate {
	return rapport.CampaignDate{ID: d.Id, Name: strings.TrimSpace(d.Name), From: d.From.Format(time.DateOnly), To: d.To.Format(time.DateOnly)}
}

func toCampaign(c rapport.Campaign) gen.Campaign {
	stages := make(map[string]int, len(c.Stages))
	for stage, n := range c.Stages {
		stages[string(stage)] = n
	}
	return gen.Campaign{
		Id: c.ID, BrandId: c.BrandID, BrandName: c.BrandName, Name: c.Name, State: gen.CampaignState(c.State), Brief: c.Brief,
		Budget: toMoney(c.Budget), Reserved: toMoney(c.Reserved), Committed: toMoney(c.Committed), Accrued: toMoney(c.Accrued), Paid: toMoney(c.Paid), Available: toMoney(c.Available),
		StartsOn: toDate(c.StartsOn), EndsOn: toDate(c.EndsOn), Zone: c.Zone, Owner: toUserRef(c.Owner), DefaultFee: toMoney(c.DefaultFee),
		Terms: toTerms(c.Terms), SequenceId: c.SequenceID, PolicyId: c.PolicyID, ContractTemplateId: c.ContractTemplateID,
		Hashtags: noNil(c.Hashtags), AutomationIds: noNil(c.AutomationIDs), ContentRules: toContentRules(c.ContentRules),
		Stages:  stages,
		Version: c.Version, CreatedAt: c.CreatedAt, Category: orNil(c.Category), SlotCap: &c.SlotCap, EmbargoUntil: toDateOrNil(c.EmbargoUntil),
		Dates: new(each(c.Dates, toCampaignDate)),
	}
}

// ListCampaigns lists campaigns, newest first.
func (s *Server) ListCampaigns(ctx context.Context, r gen.ListCampaignsRequestObject) (gen.ListCampaignsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	campaigns, next, err := s.cfg.Store.ListCampaigns(ctx, r.Params.BrandId, value(r.Params.State), value(r.Params.Q), page)
	if err != nil {
		return nil, err
	}
	return gen.ListCampaigns200JSONResponse{Items: each(campaigns, toCampaign), NextCursor: cursorOf(next)}, nil
}

// CreateCampaign adds a campaign; it runs from the start.
func (s *Server) CreateCampaign(ctx context.Context, r gen.CreateCampaignRequestObject) (gen.CreateCampaignResponseObject, error) {
	b := r.Body
	if !inScope(rapport.BrandsFrom(ctx), b.BrandId) {
		return nil, notFound("brand")
	}
	by := principalFrom(ctx).UserID
	c := rapport.Campaign{
		BrandID: b.BrandId, Name: strings.TrimSpace(b.Name), State: rapport.CampaignRunning, Brief: value(b.Brief), Budget: fromMoney(b.Budget),
		StartsOn: b.StartsOn.Time, EndsOn: b.EndsOn.Time, Owner: rapport.UserRef{ID: by}, DefaultFee: fromMoney(b.DefaultFee), Terms: fromTerms(b.Terms),
		SequenceID: rapport.DefaultSequenceID, PolicyID: rapport.DefaultPolicyID, Hashtags: trimmed(value(b.Hashtags)), AutomationIDs: value(b.AutomationIds), ContentRules: fromContentRules(b.ContentRules),
		ContractTemplateID: b.ContractTemplateId,
	}
	c.Dates = each(value(b.Dates), fromCampaignDate)
	c.Category, c.SlotCap, c.EmbargoUntil = strings.TrimSpace(value(b.Category)), value(b.SlotCap), fromDate(b.EmbargoUntil)
	edit(&c.Owner.ID, b.OwnerId)
	edit(&c.SequenceID, b.SequenceId)
	edit(&c.PolicyID, b.PolicyId)
	if bad := c.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	made, err := s.cfg.Store.CreateCampaign(ctx, c, by)
	if err != nil {
		return nil, err
	}
	return gen.CreateCampaign201JSONResponse(toCampaign(made)), nil
}

func toContentRules(r rapport.ContentRules) gen.ContentRules {
	out := gen.ContentRules{
		Markets: someOf(r.Markets), Regulated: orNil(r.Regulated), Banned: someOf(r.Banned), MaxMegabytes: orNil(r.MaxMegabytes), MinSeconds: orNil(r.MinSeconds),
		MaxSeconds: orNil(r.MaxSeconds), AspectRatios: someOf(r.AspectRatios), Spoken: orNot(r.Spoken),
	}
	out.MediaTypes = someOf(each(r.MediaTypes, func(t string) gen.ContentRulesMediaTypes { return gen.ContentRulesMediaTypes(t) }))
	return out
}

func fromContentRules(r *gen.ContentRules) rapport.ContentRules {
	if r == nil {
		return rapport.ContentRules{}
	}
	return rapport.ContentRules{
		Markets: each(trimmed(value(r.Markets)), strings.ToUpper), Regulated: strings.TrimSpace(value(r.Regulated)), Banned: trimmed(value(r.Banned)),
		MediaTypes: each(value(r.MediaTypes), func(t gen.ContentRulesMediaTypes) string { return string(t) }), MaxMegabytes: value(r.MaxMegabytes), MinSeconds: value(r.MinSeconds),
		MaxSeconds: value(r.MaxSeconds), AspectRatios: trimmed(value(r.AspectRatios)), Spoken: value(r.Spoken),
	}
}

func trimmed(list []string) []string {
	return each(list, strings.TrimSpace)
}

// GetCampaign shows one campaign.
func (s *Server) GetCampaign(ctx context.Context, r gen.GetCampaignRequestObject) (gen.GetCampaignResponseObject, error) {
	c, err := s.cfg.Store.Campaign(ctx, r.Id)
	if err != nil {
		return nil, called("campaign", err)
	}
	return gen.GetCampaign200JSONResponse{Body: toCampaign(c), Headers: gen.GetCampaign200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

// EditCampaign changes what the body names; running partnerships keep what they started with.
func (s *Server) EditCampaign(ctx context.Context, r gen.EditCampaignRequestObject) (gen.EditCampaignResponseObject, error) {
	before, err := s.cfg.Store.Campaign(ctx, r.Id)
	if err != nil {
		return nil, called("campaign", err)
	}
	version, err := versionOf(r.Params.IfMatch, before.Version)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	finance := me.Has(before.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)
	if !me.Has(before.BrandID, rapport.RoleOps, rapport.RoleAdmin) && *r.Body != (gen.CampaignEdit{Budget: r.Body.Budget, Reason: r.Body.Reason}) {
		return nil, &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "Finance changes nothing of a campaign but its budget."}
	}
	reason := strings.TrimSpace(value(r.Body.Reason))
	c, err := s.cfg.Store.EditCampaign(ctx, r.Id, version, func(c *rapport.Campaign) error {
		next := *c
		editCampaign(&next, r.Body)
		bad := append(next.Check(), c.CheckEdit(next)...)
		if next.Budget.Amount > c.Budget.Amount && c.State != rapport.CampaignDraft && !finance {
			bad = append(bad, rapport.Field{Path: "budget.amount", Code: "needs_finance", Detail: "Only finance raises the budget of a campaign that has begun."})
		}
		if next.Budget != c.Budget && reason == "" {
			bad = append(bad, rapport.Field{Path: "reason", Code: "required", Detail: "Say why the budget changes."})
		}
		if len(bad) > 0 {
			return rapport.Invalid(rapport.SortFields(bad)...)
		}
		*c = next
		return nil
	}, reason, me.UserID)
	if err != nil {
		return nil, called("campaign", err)
	}
	return gen.EditCampaign200JSONResponse{Body: toCampaign(c), Headers: gen.EditCampaign200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

func editCampaign(c *rapport.Campaign, b *gen.CampaignEdit) {
	edit(&c.Name, b.Name)
	c.Name = strings.TrimSpace(c.Name)
	edit(&c.Brief, b.Brief)
	if b.Budget != nil {
		c.Budget = fromMoney(*b.Budget)
	}
	if b.DefaultFee != nil {
		c.DefaultFee = fromMoney(*b.DefaultFee)
	}
	if b.EndsOn != nil {
		c.EndsOn = b.EndsOn.Time
	}
	if b.Terms != nil {
		c.Terms = fromTerms(*b.Terms)
	}
	edit(&c.PolicyID, b.PolicyId)
	if b.ContentRules != nil {
		c.ContentRules = fromContentRules(b.ContentRules)
	}
	if b.Hashtags != nil {
		c.Hashtags = trimmed(*b.Hashtags)
	}
	edit(&c.AutomationIDs, b.AutomationIds)
	if b.Category != nil {
		c.Category = strings.TrimSpace(*b.Category)
	}
	edit(&c.SlotCap, b.SlotCap)
	if b.EmbargoUntil != nil || value(b.NoEmbargo) {
		c.EmbargoUntil = fromDate(b.EmbargoUntil)
	}
	if b.Dates != nil {
		c.Dates = each(*b.Dates, fromCampaignDate)
	}
	if b.State != nil {
		c.State = fmt.Sprint(*b.State)
	}
}
