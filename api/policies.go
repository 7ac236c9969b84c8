package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

func toSequence(v rapport.SequenceVersion) gen.Sequence {
	return gen.Sequence{
		Id: v.Sequence.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Sequence.Version, CoolOffDays: v.Sequence.CoolOffDays, CreatedAt: v.CreatedAt,
		Steps:   each(v.Sequence.Steps, toStep),
		Trigger: toTrigger(v.Sequence.Trigger),
	}
}

func toStep(s rapport.SequenceStep) gen.SequenceStep {
	out := gen.SequenceStep{Kind: gen.SequenceStepKind(s.Kind), Template: orNil(s.Template), BusinessDays: orNil(s.BusinessDays), Days: orNil(s.Days), Title: orNil(s.Title)}
	if s.Review {
		out.Review = &s.Review
	}
	if b := s.Branch; b != nil {
		out.Branch = &gen.Branch{On: gen.BranchOn(b.On), Field: orNil(b.Field), Value: orNil(b.Value), Then: b.Then, Else: b.Else}
		if b.Is != "" {
			is := gen.BranchIs(b.Is)
			out.Branch.Is = &is
		}
	}
	return out
}

func toTrigger(t *rapport.SequenceTrigger) *gen.SequenceTrigger {
	if t == nil {
		return nil
	}
	out := gen.SequenceTrigger{
		On: gen.SequenceTriggerOn(t.On), After: orNil(t.After), Without: orNil(t.Without), BusinessDays: orNil(t.BusinessDays), Date: orNil(t.Date), Days: orNil(t.Days),
	}
	if t.Stage != "" {
		stage := gen.Stage(t.Stage)
		out.Stage = &stage
	}
	return &out
}

func fromTrigger(t *gen.SequenceTrigger) *rapport.SequenceTrigger {
	if t == nil {
		return nil
	}
	return &rapport.SequenceTrigger{
		On: string(t.On), Stage: rapport.Stage(value(t.Stage)), After: value(t.After), Without: value(t.Without), BusinessDays: value(t.BusinessDays),
		Date: strings.TrimSpace(value(t.Date)), Days: value(t.Days),
	}
}

