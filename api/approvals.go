package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ApprovalStore keeps who decides on content: policies, outside reviewers and who stands in for whom.
type ApprovalStore interface {
	PolicyVersions(ctx context.Context, id uuid.UUID) ([]rapport.PolicyVersion, error)
	RetirePolicy(ctx context.Context, id, by uuid.UUID) error
	SimulationOf(ctx context.Context, brand uuid.UUID, policy rapport.Policy, last int) ([]rapport.PastSubmission, error)
	UserNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)

	ListOutsideReviewers(ctx context.Context, brand *uuid.UUID) ([]rapport.OutsideReviewer, error)
	CreateOutsideReviewer(ctx context.Context, o rapport.OutsideReviewer, by uuid.UUID) (rapport.OutsideReviewer, error)
	RemoveOutsideReviewer(ctx context.Context, id, by uuid.UUID) error

	ListDelegations(ctx context.Context, brand *uuid.UUID) ([]rapport.Delegation, error)
	Delegation(ctx context.Context, id uuid.UUID) (rapport.Delegation, error)
	CreateDelegation(ctx context.Context, d rapport.Delegation, by uuid.UUID) (rapport.Delegation, error)
	EndDelegation(ctx context.Context, id, by uuid.UUID) error

	Slack(ctx context.Context, brand uuid.UUID) (*rapport.SlackChannel, error)
	SetSlack(ctx context.Context, brand uuid.UUID, webhookURL string, by uuid.UUID) error
}

func toApprovers(list []rapport.Approver) []gen.Approver {
	return each(list, func(a rapport.Approver) gen.Approver {
		out := gen.Approver{Kind: gen.ApproverKind(a.Kind), UserId: a.UserID, ReviewerId: a.ReviewerID, Days: orNil(a.Days)}
		if a.Role != "" {
			role := gen.Role(a.Role)
			out.Role = &role
		}
		return out
	})
}

func fromApprovers(list []gen.Approver) []rapport.Approver {
	return each(list, func(a gen.Approver) rapport.Approver {
		return rapport.Approver{Kind: string(a.Kind), UserID: a.UserId, ReviewerID: a.ReviewerId, Role: rapport.Role(value(a.Role)), Days: value(a.Days)}
	})
}

func toPolicy(v rapport.PolicyVersion) gen.Policy {
	return gen.Policy{
		Id: v.Policy.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Policy.Version, OnSilence: gen.PolicyOnSilence(v.Policy.OnSilence), CreatedAt: v.CreatedAt,
		Rank: v.Policy.Rank, When: toWhen(v.Policy.When), RetiredAt: v.RetiredAt, Stages: each(v.Policy.Stages, toPolicyStage),
	}
}

func toPolicyStage(s rapport.PolicyStage) gen.PolicyStage {
	out := gen.PolicyStage{
		Name: s.Name, Approvers: toApprovers(s.Approvers), Rule: gen.PolicyStageRule(s.Rule), Quorum: orNil(s.Quorum), Starts: gen.PolicyStageStarts(s.Starts),
		DeadlineDays: s.DeadlineDays, OnReject: gen.PolicyStageOnReject(s.OnReject), Legal: orNot(s.Legal), Keep: orNot(s.Keep),
	}
	if s.Starts == rapport.StartsByDate {
		from := gen.PolicyStageStartFrom(s.StartFrom)
		out.StartDays, out.StartFrom = &s.StartDays, &from
	}
	if s.OnReject == rapport.RejectToStage {
		out.ReturnTo = &s.ReturnTo
	}
	if s.Scope != "" {
		scope := gen.PolicyStageScope(s.Scope)
		out.Scope = &scope
	}
	if len(s.EscalateTo) > 0 {
		to := toApprovers(s.EscalateTo)
		out.EscalateTo = &to
	}
	return out
}

func fromPolicyStage(st gen.PolicyStage) rapport.PolicyStage {
	return rapport.PolicyStage{
		Name: strings.TrimSpace(st.Name), Approvers: fromApprovers(st.Approvers), Rule: rapport.Rule(st.Rule), Quorum: value(st.Quorum), Starts: string(st.Starts),
		StartDays: value(st.StartDays), StartFrom: string(value(st.StartFrom)), DeadlineDays: st.DeadlineDays, OnReject: rapport.OnReject(st.OnReject), ReturnTo: value(st.ReturnTo),
		Legal: value(st.Legal), EscalateTo: fromApprovers(value(st.EscalateTo)), Keep: value(st.Keep), Scope: string(value(st.Scope)),
	}
}

