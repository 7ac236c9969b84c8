package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rapport"
	"rapport/api/gen"
)

type (
	keyDatesFile      struct{ sheetFile }
	tasksFile         struct{ sheetFile }
	suppressionsFile  struct{ sheetFile }
	usersFile         struct{ sheetFile }
	reversalsFile     struct{ sheetFile }
	payoutBatchesFile struct{ sheetFile }
	threadsFile       struct{ sheetFile }
	entriesFile       struct{ sheetFile }
	cashWeeksFile     struct{ sheetFile }
	healthFile        struct{ sheetFile }
)

// VisitExportKeyDatesResponse writes the file.
func (f keyDatesFile) VisitExportKeyDatesResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportTasksResponse writes the file.
func (f tasksFile) VisitExportTasksResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportSuppressionsResponse writes the file.
func (f suppressionsFile) VisitExportSuppressionsResponse(w http.ResponseWriter) error {
	return f.write(w)
}

// VisitExportUsersResponse writes the file.
func (f usersFile) VisitExportUsersResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportReversalsResponse writes the file.
func (f reversalsFile) VisitExportReversalsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportThreadsResponse writes the file.
func (f threadsFile) VisitExportThreadsResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportCalendarEntriesResponse writes the file.
func (f entriesFile) VisitExportCalendarEntriesResponse(w http.ResponseWriter) error {
	return f.write(w)
}

// VisitExportCashWeeksResponse writes the file.
func (f cashWeeksFile) VisitExportCashWeeksResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportCampaignHealthResponse writes the file.
func (f healthFile) VisitExportCampaignHealthResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportPayoutBatchesResponse writes the file.
func (f payoutBatchesFile) VisitExportPayoutBatchesResponse(w http.ResponseWriter) error {
	return f.write(w)
}

// ExportKeyDates gives the list of key dates as a table.
func (s *Server) ExportKeyDates(ctx context.Context, r gen.ExportKeyDatesRequestObject) (gen.ExportKeyDatesResponseObject, error) {
	p := r.Params
	filter, err := keyDateFilter(gen.ListKeyDatesParams{
		BrandId: p.BrandId, CampaignId: p.CampaignId, PartnershipId: p.PartnershipId, OwnerId: p.OwnerId, Kind: p.Kind, State: (*gen.ListKeyDatesParamsState)(p.State), From: p.From, To: p.To,
	})
	if err != nil {
		return nil, err
	}
	store, err := storeAs[KeyDateStore](s)
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "key-dates", isXLSX(p.Format),
		[]any{"What", "Last moment", "Creator", "Content", "Campaign", "Brand", "Owner", "Decision", "Decided", "By", "Contract", "Partnership"},
		func(page rapport.Page) ([]rapport.KeyDateRow, []string, error) {
			return store.KeyDates(ctx, filter, page)
		},
		func(k rapport.KeyDateRow) []any {
			titles := each(k.Assets, func(a rapport.UserRef) string { return a.Name })
			return []any{
				rapport.Sentence(k.Kind), k.At, k.Creator.Name, strings.Join(titles, ", "), k.CampaignName, k.BrandName, k.Owner.Name, rapport.Sentence(k.State), k.DecidedAt, k.DecidedBy, k.Number,
				k.PartnershipID.String(),
			}
		})
	return keyDatesFile{f}, err
}

// ExportTasks gives the list of tasks as a table.
func (s *Server) ExportTasks(ctx context.Context, r gen.ExportTasksRequestObject) (gen.ExportTasksResponseObject, error) {
	filter, err := taskFilter(gen.ListTasksParams{BrandId: r.Params.BrandId, PartnershipId: r.Params.PartnershipId, Owner: r.Params.Owner, State: r.Params.State}, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "tasks", isXLSX(r.Params.Format),
		[]any{"Task", "Creator", "Owner", "State", "Due", "If not done", "Note", "Since", "Id"},
		func(page rapport.Page) ([]rapport.Task, []string, error) {
			return s.cfg.Store.ListTasks(ctx, filter, page)
		},
		func(t rapport.Task) []any {
			title, ifNotDone := t.Words()
			owner, creator := "", ""
			if t.Owner != nil {
				owner = t.Owner.Name
			} else if t.OwnerRole != "" {
				owner = "Anyone: " + plainWords(string(t.OwnerRole))
			}
			if t.Creator != nil {
				creator = t.Creator.Name
			}
			return []any{title, creator, owner, rapport.Sentence(t.State), t.DueAt, ifNotDone, t.Note, t.CreatedAt, t.ID.String()}
		})
	return tasksFile{f}, err
}

