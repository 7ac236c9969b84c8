package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

type policyApprover struct {
	Kind       string `json:"kind"`
	Role       string `json:"role,omitempty"`
	ReviewerID string `json:"reviewer_id,omitempty"`
	Days       int    `json:"days,omitempty"`
}

func anyOf(role string) policyApprover { return policyApprover{Kind: "role", Role: role} }

type policyStage struct {
	Name         string           `json:"name"`
	Approvers    []policyApprover `json:"approvers"`
	Rule         string           `json:"rule"`
	Quorum       int              `json:"quorum,omitempty"`
	Starts       string           `json:"starts"`
	DeadlineDays int              `json:"deadline_days"`
	OnReject     string           `json:"on_reject"`
	Legal        bool             `json:"legal,omitempty"`
	EscalateTo   []policyApprover `json:"escalate_to,omitempty"`
	Keep         bool             `json:"keep,omitempty"`
	Scope        string           `json:"scope,omitempty"`
}

type policyWhen struct {
	Platforms        []string `json:"platforms,omitempty"`
	FeeAtLeast       *amount  `json:"fee_at_least,omitempty"`
	Regulated        []string `json:"regulated,omitempty"`
	FirstPartnership *bool    `json:"first_partnership,omitempty"`
}

// policyPlan is an approval policy that chooses itself. client adds a stage of the brand's client at the end.
type policyPlan struct {
	brand  int
	name   string
	rank   int
	when   policyWhen
	stages []policyStage
	client bool
}

// Stages of the sample world's policies. Times differ, so that after a while some reviews wait, some have climbed and some are held.
func bigFeeStages() []policyStage {
	return []policyStage{
		{
			Name: "Brand", Approvers: []policyApprover{anyOf(roleApprover)}, Rule: "any", Starts: "after_previous", DeadlineDays: 2, OnReject: "creator",
			EscalateTo: []policyApprover{{Kind: "role", Role: roleOps, Days: 4}, {Kind: "role", Role: roleAdmin, Days: 30}},
		},
		{
			Name: "Legal", Approvers: []policyApprover{anyOf(roleLegal)}, Rule: "any", Starts: "after_previous", DeadlineDays: 4, OnReject: "creator", Legal: true,
			Keep: true, Scope: "caption", EscalateTo: []policyApprover{{Kind: "role", Role: roleAdmin, Days: 20}},
		},
	}
}

func firstTimeStages() []policyStage {
	return []policyStage{{
		Name: "Two of us", Approvers: []policyApprover{anyOf(roleApprover), anyOf(roleOps)}, Rule: "quorum", Quorum: 2, Starts: "after_previous", DeadlineDays: 15,
		OnReject: "creator", EscalateTo: []policyApprover{anyOf(roleAdmin)},
	}}
}

var policyPlans = []policyPlan{
	{brand: 0, name: "Big fees", rank: 10, when: policyWhen{FeeAtLeast: &amount{250_000, "usd"}}, stages: bigFeeStages()},
	{brand: 0, name: "First time with us", rank: 50, when: policyWhen{FirstPartnership: new(true), Platforms: []string{"instagram"}}, stages: firstTimeStages()},
	{brand: 1, name: "Big fees", rank: 10, when: policyWhen{FeeAtLeast: &amount{200_000, "eur"}}, stages: bigFeeStages()},
	{brand: 1, name: "First time with us", rank: 50, when: policyWhen{FirstPartnership: new(true), Platforms: []string{"tiktok"}}, stages: firstTimeStages()},
	{
		brand: 1, name: "Regulated", rank: 5, when: policyWhen{Regulated: []string{"any"}}, client: true,
		stages: []policyStage{
			{
				Name: "Brand", Approvers: []policyApprover{anyOf(roleApprover)}, Rule: "any", Starts: "after_previous", DeadlineDays: 3, OnReject: "creator",
				EscalateTo: []policyApprover{anyOf(roleOps), anyOf(roleAdmin)},
			},
			{
				Name: "Legal", Approvers: []policyApprover{anyOf(roleLegal)}, Rule: "any", Starts: "in_parallel", DeadlineDays: 5, OnReject: "creator", Legal: true,
				Keep: true, Scope: "caption", EscalateTo: []policyApprover{anyOf(roleAdmin)},
			},
		},
	},
}

// orchard is whom the second brand makes some content for.
var orchard = struct{ name, email string }{"Marlene Ott (Ott’s Orchard)", "client.marlene@otts-orchard.example"}

// colleagues are a second approver of each brand, who is away at the moment and has somebody else decide.
var colleagues = []string{"Amara Nwosu", "Jonna Peters"}

// furnish makes what approvals need, once: people, policies, a channel. What is there is left as it is.
func (w *World) furnish(ctx context.Context, h *house) error {
	if h.furnished {
		return nil
	}
	if h.id() == "" {
		if err := w.signIn(ctx, h.seats[roleOps]); err != nil {
			return err
		}
	}
	for _, part := range []func(context.Context, *house) error{w.addPolicies, w.addColleague, w.connectSlack} {
		if err := part(ctx, h); err != nil {
			return err
		}
	}
	h.furnished = true
	return nil
}