// ListSequences lists the newest version of each outreach sequence.
func (s *Server) ListSequences(ctx context.Context, r gen.ListSequencesRequestObject) (gen.ListSequencesResponseObject, error) {
	list, err := s.cfg.Store.ListSequences(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListSequences200JSONResponse{Items: each(list, toSequence)}, nil
}

// CreateSequence adds a sequence or a version of one.
func (s *Server) CreateSequence(ctx context.Context, r gen.CreateSequenceRequestObject) (gen.CreateSequenceResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	v := rapport.SequenceVersion{BrandID: &r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Sequence: rapport.Sequence{CoolOffDays: rapport.DefaultTimings().CoolOffDays}}
	edit(&v.Sequence.CoolOffDays, r.Body.CoolOffDays)
	v.Sequence.Steps, v.Sequence.Trigger = fromSteps(r.Body.Steps), fromTrigger(r.Body.Trigger)
	bad := v.Sequence.Check()
	mails, err := s.checkMails(ctx, r.Body.BrandId, v.Sequence)
	if err != nil {
		return nil, err
	}
	if bad = append(bad, mails...); len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	made, err := s.cfg.Store.CreateSequence(ctx, v, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateSequence201JSONResponse(toSequence(made)), nil
}

// checkMails names the steps whose mail could never be sent, or must not: what a machine writes names who writes, with a postal address,
// and a way to hear no more (CAN-SPAM Act, 15 U.S.C. 7704(a)(5)); the first mail of an outreach says why it comes (GDPR, Art. 14(3)(b)).
func (s *Server) checkMails(ctx context.Context, brand uuid.UUID, sequence rapport.Sequence) ([]rapport.Field, error) {
	templates, err := s.cfg.Store.ListTemplates(ctx, &brand)
	if err != nil {
		return nil, err
	}
	var bad []rapport.Field
	first := sequence.FirstMails()
	for i, step := range sequence.Steps {
		if step.Kind != rapport.StepSend || step.Template == "" {
			continue
		}
		add := func(code, detail string) {
			bad = append(bad, rapport.Field{Path: fmt.Sprintf("steps[%d].template", i), Code: code, Detail: detail})
		}
		at := slices.IndexFunc(templates, func(t rapport.TemplateVersion) bool { return t.Name == step.Template })
		switch {
		case at < 0:
			add("unknown_template", "There is no mail of this name. Make it first.")
		case !templates[at].Uses("brand.postal_address"):
			add("no_postal_address", "A mail that nobody asked for names the sender's postal address: add {{brand.postal_address}} to it.")
		case !templates[at].Uses(rapport.PortalTag):
			add("no_opt_out", "A mail that nobody asked for offers a way to hear no more: add {{portal_link}} to it.")
		case slices.Contains(first, i) && !templates[at].Uses(rapport.FirstMailNotice):
			add("no_notice", "The first mail to somebody says why it comes: add {{first_mail_notice}} to it.")
		case rapport.TemplateNoun(step.Template) != "" && rapport.TemplateNoun(step.Template) != sequence.Trigger.Noun():
			add("about_nothing", "This mail is about one thing, such as an offer or a piece of content, and the sequence is started by nothing of that kind.")
		}
	}
	return bad, nil
}

func fromSteps(steps []gen.SequenceStep) []rapport.SequenceStep {
	return each(steps, func(s gen.SequenceStep) rapport.SequenceStep {
		out := rapport.SequenceStep{
			Kind: rapport.StepKind(s.Kind), Template: value(s.Template), Review: value(s.Review), BusinessDays: value(s.BusinessDays), Days: value(s.Days),
			Title: strings.TrimSpace(value(s.Title)),
		}
		if b := s.Branch; b != nil {
			out.Branch = &rapport.Branch{On: string(b.On), Field: value(b.Field), Is: string(value(b.Is)), Value: strings.TrimSpace(value(b.Value)), Then: b.Then, Else: b.Else}
		}
		return out
	})
}

// CalendarStore knows in whose time something happens.
type CalendarStore interface {
	// CreatorCalendar is a creator's calendar as a brand of the scope works with it; without a creator, ordinary hours at the brand.
	CreatorCalendar(ctx context.Context, brand uuid.UUID, creator *uuid.UUID) (rapport.Calendar, error)
	// CreatorFacts is what a branch can depend on before the brand has written to the creator.
	CreatorFacts(ctx context.Context, brand, creator uuid.UUID) (rapport.BranchFacts, error)
}

// SimulateSequence says what a sequence would do, and when.
func (s *Server) SimulateSequence(ctx context.Context, r gen.SimulateSequenceRequestObject) (gen.SimulateSequenceResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	sequence := rapport.Sequence{Steps: fromSteps(r.Body.Steps), Trigger: &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageOutreach}}
	if bad := sequence.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	store, err := storeAs[CalendarStore](s)
	if err != nil {
		return nil, err
	}
	calendar, err := store.CreatorCalendar(ctx, r.Body.BrandId, r.Body.CreatorId)
	if err != nil {
		return nil, called("creator", err)
	}
	known := rapport.BranchFacts{}
	if r.Body.CreatorId != nil {
		if known, err = store.CreatorFacts(ctx, r.Body.BrandId, *r.Body.CreatorId); err != nil {
			return nil, called("creator", err)
		}
	}
	from := s.now()
	edit(&from, r.Body.StartsAt)
	return gen.SimulateSequence200JSONResponse{Zone: calendar.Zone, Items: each(sequence.Simulate(calendar, from, known), toSimulated)}, nil
}

func toSimulated(st rapport.SimulatedStep) gen.SimulatedStep {
	out := gen.SimulatedStep{
		Step: st.Step, Kind: gen.SimulatedStepKind(st.Kind), Template: orNil(st.Template), Title: orNil(st.Title), At: st.At, Latest: st.Latest, Why: simulatedWhy(st),
	}
	if st.Review {
		out.Review = &st.Review
	}
	return out
}

// simulatedWhy says in plain words why a step comes when it does.
func simulatedWhy(s rapport.SimulatedStep) string {
	why := "At once"
	switch {
	case s.Waited > 0 && s.WaitedDays > 0:
		why = fmt.Sprintf("%d business days and %d calendar days after the step before", s.Waited, s.WaitedDays)
	case s.Waited > 0:
		why = fmt.Sprintf("%d business days after the step before", s.Waited)
	case s.WaitedDays > 0:
		why = fmt.Sprintf("%d calendar days after the step before", s.WaitedDays)
	}
	if s.Opened {
		why += ", then when the creator's working hours begin"
	}
	if s.Latest.After(s.At) {
		why += "; spread over an hour, so that not all mails go out together"
	}
	if s.Review {
		why += "; a person looks at it first, so it may be later"
	}
	if s.Branch != nil {
		answer := "no"
		if s.Holds {
			answer = "yes"
		}
		why += ". " + branchWords(*s.Branch) + ": " + answer
	}
	return why + "."
}

// branchWords says what a branch depends on.
func branchWords(b rapport.Branch) string {
	about := map[string]string{
		rapport.BranchReply: "The last reply seems to be", rapport.BranchTag: "The creator's tags have", rapport.BranchCountry: "The country is", rapport.BranchLanguage: "The language is",
		rapport.BranchPlatform: "The creator is on", rapport.BranchFollowers: "Followers", rapport.BranchField: b.Field, rapport.BranchContract: "The creator has opened the contract",
		rapport.BranchPage: "The creator has opened their page",
	}[b.On]
	is := map[string]string{"is": "", "is_not": " not", "at_least": " at least", "below": " below"}[b.Is]
	if b.On == rapport.BranchField && b.Is == "is" {
		is = " is"
	}
	if b.Value == "" {
		return about
	}
	return about + is + " “" + plainWords(b.Value) + "”"
}

func toTemplate(v rapport.TemplateVersion) gen.Template {
	return gen.Template{Id: v.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Version, Subject: v.Subject, Body: v.Body, Tags: rapport.TemplateTags(v.Name), CreatedAt: v.CreatedAt}
}

// ListTemplates lists the newest version of each mail template.
func (s *Server) ListTemplates(ctx context.Context, r gen.ListTemplatesRequestObject) (gen.ListTemplatesResponseObject, error) {
	list, err := s.cfg.Store.ListTemplates(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListTemplates200JSONResponse{Items: each(list, toTemplate)}, nil
}

// CreateTemplate adds a mail template or a version of one.
func (s *Server) CreateTemplate(ctx context.Context, r gen.CreateTemplateRequestObject) (gen.CreateTemplateResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	v := rapport.TemplateVersion{BrandID: &r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Subject: strings.TrimSpace(r.Body.Subject), Body: r.Body.Body}
	if bad := v.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := s.cfg.Store.CreateTemplate(ctx, v, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateTemplate201JSONResponse(toTemplate(made)), nil
}
