package sandbox

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// comments are what a draft is sent back with.
var comments = []string{
	"Lovely light. Could the product be seen in the first three seconds? At the moment it comes after the fold.",
	"Please say what it weighs, and leave the summit out: the path is closed to visitors this year.",
	"This is nearly there. What it says about being paid should stay at the very beginning.",
	"We love the second half. Could you trim the introduction to ten seconds, so that nobody scrolls on?",
}

// corrections are small things that need no new version.
var corrections = [][]string{
	{"Write our name as one word."},
	{"Put the last two hashtags into the first comment.", "Tag our account in the picture, not in the text."},
	{"Name the photographer.", "Take the second exclamation mark out.", "Choose the picture with the hat as the cover."},
}

// notes are what colleagues tell each other, and remarksToCreators what the creator reads as well.
var (
	notes = []string{
		"The weather in this one is a gift. Can we ask for the raw clip for the shop window?", "Legal had a question about the word “lightest” last time. It is not in here.",
		"Second post this month with the same jacket; fine with me.",
	}
	remarksToCreators = []string{
		"Could this part be a little shorter?", "This is the sentence that people will quote. Leave it exactly so.", "Is that the old colour? We send you the new one if you like.",
	}
)

type worldReview struct {
	ID            string          `json:"id"`
	PartnershipID string          `json:"partnership_id"`
	Creator       worldCreatorRef `json:"creator"`
	CampaignName  string          `json:"campaign_name"`
	Round         int             `json:"round"`
	Stage         int             `json:"stage"`
	CreatedAt     time.Time       `json:"created_at"`
}

type worldSubmission struct {
	ID       string `json:"id"`
	Caption  string `json:"caption"`
	FileType string `json:"file_type"`
}

// review lets one role decide on the drafts that wait for it, and remark on some of those that it leaves to whoever looks on.
func (w *World) review(ctx context.Context, h *house, role, hold string) error {
	if len(h.campaigns) == 0 {
		return nil
	}
	who := h.seats[role]
	list, err := all[worldReview](ctx, w, who, "/v1/reviews", url.Values{"brand_id": {h.id()}, "assigned_to": {"me"}, "state": {"open"}})
	if err != nil {
		return err
	}
	left := maxDeeds
	for _, r := range list {
		m, known := w.member(r.Creator.Handle)
		turn := 1 + float64(r.Stage)
		if !known || !h.runs(r.CampaignName) || !w.ripe(r.CreatedAt, 0.3*turn, 1.2*turn, r.ID, role) {
			continue
		}
		if held := m.hold == hold; (held && !w.again(60, "remark", role, r.ID)) || (!held && !w.again(1, role, r.ID)) {
			continue
		}
		if _, touched, err := w.talk(ctx, h, worldPartnership{ID: r.PartnershipID}); err != nil || touched {
			continue
		}
		var full struct {
			Submission worldSubmission `json:"submission"`
		}
		if err := w.get(ctx, who, "/v1/reviews/"+r.ID, &full); err != nil {
			return err
		}
		w.remark(ctx, who, r, full.Submission)
		if m.hold == hold {
			continue
		}
		body := w.verdict(r, role, h.planOf(r.CampaignName))
		body["submission_id"] = full.Submission.ID
		key := deed("decide", r.ID, role, full.Submission.ID, time.Now().Format(time.RFC3339))
		if w.did(who, "decide", r.ID, w.post(ctx, who, "/v1/reviews/"+r.ID+"/decisions", key, body)) {
			left--
		}
		if left == 0 {
			break
		}
	}
	return nil
}

// verdict is what a role decides: a good third of first drafts go back, and some second ones where that costs another round than the
// contract includes.
func (w *World) verdict(r worldReview, role string, plan campaignPlan) map[string]any {
	back := map[string]float64{roleApprover: 0.34, roleLegal: 0.08}[role]
	if r.Round > 0 {
		back = 0
		if role == roleApprover && r.Round == plan.terms.RevisionRounds {
			back = 0.6
		}
	}
	switch {
	case share(r.PartnershipID, r.ID, role) < back:
		return map[string]any{"decision": "request_changes", "comment": comments[int(share(r.ID, "comment")*float64(len(comments)))]}
	case role == roleApprover && share(r.ID, "corrections") < 0.3:
		return map[string]any{"decision": "approve_with_corrections", "corrections": corrections[int(share(r.ID, "which")*float64(len(corrections)))]}
	case share(r.ID, "praise") < 0.4:
		return map[string]any{"decision": "approve", "comment": "Good to go, thank you."}
	}
	return map[string]any{"decision": "approve"}
}

// remark leaves a comment on some drafts: a note among colleagues, or one on a place that the creator reads as well.
func (w *World) remark(ctx context.Context, who *seat, r worldReview, s worldSubmission) {
	say := func(what string, body map[string]any) {
		w.did(who, "remark", r.ID, w.post(ctx, who, "/v1/submissions/"+s.ID+"/comments", deed("remark", s.ID, who.Role, what), body))
	}
	if share(s.ID, who.Role, "note") < 0.3 {
		say("note", map[string]any{"internal": true, "text": notes[int(share(s.ID, "notes")*float64(len(notes)))]})
	}
	if share(s.ID, who.Role, "remark") >= 0.35 {
		return
	}
	anchor := map[string]any{"kind": "span", "from": 0, "to": len([]rune(strings.SplitN(s.Caption, ".", 2)[0]))}
	switch {
	case strings.HasPrefix(s.FileType, "video/"):
		anchor = map[string]any{"kind": "time", "seconds": 1.4}
	case share(s.ID, "point") < 0.6:
		anchor = map[string]any{"kind": "point", "x": 0.3 + 0.4*share(s.ID, "x"), "y": 0.3 + 0.4*share(s.ID, "y")}
	}
	say("remark", map[string]any{"internal": false, "anchor": anchor, "text": remarksToCreators[int(share(s.ID, "remarks")*float64(len(remarksToCreators)))]})
}

// planOf is the plan of a campaign of the sample world.
func (h *house) planOf(campaign string) campaignPlan {
	for _, plan := range h.campaigns {
		if plan.name == campaign {
			return plan
		}
	}
	return campaignPlan{}
}
