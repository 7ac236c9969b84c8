package api

import (
	"context"
	"net/http"
	"strings"

	"rapport"
	"rapport/api/gen"
)

// listSheet is a list as a table, read page by page with the filter that the list has.
func listSheet[T any](s *Server, name string, xlsx bool, head []any, read func(page rapport.Page) ([]T, []string, error), cells func(T) []any) (sheetFile, error) {
	items, err := readPages(read)
	if err != nil {
		return sheetFile{}, err
	}
	rows := func(row func(cells ...any) error) error {
		if err := row(head...); err != nil {
			return err
		}
		return items(func(item T) error { return row(cells(item)...) })
	}
	return sheetFile{name: name + "-" + s.today().Format("2006-01-02"), xlsx: xlsx, title: upperFirst(name), rows: rows}, nil
}

// amountOf is a cell that stays empty for an unknown amount.
func amountOf(m *rapport.Money) (amount any, currency string) {
	if m == nil {
		return "", ""
	}
	return *m, currencyCode(*m)
}

func yesOr(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}

type (
	creatorsFile     struct{ sheetFile }
	campaignsFile    struct{ sheetFile }
	partnershipsFile struct{ sheetFile }
	contractsFile    struct{ sheetFile }
	reviewsFile      struct{ sheetFile }
	deliverablesFile struct{ sheetFile }
)

// VisitExportCreatorsResponse writes the file.
func (f creatorsFile) VisitExportCreatorsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportCampaignsResponse writes the file.
func (f campaignsFile) VisitExportCampaignsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportPartnershipsResponse writes the file.
func (f partnershipsFile) VisitExportPartnershipsResponse(w http.ResponseWriter) error {
	return f.write(w)
}

// VisitExportContractsResponse writes the file.
func (f contractsFile) VisitExportContractsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportReviewsResponse writes the file.
func (f reviewsFile) VisitExportReviewsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportDeliverablesResponse writes the file.
func (f deliverablesFile) VisitExportDeliverablesResponse(w http.ResponseWriter) error {
	return f.write(w)
}

// ExportCreators gives the list of creators as a table.
func (s *Server) ExportCreators(ctx context.Context, r gen.ExportCreatorsRequestObject) (gen.ExportCreatorsResponseObject, error) {
	f, err := listSheet(s, "creators", isXLSX(r.Params.Format),
		[]any{"Creator", "Country", "Language", "Zone", "Tags", "Accounts", "Contacts", "Do not contact", "Banned", "Payee", "Partnerships", "Since", "Id"},
		func(page rapport.Page) ([]rapport.Creator, []string, error) {
			return s.cfg.Store.ListCreators(ctx, value(r.Params.Q), strings.ToUpper(value(r.Params.Country)), value(r.Params.Tag), page)
		},
		func(c rapport.Creator) []any {
			accounts := each(c.Accounts, func(a rapport.SocialAccount) string { return a.Platform + " " + a.Handle })
			contacts := each(c.Contacts, func(k rapport.Contact) string { return k.Email })
			return []any{
				c.Name, c.Country, c.Language, c.Zone, strings.Join(c.Tags, ", "), strings.Join(accounts, ", "), strings.Join(contacts, ", "),
				yesOr(c.DoNotContact), yesOr(c.Banned), rapport.Sentence(c.PayeeState), c.PartnershipsInScope, c.CreatedAt, c.ID.String(),
			}
		})
	return creatorsFile{f}, err
}

// ExportCampaigns gives the list of campaigns as a table.
func (s *Server) ExportCampaigns(ctx context.Context, r gen.ExportCampaignsRequestObject) (gen.ExportCampaignsResponseObject, error) {
	f, err := listSheet(s, "campaigns", isXLSX(r.Params.Format),
		[]any{"Campaign", "Brand", "State", "Owner", "Starts", "Ends", "Currency", "Budget", "Reserved", "Committed", "Accrued", "Paid", "Available", "Partnerships", "Id"},
		func(page rapport.Page) ([]rapport.Campaign, []string, error) {
			return s.cfg.Store.ListCampaigns(ctx, r.Params.BrandId, value(r.Params.State), value(r.Params.Q), page)
		},
		func(c rapport.Campaign) []any {
			partnerships := 0
			for _, n := range c.Stages {
				partnerships += n
			}
			return []any{
				c.Name, c.BrandName, rapport.Sentence(c.State), c.Owner.Name, c.StartsOn.Format("2006-01-02"), c.EndsOn.Format("2006-01-02"), currencyCode(c.Budget),
				c.Budget, c.Reserved, c.Committed, c.Accrued, c.Paid, c.Available, partnerships, c.ID.String(),
			}
		})
	return campaignsFile{f}, err
}

