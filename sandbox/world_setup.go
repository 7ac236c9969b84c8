package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"
)

// Waves of new partnerships: so many at once, then a few every few days.
const (
	firstWave = 8
	nextWave  = 2
	waveDays  = 2.5
)

// page is what every list answers.
type listed[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"`
}

const maxPages = 20

// all reads a list to its end.
func all[T any](ctx context.Context, w *World, who *seat, path string, query url.Values) ([]T, error) {
	var items []T
	query.Set("limit", "200")
	for range maxPages {
		var got listed[T]
		if err := w.get(ctx, who, path+"?"+query.Encode(), &got); err != nil {
			return items, err
		}
		items = append(items, got.Items...)
		if got.NextCursor == "" {
			break
		}
		query.Set("cursor", got.NextCursor)
	}
	return items, nil
}

type worldCampaign struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	State     string    `json:"state"`
	CreatedAt time.Time `json:"created_at"`
}

// campaignsOf lists what the brand has.
func (w *World) campaignsOf(ctx context.Context, h *house) ([]worldCampaign, error) {
	if h.id() == "" { // the brand's id comes with the first sign-in
		if err := w.signIn(ctx, h.seats[roleOps]); err != nil {
			return nil, err
		}
	}
	return all[worldCampaign](ctx, w, h.seats[roleOps], "/v1/campaigns", url.Values{"brand_id": {h.id()}})
}

// planCampaigns makes the campaigns that are not there.
func (w *World) planCampaigns(ctx context.Context, h *house) error {
	plans := w.plansOf(h)
	if len(h.campaigns) == len(plans) {
		return nil
	}
	have, err := w.campaignsOf(ctx, h)
	if err != nil {
		return err
	}
	for _, plan := range plans {
		if i := slices.IndexFunc(have, func(c worldCampaign) bool { return c.Name == plan.name }); i >= 0 {
			h.campaigns[have[i].ID] = plan
			continue
		}
		nudge, err := w.library(ctx, h)
		if err != nil {
			return err
		}
		var made worldCampaign
		today := time.Now().UTC()
		err = w.do(ctx, h.seats[roleOps], ask{
			method: http.MethodPost, path: "/v1/campaigns", key: deed("campaign", h.name, plan.name, today.Format(time.DateOnly)), out: &made,
			body: map[string]any{
				"brand_id": h.id(), "name": plan.name, "brief": plan.brief, "budget": amount{plan.budget, plan.currency},
				"starts_on": today.Format(time.DateOnly), "ends_on": today.AddDate(0, 6, 0).Format(time.DateOnly),
				"default_fee": amount{plan.fee, plan.currency}, "terms": plan.terms, "hashtags": plan.hashtags, "automation_ids": []string{nudge},
				"content_rules": plan.rules,
			},
		})
		if err != nil {
			return err
		}
		h.campaigns[made.ID] = plan
		w.log.Info("the sample world has a campaign", zap.String("campaign", plan.name))
	}
	return nil
}

// library writes what a brand that has worked for a while has: a sequence that reminds of an offer, answers that are given often, and fields
// of its own about creators. Each is written once. It answers the sequence.
func (w *World) library(ctx context.Context, h *house) (string, error) {
	ops := h.seats[roleOps]
	var sequence struct {
		ID string `json:"id"`
	}
	for _, made := range []struct {
		path, name string
		body       map[string]any
		out        any
	}{
		{"/v1/sequences", "nudge", map[string]any{
			"brand_id": h.id(), "name": "Remind of an offer", "trigger": map[string]any{"on": "silence", "after": "offer_sent", "without": "offer_decided", "business_days": 2},
			"steps": []any{map[string]any{"kind": "task", "title": "Call the creator about our offer"}},
		}, &sequence},
		{"/v1/canned-answers", "thanks", map[string]any{
			"brand_id": h.id(), "name": "Thanks, more soon",
			"body": "Hi {{creator.first_name}},\n\nthank you! I will send you the details of \"{{campaign.name}}\" today.\n\n{{sender.name}}",
		}, nil},
		{"/v1/canned-answers", "budget", map[string]any{
			"brand_id": h.id(), "name": "About our budget",
			"body": "Hi {{creator.first_name}},\n\ngood question. What do you usually ask for work like this?\n\n{{sender.name}}",
		}, nil},
		{"/v1/creator-fields", "size", map[string]any{"brand_id": h.id(), "name": "Jacket size", "kind": "select", "options": []string{"S", "M", "L", "XL"}}, nil},
		{"/v1/creator-fields", "birthday", map[string]any{"brand_id": h.id(), "name": "Birthday", "kind": "date"}, nil},
	} {
		err := w.do(ctx, ops, ask{method: http.MethodPost, path: made.path, key: deed("library", h.name, made.name), body: made.body, out: made.out})
		if err != nil {
			return "", err
		}
	}
	return sequence.ID, nil
}

func (w *World) plansOf(h *house) []campaignPlan {
	var plans []campaignPlan
	for _, plan := range campaignPlans {
		if plan.brand < len(w.houses) && w.houses[plan.brand] == h {
			plans = append(plans, plan)
		}
	}
	return plans
}

