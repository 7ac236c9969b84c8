package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// ConflictStore finds what stands in the way of when creators post.
type ConflictStore interface {
	Conflicts(ctx context.Context, f rapport.ConflictFilter, now time.Time) ([]rapport.Conflict, error)
	OverrideConflict(ctx context.Context, o rapport.OverrideNew) error
	Absences(ctx context.Context, creator uuid.UUID, from time.Time) ([]rapport.Absence, error)
	AddAbsence(ctx context.Context, a rapport.Absence, by *uuid.UUID) error
	RemoveAbsence(ctx context.Context, id, by uuid.UUID) error
	WithdrawAbsence(ctx context.Context, id, creator uuid.UUID) error
}

// How far the lists look, where nobody says so.
const (
	conflictDays = 180 * rapport.Day
	offerDays    = 5 * 365 * rapport.Day // behind the last slot that an offer can book
)

func toDateOrNil(t *time.Time) *openapi_types.Date {
	if t == nil {
		return nil
	}
	return &openapi_types.Date{Time: *t}
}

func fromDate(d *openapi_types.Date) *time.Time {
	if d == nil {
		return nil
	}
	return &d.Time
}

// daysAsked are the first and the last day of a question, each from its midnight where the reader is: the first one today and the last one so many
// later where nobody says so.
func (s *Server) daysAsked(ctx context.Context, from, to *openapi_types.Date, days time.Duration) (first, last time.Time) {
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, rapport.ReaderZone(ctx))
	}
	first = midnight(s.now().In(rapport.ReaderZone(ctx)))
	if from != nil {
		first = midnight(from.Time)
	}
	last = first.Add(days)
	if to != nil {
		last = midnight(to.Time)
	}
	return first, last
}

// ListConflicts lists conflicts by time.
func (s *Server) ListConflicts(ctx context.Context, r gen.ListConflictsRequestObject) (gen.ListConflictsResponseObject, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	first, last := s.daysAsked(ctx, r.Params.From, r.Params.To, conflictDays)
	f := rapport.ConflictFilter{
		BrandID: r.Params.BrandId, CampaignID: r.Params.CampaignId, CreatorID: r.Params.CreatorId, PartnershipID: r.Params.PartnershipId, From: first, To: last.AddDate(0, 0, 1),
	}
	if f.PartnershipID != nil {
		if f.Planned, err = s.planned(ctx, *f.PartnershipID); err != nil {
			return nil, err
		}
	}
	found, err := store.Conflicts(ctx, f, s.now())
	if err != nil {
		return nil, err
	}
	list := gen.ListConflicts200JSONResponse{Items: []gen.Conflict{}}
	after := len(page.After) == 0
	for _, c := range found {
		key := []string{c.At.UTC().Format(time.RFC3339Nano), c.Key.String()}
		switch {
		case !after && slices.Compare(key, page.After) <= 0:
		case len(list.Items) == page.Limit:
			last := list.Items[page.Limit-1]
			list.NextCursor = cursorOf([]string{last.At.UTC().Format(time.RFC3339Nano), last.Key})
			return list, nil
		default:
			list.Items = append(list.Items, toConflict(c, principalFrom(ctx)))
		}
	}
	return list, nil
}

// planned are the slots that a partnership would book by its offer, or by its campaign's terms before there is one; none once there is a
// contract.
func (s *Server) planned(ctx context.Context, id uuid.UUID) ([]rapport.Slot, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, id)
	if err != nil {
		return nil, called("partnership", err)
	}
	reserved := d.Offer != nil && slices.Contains([]string{"draft", "sent", "accepted"}, d.Offer.State)
	if reserved && d.Offer.Term > d.Term {
		return s.slotsOf(ctx, d, d.Offer.Term, &d.Offer.Terms, false)
	}
	before := []rapport.Stage{rapport.StageProspect, rapport.StageOutreach, rapport.StageInConversation, rapport.StageNegotiating, rapport.StageContractOut}
	if !slices.Contains(before, d.Stage) || len(d.Deliverables) > 0 {
		return nil, nil
	}
	var terms *rapport.ContractTerms
	if reserved && d.Offer.Term == d.Term {
		terms = &d.Offer.Terms
	}
	return s.slotsOf(ctx, d, d.Term, terms, false)
}