// ExportPartnerships gives the list of partnerships as a table.
func (s *Server) ExportPartnerships(ctx context.Context, r gen.ExportPartnershipsRequestObject) (gen.ExportPartnershipsResponseObject, error) {
	p := r.Params
	filter, err := partnershipFilter(gen.ListPartnershipsParams{
		Q: p.Q, BrandId: p.BrandId, CampaignId: p.CampaignId, CreatorId: p.CreatorId, OwnerId: p.OwnerId, Stage: p.Stage, Attention: p.Attention, OutreachBlocked: p.OutreachBlocked,
	})
	if err != nil {
		return nil, err
	}
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "partnerships", isXLSX(p.Format),
		[]any{"Creator", "Handle", "Campaign", "Brand", "Owner", "Stage", "Since", "Paused", "Needs someone", "Why", "Waits for", "Term", "Renewal", "Fee", "Currency", "Paid", "Paid in", "Changed", "Id"},
		func(page rapport.Page) ([]rapport.PartnershipSummary, []string, error) {
			return store.ListPartnerships(ctx, filter, page)
		},
		func(x rapport.PartnershipSummary) []any {
			why, waits := "", ""
			if x.Why != nil {
				why, _ = x.Why.Words()
			}
			if len(x.Waiting) > 0 {
				waits = whoWords(x.Waiting[0], x.Creator.Name)
			}
			fee, currency := amountOf(x.Fee)
			paid, paidIn := amountOf(x.Paid)
			return []any{
				x.Creator.Name, x.Creator.Handle, x.CampaignName, x.BrandName, x.Owner.Name, rapport.Sentence(string(x.Stage)), x.StageAt, yesOr(x.Paused), yesOr(x.Attention), why, waits,
				x.Term, rapport.Sentence(x.Renewal), fee, currency, paid, paidIn, x.UpdatedAt, x.ID.String(),
			}
		})
	return partnershipsFile{f}, err
}

// ExportContracts gives the list of contracts as a table, without their texts.
func (s *Server) ExportContracts(ctx context.Context, r gen.ExportContractsRequestObject) (gen.ExportContractsResponseObject, error) {
	p := r.Params
	filter, err := contractFilter(gen.ListContractsParams{
		Q: p.Q, BrandId: p.BrandId, CampaignId: p.CampaignId, CreatorId: p.CreatorId, State: p.State, EndsFrom: p.EndsFrom, EndsTo: p.EndsTo,
	})
	if err != nil {
		return nil, err
	}
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "contracts", isXLSX(p.Format),
		[]any{"Number", "Creator", "Campaign", "Brand", "Term", "State", "Fee", "Currency", "Sent", "Executed", "Ends", "Notice by", "Partnership"},
		func(page rapport.Page) ([]rapport.Contract, []string, error) {
			return store.ListContracts(ctx, filter, page)
		},
		func(c rapport.Contract) []any {
			return []any{
				c.Number, c.Creator.Name, c.CampaignName, c.BrandName, c.Term, rapport.Sentence(c.State), c.Fee, currencyCode(c.Fee), c.SentAt, c.ExecutedAt, c.EndsAt, c.NoticeBy,
				c.PartnershipID.String(),
			}
		})
	return contractsFile{f}, err
}

// ExportReviews gives the list of reviews as a table.
func (s *Server) ExportReviews(ctx context.Context, r gen.ExportReviewsRequestObject) (gen.ExportReviewsResponseObject, error) {
	filter, err := reviewFilter(gen.ListReviewsParams{Q: r.Params.Q, BrandId: r.Params.BrandId, AssignedTo: r.Params.AssignedTo, State: r.Params.State}, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "reviews", isXLSX(r.Params.Format),
		[]any{"Creator", "Content", "Version", "Campaign", "Stage", "State", "Warnings", "Handed in", "Due", "Silence decides", "Closed", "Id"},
		func(page rapport.Page) ([]rapport.ReviewItem, []string, error) {
			return store.ListReviews(ctx, filter, page)
		},
		func(x rapport.ReviewItem) []any {
			stage := ""
			if x.OpenStage != nil && *x.OpenStage >= 0 && *x.OpenStage < len(x.Stages) {
				stage = x.Stages[*x.OpenStage].Name
			}
			return []any{x.Creator.Name, x.Title, x.Version, x.CampaignName, stage, rapport.Sentence(x.State), x.Warnings, x.CreatedAt, x.DueAt, x.SilenceAt, x.ClosedAt, x.ID.String()}
		})
	return reviewsFile{f}, err
}

// ExportDeliverables gives the list of deliverables as a table.
func (s *Server) ExportDeliverables(ctx context.Context, r gen.ExportDeliverablesRequestObject) (gen.ExportDeliverablesResponseObject, error) {
	p := r.Params
	store, err := storeAs[DeliverableStore](s)
	if err != nil {
		return nil, err
	}
	filter, err := deliverableFilter(gen.ListDeliverablesParams{
		Q: p.Q, BrandId: p.BrandId, CampaignId: p.CampaignId, CreatorId: p.CreatorId, OwnerId: p.OwnerId, PartnershipId: p.PartnershipId, State: p.State, DueFrom: p.DueFrom, DueTo: p.DueTo,
		Late: p.Late, Sort: p.Sort,
	})
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "deliverables", isXLSX(p.Format),
		[]any{"Deliverable", "Kind", "Platform", "Creator", "Handle", "Campaign", "Brand", "Owner", "State", "Draft due", "Publish by", "Planned for", "Late since", "Round", "Post",
			"Verified", "Partnership", "Id"},
		func(page rapport.Page) ([]rapport.DeliverableItem, []string, error) {
			return store.ListDeliverables(ctx, filter, page)
		},
		func(d rapport.DeliverableItem) []any {
			return []any{
				d.Title, d.Kind, d.Platform, d.Creator.Name, d.Creator.Handle, d.CampaignName, d.BrandName, d.Owner.Name, rapport.Sentence(d.State), d.DraftDueAt, d.PublishBy, d.PublishAt, d.LateSince, d.Round,
				d.PostURL, d.VerifiedAt, d.PartnershipID.String(), d.ID.String(),
			}
		})
	return deliverablesFile{f}, err
}
