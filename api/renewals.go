package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// RenewalStore knows what renewals are decided by.
type RenewalStore interface {
	PartnershipStore

	ListRenewals(ctx context.Context, f rapport.RenewalFilter, reasonTitle string, page rapport.Page) ([]rapport.RenewalItem, []string, error)
	RenewalPacket(ctx context.Context, partnership uuid.UUID, reasonTitle string) (rapport.RenewalPacket, error)
	// TermsToRenew are those that the next term begins with; not_found before both have signed.
	TermsToRenew(ctx context.Context, partnership uuid.UUID) (rapport.ContractTerms, error)
}

// reasonTitle is the title of a note that keeps why somebody gave a command.
func reasonTitle(kind rapport.CommandKind) string { return "Reason given for: " + commandLabel(kind) }

// ListRenewals lists terms by the last moment at which their renewal is decided.
func (s *Server) ListRenewals(ctx context.Context, r gen.ListRenewalsRequestObject) (gen.ListRenewalsResponseObject, error) {
	store, err := storeAs[RenewalStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := renewalFilter(r.Params.BrandId, r.Params.CampaignId, r.Params.OwnerId, r.Params.State, r.Params.Why, r.Params.Q)
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListRenewals(ctx, f, reasonTitle(rapport.CmdLetLapse), page)
	if err != nil {
		return nil, err
	}
	return gen.ListRenewals200JSONResponse{Items: each(list, toRenewal), NextCursor: cursorOf(next)}, nil
}

func renewalFilter(brand, campaign, owner *uuid.UUID, states *[]gen.RenewalState, why *gen.LapseWhy, words *string) (rapport.RenewalFilter, error) {
	f := rapport.RenewalFilter{BrandID: brand, CampaignID: campaign, OwnerID: owner, Why: string(value(why)), Words: value(words)}
	for _, state := range value(states) {
		if !slices.Contains(rapport.RenewalStates(), string(state)) {
			return f, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: fmt.Sprintf("%q is not a state of a renewal.", cut(string(state), 50))})
		}
		f.States = append(f.States, string(state))
	}
	if f.Why != "" && !gen.LapseWhy(f.Why).Valid() {
		return f, rapport.Invalid(rapport.Field{Path: "why", Code: "unknown_value", Detail: "Somebody decided it, nobody decided, the offer expired, or the creator declined."})
	}
	return f, nil
}

func toRenewal(r rapport.RenewalItem) gen.Renewal {
	out := gen.Renewal{
		PartnershipId: r.PartnershipID, BrandId: r.BrandID, BrandName: r.BrandName, CampaignId: r.CampaignID, CampaignName: r.CampaignName, Creator: toCreatorOf(r.Creator),
		Owner: toUserRef(r.Owner), Term: r.Term, State: gen.RenewalState(r.State), ContractId: r.ContractID, Number: r.Number, Fee: toMoney(r.Fee), EndsAt: r.EndsAt, NoticeBy: r.NoticeBy,
	}
	if l := r.Lapse; l != nil {
		out.Lapse = &gen.Lapse{Why: gen.LapseWhy(l.Why), At: l.At, By: orNil(l.By), Reason: orNil(l.Reason), Words: lapseWords(*l)}
	}
	if o := r.Option; o != nil {
		out.Option = &gen.Option{Fee: toMoney(o.Fee), EndsAt: o.EndsAt.UTC(), State: gen.OptionState(o.State)}
	}
	return out
}

func lapseWords(l rapport.Lapse) string {
	switch l.Why {
	case rapport.LapseDecided:
		return orText(l.By, "Somebody") + " let it lapse."
	case rapport.LapseOfferExpired:
		return "The creator did not answer the offer, and the last day to decide had passed."
	case rapport.LapseDeclined:
		return "The creator declined the offer."
	}
	return "Nobody decided by the last day."
}

// ExportRenewals writes the filtered renewals as a table.
func (s *Server) ExportRenewals(ctx context.Context, r gen.ExportRenewalsRequestObject) (gen.ExportRenewalsResponseObject, error) {
	store, err := storeAs[RenewalStore](s)
	if err != nil {
		return nil, err
	}
	f, err := renewalFilter(r.Params.BrandId, r.Params.CampaignId, r.Params.OwnerId, r.Params.State, r.Params.Why, r.Params.Q)
	if err != nil {
		return nil, err
	}
	renewals, err := readPages(func(page rapport.Page) ([]rapport.RenewalItem, []string, error) {
		return store.ListRenewals(ctx, f, reasonTitle(rapport.CmdLetLapse), page)
	})
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		err := row("Creator", "Brand", "Campaign", "Owner", "Contract", "Term", "State", "Decide by", "Ends", "Fee", "Currency", "Lapsed", "Why", "By", "Reason", "Partnership",
			"Option until", "Option", "Option's fee")
		if err != nil {
			return err
		}
		return renewals(func(i rapport.RenewalItem) error {
			var l rapport.Lapse
			why, at := "", ""
			if i.Lapse != nil {
				l = *i.Lapse
				why, at = lapseWords(l), l.At.UTC().Format("2006-01-02")
			}
			var until, how, fee any
			if o := i.Option; o != nil {
				until, how, fee = o.EndsAt, rapport.Sentence(o.State), o.Fee
			}
			return row(i.Creator.Name, i.BrandName, i.CampaignName, i.Owner.Name, i.Number, i.Term, rapport.Sentence(i.State), i.NoticeBy, i.EndsAt,
				i.Fee, currencyCode(i.Fee), at, why, l.By, l.Reason, i.PartnershipID.String(), until, how, fee)
		})
	}
	return renewalsFile{sheetFile{name: "renewals-" + s.today().Format("2006-01-02"), xlsx: isXLSX(r.Params.Format), title: "Renewals", rows: rows}}, nil
}

