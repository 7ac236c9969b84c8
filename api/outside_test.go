package api_test

import (
	"crypto/sha256"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestOutsideReviewersAreAddedListedAndRemoved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	add := func(brand uuid.UUID, name, email string) answer {
		return ops.send(t, "POST", "/v1/outside-reviewers", map[string]any{"brand_id": brand, "name": name, "email": email})
	}
	a := add(d.world.one, " Oda ", " Oda@Press.example ")
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, []string{"Oda", "oda@press.example"}, []string{a.text("name"), a.text("email")})
	require.Equal(t, 409, add(d.world.one, "Again", "oda@press.example").status)
	require.ElementsMatch(t, []string{"email bad_email", "name required"}, add(d.world.one, "  ", "press").fields(t))
	for _, email := range []string{"oda@", "@press.example", "o da@press.example"} {
		require.Equal(t, []string{"email bad_email"}, add(d.world.one, "Oda", email).fields(t), email)
	}
	require.Equal(t, 404, add(d.two, "Oda", "oda@press.example").status)
	require.Equal(t, 403, d.as(t, "approver@one.example").send(t, "POST", "/v1/outside-reviewers", map[string]any{"brand_id": d.world.one, "name": "O", "email": "o@press.example"}).status)

	path := "/v1/outside-reviewers/" + a.text("id")
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "POST", path+"/remove", map[string]any{}).status)
	require.NotContains(t, string(d.as(t, "ops@two.example").send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@")
	require.Contains(t, string(ops.send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@press.example")
	require.Equal(t, 204, ops.send(t, "POST", path+"/remove", map[string]any{}).status)
	require.NotContains(t, string(ops.send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@press.example")
	require.Equal(t, 201, add(d.world.one, "Oda", "oda@press.example").status, "who was removed may come back")
}

// ---- links

// outside is an outside reviewer who is asked in the first stage, with the link of a mail.
type outside struct {
	reviewer, link uuid.UUID
	token          string
}

func (d *desk) askOutside(t *testing.T, brand uuid.UUID, w work) outside {
	t.Helper()
	o := outside{reviewer: d.outsider(t, brand, "oda@press.example")}
	d.sql(t, `update reviews set approvers = approvers || $2::uuid, stages = jsonb_set(stages, '{0,approvers}', (stages #> '{0,approvers}')
		|| jsonb_build_array(jsonb_build_object('user', $2::text, 'outside', true))) where id = $1`, w.review, o.reviewer)
	d.mailLink(t, brand, w, &o)
	return o
}

func (d *desk) mailLink(t *testing.T, brand uuid.UUID, w work, o *outside) {
	t.Helper()
	o.link, o.token = id(), uuid.NewString()
	hash := sha256.Sum256([]byte(o.token))
	d.sql(t, `insert into review_links (id, token_hash, review_id, submission_id, reviewer_id, brand_id, expires_at) values ($1, $2, $3, $4, $5, $6, now() + interval '7 days')`,
		o.link, hash[:], w.review, w.submission, o.reviewer, brand)
}

type outsideBody struct {
	ReviewerName string `json:"reviewer_name"`
	CampaignName string `json:"campaign_name"`
	StageName    string `json:"stage_name"`
	State        string
	Decision     string
	Caption      string
	Version      int
	ClosedWords  string     `json:"closed_words"`
	DecidedAt    *time.Time `json:"decided_at"`
	Comments     []struct{ Text string }
}

func (w world) byLink(token string) call { return w.anon().with("Review-Token", token) }

const outsidePath = "/v1/outside/review"

func (w world) look(t *testing.T, token string) (o outsideBody) {
	t.Helper()
	a := w.byLink(token).send(t, "GET", outsidePath, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &o)
	return o
}

func (w world) decideBy(t *testing.T, c call, decision string, more ...map[string]any) answer {
	t.Helper()
	body := map[string]any{"decision": decision}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return c.send(t, "POST", outsidePath+"/decisions", body)
}

func TestEveryLinkThatDoesNotWorkGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"expired":          `update review_links set expires_at = now() - interval '1 second'`,
		"revoked":          `update review_links set revoked_at = now()`,
		"removed":          `update outside_reviewers set removed_at = now()`,
		"used and expired": `update review_links set used_at = now(), expires_at = now()`,
		"used and revoked": `update review_links set used_at = now(), revoked_at = now()`,
		"used and removed": `with x as (update review_links set used_at = now()) update outside_reviewers set removed_at = now()`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			o := d.askOutside(t, d.world.one, d.work)
			d.sql(t, change)
			for _, path := range []string{outsidePath, outsidePath + "/file"} {
				wrong, dead := d.byLink("nonsense").send(t, "GET", path, nil), d.byLink(o.token).send(t, "GET", path, nil)
				require.Equal(t, 401, wrong.status)
				require.Equal(t, []any{wrong.status, wrong.text("code"), wrong.text("detail")}, []any{dead.status, dead.text("code"), dead.text("detail")})
			}
			wrong, dead := d.decideBy(t, d.byLink("nonsense").keyed(), "approve"), d.decideBy(t, d.byLink(o.token).keyed(), "approve")
			require.Equal(t, []any{401, wrong.text("code"), wrong.text("detail")}, []any{dead.status, dead.text("code"), dead.text("detail")})
			require.Zero(t, one[int](t, d, `select count(*) from decisions`)+one[int](t, d, `select count(*) from review_link_views`))
		})
	}
}

func TestWhoTriesManyLinksWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	for range 35 { // whose link works is not counted
		require.Equal(t, 200, d.byLink(o.token).send(t, "GET", outsidePath, nil).status)
	}
	var a answer
	for range 31 {
		a = d.byLink(uuid.NewString()).send(t, "GET", outsidePath, nil)
	}
	require.Equal(t, 429, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, 429, d.decideBy(t, d.byLink(o.token).keyed(), "approve").status)
	require.Empty(t, d.flows.commands())
}

func TestLookingByALinkChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	digests := func() map[string]string {
		all := d.traces(t)
		delete(all, "review_link_views")
		delete(all, "signin_attempts")
		return all
	}
	before := digests()
	for range 2 {
		got := d.look(t, o.token)
		require.Equal(t, []string{"Oda Press", "Spring", "Brand", "open", "#ad Look!"}, []string{got.ReviewerName, got.CampaignName, got.StageName, got.State, got.Caption})
	}
	require.Equal(t, 404, d.byLink(o.token).send(t, "GET", outsidePath+"/file", nil).status, "this version has no file")
	require.Equal(t, before, digests())
	require.Equal(t, 2, one[int](t, d, `select count(*) from review_link_views where link_id = $1 and address = '127.0.0.1' and agent like 'Go%'`, o.link))
	require.Empty(t, d.flows.commands())
}

func TestALinkDecidesOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	require.Equal(t, []string{"comment required"}, d.decideBy(t, d.byLink(o.token).keyed(), "reject").fields(t))
	require.Equal(t, []string{"corrections required"}, d.decideBy(t, d.byLink(o.token).keyed(), "approve_with_corrections").fields(t))
	require.Nil(t, one[*time.Time](t, d, `select used_at from review_links`), "what was refused does not use the link")

	me, words := d.byLink(o.token).keyed(), map[string]any{"corrections": []string{" A comma "}, "comment": "Fine"}
	a := d.decideBy(t, me, "approve_with_corrections", words)
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()
	require.Len(t, got, 1)
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdDecide, Actor: o.reviewer, Ref: got[0].Ref, Ref2: d.submission, Code: "approve_with_corrections"}, got[0])
	require.True(t, one[bool](t, d, `select user_id is null and reviewer_id = $2 and comment = 'Fine' from decisions where id = $1`, got[0].Ref, o.reviewer))
	require.Equal(t, "A comma", one[string](t, d, `select body from corrections where decision_id = $1`, got[0].Ref))

	again := d.decideBy(t, me, "approve_with_corrections", words)
	require.Equal(t, []any{200, "true", string(a.body)}, []any{again.status, again.header.Get("Idempotent-Replayed"), string(again.body)})
	require.Equal(t, 422, d.decideBy(t, me, "approve").status, "the key was for another decision")
	a = d.decideBy(t, d.byLink(o.token).keyed(), "reject", map[string]any{"comment": "No"})
	require.Equal(t, []any{409, "link_used"}, []any{a.status, a.text("code")})
	require.Equal(t, 409, d.decideBy(t, d.byLink(o.token), "approve").status, "also without a key")
	require.Len(t, d.flows.commands(), 1)

	d.sql(t, `update decisions set state = 'accepted', stage = 0, decided_at = now()`)
	page := d.look(t, o.token)
	require.Equal(t, []string{"decided", "approve_with_corrections"}, []string{page.State, page.Decision})
	require.NotNil(t, page.DecidedAt)
	var r struct {
		Stages []struct {
			Decisions []struct {
				Outside     bool
				User        struct{ Name string }
				Corrections []string
			}
		}
	}
	d.as(t, "ops@one.example").send(t, "GET", "/v1/reviews/"+d.review.String(), nil).into(t, &r)
	require.Equal(t, "Oda Press", r.Stages[0].Decisions[0].User.Name)
	require.True(t, r.Stages[0].Decisions[0].Outside)
	require.Equal(t, []string{"A comma"}, r.Stages[0].Decisions[0].Corrections)
}

func TestADecisionByLinkThatWaitedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict { return rapport.OutboxVerdict{Seq: 9} })
	me := d.byLink(o.token).keyed()
	a := d.decideBy(t, me, "approve")
	require.Equal(t, 202, a.status, "%s", a.body)
	d.sql(t, `update reviews set seq = 9`)
	a = d.decideBy(t, me, "approve")
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Len(t, d.flows.commands(), 1, "the link was used by the same decision")
}

func TestALinkWhoseReviewEndedMeanwhileSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict { // it ends while the decision is on its way
		d.sql(t, `update reviews set state = 'approved', approvers = '{}', closed_at = now()`)
		d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, state, decided_at) values ($1, $2, $3, $4, $5, 0, 'approve', 'accepted', now())`,
			id(), d.review, d.submission, d.world.one, d.users["legal@one.example"])
		return rapport.OutboxVerdict{Refused: "workflow_closed", Closed: true}
	})
	a := d.decideBy(t, d.byLink(o.token).keyed(), "approve")
	require.Equal(t, []any{409, "review_closed", "approved"}, []any{a.status, a.text("code"), a.text("state")})
	require.Contains(t, a.text("detail"), "approved by Ms legal")
	page := d.look(t, o.token)
	require.Equal(t, "closed", page.State, "nothing was decided by it")
	require.Empty(t, page.Decision)
}

func TestALinkReachesItsOwnVersionOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	theirs := d.seed(t, d.two, "two.example")
	first, other := d.askOutside(t, d.world.one, d.work), d.askOutside(t, d.two, theirs)
	d.sql(t, `insert into blobs (sha256, content_type, size, content) values ('\x01', 'image/png', 1, 'one'), ('\x02', 'image/png', 1, 'two')`)
	d.sql(t, `update submissions set file_name = 'one.png', file_sha256 = '\x01' where id = $1`, d.submission)
	a := d.byLink(first.token).send(t, "GET", outsidePath+"/file", nil)
	require.Equal(t, []any{200, "one", "nosniff"}, []any{a.status, string(a.body), a.header.Get("X-Content-Type-Options")})
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, 404, d.byLink(other.token).send(t, "GET", outsidePath+"/file", nil).status)
	for _, path := range []string{"/v1/reviews/" + d.review.String(), "/v1/submissions/" + d.submission.String(), "/v1/portal/home"} {
		require.Equal(t, 401, d.byLink(first.token).send(t, "GET", path, nil).status, "a link opens nothing else")
	}

	newer := d.newVersion(t)
	d.sql(t, `update submissions set file_name = 'two.png', file_sha256 = '\x02' where id = $1`, newer.submission)
	page := d.look(t, first.token)
	require.Equal(t, []any{"closed", 1, "#ad Look!"}, []any{page.State, page.Version, page.Caption})
	require.NotEmpty(t, page.ClosedWords)
	require.Equal(t, "one", string(d.byLink(first.token).send(t, "GET", outsidePath+"/file", nil).body))
	require.Equal(t, 2, one[int](t, d, `select count(*) from review_link_views where link_id = $1 and what = 'file' and address = '127.0.0.1'`, first.link), "each fetch is logged")
	a = d.decideBy(t, d.byLink(first.token).keyed(), "approve")
	require.Equal(t, []any{409, "review_closed", "superseded"}, []any{a.status, a.text("code"), a.text("state")})
	require.Contains(t, a.text("detail"), "a newer version came")
	require.Empty(t, d.flows.commands())
	require.Nil(t, one[*time.Time](t, d, `select used_at from review_links where id = $1`, first.link))

	second := outside{reviewer: first.reviewer}
	d.sql(t, `update reviews set approvers = approvers || $2::uuid where id = $1`, newer.review, first.reviewer)
	d.mailLink(t, d.world.one, newer, &second)
	page = d.look(t, second.token)
	require.Equal(t, []any{"open", 2, "#ad Better!"}, []any{page.State, page.Version, page.Caption})
	require.Equal(t, 200, d.decideBy(t, d.byLink(second.token).keyed(), "approve").status)
	require.Equal(t, newer.submission, d.flows.commands()[0].Ref2)
	require.Equal(t, "open", d.look(t, other.token).State)
}

// newVersion is the second version of the desk's content, with its review; the first one's is superseded.
func (d *desk) newVersion(t *testing.T) work {
	t.Helper()
	w := d.work
	w.submission, w.review = id(), id()
	d.sql(t, `insert into submissions (id, deliverable_id, partnership_id, brand_id, version, state, caption) values ($1, $2, $3, $4, 2, 'in_review', '#ad Better!')`,
		w.submission, w.deliverable, w.partnership, d.world.one)
	d.sql(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages, open_stage, approvers, due_at)
		select $1, $2, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages, open_stage, approvers, due_at from reviews where id = $3`, w.review, w.submission, d.review)
	d.sql(t, `update reviews set state = 'superseded', open_stage = null, approvers = '{}', closed_at = now() where id = $1`, d.review)
	d.sql(t, `update submissions set state = 'superseded' where id = $1`, d.submission)
	d.sql(t, `update deliverables set current_submission = $1 where id = $2`, w.submission, w.deliverable)
	return w
}

