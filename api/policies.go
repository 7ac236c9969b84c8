package api

import (
	"context"
	"strings"

	"rapport"
	"rapport/api/gen"
)

func toSequence(v rapport.SequenceVersion) gen.Sequence {
	return gen.Sequence{
		Id: v.Sequence.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Sequence.Version, CoolOffDays: v.Sequence.CoolOffDays, CreatedAt: v.CreatedAt,
		Steps: each(v.Sequence.Steps, func(s rapport.SequenceStep) gen.SequenceStep {
			return gen.SequenceStep{Kind: gen.SequenceStepKind(s.Kind), Template: orNil(s.Template), BusinessDays: someDays(s.BusinessDays), Title: orNil(s.Title)}
		}),
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
	for _, step := range r.Body.Steps {
		v.Sequence.Steps = append(v.Sequence.Steps, rapport.SequenceStep{
			Kind: rapport.StepKind(step.Kind), Template: value(step.Template), BusinessDays: value(step.BusinessDays), Title: value(step.Title),
		})
	}
	if bad := v.Sequence.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := s.cfg.Store.CreateSequence(ctx, v, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateSequence201JSONResponse(toSequence(made)), nil
}

func toTemplate(v rapport.TemplateVersion) gen.Template {
	return gen.Template{Id: v.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Version, Subject: v.Subject, Body: v.Body, CreatedAt: v.CreatedAt}
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

func toApprovers(list []rapport.Approver) []gen.Approver {
	return each(list, func(a rapport.Approver) gen.Approver {
		out := gen.Approver{Kind: gen.ApproverKind(a.Kind), UserId: a.UserID}
		if a.Role != "" {
			role := gen.Role(a.Role)
			out.Role = &role
		}
		return out
	})
}

func fromApprovers(list []gen.Approver) []rapport.Approver {
	return each(list, func(a gen.Approver) rapport.Approver {
		return rapport.Approver{Kind: string(a.Kind), UserID: a.UserId, Role: rapport.Role(value(a.Role))}
	})
}

func toPolicy(v rapport.PolicyVersion) gen.Policy {
	return gen.Policy{
		Id: v.Policy.ID, BrandId: v.BrandID, Name: v.Name, Version: v.Policy.Version, OnSilence: gen.PolicyOnSilence(v.Policy.OnSilence), CreatedAt: v.CreatedAt,
		Stages: each(v.Policy.Stages, func(s rapport.PolicyStage) gen.PolicyStage {
			out := gen.PolicyStage{
				Name: s.Name, Approvers: toApprovers(s.Approvers), Rule: gen.PolicyStageRule(s.Rule), Quorum: someDays(s.Quorum), Starts: gen.PolicyStageStarts(s.Starts),
				DeadlineDays: s.DeadlineDays, OnReject: gen.PolicyStageOnReject(s.OnReject),
			}
			if s.Legal {
				out.Legal = &s.Legal
			}
			if len(s.EscalateTo) > 0 {
				to := toApprovers(s.EscalateTo)
				out.EscalateTo = &to
			}
			return out
		}),
	}
}

// ListPolicies lists the newest version of each approval policy.
func (s *Server) ListPolicies(ctx context.Context, r gen.ListPoliciesRequestObject) (gen.ListPoliciesResponseObject, error) {
	list, err := s.cfg.Store.ListPolicies(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListPolicies200JSONResponse{Items: each(list, toPolicy)}, nil
}

// CreatePolicy adds an approval policy or a version of one.
func (s *Server) CreatePolicy(ctx context.Context, r gen.CreatePolicyRequestObject) (gen.CreatePolicyResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	v := rapport.PolicyVersion{BrandID: &r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Policy: rapport.Policy{OnSilence: rapport.SilenceHold}}
	if r.Body.OnSilence != nil {
		v.Policy.OnSilence = rapport.OnSilence(*r.Body.OnSilence)
	}
	for _, st := range r.Body.Stages {
		v.Policy.Stages = append(v.Policy.Stages, rapport.PolicyStage{
			Name: strings.TrimSpace(st.Name), Approvers: fromApprovers(st.Approvers), Rule: rapport.Rule(st.Rule), Quorum: value(st.Quorum), Starts: string(st.Starts),
			DeadlineDays: st.DeadlineDays, OnReject: rapport.OnReject(st.OnReject), Legal: value(st.Legal), EscalateTo: fromApprovers(value(st.EscalateTo)),
		})
	}
	if bad := v.Policy.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := s.cfg.Store.CreatePolicy(ctx, v, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreatePolicy201JSONResponse(toPolicy(made)), nil
}