// ExportSuppressions gives the addresses that get no mail as a table.
func (s *Server) ExportSuppressions(ctx context.Context, r gen.ExportSuppressionsRequestObject) (gen.ExportSuppressionsResponseObject, error) {
	store, err := storeAs[MailHealthStore](s)
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "no-mail", isXLSX(r.Params.Format),
		[]any{"Address", "Creator", "Why", "Brand", "Since", "Id"},
		func(page rapport.Page) ([]rapport.Suppression, []string, error) {
			return store.ListSuppressions(ctx, r.Params.BrandId, value(r.Params.Q), page)
		},
		func(x rapport.Suppression) []any {
			creator := ""
			if x.Creator != nil {
				creator = x.Creator.Name
			}
			return []any{x.Email, creator, rapport.Sentence(x.Reason), orText(x.BrandName, "All brands"), x.At, x.ID.String()}
		})
	return suppressionsFile{f}, err
}

// ExportUsers gives the people of the house as a table, each with their roles at the caller's brands.
func (s *Server) ExportUsers(ctx context.Context, r gen.ExportUsersRequestObject) (gen.ExportUsersResponseObject, error) {
	filter := userFilter(gen.ListUsersParams{BrandId: r.Params.BrandId, Q: r.Params.Q, Role: r.Params.Role, State: r.Params.State})
	f, err := listSheet(s, "people", isXLSX(r.Params.Format),
		[]any{"Name", "Address", "Roles", "Second factor", "Invited", "Disabled", "Since"},
		func(page rapport.Page) ([]rapport.User, []string, error) {
			return s.cfg.Store.ListUsers(ctx, filter, page)
		},
		func(u rapport.User) []any {
			roles := each(u.Brands, func(b rapport.BrandRoles) string { return b.BrandName + ": " + strings.Join(roleNames(b.Roles), ", ") })
			return []any{u.Name, u.Email, strings.Join(roles, "; "), yesOr(u.SecondFactor), yesOr(u.Invited), yesOr(u.Disabled), u.CreatedAt}
		})
	return usersFile{f}, err
}

// ExportReversals gives the list of reversals as a table.
func (s *Server) ExportReversals(ctx context.Context, r gen.ExportReversalsRequestObject) (gen.ExportReversalsResponseObject, error) {
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return nil, err
	}
	filter := reversalFilter(gen.ListReversalsParams{BrandId: r.Params.BrandId, PayoutId: r.Params.PayoutId, State: r.Params.State})
	f, err := listSheet(s, "reversals", isXLSX(r.Params.Format),
		[]any{"Asked", "Creator", "Campaign", "Brand", "Milestone", "Amount", "Came back", "Kept from later payments", "Given up", "Open", "Currency", "State", "Reason", "Asked by",
			"Approved by", "Payout", "Id"},
		func(page rapport.Page) ([]rapport.ReversalItem, []string, error) {
			return store.ListReversals(ctx, filter, page)
		},
		func(x rapport.ReversalItem) []any {
			part := func(amount int64) rapport.Money {
				return rapport.Money{Amount: amount, Currency: x.Amount.Currency}
			}
			return []any{
				x.CreatedAt, x.Creator.Name, x.CampaignName, x.BrandName, x.MilestoneTitle, x.Amount, part(x.Recovered), part(x.Netted), part(x.WrittenOff), part(x.Rest), currencyCode(x.Amount),
				rapport.Sentence(string(x.State)), x.Reason, x.RequestedBy.Name, x.ApprovedBy, x.PayoutID.String(), x.ID.String(),
			}
		})
	return reversalsFile{f}, err
}