func toWhen(w *rapport.PolicyWhen) *gen.PolicyWhen {
	if w == nil {
		return nil
	}
	out := gen.PolicyWhen{
		Campaigns: someOf(w.Campaigns), Platforms: someOf(w.Platforms), Markets: someOf(w.Markets), Regulated: someOf(w.Regulated), PaidUsage: w.PaidUsage,
		FirstPartnership: w.FirstPartnership,
	}
	if w.FeeAtLeast != nil {
		fee := toMoney(*w.FeeAtLeast)
		out.FeeAtLeast = &fee
	}
	return &out
}

func fromWhen(w *gen.PolicyWhen) *rapport.PolicyWhen {
	if w == nil {
		return nil
	}
	out := rapport.PolicyWhen{
		Campaigns: value(w.Campaigns), Platforms: trimmed(value(w.Platforms)), Markets: each(value(w.Markets), strings.ToUpper), Regulated: trimmed(value(w.Regulated)),
		PaidUsage: w.PaidUsage, FirstPartnership: w.FirstPartnership,
	}
	if w.FeeAtLeast != nil {
		fee := fromMoney(*w.FeeAtLeast)
		out.FeeAtLeast = &fee
	}
	return &out
}

// ListPolicies lists the newest version of each approval policy, with what it is in conflict with.
func (s *Server) ListPolicies(ctx context.Context, r gen.ListPoliciesRequestObject) (gen.ListPoliciesResponseObject, error) {
	list, err := s.cfg.Store.ListPolicies(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	shown := each(list, toPolicy)
	for i := range list {
		addConflicts(&shown[i], list[i], list)
	}
	return gen.ListPolicies200JSONResponse{Items: shown}, nil
}

// addConflicts shows which of the brand's other policies fit some of the same submissions.
func addConflicts(shown *gen.Policy, v rapport.PolicyVersion, list []rapport.PolicyVersion) {
	if v.RetiredAt != nil || v.BrandID == nil {
		return
	}
	var others []rapport.NamedPolicy
	for _, o := range list {
		if o.RetiredAt == nil && o.BrandID != nil && *o.BrandID == *v.BrandID {
			others = append(others, rapport.NamedPolicy{Policy: o.Policy, Name: o.Name})
		}
	}
	conflicts := each(rapport.NamedPolicy{Policy: v.Policy, Name: v.Name}.Conflicts(others), func(c rapport.PolicyConflict) gen.PolicyConflict {
		return gen.PolicyConflict{Name: c.Name, Equal: c.Equal, Wins: c.Wins, Words: conflictWords(c)}
	})
	shown.Conflicts = someOf(conflicts)
}

func conflictWords(c rapport.PolicyConflict) string {
	winner := "this one is chosen"
	if !c.Wins {
		winner = "“" + c.Name + "” is chosen"
	}
	if c.Equal {
		return fmt.Sprintf("Some submissions fit “%s” as well, with the same rank and as many conditions: %s because it is older. Give one of them another rank.", c.Name, winner)
	}
	return fmt.Sprintf("Some submissions fit “%s” as well: there %s.", c.Name, winner)
}

// ListPolicyVersions lists every version of a policy.
func (s *Server) ListPolicyVersions(ctx context.Context, r gen.ListPolicyVersionsRequestObject) (gen.ListPolicyVersionsResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.PolicyVersions(ctx, r.Id)
	if err != nil {
		return nil, called("policy", err)
	}
	return gen.ListPolicyVersions200JSONResponse{Items: each(list, toPolicy)}, nil
}

// defaultRank is in the middle, so that others can be put before and behind.
const defaultRank = 100

// CreatePolicy adds an approval policy or a version of one, and says which others fit some of the same submissions.
func (s *Server) CreatePolicy(ctx context.Context, r gen.CreatePolicyRequestObject) (gen.CreatePolicyResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	v := rapport.PolicyVersion{BrandID: &r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Policy: rapport.Policy{OnSilence: rapport.SilenceHold, Rank: defaultRank}}
	edit(&v.Policy.Rank, r.Body.Rank)
	if r.Body.OnSilence != nil {
		v.Policy.OnSilence = rapport.OnSilence(*r.Body.OnSilence)
	}
	v.Policy.Stages, v.Policy.When, v.From = each(r.Body.Stages, fromPolicyStage), fromWhen(r.Body.When), r.Body.FromVersion
	if bad := v.Policy.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := s.cfg.Store.CreatePolicy(ctx, v, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	list, err := s.cfg.Store.ListPolicies(ctx, &r.Body.BrandId)
	if err != nil {
		return nil, err
	}
	shown := toPolicy(made)
	addConflicts(&shown, made, list)
	return gen.CreatePolicy201JSONResponse(shown), nil
}

// RetirePolicy lets a policy choose itself no more.
func (s *Server) RetirePolicy(ctx context.Context, r gen.RetirePolicyRequestObject) (gen.RetirePolicyResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.RetirePolicy(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("policy", err)
	}
	return gen.RetirePolicy204Response{}, nil
}

// SimulatePolicy runs a policy over past submissions.
func (s *Server) SimulatePolicy(ctx context.Context, r gen.SimulatePolicyRequestObject) (gen.SimulatePolicyResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	policy := rapport.Policy{OnSilence: rapport.SilenceHold, Stages: each(r.Body.Stages, fromPolicyStage), When: fromWhen(r.Body.When)}
	if r.Body.OnSilence != nil {
		policy.OnSilence = rapport.OnSilence(*r.Body.OnSilence)
	}
	if bad := policy.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	last := 50
	edit(&last, r.Body.Last)
	past, err := store.SimulationOf(ctx, r.Body.BrandId, policy, last)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, p := range past {
		for _, stage := range p.Plan.Approvers {
			for _, a := range stage {
				ids = append(ids, a.User)
			}
		}
	}
	names, err := store.UserNames(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := gen.SimulatePolicy200JSONResponse{Items: []gen.SimulatedReview{}}
	for _, p := range past {
		shown := showSimulation(p, policy, names)
		if shown.Fits {
			out.Fits++
		}
		out.Items = append(out.Items, shown)
	}
	return out, nil
}

func showSimulation(p rapport.PastSubmission, policy rapport.Policy, names map[uuid.UUID]string) gen.SimulatedReview {
	shown := gen.SimulatedReview{
		SubmissionId: p.SubmissionID, ReviewId: &p.ReviewID, DeliverableTitle: p.Title, CreatorName: p.Creator, CampaignName: p.Campaign, Version: p.Version, SubmittedAt: p.SubmittedAt,
		ReallyEndedAt: p.EndedAt, PolicyName: orNil(p.PolicyName), Fits: true, Because: "Only campaigns that name the policy use it.", Stages: []gen.SimulatedStage{},
	}
	if policy.When != nil {
		fits, words := policy.When.Holds(p.Facts)
		shown.Fits, shown.Because = fits, rapport.Sentence(strings.Join(words, ", and "))+"."
	}
	sim := p.Simulate()
	shown.EndsAt, shown.SilenceAt = timeOrNil(sim.Ends), timeOrNil(sim.SilenceAt)
	for _, st := range sim.Stages {
		out := gen.SimulatedStage{Name: st.Name, Asked: each(st.Asked, func(id uuid.UUID) string { return names[id] }), OpensAt: timeOrNil(st.Opens), DueAt: timeOrNil(st.Due), EndsAt: timeOrNil(st.Ends)}
		how := ""
		switch {
		case st.Opens.IsZero():
			how = "It would not have been reached."
		case st.By == uuid.Nil:
			how = "Nobody would have decided."
		case st.Guessed:
			how = names[st.By] + " at the deadline: nothing is known of how long they take."
		default:
			how = names[st.By] + " in the time that they usually take."
		}
		out.How = &how
		shown.Stages = append(shown.Stages, out)
	}
	return shown
}

// timeOrNil is nil for no time.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ---- outside reviewers

func showOutsideReviewer(o rapport.OutsideReviewer) gen.OutsideReviewer {
	return gen.OutsideReviewer{Id: o.ID, BrandId: o.BrandID, Name: o.Name, Email: o.Email, CreatedAt: o.CreatedAt}
}

// ListOutsideReviewers lists the people who decide by a link.
func (s *Server) ListOutsideReviewers(ctx context.Context, r gen.ListOutsideReviewersRequestObject) (gen.ListOutsideReviewersResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.ListOutsideReviewers(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListOutsideReviewers200JSONResponse{Items: each(list, showOutsideReviewer)}, nil
}

// CreateOutsideReviewer adds somebody who decides by a link.
func (s *Server) CreateOutsideReviewer(ctx context.Context, r gen.CreateOutsideReviewerRequestObject) (gen.CreateOutsideReviewerResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	o := rapport.OutsideReviewer{BrandID: r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Email: strings.ToLower(strings.TrimSpace(r.Body.Email))}
	if bad := o.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := store.CreateOutsideReviewer(ctx, o, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateOutsideReviewer201JSONResponse(showOutsideReviewer(made)), nil
}

// RemoveOutsideReviewer asks somebody no more.
func (s *Server) RemoveOutsideReviewer(ctx context.Context, r gen.RemoveOutsideReviewerRequestObject) (gen.RemoveOutsideReviewerResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.RemoveOutsideReviewer(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("outside reviewer", err)
	}
	return gen.RemoveOutsideReviewer204Response{}, nil
}

// ---- delegations

func showDelegation(d rapport.Delegation) gen.Delegation {
	return gen.Delegation{Id: d.ID, BrandId: d.BrandID, From: toUserRef(d.From), To: toUserRef(d.To), StartsAt: d.StartsAt, EndsAt: d.EndsAt, State: gen.DelegationState(d.State)}
}

// ListDelegations lists who decides for whom.
func (s *Server) ListDelegations(ctx context.Context, r gen.ListDelegationsRequestObject) (gen.ListDelegationsResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.ListDelegations(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListDelegations200JSONResponse{Items: each(list, showDelegation)}, nil
}

// CreateDelegation lets somebody decide for the caller, or, for an admin, for anybody: of whoever has left.
func (s *Server) CreateDelegation(ctx context.Context, r gen.CreateDelegationRequestObject) (gen.CreateDelegationResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	from := me.UserID
	edit(&from, r.Body.FromUserId)
	if from != me.UserID && !me.Has(r.Body.BrandId, rapport.RoleAdmin) {
		return nil, rapport.Invalid(rapport.Field{Path: "from_user_id", Code: "not_you", Detail: "Only admins let somebody decide for another person."})
	}
	d := rapport.Delegation{BrandID: r.Body.BrandId, From: rapport.UserRef{ID: from}, To: rapport.UserRef{ID: r.Body.ToUserId}, StartsAt: r.Body.StartsAt, EndsAt: r.Body.EndsAt}
	if bad := d.Check(s.now()); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := store.CreateDelegation(ctx, d, me.UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateDelegation201JSONResponse(showDelegation(made)), nil
}

// EndDelegation ends a delegation now: its giver, its taker or an admin does.
func (s *Server) EndDelegation(ctx context.Context, r gen.EndDelegationRequestObject) (gen.EndDelegationResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.Delegation(ctx, r.Id)
	if err != nil {
		return nil, called("delegation", err)
	}
	me := principalFrom(ctx)
	if me.UserID != d.From.ID && me.UserID != d.To.ID && !me.Has(d.BrandID, rapport.RoleAdmin) {
		return nil, rapport.Errorf(rapport.CodeForbidden, "Only the two people and admins end this.")
	}
	if err := store.EndDelegation(ctx, r.Id, me.UserID); err != nil {
		return nil, err
	}
	return gen.EndDelegation204Response{}, nil
}

// ---- Slack

// GetSlack says whether a brand's reviews are told in Slack.
func (s *Server) GetSlack(ctx context.Context, r gen.GetSlackRequestObject) (gen.GetSlackResponseObject, error) {
	shown, err := s.slack(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetSlack200JSONResponse(shown), nil
}

func (s *Server) slack(ctx context.Context, brand uuid.UUID) (gen.SlackChannel, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return gen.SlackChannel{}, err
	}
	if _, err := s.cfg.Store.Brand(ctx, brand); err != nil {
		return gen.SlackChannel{}, err
	}
	c, err := store.Slack(ctx, brand)
	if err != nil || c == nil {
		return gen.SlackChannel{}, err
	}
	return gen.SlackChannel{Connected: true, Since: &c.ConnectedAt, LastError: orNil(c.LastError)}, nil
}

// SetSlack connects or disconnects a brand's channel. Its address is a secret and is never shown again.
func (s *Server) SetSlack(ctx context.Context, r gen.SetSlackRequestObject) (gen.SetSlackResponseObject, error) {
	store, err := storeAs[ApprovalStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := s.cfg.Store.Brand(ctx, r.Id); err != nil {
		return nil, err
	}
	address := strings.TrimSpace(value(r.Body.WebhookUrl))
	if address != "" && (s.cfg.Outside.CheckSlack == nil || s.cfg.Outside.CheckSlack(address) != nil) {
		return nil, rapport.Invalid(rapport.Field{Path: "webhook_url", Code: "bad_url", Detail: "Paste the address of an incoming webhook. It begins with https://hooks.slack.com/services/."})
	}
	if err := store.SetSlack(ctx, r.Id, address, principalFrom(ctx).UserID); err != nil {
		return nil, err
	}
	shown, err := s.slack(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.SetSlack200JSONResponse(shown), nil
}
