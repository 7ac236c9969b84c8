//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/workflows"
)

// TestReviews measures what a decision by the API costs beside a bare update, with a thousand policies that could have been chosen, and
// what a review with three stages, one revision and two reminders is billed.
func TestReviews(t *testing.T) {
	w := newWorld(t)
	w.sandboxHere()
	p := w.startWorker()
	defer p.kill(15)
	w.found(idle())
	w.policies(1000)
	const warm = 20 // decisions that are not counted: the first on a connection prepares its statements
	ids := w.reviews(500+warm, rapport.PolicyStage{Name: "Both", Rule: rapport.RuleAll, DeadlineDays: 60, Approvers: approvers(w.approver, w.legal)})
	w.exec(`analyze`) // a database that is not a minute old has statistics
	send, plain := w.button(w.approver), w.stills(ids)
	decisions, bare := make([]time.Duration, 0, len(ids)), make([]time.Duration, 0, len(ids))
	for i, id := range ids {
		began := time.Now()
		status := send("/v1/reviews/"+id.String()+"/decisions", map[string]any{"decision": "approve", "submission_id": w.submissionOf(id)})
		decisions = append(decisions, time.Since(began))
		require.Equal(t, http.StatusOK, status)
		until(t, time.Minute, "the record", func(context.Context) bool { // not beside the bare update
			return w.number(`select count(*) from decisions where review_id = $1 and state = 'accepted'`, id) == 1
		})
		bare = append(bare, w.bareUpdate(plain, id))
		if i < warm {
			decisions, bare = decisions[:0], bare[:0]
		}
	}
	t.Logf("a decision: median %s, p99 %s; a bare update: median %s, p99 %s", median(decisions), p99(decisions), median(bare), p99(bare))
	f := readFigures(t)
	f.DecisionP99Ratio = figure(p99(decisions).Seconds()/p99(bare).Seconds(), 2)
	f.ReviewActions = figure(w.billed(), 0)
	write(t, latest, f)
}

func approvers(users ...uuid.UUID) []rapport.Approver {
	list := make([]rapport.Approver, len(users))
	for i := range users {
		list[i] = rapport.Approver{Kind: rapport.ApproverUser, UserID: &users[i]}
	}
	return list
}

// policies gives the brand n policies whose conditions do not hold, so that all of them are asked.
func (w *world) policies(n int) {
	w.t.Helper()
	for i := range n {
		w.exec(`insert into policies (id, version, brand_id, name, stages, applies_when, rank) select $1, 1, $2, $3, stages, $4, 500 from policies where id = $5`,
			uuid.New(), w.brand, fmt.Sprintf("Policy %d", i), fmt.Sprintf(`{"platforms": ["youtube"], "markets": ["%c%c"], "paid_usage": true}`, 'A'+i%26, 'A'+i/26%26), policyID)
	}
}

// reviews starts n reviews of submissions under a policy of the stages, and waits until each asks somebody. Nothing else of their
// partnerships runs.
func (w *world) reviews(n int, stages ...rapport.PolicyStage) []uuid.UUID {
	w.t.Helper()
	for i := range stages {
		stages[i].Starts, stages[i].OnReject = rapport.StartsAfter, rapport.RejectToCreator
	}
	raw, err := json.Marshal(stages)
	require.NoError(w.t, err)
	policy := uuid.New()
	w.exec(`insert into policies (id, version, brand_id, name, stages, applies_when, rank) values ($1, 1, $2, $1::uuid::text, $3, '{"platforms": ["youtube"]}', 1)`, policy, w.brand, raw)
	w.exec(`update policies set retired_at = now() where brand_id = $1 and rank = 1 and id <> $2`, w.brand, policy)
	ids := make([]uuid.UUID, n)
	for i := range ids {
		creator, partnership, offer, contract, deliverable := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
		w.exec(`insert into creators (id, name, country) values ($1, 'Kim', 'US')`, creator)
		w.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, partnership, w.brand, w.campaign, creator, w.ops)
		w.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms, state) select $1, $2, brand_id, id, 100000, 'usd', terms, 'accepted' from campaigns where id = $3`,
			offer, partnership, w.campaign)
		w.exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
			select $1, $2, brand_id, id, 1, 'internal_approval', 'x', sha256('x'), fee, currency, terms from offers where id = $3`, contract, partnership, offer)
		w.exec(`insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state) values ($1, $2, $3, $4, 1, 0, 'Video', 'youtube', 'video', 'in_review')`,
			deliverable, partnership, w.brand, contract)
		ids[i] = w.version(partnership, deliverable, 1)
	}
	until(w.t, 3*time.Minute, "the reviews to ask somebody", func(context.Context) bool {
		return w.number(`select count(*) from reviews where id = any ($1) and state = 'open'`, ids) == n
	})
	return ids
}