type renewalsFile struct{ sheetFile }

// VisitExportRenewalsResponse writes the file.
func (f renewalsFile) VisitExportRenewalsResponse(w http.ResponseWriter) error { return f.write(w) }

// GetRenewal is what the renewal of a partnership's term is decided by.
func (s *Server) GetRenewal(ctx context.Context, r gen.GetRenewalRequestObject) (gen.GetRenewalResponseObject, error) {
	store, err := storeAs[RenewalStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.RenewalPacket(ctx, r.Id, reasonTitle(rapport.CmdLetLapse))
	if err != nil {
		return nil, called("running term", err)
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	if d.Contract == nil {
		return nil, called("running term", rapport.Errorf(rapport.CodeNotFound, "There is no contract."))
	}
	terms, err := store.TermsToRenew(ctx, r.Id)
	if err != nil {
		return nil, called("running term", err)
	}
	counted := p.Count(terms.RevisionRounds)
	out := gen.GetRenewal200JSONResponse{
		Renewal: toRenewal(p.Item), Posts: counted.Posts, PostsNumbered: counted.PostsNumbered, Committed: toMoney(p.Committed), Paid: toMoney(p.Paid), Reversed: toMoney(p.Reversed),
		PerThousandViews: moneyOf(counted.PerThousandViews), Drafts: gen.OnTime{Done: counted.Drafts.Done, Late: counted.Drafts.Late},
		Publications: gen.OnTime{Done: counted.Publications.Done, Late: counted.Publications.Late}, Pieces: len(p.Pieces), PiecesRevised: counted.HandedIn, Rounds: counted.Rounds,
		RoundsIncluded: terms.RevisionRounds, Beyond: counted.Past, Rights: []gen.RightUsed{}, Replies: p.Replies, Complaints: p.Complaints, Terms: toTerms(terms),
		Numbers: each(p.Numbers, func(n rapport.NumberTotal) gen.NumberTotal {
			return gen.NumberTotal{Metric: string(n.Metric), Value: n.Value, Posts: n.Posts, StoodAt: n.StoodAt}
		}),
		FeeFrom: fmt.Sprintf("The fee of the present term, %s, with its amendments, and so are the pieces; the parts of the fee are in whole percents of it. "+
			"It is not computed from how the term went.", houseWords(ctx).Money(p.Item.Fee)),
	}
	until, err := s.rightsUntil(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	for _, x := range p.Pieces {
		if !x.Published() {
			continue
		}
		right := gen.RightUsed{DeliverableId: x.ID, Title: x.Title, PostUrl: orNil(x.PostURL), PostedAt: x.PostedAt, ExclusiveUntil: x.ExclusiveUntil}
		right.UsageUntil, right.AllowlistedUntil = until(x.ID, rapport.KeyUsageRights), until(x.ID, rapport.KeyAllowlisting)
		out.Rights = append(out.Rights, right)
	}
	for _, c := range toCommands(d, principalFrom(ctx)) {
		switch rapport.CommandKind(c.Command) { //nolint:exhaustive // the others are not about the renewal
		case rapport.CmdRenew:
			out.MayRenew = c
		case rapport.CmdLetLapse:
			out.MayLetLapse = c
		case rapport.CmdExerciseOption:
			out.MayExerciseOption = &c
		}
	}
	return out, nil
}

// rightsUntil finds until when the brand may do what with a post of the partnership; nil where it may not any more.
func (s *Server) rightsUntil(ctx context.Context, partnership uuid.UUID) (func(deliverable uuid.UUID, kind string) *time.Time, error) {
	store, err := storeAs[KeyDateStore](s)
	if err != nil {
		return nil, err
	}
	dates, _, err := store.KeyDates(ctx, rapport.KeyDateFilter{PartnershipID: &partnership}, rapport.Page{Limit: maxLimit})
	return func(deliverable uuid.UUID, kind string) *time.Time {
		for _, k := range dates {
			if k.Kind == kind && slices.ContainsFunc(k.Assets, func(a rapport.UserRef) bool { return a.ID == deliverable }) {
				return &k.At
			}
		}
		return nil
	}, err
}