// slotsOf are the slots that an offer of a term would book in a partnership; nil are the campaign's terms. The next term is counted from the end of
// the present one. Days of the terms that nobody could keep are refused if that is asked for.
func (s *Server) slotsOf(ctx context.Context, d rapport.PartnershipDetail, term int, terms *rapport.ContractTerms, check bool) ([]rapport.Slot, error) {
	campaign, err := s.cfg.Store.Campaign(ctx, d.CampaignID)
	if err != nil {
		return nil, called("campaign", err)
	}
	if terms == nil {
		terms = &campaign.Terms
	}
	calendars, err := storeAs[CalendarStore](s)
	if err != nil {
		return nil, err
	}
	calendar, err := calendars.CreatorCalendar(ctx, d.BrandID, &d.Creator.ID)
	if err != nil {
		return nil, err
	}
	brand, err := calendars.CreatorCalendar(ctx, d.BrandID, nil)
	if err != nil {
		return nil, err
	}
	begins := s.now()
	if term > d.Term && d.Contract != nil && d.Contract.EndsAt != nil && d.Contract.EndsAt.After(begins) {
		begins = *d.Contract.EndsAt
	}
	if bad := append(terms.CheckDays("terms", calendar, brand, begins), campaign.CheckTermsDates("terms", *terms)...); check && len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	return rapport.PlanSlots(rapport.Slot{
		BrandID: d.BrandID, CampaignID: d.CampaignID, PartnershipID: d.ID, Term: term, Creator: rapport.UserRef{ID: d.Creator.ID, Name: d.Creator.Name}, CreatorZone: calendar.Zone,
	}, *terms, calendar, begins), nil
}

// checkOffer finds the conflicts of an offer. One that blocks and that nobody lets stand refuses it; the reason, if there is one, lets all
// stand that the caller may.
func (s *Server) checkOffer(ctx context.Context, d rapport.PartnershipDetail, term int, terms *rapport.ContractTerms, reason string) ([]rapport.Conflict, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	if terms != nil && len(terms.Check("terms")) > 0 {
		return nil, nil // the offer is refused for that
	}
	planned, err := s.slotsOf(ctx, d, term, terms, true)
	if err != nil {
		return nil, err
	}
	return s.checkPlanned(ctx, store, d.PartnershipSummary, planned, reason, changeTerms)
}

// conflictsOf finds the conflicts of what is planned, and of nothing that is booked.
func (s *Server) conflictsOf(ctx context.Context, store ConflictStore, planned []rapport.Slot) ([]rapport.Conflict, error) {
	nothing := uuid.Nil
	return store.Conflicts(ctx, rapport.ConflictFilter{PartnershipID: &nothing, From: s.now(), To: s.now().Add(offerDays), Planned: planned}, s.now())
}

const changeTerms = "Nothing was sent. Change the terms,"

// checkPlanned finds the conflicts of what is planned, and says to a person what to do instead. See checkOffer.
func (s *Server) checkPlanned(ctx context.Context, store ConflictStore, d rapport.PartnershipSummary, planned []rapport.Slot, reason, instead string) ([]rapport.Conflict, error) {
	found, err := s.conflictsOf(ctx, store, planned)
	if err != nil {
		return nil, err
	}
	me, standing := principalFrom(ctx), []rapport.Conflict{}
	for _, c := range found {
		if c.Override == nil && reason != "" && rapport.MayOverride(c.Severity, me, d.BrandID) {
			if err := store.OverrideConflict(ctx, rapport.OverrideNew{Conflict: c, Reason: reason, By: me.UserID}); err != nil {
				return nil, err
			}
			continue
		}
		if c.Override == nil {
			standing = append(standing, c)
		}
	}
	if blocking := rapport.Blocking(standing); len(blocking) > 0 {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "conflict", State: string(d.Stage),
			Message: strings.Join(each(blocking, func(c rapport.Conflict) string { return c.Words }), " ") + " " + instead + " or let somebody of legal or an admin say why it may stand.",
		}
	}
	return standing, nil
}

// OverrideConflict lets a conflict stand, for the brand whose side it was found on.
func (s *Server) OverrideConflict(ctx context.Context, r gen.OverrideConflictRequestObject) (gen.OverrideConflictResponseObject, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(r.Body.Reason)
	if reason == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say why it may stand."})
	}
	planned, err := s.planned(ctx, r.Body.PartnershipId)
	if err != nil {
		return nil, err
	}
	found, err := store.Conflicts(ctx, rapport.ConflictFilter{PartnershipID: &r.Body.PartnershipId, From: s.now().Add(-conflictDays), To: s.now().Add(offerDays), Planned: planned}, s.now())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(found, func(c rapport.Conflict) bool { return c.Key.String() == r.Body.Key })
	if at < 0 {
		return nil, rapport.Errorf(rapport.CodeNotFound, "There is no such conflict any more. Nothing was saved; look at the list again.")
	}
	c, me := found[at], principalFrom(ctx)
	if !rapport.MayOverride(c.Severity, me, c.Slot.BrandID) {
		return nil, &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "Only legal and admins let stand what blocks. Nothing was saved."}
	}
	if err := store.OverrideConflict(ctx, rapport.OverrideNew{Conflict: c, Reason: reason, By: me.UserID}); err != nil {
		return nil, err
	}
	return gen.OverrideConflict204Response{}, nil
}