func TestTheHouseSeesAndEndsLinks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, path := d.as(t, "ops@one.example"), "/v1/reviews/"+d.review.String()+"/links"
	o := d.askOutside(t, d.world.one, d.work)
	type link struct {
		ID          uuid.UUID
		State       string
		Version     int
		Views       int
		Reviewer    struct{ Name string }
		FirstSeenAt *time.Time `json:"first_seen_at"`
		UsedAt      *time.Time `json:"used_at"`
	}
	list := func() (l struct{ Items []link }) {
		a := d.as(t, "guest@one.example").send(t, "GET", path, nil)
		require.Equal(t, 200, a.status)
		require.NotContains(t, string(a.body), o.token)
		a.into(t, &l)
		return l
	}
	l := list().Items[0]
	require.Equal(t, link{ID: o.link, State: "open", Version: 1, Reviewer: l.Reviewer}, l)
	require.Equal(t, "Oda Press", l.Reviewer.Name)
	d.look(t, o.token)
	d.look(t, o.token)
	require.Equal(t, 2, list().Items[0].Views)
	require.NotNil(t, list().Items[0].FirstSeenAt)
	for state, change := range map[string]string{"used": `set used_at = now()`, "expired": `set expires_at = now()`} {
		d.sql(t, `update review_links `+change)
		require.Equal(t, state, list().Items[0].State)
		d.sql(t, `update review_links set used_at = null, expires_at = now() + interval '1 day'`)
	}

	revoke := "/v1/review-links/" + o.link.String() + "/revoke"
	require.Equal(t, 403, d.as(t, "approver@one.example").send(t, "POST", revoke, map[string]any{}).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "POST", revoke, map[string]any{}).status)
	require.Equal(t, 204, ops.send(t, "POST", revoke, map[string]any{}).status)
	require.Equal(t, "revoked", list().Items[0].State)
	require.Equal(t, 401, d.byLink(o.token).send(t, "GET", outsidePath, nil).status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from audit_log where action = 'review_link.revoked' and subject = $1`, d.review))

	again := map[string]any{"reviewer_id": o.reviewer}
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, again).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, again).status)
	for _, nobody := range []uuid.UUID{uuid.New(), d.users["approver@one.example"]} {
		require.Equal(t, []string{"reviewer_id not_asked"}, ops.keyed().send(t, "POST", path, map[string]any{"reviewer_id": nobody}).fields(t))
	}
	require.Empty(t, d.flows.commands())
	require.Equal(t, 204, ops.keyed().send(t, "POST", path, again).status)
	got := d.flows.commands()
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdAskAgain, Actor: d.users["ops@one.example"], Ref: o.reviewer}, got[0])
	d.flows.refuse("not_asked")
	require.Equal(t, 409, ops.keyed().send(t, "POST", path, again).status)
}

func TestRemovingAnOutsideReviewerEndsTheirLinks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	require.Equal(t, 204, d.as(t, "ops@one.example").send(t, "POST", "/v1/outside-reviewers/"+o.reviewer.String()+"/remove", map[string]any{}).status)
	require.Equal(t, d.users["ops@one.example"], one[uuid.UUID](t, d, `select revoked_by from review_links where revoked_at is not null`))
	require.Equal(t, 401, d.decideBy(t, d.byLink(o.token).keyed(), "approve").status)
}