// version hands in a version and starts its review, as the partnership would.
func (w *world) version(partnership, deliverable uuid.UUID, n int) uuid.UUID {
	w.t.Helper()
	submission := uuid.New()
	r := rapport.Review{
		Core: rapport.NewCore(), ID: rapport.DeriveID(submission, "review"), BrandID: w.brand, PartnershipID: partnership, CampaignID: w.campaign, DeliverableID: deliverable,
		SubmissionID: submission, State: rapport.ReviewChecking, Timings: rapport.DefaultTimings(),
	}
	w.exec(`insert into submissions (id, deliverable_id, partnership_id, brand_id, version, state, caption) values ($1, $2, $3, $4, $5, 'in_review', '#ad My honest look at it.')`,
		submission, deliverable, partnership, w.brand, n)
	w.exec(`update deliverables set current_submission = $2 where id = $1`, deliverable, submission)
	w.exec(`insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version) values ($1, $2, $3, $4, $5, $6, 1)`,
		r.ID, submission, deliverable, partnership, w.brand, policyID)
	w.put(workflows.ReviewID(r.ID), workflows.TypeReview, r)
	return r.ID
}

func (w *world) submissionOf(review uuid.UUID) (id uuid.UUID) {
	w.t.Helper()
	require.NoError(w.t, w.owner.QueryRow(w.t.Context(), `select submission_id from reviews where id = $1`, review).Scan(&id))
	return id
}

// billed counts the actions of a review with three stages, one revision and two reminders. Its people are two days late each time that
// they are to be reminded: on days of two seconds.
func (w *world) billed() float64 {
	w.t.Helper()
	w.exec(`update calendars set day_seconds = 2 where id = (select calendar_id from brands where id = $1)`, w.brand)
	stage := func(name string, who uuid.UUID) rapport.PolicyStage {
		return rapport.PolicyStage{Name: name, Rule: rapport.RuleAny, DeadlineDays: 10, Approvers: approvers(who), EscalateTo: approvers(w.ops)}
	}
	first := w.reviews(1, stage("Brand", w.approver), stage("Legal", w.legal), stage("Last", w.approver))[0]
	decide := func(review, who uuid.UUID, decision string) {
		submission, ref := w.submissionOf(review), uuid.New()
		w.exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, comment) values ($1, $2, $3, $4, $5, $6, 'x')`, ref, review, submission, w.brand, who, decision)
		require.NoError(w.t, w.command(w.t.Context(), "review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: who, Ref: ref, Ref2: submission, Code: decision}))
	}
	decide(first, w.approver, rapport.DecisionRequestChanges)
	var partnership, deliverable uuid.UUID
	require.NoError(w.t, w.owner.QueryRow(w.t.Context(), `select partnership_id, deliverable_id from reviews where id = $1`, first).Scan(&partnership, &deliverable))
	second := w.version(partnership, deliverable, 2)
	opened := func(stage, notified int) {
		until(w.t, 2*time.Minute, "the stage to open", func(context.Context) bool {
			return w.number(`select count(*) from reviews where id = $1 and open_stage = $2`, second, stage) == 1 &&
				w.number(`select count(*) from messages where dedupe_key like 'review/' || $1::text || '/notify/%'`, second) >= notified
		})
	}
	opened(0, 3) // asked, and reminded twice
	decide(second, w.approver, rapport.DecisionApprove)
	opened(1, 4)
	decide(second, w.legal, rapport.DecisionApprove)
	opened(2, 5)
	decide(second, w.approver, rapport.DecisionApprove)
	until(w.t, time.Minute, "the review to end", func(context.Context) bool {
		return w.number(`select count(*) from workflow_snapshots where workflow_id = $1 and closed`, workflows.ReviewID(second)) == 1
	})
	total := newTally()
	for _, id := range []uuid.UUID{first, second} {
		runs, err := chain(w.t.Context(), w.client, workflows.ReviewID(id))
		require.NoError(w.t, err)
		for _, run := range runs {
			total.count(run)
		}
	}
	w.t.Log(total.table("review", 1))
	return float64(sum(total.Actions))
}