func toConflict(c rapport.Conflict, me rapport.Principal) gen.Conflict {
	out := gen.Conflict{
		Key: c.Key.String(), Kind: gen.ConflictKind(c.Kind), Severity: gen.ConflictSeverity(c.Severity), Words: c.Words, At: c.At.UTC(), BrandId: c.Slot.BrandID, CampaignId: c.Slot.CampaignID,
		CampaignName: c.Slot.CampaignName, PartnershipId: c.Slot.PartnershipID, DeliverableId: c.Slot.DeliverableID, Creator: toUserRef(c.Slot.Creator), Title: c.Slot.Title,
		MayOverride: c.Override == nil && rapport.MayOverride(c.Severity, me, c.Slot.BrandID),
	}
	if o := c.Other; o != nil {
		out.Other = &gen.ConflictSide{BrandName: orNil(o.BrandName), CampaignName: orNil(o.CampaignName), PartnershipId: orNil(o.PartnershipID), From: o.From.UTC(), To: o.To.UTC()}
	}
	if o := c.Override; o != nil {
		out.Override = &gen.Override{Reason: o.Reason, By: toUserRef(o.By), At: o.At.UTC()}
	}
	return out
}

// absencesSince is how long an absence is listed after it ended.
const absencesSince = 30 * rapport.Day

// ListAbsences lists when a creator is away.
func (s *Server) ListAbsences(ctx context.Context, r gen.ListAbsencesRequestObject) (gen.ListAbsencesResponseObject, error) {
	if _, err := s.cfg.Store.Creator(ctx, r.Id); err != nil {
		return nil, called("creator", err)
	}
	items, err := s.absences(ctx, r.Id)
	return gen.ListAbsences200JSONResponse{Items: items}, err
}

// ListPortalAbsences lists when the creator is away.
func (s *Server) ListPortalAbsences(ctx context.Context, _ gen.ListPortalAbsencesRequestObject) (gen.ListPortalAbsencesResponseObject, error) {
	items, err := s.absences(ctx, portalFrom(ctx).CreatorID)
	for i, a := range items {
		if !a.ByCreator { // a note of the house is not for the creator
			items[i].Note = ""
		}
	}
	return gen.ListPortalAbsences200JSONResponse{Items: items}, err
}

func (s *Server) absences(ctx context.Context, creator uuid.UUID) ([]gen.Absence, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	found, err := store.Absences(ctx, creator, s.today().Add(-absencesSince))
	return each(found, toAbsence), err
}

// AddAbsence keeps when a creator is away.
func (s *Server) AddAbsence(ctx context.Context, r gen.AddAbsenceRequestObject) (gen.AddAbsenceResponseObject, error) {
	if _, err := s.cfg.Store.Creator(ctx, r.Id); err != nil {
		return nil, called("creator", err)
	}
	me := principalFrom(ctx).UserID
	a, err := s.addAbsence(ctx, r.Id, *r.Body, &me)
	return gen.AddAbsence201JSONResponse(a), err
}

// AddPortalAbsence keeps that the creator says to be away.
func (s *Server) AddPortalAbsence(ctx context.Context, r gen.AddPortalAbsenceRequestObject) (gen.AddPortalAbsenceResponseObject, error) {
	a, err := s.addAbsence(ctx, portalFrom(ctx).CreatorID, *r.Body, nil)
	return gen.AddPortalAbsence201JSONResponse(a), err
}

func (s *Server) addAbsence(ctx context.Context, creator uuid.UUID, b gen.AbsenceCreate, by *uuid.UUID) (gen.Absence, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return gen.Absence{}, err
	}
	a := rapport.Absence{ID: uuid.Must(uuid.NewV7()), CreatorID: creator, From: b.From.Time, To: b.To.Time, Note: strings.TrimSpace(value(b.Note)), ByCreator: by == nil}
	if bad := a.Check(); len(bad) > 0 {
		return gen.Absence{}, rapport.Invalid(bad...)
	}
	return toAbsence(a), store.AddAbsence(ctx, a, by)
}

// RemoveAbsence takes back what the house noted; what the creator said stays.
func (s *Server) RemoveAbsence(ctx context.Context, r gen.RemoveAbsenceRequestObject) (gen.RemoveAbsenceResponseObject, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.RemoveAbsence(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("absence", err)
	}
	return gen.RemoveAbsence204Response{}, nil
}

// WithdrawPortalAbsence takes back what the creator said; the house's own entries stay.
func (s *Server) WithdrawPortalAbsence(ctx context.Context, r gen.WithdrawPortalAbsenceRequestObject) (gen.WithdrawPortalAbsenceResponseObject, error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.WithdrawAbsence(ctx, r.Id, portalFrom(ctx).CreatorID); err != nil {
		return nil, called("absence", err)
	}
	return gen.WithdrawPortalAbsence204Response{}, nil
}

func toAbsence(a rapport.Absence) gen.Absence {
	return gen.Absence{Id: a.ID, From: toDate(a.From), To: toDate(a.To), Note: a.Note, ByCreator: a.ByCreator}
}