// ExportPayoutBatches gives the list of batches as a table: a line for each outcome and currency.
func (s *Server) ExportPayoutBatches(ctx context.Context, r gen.ExportPayoutBatchesRequestObject) (gen.ExportPayoutBatchesResponseObject, error) {
	p := r.Params
	filter, err := payoutBatchFilter(gen.ListPayoutBatchesParams{BrandId: p.BrandId, UserId: p.UserId, Outcome: p.Outcome, From: p.From, To: p.To})
	if err != nil {
		return nil, err
	}
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	batches, err := readPages(func(page rapport.Page) ([]rapport.PayoutBatchLine, []string, error) {
		return store.PayoutBatches(ctx, filter, page)
	})
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		if err := row("Approved", "By", "As", "Brand", "Outcome", "Payouts", "Amount", "Currency", "Batch"); err != nil {
			return err
		}
		return batches(func(b rapport.PayoutBatchLine) error {
			for _, sum := range b.Sums {
				if err := row(b.MadeAt, b.MadeBy.Name, rapport.Sentence(b.Part), b.BrandName, rapport.Sentence(sum.Outcome), sum.Count, sum.Amount, currencyCode(sum.Amount), b.ID.String()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return payoutBatchesFile{sheetFile{name: "batches-" + s.today().Format("2006-01-02"), xlsx: isXLSX(p.Format), title: "Batches", rows: rows}}, nil
}

// ExportThreads gives the inbox as a table: who writes about what and who answers, but nothing of what was said.
func (s *Server) ExportThreads(ctx context.Context, r gen.ExportThreadsRequestObject) (gen.ExportThreadsResponseObject, error) {
	p := r.Params
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	var state *gen.ListThreadsParamsState
	if p.State != nil {
		one := gen.ListThreadsParamsState(*p.State)
		state = &one
	}
	filter, err := threadFilter(gen.ListThreadsParams{BrandId: p.BrandId, Q: p.Q, State: state, AssignedTo: p.AssignedTo, Waiting: p.Waiting, CreatorId: p.CreatorId}, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	f, err := listSheet(s, "inbox", isXLSX(p.Format),
		[]any{"Creator", "Handle", "Subject", "Campaign", "Brand", "Stage", "Owner", "Assigned to", "State", "Waits for an answer", "Answer by", "Private", "Messages", "Last", "Partnership", "Id"},
		func(page rapport.Page) ([]rapport.Thread, []string, error) {
			return store.ListThreads(ctx, filter, page)
		},
		func(t rapport.Thread) []any {
			assignee := ""
			if t.Assignee != nil {
				assignee = t.Assignee.Name
			}
			return []any{
				t.Creator.Name, t.Creator.Handle, t.Subject, t.CampaignName, t.BrandName, rapport.Sentence(string(t.Stage)), t.Owner.Name, assignee, rapport.Sentence(t.State), yesOr(t.Waiting), t.AnswerBy,
				yesOr(t.Private), t.Messages, t.LastAt, t.PartnershipID.String(), t.ID.String(),
			}
		})
	return threadsFile{f}, err
}

// ExportCalendarEntries gives a span of the calendar as a table.
func (s *Server) ExportCalendarEntries(ctx context.Context, r gen.ExportCalendarEntriesRequestObject) (gen.ExportCalendarEntriesResponseObject, error) {
	p := r.Params
	entries, more, err := s.calendarEntries(ctx, gen.ListCalendarEntriesParams{
		From: p.From, To: p.To, BrandId: p.BrandId, CampaignId: p.CampaignId, CreatorId: p.CreatorId, OwnerId: p.OwnerId, Platform: p.Platform, State: p.State,
	})
	if err != nil {
		return nil, err
	}
	if more {
		return nil, rapport.Invalid(rapport.Field{Path: "to", Code: "count", Detail: "There is more than fits into one file. Ask for fewer days, or for one brand or campaign."})
	}
	rows := func(row func(cells ...any) error) error {
		if err := row("From", "Until", "What", "Title", "Creator", "Campaign", "Brand", "Platform", "State", "Partnership"); err != nil {
			return err
		}
		for _, e := range entries {
			creator, partnership := "", ""
			if e.Creator != nil {
				creator = e.Creator.Name
			}
			if e.PartnershipID != nil {
				partnership = e.PartnershipID.String()
			}
			from, to := any(e.From), any(e.To)
			if e.Days {
				from, to = e.From.Format("2006-01-02"), e.To.Format("2006-01-02")
			}
			if err := row(from, to, rapport.Sentence(e.Kind), e.Title, creator, e.CampaignName, e.BrandName, e.Platform, rapport.Sentence(e.State), partnership); err != nil {
				return err
			}
		}
		return nil
	}
	return entriesFile{sheetFile{name: "calendar-" + s.today().Format("2006-01-02"), xlsx: isXLSX(p.Format), title: "Calendar", rows: rows}}, nil
}

// ExportCashWeeks gives what leaves week by week as a table: a line for each week, kind and currency.
func (s *Server) ExportCashWeeks(ctx context.Context, r gen.ExportCashWeeksRequestObject) (gen.ExportCashWeeksResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	weeks, err := store.CashByWeek(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		if err := row("Week of", "What", "Amount", "Currency"); err != nil {
			return err
		}
		for _, w := range weeks {
			if err := row(w.Week, rapport.Sentence(w.Kind), w.Amount, currencyCode(w.Amount)); err != nil {
				return err
			}
		}
		return nil
	}
	return cashWeeksFile{sheetFile{name: "cash-out-" + s.today().Format("2006-01-02"), xlsx: isXLSX(r.Params.Format), title: "Cash out", rows: rows}}, nil
}

// ExportCampaignHealth gives one part of how campaigns go as a table. Spans are in hours.
func (s *Server) ExportCampaignHealth(ctx context.Context, r gen.ExportCampaignHealthRequestObject) (gen.ExportCampaignHealthResponseObject, error) {
	h, err := s.campaignHealth(ctx, r.Params.BrandId, r.Params.CampaignId)
	if err != nil {
		return nil, err
	}
	part := string(r.Params.Part)
	lines := healthLines(h, part)
	rows := func(row func(cells ...any) error) error {
		for _, line := range lines {
			if err := row(line...); err != nil {
				return err
			}
		}
		return nil
	}
	return healthFile{sheetFile{name: part + "-" + s.today().Format("2006-01-02"), xlsx: isXLSX(r.Params.Format), title: upperFirst(part), rows: rows}}, nil
}

// healthLines are the rows of one part, beginning with its columns' names.
func healthLines(h rapport.CampaignHealth, part string) [][]any {
	hours := func(d *time.Duration) string {
		if d == nil {
			return ""
		}
		return strconv.FormatFloat(d.Hours(), 'f', 2, 64)
	}
	switch part {
	case "stages":
		return append([][]any{{"Stage", "Partnerships", "Median hours", "Stays", "Longer than that"}}, each(h.Stages, func(x rapport.StageHealth) []any {
			return []any{rapport.Sentence(string(x.Stage)), x.Count, hours(x.Median), x.Stays, x.Ageing}
		})...)
	case "drafts":
		return [][]any{{"On time", "Late"}, {h.Drafts.OnTime, h.Drafts.Late}}
	case "approvers":
		return append([][]any{{"Who", "Waiting", "Overdue", "Decided", "Median hours to decide"}}, each(h.Approvers, func(x rapport.ApproverHealth) []any {
			return []any{x.User.Name, x.Waiting, x.Late, x.Decided, hours(x.Median)}
		})...)
	}
	return append([][]any{{"Currency", "Campaigns", "Budget", "Reserved", "Committed", "Paid"}}, each(h.Budgets, func(x rapport.BudgetHealth) []any {
		return []any{currencyCode(x.Budget), x.Campaigns, x.Budget, x.Reserved, x.Committed, x.Paid}
	})...)
}
