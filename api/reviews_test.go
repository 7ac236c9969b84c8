package api_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type reviewBody struct {
	Summary struct {
		ID        uuid.UUID
		State     string
		Mine      bool
		StageName string `json:"stage_name"`
	}
	Stages []struct {
		Name, State string
		Decisions   []struct {
			Decision, Comment string
			Moot              bool
		}
	}
	Commands []struct {
		Command, Reason string
		Allowed         bool
	}
}

func TestReviewsAreListedForWhomTheyWait(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var list struct{ Items []struct{ ID uuid.UUID } }
	d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews?assigned_to=me&state=open", nil).into(t, &list)
	require.Len(t, list.Items, 1)
	d.as(t, "legal@one.example").send(t, "GET", "/v1/reviews?assigned_to=me", nil).into(t, &list)
	require.Empty(t, list.Items)
	d.as(t, "approver@two.example").send(t, "GET", "/v1/reviews", nil).into(t, &list)
	require.Empty(t, list.Items, "another brand's review does not exist")
	require.Equal(t, 422, d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews?assigned_to=you", nil).status)
	for _, state := range []string{"open", "held"} { // nobody decided in time, and everybody asked still may
		d.sql(t, `update reviews set state = $1`, state)
		d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews?assigned_to=me&state=waiting", nil).into(t, &list)
		require.Len(t, list.Items, 1, state)
	}

	var r reviewBody
	d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
	require.True(t, r.Summary.Mine)
	require.Equal(t, "Brand", r.Summary.StageName)
	require.Len(t, r.Commands, 4)
	require.True(t, r.Commands[0].Allowed)
	d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
	require.False(t, r.Commands[0].Allowed)
	require.Contains(t, r.Commands[0].Reason, "not asked")
	require.Equal(t, 404, d.as(t, "approver@two.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).status)

	var deliverables struct{ Items []struct{ Title string } }
	d.as(t, "ops@one.example").send(t, "GET", "/v1/deliverables?state=in_review", nil).into(t, &deliverables)
	require.Len(t, deliverables.Items, 1)
	d.as(t, "ops@two.example").send(t, "GET", "/v1/deliverables", nil).into(t, &deliverables)
	require.Empty(t, deliverables.Items)
}

func TestDecisionIsProposedWithItsTextAndSentWithout(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/reviews/" + d.review.String() + "/decisions"
	me := d.as(t, "approver@one.example").keyed()
	body := map[string]any{"decision": "request_changes", "comment": "Show the logo earlier.", "submission_id": d.submission}
	a := me.send(t, "POST", path, body)
	require.Equal(t, 200, a.status, "%s", a.body)

	got := d.flows.commands()
	require.Len(t, got, 1)
	require.Equal(t, rapport.CmdDecide, got[0].Kind)
	require.Equal(t, "request_changes", got[0].Code)
	require.Equal(t, d.submission, got[0].Ref2)
	require.Equal(t, d.users["approver@one.example"], got[0].Actor)
	require.Equal(t, "Show the logo earlier.", one[string](t, d, `select comment from decisions where id = $1 and state = 'proposed'`, got[0].Ref))
	require.Zero(t, one[int](t, d, `select count(*) from outbox where input::text like '%logo%'`), "no text of people reaches a workflow")

	again := me.send(t, "POST", path, body)
	require.Equal(t, 200, again.status)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Len(t, d.flows.commands(), 1)
}

func TestDecisionsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/reviews/" + d.review.String() + "/decisions"
	approve := map[string]any{"decision": "approve", "submission_id": d.submission}
	approver := func() call { return d.as(t, "approver@one.example").keyed() }

	for _, decision := range []string{"request_changes", "reject"} {
		a := approver().send(t, "POST", path, map[string]any{"decision": decision, "comment": "  ", "submission_id": d.submission})
		require.Equal(t, 422, a.status)
		require.Equal(t, []string{"comment required"}, a.fields(t))
	}
	require.Equal(t, 404, d.as(t, "approver@two.example").keyed().send(t, "POST", path, approve).status, "a foreign review")
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, approve)
	require.Equal(t, 403, a.status)
	require.Equal(t, "not_asked", a.text("code"))
	require.Equal(t, 403, d.as(t, "auditor@one.example").keyed().send(t, "POST", path, approve).status)
	a = approver().send(t, "POST", path, map[string]any{"decision": "approve", "submission_id": uuid.New()})
	require.Equal(t, 409, a.status)
	require.Equal(t, "another_version", a.text("code"))

	d.flows.refuse("already_decided")
	a = approver().send(t, "POST", path, approve)
	require.Equal(t, 409, a.status, "%s", a.body)
	require.Equal(t, "already_decided", a.text("code"))
	require.Equal(t, "moot", one[string](t, d, `select state from decisions`), "what came late is kept as moot")

	d.sql(t, `update reviews set state = 'approved', open_stage = null, approvers = '{}', closed_at = now()`)
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, state, decided_at) values ($1, $2, $3, $4, $5, 0, 'approve', 'accepted', now())`,
		id(), d.review, d.submission, d.world.one, d.users["legal@one.example"])
	before := len(d.flows.commands())
	a = approver().send(t, "POST", path, approve)
	require.Equal(t, 409, a.status)
	require.Equal(t, "review_closed", a.text("code"))
	require.Equal(t, "approved", a.text("state"))
	require.Contains(t, a.text("detail"), "Ms legal", "who decided is said")
	require.Len(t, d.flows.commands(), before)
}

func TestSubmissionFileIsAnAttachmentBehindTheWall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	content := []byte("<html><script>alert(1)</script>")
	sum := sha256.Sum256(content)
	d.sql(t, `insert into blobs (sha256, content_type, size, content) values ($1, 'text/html', $2, $3)`, sum[:], len(content), content)
	d.sql(t, `update submissions set file_name = 'Entwurf ü".html', file_sha256 = $1 where id = $2`, sum[:], d.submission)
	path := "/v1/submissions/" + d.submission.String()

	a := d.as(t, "guest@one.example").send(t, "GET", path+"/file", nil)
	require.Equal(t, 200, a.status)
	require.Equal(t, content, a.body)
	require.True(t, strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment"))
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "application/octet-stream", a.header.Get("Content-Type"))
	require.Equal(t, http.StatusNotFound, d.as(t, "ops@two.example").send(t, "GET", path+"/file", nil).status)
	require.Equal(t, http.StatusNotFound, d.as(t, "ops@two.example").send(t, "GET", path, nil).status)
	var s struct {
		FileType string `json:"file_type"`
		Checks   []struct{ Rule string }
	}
	d.as(t, "guest@one.example").send(t, "GET", path, nil).into(t, &s)
	require.Equal(t, "text/html", s.FileType)
	require.Len(t, s.Checks, 1)
}

// verdict is what the review of the desk would answer to a decision that ends it: its stages with the decision in the first one.
func (d *desk) verdict(t *testing.T, cmd rapport.Command) rapport.OutboxVerdict {
	t.Helper()
	stages := one[[]rapport.ReviewStage](t, d, `select stages from reviews where id = $1`, d.review)
	stages[0].State = "approved"
	stages[0].Decisions = []rapport.StageDecision{{ID: cmd.Ref, User: cmd.Actor, Decision: cmd.Code, At: time.Now()}}
	return rapport.OutboxVerdict{Seq: 7, Review: &rapport.ReviewVerdict{State: rapport.ReviewApproved, ClosedAt: time.Now(), View: rapport.ReviewView{Stages: stages, Open: -1, Approvers: []uuid.UUID{}}}}
}

// recordLater writes the record of the verdict some time later, and tells when it has.
func (d *desk) recordLater(t *testing.T, v rapport.OutboxVerdict) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	time.AfterFunc(50*time.Millisecond, func() {
		_, err := d.owner.Exec(context.WithoutCancel(t.Context()), `with x as (update decisions set state = 'accepted', stage = 0, decided_at = now() where state = 'proposed')
			update reviews set state = $2, stages = $3, approvers = '{}', open_stage = null, seq = $4 where id = $1`, d.review, v.Review.State, v.Review.View.Stages, v.Seq)
		done <- err
	})
	return done
}

func TestADecisionIsAnsweredBeforeItsRecord(t *testing.T) {
	t.Parallel()
	waiting := "/v1/reviews?assigned_to=me&state=waiting"
	for name, read := range map[string]func(t *testing.T, d *desk){
		"the review": func(t *testing.T, d *desk) {
			t.Helper()
			var r reviewBody
			d.as(t, "approver@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
			require.Equal(t, "approved", r.Summary.State)
		},
		"the list": func(t *testing.T, d *desk) {
			t.Helper()
			var list struct{ Items []struct{ ID uuid.UUID } }
			d.as(t, "approver@one.example").send(t, "GET", waiting, nil).into(t, &list)
			require.Empty(t, list.Items)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.as(t, "approver@one.example") // has signed in
			given := make(chan rapport.OutboxVerdict, 1)
			d.flows.answers(func(cmd rapport.Command) rapport.OutboxVerdict {
				v := d.verdict(t, cmd)
				given <- v
				return v
			})
			a := d.decide(t, "approver", map[string]any{"decision": "approve_with_corrections", "comment": "Fine.", "corrections": []string{"A comma"}})
			require.Equal(t, 200, a.status, "%s", a.body)
			var r struct {
				Summary     struct{ State string }
				Stages      []struct{ Decisions []struct{ Comment string } }
				Seq         int64
				Corrections []struct{ Text string }
				Commands    []struct {
					Allowed bool
					Reason  string
				}
			}
			a.into(t, &r)
			require.EqualValues(t, 7, r.Seq)
			require.Equal(t, "approved", r.Summary.State)
			require.Equal(t, "Fine.", r.Stages[0].Decisions[0].Comment)
			require.Equal(t, "A comma", r.Corrections[0].Text)
			require.False(t, r.Commands[0].Allowed)
			require.Contains(t, r.Commands[0].Reason, "by Ms approver on")

			// Whoever decided reads what they wrote: what they ask for next waits for the record.
			done := d.recordLater(t, <-given)
			read(t, d)
			require.NoError(t, <-done)
		})
	}
}

func TestADecisionWhoseAnswerThePageCannotTellWaitsForTheRecord(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(d *desk, stages []rapport.ReviewStage){
		"somebody else decided at the same moment": func(d *desk, stages []rapport.ReviewStage) {
			stages[0].Decisions = append(stages[0].Decisions, rapport.StageDecision{ID: id(), User: d.users["both@one.example"], Decision: "approve", At: time.Now()})
		},
		"the review goes back": func(_ *desk, stages []rapport.ReviewStage) { stages[0].Decisions = nil },
		"somebody new is asked": func(_ *desk, stages []rapport.ReviewStage) {
			stages[0].Approvers = []rapport.ReviewApprover{{User: id()}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			written := make(chan (<-chan error), 1)
			d.flows.answers(func(cmd rapport.Command) rapport.OutboxVerdict {
				v := d.verdict(t, cmd)
				change(d, v.Review.View.Stages)
				written <- d.recordLater(t, v)
				return v
			})
			a := d.decide(t, "approver", map[string]any{"decision": "approve"})
			require.Equal(t, 200, a.status, "%s", a.body)
			select {
			case err := <-<-written:
				require.NoError(t, err)
			case <-time.After(time.Second):
				require.Fail(t, "it was answered before the record")
			}
		})
	}
}

func TestADecisionThatALaterStageThrewBackIsVoid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	decision := id()
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, state, stage, decided_at) values ($1, $2, $3, $4, $5, 'approve', 'accepted', 0, now())`,
		decision, d.review, d.submission, d.world.one, d.users["approver@one.example"])
	void := func() bool {
		var r struct {
			Stages []struct{ Decisions []struct{ Void bool } }
		}
		d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
		return r.Stages[0].Decisions[0].Void
	}
	require.True(t, void())
	d.stands(t, d.review, decision)
	require.False(t, void())
}