// fund keeps enough in the brand's funds for the next payouts.
func (w *World) fund(ctx context.Context, h *house) error {
	plans := w.plansOf(h)
	who := h.seats[rolePreparer]
	if len(plans) == 0 || h.id() == "" || (!h.short && !w.again(2, "funds", h.name)) {
		return nil
	}
	h.short = false
	var funds listed[struct {
		Currency  string `json:"currency"`
		Available amount `json:"available"`
		InFlight  amount `json:"in_flight"`
		Spent     amount `json:"spent"`
	}]
	if err := w.get(ctx, who, "/v1/brands/"+h.id()+"/funds", &funds); err != nil {
		return err
	}
	need := plans[0]
	available, used := int64(0), int64(0)
	for _, f := range funds.Items {
		if f.Currency == need.currency {
			available, used = f.Available.Amount, f.InFlight.Amount+f.Spent.Amount
		}
	}
	if available >= 5*need.fee {
		return nil
	}
	sum := amount{20 * need.fee, need.currency}
	// What was used so far names the top-up: as long as nothing more is spent it is the same one.
	key := deed("top-up", h.name, strconv.FormatInt(available+used, 10))
	err := w.post(ctx, who, "/v1/brands/"+h.id()+"/top-ups", key, map[string]any{"amount": sum})
	w.did(who, "top up", h.id(), err)
	return nil
}

type worldCreator struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Accounts []struct {
		Handle string `json:"handle"`
	} `json:"accounts"`
	Contacts     []struct{} `json:"contacts"`
	DoNotContact bool       `json:"do_not_contact"`
	Banned       bool       `json:"banned"`
}

// creators gives ids by handle.
func (w *World) creators(ctx context.Context, h *house) (map[string]worldCreator, error) {
	list, err := all[worldCreator](ctx, w, h.seats[roleOps], "/v1/creators", url.Values{})
	if err != nil {
		return nil, err
	}
	known := map[string]worldCreator{}
	for _, c := range list {
		for _, a := range c.Accounts {
			known[bareHandle(a.Handle)] = c
		}
	}
	return known, nil
}

// fillRoster imports whoever is missing and starts the partnerships whose wave has come.
func (w *World) fillRoster(ctx context.Context, h *house) error {
	if h.started || len(h.campaigns) == 0 || !w.again(0.4, "roster", h.name) {
		return nil
	}
	known, err := w.creators(ctx, h)
	if err != nil {
		return err
	}
	members := roster()
	if slices.ContainsFunc(members, func(m member) bool { return known[m.handle].ID == "" }) {
		if err := w.importRoster(ctx, h); err != nil {
			return err
		}
		if known, err = w.creators(ctx, h); err != nil {
			return err
		}
	}
	have, err := w.campaignsOf(ctx, h)
	if err != nil {
		return err
	}
	h.started = true
	for _, c := range have {
		plan, ours := h.campaigns[c.ID]
		if !ours || c.State != "running" {
			continue
		}
		done, err := w.startWave(ctx, h, c, plan, members, known)
		if err != nil {
			h.started = false
			return err
		}
		h.started = h.started && done
	}
	return nil
}

func (w *World) importRoster(ctx context.Context, h *house) error {
	list, err := rosterCSV(time.Now().UTC())
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.SetBoundary("rapport-sample-world"); err != nil { // the same list is the same request
		return fmt.Errorf("write form: %w", err)
	}
	file, err := form.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="file"; filename="creators.csv"`}, "Content-Type": {"text/csv"},
	})
	if err == nil {
		_, err = file.Write(list)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	var result struct {
		Counts map[string]int `json:"counts"`
	}
	// The time is part of the key: whoever was deleted is imported again.
	err = w.do(ctx, h.seats[roleOps], ask{
		method: http.MethodPost, path: "/v1/creators/imports", key: deed("import", h.name, time.Now().UTC().Format(time.RFC3339)),
		body: body.Bytes(), contentType: form.FormDataContentType(), out: &result,
	})
	if err != nil {
		return err
	}
	w.log.Info("the sample world has creators", zap.Any("verdicts", result.Counts))
	return nil
}

// startWave starts whoever of a campaign is due and not started; true means that nobody is left.
func (w *World) startWave(
	ctx context.Context, h *house, c worldCampaign, plan campaignPlan, members []member, known map[string]worldCreator,
) (bool, error) {
	ops := h.seats[roleOps]
	running, err := all[worldPartnership](ctx, w, ops, "/v1/partnerships", url.Values{"campaign_id": {c.ID}})
	if err != nil {
		return false, err
	}
	with := map[string]bool{}
	for _, p := range running {
		with[p.Creator.ID] = true
	}
	waves := int(float64(time.Since(c.CreatedAt)) / float64(w.days(waveDays)))
	open := firstWave + nextWave*waves
	var due []string
	seen := 0
	for _, m := range members {
		if !slices.ContainsFunc(m.campaigns, func(i int) bool { return campaignPlans[i].name == plan.name }) {
			continue
		}
		seen++
		k := known[m.handle]
		if seen > open || k.ID == "" || with[k.ID] || k.DoNotContact || k.Banned || len(k.Contacts) == 0 {
			continue
		}
		due = append(due, k.ID)
	}
	if len(due) > 0 {
		slices.Sort(due)
		err := w.post(ctx, ops, "/v1/campaigns/"+c.ID+"/partnerships", deed(append([]string{"start", c.ID}, due...)...), map[string]any{"creator_ids": due})
		if !w.did(ops, "start partnerships", c.ID, err) {
			return false, err
		}
	}
	return open >= seen, nil
}