func (w *World) brandIndex(h *house) int { return slices.Index(w.houses, h) }

type named struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (w *World) addPolicies(ctx context.Context, h *house) error {
	admin := h.seats[roleAdmin]
	have, err := all[named](ctx, w, admin, "/v1/policies", url.Values{"brand_id": {h.id()}})
	if err != nil {
		return err
	}
	for _, plan := range policyPlans {
		if plan.brand != w.brandIndex(h) || slices.ContainsFunc(have, func(n named) bool { return n.Name == plan.name }) {
			continue
		}
		stages := plan.stages
		if plan.client {
			reviewer, err := w.outsideReviewer(ctx, h)
			if err != nil {
				return err
			}
			stages = append(slices.Clone(stages), policyStage{
				Name: "Client", Approvers: []policyApprover{{Kind: "outside", ReviewerID: reviewer}}, Rule: "any", Starts: "after_previous", DeadlineDays: 6,
				OnReject: "creator", EscalateTo: []policyApprover{anyOf(roleOps)},
			})
		}
		err := w.post(ctx, admin, "/v1/policies", deed("policy", h.name, plan.name), map[string]any{
			"brand_id": h.id(), "name": plan.name, "rank": plan.rank, "when": plan.when, "stages": stages, "on_silence": "hold",
		})
		if err != nil {
			return err
		}
		w.log.Info("the sample world has an approval policy", zap.String("brand", h.name), zap.String("policy", plan.name))
	}
	return nil
}

func (w *World) outsideReviewer(ctx context.Context, h *house) (string, error) {
	ops := h.seats[roleOps]
	have, err := all[named](ctx, w, ops, "/v1/outside-reviewers", url.Values{"brand_id": {h.id()}})
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(have, func(n named) bool { return n.Email == orchard.email }); i >= 0 {
		return have[i].ID, nil
	}
	var made named
	err = w.do(ctx, ops, ask{
		method: http.MethodPost, path: "/v1/outside-reviewers", key: deed("client", h.name), out: &made,
		body: map[string]any{"brand_id": h.id(), "name": orchard.name, "email": orchard.email},
	})
	return made.ID, err
}

// addColleague makes the second approver, who signs in with the approver's password, and lets the approver decide for them.
func (w *World) addColleague(ctx context.Context, h *house) error {
	admin, approver := h.seats[roleAdmin], h.seats[roleApprover]
	if w.brandIndex(h) >= len(colleagues) {
		return nil
	}
	_, domain, _ := strings.Cut(approver.Email, "@")
	who := named{Name: colleagues[w.brandIndex(h)], Email: "away.approver@" + domain}
	have, err := all[named](ctx, w, admin, "/v1/users", url.Values{})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(have, func(n named) bool { return n.Email == who.Email }); i >= 0 {
		who = have[i]
	} else if err := w.do(ctx, admin, ask{
		method: http.MethodPost, path: "/v1/users", key: deed("colleague", h.name), out: &who,
		body: map[string]any{
			"name": who.Name, "email": who.Email, "password": approver.Password,
			"brands": []any{map[string]any{"brand_id": h.id(), "roles": []string{roleApprover}}},
		},
	}); err != nil {
		return err
	}
	var running listed[struct{}]
	if err := w.get(ctx, admin, "/v1/delegations?brand_id="+h.id(), &running); err != nil || len(running.Items) > 0 {
		return err
	}
	if approver.userID == "" {
		if err := w.signIn(ctx, approver); err != nil {
			return err
		}
	}
	now := time.Now().UTC()
	return w.post(ctx, admin, "/v1/delegations", deed("delegation", h.name, now.Format(time.RFC3339)), map[string]any{
		"brand_id": h.id(), "from_user_id": who.ID, "to_user_id": approver.userID,
		"starts_at": now.Format(time.RFC3339), "ends_at": now.Add(max(w.days(30), time.Hour)).Format(time.RFC3339),
	})
}

// connectSlack lets reviews be told to the sandbox's stand-in, where the control port shows them.
func (w *World) connectSlack(ctx context.Context, h *house) error {
	if w.cfg.Sandbox == "" {
		return nil
	}
	admin := h.seats[roleAdmin]
	var channel struct {
		Connected bool `json:"connected"`
	}
	path := "/v1/brands/" + h.id() + "/slack"
	if err := w.get(ctx, admin, path, &channel); err != nil || channel.Connected {
		return err
	}
	hook := w.cfg.Sandbox + "/slack/services/T0DEMO/B" + strconv.Itoa(w.brandIndex(h)+1) + "/reviews"
	err := w.do(ctx, admin, ask{method: http.MethodPut, path: path, key: deed("slack", h.name, hook), body: map[string]string{"webhook_url": hook}})
	w.did(admin, "connect Slack", h.id(), err)
	return nil // without the channel the world goes on
}