func TestARuleSaysHowManyMustApprove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rule := func() string {
		var r struct{ Stages []struct{ Rule string } }
		d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
		return r.Stages[0].Rule
	}
	require.Equal(t, "One approval is enough", rule())
	policy := id()
	d.sql(t, `insert into policies (id, version, brand_id, name, stages)
		select $1, 1, $2, 'Two', jsonb_set(jsonb_set(stages, '{0,rule}', '"quorum"'), '{0,quorum}', '2') from policies where id = $3 and version = 1`,
		policy, d.world.one, rapport.DefaultPolicyID)
	d.sql(t, `update reviews set policy_id = $2, policy_version = 1, stages = jsonb_set(stages, '{0,rule}', '"quorum"') where id = $1`, d.review, policy)
	require.Equal(t, "2 of those asked approve", rule())
}

func TestWhoHasDecidedIsToldWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	stages := one[[]rapport.ReviewStage](t, d, `select stages from reviews where id = $1`, d.review)
	stages[0].State = "approved"
	stages[0].Decisions = []rapport.StageDecision{{ID: id(), User: d.users["approver@one.example"], Decision: "approve", At: time.Now()}}
	stages = append(stages[:1], rapport.ReviewStage{Name: "Legal", State: "open", Approvers: []rapport.ReviewApprover{{User: d.users["legal@one.example"]}}})
	d.sql(t, `update reviews set stages = $2, approvers = array[$3::uuid], open_stage = 1 where id = $1`, d.review, stages, d.users["legal@one.example"])
	a := d.decide(t, "approver", map[string]any{"decision": "approve"})
	require.Equal(t, "already_decided", a.text("code"))
	require.Equal(t, "Your part is done: “Legal” has its turn now.", a.text("detail"))
	stages[0].State, stages[0].Decisions = "waiting", nil // Legal sent it back to a stage before both
	d.sql(t, `update reviews set stages = $2 where id = $1`, d.review, stages)
	require.Equal(t, "“Legal” decides first; you are asked again after it.", d.decide(t, "approver", map[string]any{"decision": "approve"}).text("detail"))
}

func TestReviewsAreFoundByTheCreatorsName(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	name := one[string](t, d, `select name from creators c join partnerships p on p.creator_id = c.id where p.id = $1`, d.partnership)
	ops := d.as(t, "ops@one.example")
	for query, found := range map[string]bool{"": true, "q=" + url.QueryEscape(strings.ToUpper(name)): true, "q=nobody": false} {
		require.Equal(t, found, strings.Contains(string(ops.send(t, "GET", "/v1/reviews?"+query, nil).body), `"creator"`), query)
		require.Equal(t, found, strings.Contains(string(ops.send(t, "GET", "/v1/reviews/export?format=csv&"+query, nil).body), name), "exported: %s", query)
	}
}
