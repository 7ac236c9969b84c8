package api_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func (d *desk) remark(t *testing.T, who, text string, more ...map[string]any) answer {
	t.Helper()
	body := map[string]any{"text": text, "internal": false}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return d.as(t, who+"@one.example").send(t, "POST", "/v1/submissions/"+d.submission.String()+"/comments", body)
}

func anchored(a map[string]any) map[string]any { return map[string]any{"anchor": a} }

func TestACommentIsAboutAPlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update submissions set caption = 'Größe 👩‍🚀!'`) // ten code points: a family of three, then the mark
	for _, right := range []map[string]any{
		{"kind": "span", "from": 6, "to": 9}, {"kind": "span", "from": 0, "to": 10}, {"kind": "point", "x": 0, "y": 1}, {"kind": "time", "seconds": 1.5},
	} {
		a := d.remark(t, "approver", "Brighter?", anchored(right))
		require.Equal(t, 201, a.status, "%s", a.body)
		var c struct{ Anchor map[string]any }
		a.into(t, &c)
		sameJSON(t, right, c.Anchor)
	}
	require.Equal(t, "👩‍🚀", d.remark(t, "approver", "Which?", anchored(map[string]any{"kind": "span", "from": 6, "to": 9})).text("quote"))
	n := one[int](t, d, `select count(*) from review_comments`)
	for field, wrong := range map[string]map[string]any{
		"anchor.from out_of_range":    {"kind": "span", "from": 0, "to": 11},
		"anchor.seconds out_of_range": {"kind": "time", "seconds": 86401},
		"anchor.kind unknown_value":   {"kind": "corner"},
	} {
		require.Equal(t, []string{field}, d.remark(t, "approver", "Brighter?", anchored(wrong)).fields(t))
	}
	for _, wrong := range []map[string]any{{"kind": "span", "from": 3, "to": 3}, {"kind": "span", "from": -1, "to": 3}, {"kind": "point", "x": 1.1}, {"kind": "point", "y": -0.1}} {
		require.Equal(t, 422, d.remark(t, "approver", "Brighter?", anchored(wrong)).status, "%v", wrong)
	}
	require.Equal(t, []string{"text required"}, d.remark(t, "approver", "  ").fields(t))
	require.Equal(t, n, one[int](t, d, `select count(*) from review_comments`))
	require.Equal(t, 403, d.remark(t, "auditor", "Hm").status)
}

func TestAnAnswerStaysWhereItsQuestionIs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	question, open := d.remark(t, "approver", "Legal?", map[string]any{"internal": true}).text("id"), d.remark(t, "approver", "Brighter?").text("id")
	require.Equal(t, []string{"internal answers_internal"}, d.remark(t, "legal", "Yes", map[string]any{"reply_to": question}).fields(t))
	require.Equal(t, 201, d.remark(t, "legal", "Yes", map[string]any{"reply_to": question, "internal": true}).status)
	require.Equal(t, question, d.remark(t, "legal", "No", map[string]any{"reply_to": question, "internal": true}).text("reply_to"))
	require.Equal(t, 201, d.remark(t, "legal", "He means the lamp", map[string]any{"reply_to": open, "internal": true}).status, "the house may talk about what all read")
	require.Equal(t, []string{"reply_to unknown"}, d.remark(t, "legal", "Yes", map[string]any{"reply_to": uuid.New()}).fields(t))
	newer := d.newVersion(t)
	d.submission = newer.submission
	require.Equal(t, []string{"reply_to unknown"}, d.remark(t, "legal", "Yes", map[string]any{"reply_to": open}).fields(t), "it is about another version")
}

func TestACommentIsSettledAndOpenedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/comments/" + d.remark(t, "approver", "Brighter?").text("id") + "/resolve"
	settle := func(who string, resolved bool) answer {
		return d.as(t, who).send(t, "POST", path, map[string]any{"resolved": resolved})
	}
	a := settle("legal@one.example", true)
	require.Equal(t, []any{200, "Ms legal"}, []any{a.status, a.text("resolved_by")})
	require.Equal(t, "Ms legal", settle("ops@one.example", true).text("resolved_by"), "who was first stays")
	a = settle("ops@one.example", false)
	require.Equal(t, []any{200, "", ""}, []any{a.status, a.text("resolved_by"), a.text("resolved_at")})
	require.Equal(t, 404, settle("ops@two.example", true).status)
	require.Equal(t, 403, settle("guest@one.example", true).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "GET", "/v1/submissions/"+d.submission.String()+"/comments", nil).status)
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", "/v1/submissions/"+d.submission.String()+"/comments", nil).status)
}

// Whatever the house writes to itself carries a word that must stand in nothing that goes outside.
func TestWhatIsInternalLeavesTheHouseNever(t *testing.T) {
	t.Parallel()
	const secret = "zaunkoenig"
	d := newDesk(t)
	o := d.askOutside(t, d.world.one, d.work)
	d.sql(t, `update outside_reviewers set name = 'Oda Press'`)
	hidden := d.remark(t, "approver", secret+" one", map[string]any{"internal": true}, anchored(map[string]any{"kind": "span", "from": 0, "to": 3})).text("id")
	d.remark(t, "legal", secret+" two", map[string]any{"internal": true, "reply_to": hidden})
	require.Equal(t, 201, d.remark(t, "approver", "Brighter?").status)
	require.Contains(t, string(d.as(t, "auditor@one.example").send(t, "GET", "/v1/submissions/"+d.submission.String()+"/comments", nil).body), secret, "the house reads it")

	me := d.visitor(t)
	for _, state := range []string{"checking", "open", "held", "approved", "changes_requested", "rejected", "superseded", "cancelled"} {
		d.sql(t, `update reviews set state = $1`, state)
		home := string(me.send(t, "GET", "/v1/portal/home", nil).body)
		require.NotContains(t, home, secret, state)
		require.NotContains(t, home, hidden, state)
		require.Equal(t, state != "checking" && state != "open" && state != "held", strings.Contains(home, "Brighter?"), "the creator reads it with the decision: %s", state)
		page := string(d.byLink(o.token).send(t, "GET", outsidePath, nil).body)
		require.NotContains(t, page, secret, state)
		require.NotContains(t, page, hidden, state)
		require.Contains(t, page, "Brighter?", "outside reviewers talk along: %s", state)
	}
	d.sql(t, `update reviews set state = 'open'`)
	a := me.keyed().send(t, "POST", "/v1/portal/deliverables/"+d.deliverable.String()+"/comments", map[string]any{"text": "Yes", "reply_to": hidden})
	require.Equal(t, []string{"reply_to unknown"}, a.fields(t), "nor does anybody learn that it is there")
	require.NotContains(t, string(a.body), secret)
	require.NotContains(t, string(d.decideBy(t, d.byLink(o.token).keyed(), "approve").body), secret)

	d.sql(t, `update decisions set state = 'accepted', stage = 0, decided_at = now()`)
	for _, m := range []struct {
		template           string
		ref, ref2          uuid.UUID
		user, outsideOfRef uuid.UUID
	}{
		{template: "changes_requested", ref: d.deliverable, ref2: d.submission}, {template: "content_rejected", ref: d.deliverable, ref2: d.submission},
		{template: "extra_round", ref: d.deliverable, ref2: d.submission}, {template: "round_offered", ref: d.deliverable, ref2: d.submission},
		{template: "extension_granted", ref: d.deliverable, ref2: id()}, {template: "extension_declined", ref: d.deliverable, ref2: id()},
		{template: "content_approved", ref: d.deliverable, ref2: d.submission}, {template: "approved_with_corrections", ref: d.deliverable, ref2: d.submission},
		{template: "approval_revoked", ref: d.deliverable}, {template: "post_mismatch", ref: d.deliverable}, {template: "post_not_reported", ref: d.deliverable},
		{template: "review_asked", ref: d.review, user: d.users["approver@one.example"]}, {template: "review_outside", ref: d.review, outsideOfRef: o.reviewer},
	} {
		mail, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{
			Kind: rapport.MailTransactional, Key: m.template, Template: m.template, BrandID: d.world.one, PartnershipID: d.partnership, Ref: m.ref, Ref2: m.ref2, User: m.user, Reviewer: m.outsideOfRef,
		})
		require.NoError(t, err, m.template)
		require.False(t, mail.NoAddress, m.template)
		require.NotEmpty(t, mail.Body, m.template)
		require.NotContains(t, mail.Subject+mail.Body+strings.Join(values(mail.Values), "\n"), secret, m.template)
	}
	require.Zero(t, one[int](t, d, `select count(*) from messages where coalesce(subject, '') || coalesce(body_text, '') like '%' || $1 || '%'`, secret))
	require.Zero(t, one[int](t, d, `select count(*) from outbox where input::text like '%' || $1 || '%'`, secret))
}

func values(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

func TestACreatorAnswersWhatTheyMayRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me, path := d.visitor(t), "/v1/portal/deliverables/"+d.deliverable.String()+"/comments"
	question := d.remark(t, "approver", "Brighter?").text("id")
	say := func(text string, to any) answer {
		body := map[string]any{"text": text}
		if to != nil {
			body["reply_to"] = to
		}
		return me.keyed().send(t, "POST", path, body)
	}
	require.Equal(t, []string{"reply_to unknown"}, say("Yes", question).fields(t), "what has not gone out yet")
	a := say("I put a lamp there.", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Contains(t, string(a.body), "I put a lamp there.")
	require.NotContains(t, string(a.body), "Brighter?")
	d.sql(t, `update reviews set state = 'changes_requested'`)
	a = say("Yes", question)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Contains(t, string(a.body), "Brighter?")
	require.Equal(t, 2, one[int](t, d, `select count(*) from review_comments where contact_id = $1 and not internal and submission_id = $2`, d.contact, d.submission))
	require.Equal(t, []string{"text required"}, say("  ", nil).fields(t))
	require.Equal(t, 404, me.keyed().send(t, "POST", "/v1/portal/deliverables/"+uuid.NewString()+"/comments", map[string]any{"text": "Hi"}).status)
	var list struct {
		Items []struct {
			Author     string
			AuthorKind string `json:"author_kind"`
		}
	}
	d.as(t, "ops@one.example").send(t, "GET", "/v1/submissions/"+d.submission.String()+"/comments", nil).into(t, &list)
	require.Equal(t, []string{"Ms approver", "house", "Mia Lens", "creator"}, []string{list.Items[0].Author, list.Items[0].AuthorKind, list.Items[1].Author, list.Items[1].AuthorKind})
	d.sql(t, `update deliverables set current_submission = null`)
	require.Equal(t, 409, say("Hi", nil).status, "there is no version to speak of")
}

// ---- the creator's page of a draft

type talkBody struct {
	Next         string
	Deliverables []struct {
		Waiting *struct {
			Stage, Silence string
			Who, Ahead     []string
			Since          time.Time
			DueAt          time.Time  `json:"due_at"`
			SilenceAt      *time.Time `json:"silence_at"`
		}
		Corrections []struct {
			ID     uuid.UUID
			Text   string
			DoneAt *time.Time `json:"done_at"`
		}
		RoundQuestion *struct {
			Round, Included int
			Fee             *struct{ Amount int64 }
		} `json:"round_question"`
		Spoken *bool
		Asks   []string
	}
}

func (d *desk) talk(t *testing.T, me call) (h talkBody) {
	t.Helper()
	a := me.send(t, "GET", "/v1/portal/home", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &h)
	return h
}

func TestACreatorSeesWhomTheDraftWaitsFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	d.askOutside(t, d.world.one, d.work)
	d.sql(t, `update reviews set stages = jsonb_set(stages, '{0,silence_at}', '"2030-01-02T03:04:05Z"')`)
	w := d.talk(t, me).Deliverables[0].Waiting
	require.Equal(t, "Brand", w.Stage)
	require.Equal(t, []string{"Ms approver", "Ms both", "Oda Press"}, w.Who)
	require.Equal(t, []string{"Legal"}, w.Ahead)
	require.WithinDuration(t, time.Now(), w.Since, time.Minute)
	require.WithinDuration(t, time.Now().Add(72*time.Hour), w.DueAt, time.Minute)
	require.Equal(t, "2030-01-02T03:04:05Z", w.SilenceAt.UTC().Format(time.RFC3339))
	require.Contains(t, w.Silence, "whoever is responsible at the brand is told")

	decided := []rapport.StageDecision{{ID: id(), User: d.users["approver@one.example"], Decision: "approve", At: time.Now()}}
	d.sql(t, `update reviews set state = 'held', stages = jsonb_set(jsonb_set(stages, '{0,state}', '"held"'), '{0,decisions}', $1)`, decided)
	w = d.talk(t, me).Deliverables[0].Waiting
	require.Equal(t, []string{"Ms both", "Oda Press"}, w.Who, "who has decided is not waited for")
	require.Nil(t, w.SilenceAt)
	require.Contains(t, w.Silence, "The time is up")
	for _, state := range []string{"checking", "approved", "superseded"} {
		d.sql(t, `update reviews set state = $1`, state)
		require.Nil(t, d.talk(t, me).Deliverables[0].Waiting, state)
	}
}

func TestACreatorTicksOffTheirOwnCorrections(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	theirs := d.seed(t, d.two, "two.example")
	me, decision := d.visitor(t), id()
	correct := func(w work, brand, decision uuid.UUID, state string) uuid.UUID {
		c := id()
		d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, state, decided_at) values ($1, $2, $3, $4, $5, 'approve_with_corrections', $6, now())`,
			decision, w.review, w.submission, brand, d.users["approver@one.example"], state)
		d.sql(t, `insert into corrections (id, decision_id, submission_id, deliverable_id, partnership_id, brand_id, position, body) values ($1, $2, $3, $4, $5, $6, 0, 'A comma')`,
			c, decision, w.submission, w.deliverable, w.partnership, brand)
		return c
	}
	mine, foreign := correct(d.work, d.world.one, decision, "accepted"), correct(theirs, d.two, id(), "accepted")
	correct(d.work, d.world.one, id(), "moot")
	d.sql(t, `update deliverables set state = 'approved_to_post'`)
	d.sql(t, `update reviews set state = 'approved'`)
	require.Empty(t, d.talk(t, me).Deliverables[0].Corrections, "what a later stage threw back asks for nothing")
	d.stands(t, d.review, decision)
	d.sql(t, `update reviews set state = 'open'`)
	require.Empty(t, d.talk(t, me).Deliverables[0].Corrections, "nor what one stage asks for while the next decides")
	d.sql(t, `update reviews set state = 'approved'`)
	h := d.talk(t, me)
	require.Len(t, h.Deliverables[0].Corrections, 1, "what came too late asks for nothing")
	require.Equal(t, "A comma", h.Deliverables[0].Corrections[0].Text)
	require.Contains(t, h.Next, "Make the small corrections")

	post := func() answer {
		return me.keyed().send(t, "POST", "/v1/portal/deliverables/"+d.deliverable.String()+"/post", map[string]string{"url": "https://video.example/1"})
	}
	tick := func(c uuid.UUID, done bool) answer {
		return me.keyed().send(t, "POST", "/v1/portal/corrections/"+c.String(), map[string]any{"done": done})
	}
	require.Equal(t, []any{409, "corrections_open"}, []any{post().status, post().text("code")})
	require.Equal(t, 404, tick(foreign, true).status, "another partnership's")
	require.Equal(t, 404, tick(uuid.New(), true).status)
	require.Equal(t, 200, tick(mine, true).status)
	at := one[time.Time](t, d, `select done_at from corrections where id = $1`, mine)
	require.Equal(t, 200, tick(mine, true).status)
	require.Equal(t, at, one[time.Time](t, d, `select done_at from corrections where id = $1`, mine), "ticked once")
	require.Equal(t, 200, tick(mine, false).status)
	require.Equal(t, 409, post().status)
	require.Empty(t, d.flows.commands())
	require.Equal(t, 200, tick(mine, true).status)
	require.Contains(t, d.talk(t, me).Next, "Publish")
	require.Equal(t, 200, post().status)
	require.Nil(t, one[*time.Time](t, d, `select done_at from corrections where id = $1`, foreign))
}

func TestACreatorDecidesOnAnotherRound(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me, path := d.visitor(t), "/v1/portal/deliverables/"+d.deliverable.String()+"/round"
	require.Nil(t, d.talk(t, me).Deliverables[0].RoundQuestion)
	d.sql(t, `update deliverables set state = 'changes_requested', extra = 'asked', round = 3`)
	h := d.talk(t, me)
	require.Equal(t, []int{3, rapport.DefaultTerms().RevisionRounds}, []int{h.Deliverables[0].RoundQuestion.Round, h.Deliverables[0].RoundQuestion.Included})
	require.Nil(t, h.Deliverables[0].RoundQuestion.Fee)
	require.Contains(t, h.Next, "Say whether you make another round")
	d.sql(t, `update deliverables set extra = 'offered', extra_fee = 5000, extra_currency = 'eur'`)
	require.EqualValues(t, 5000, d.talk(t, me).Deliverables[0].RoundQuestion.Fee.Amount)

	require.Equal(t, 200, me.keyed().send(t, "POST", path, map[string]any{"decision": "agree", "message": " With pleasure "}).status)
	require.Equal(t, 200, me.keyed().send(t, "POST", path, map[string]any{"decision": "decline"}).status)
	require.Equal(t, 422, me.keyed().send(t, "POST", path, map[string]any{"decision": "perhaps"}).status)
	require.Equal(t, 404, me.keyed().send(t, "POST", "/v1/portal/deliverables/"+uuid.NewString()+"/round", map[string]any{"decision": "agree"}).status)
	got := d.flows.commands()
	require.Equal(t, []rapport.Command{{ID: got[0].ID, Kind: rapport.CmdAgreeRound, Ref: d.deliverable}, {ID: got[1].ID, Kind: rapport.CmdDeclineRound, Ref: d.deliverable}}, got)
	require.Equal(t, "With pleasure", one[string](t, d, `select body_text from messages where channel = 'portal'`))
	d.flows.refuse("no_round_asked")
	require.Equal(t, []any{409, "no_round_asked"}, func() []any {
		a := me.keyed().send(t, "POST", path, map[string]any{"decision": "agree"})
		return []any{a.status, a.text("code")}
	}())
	d.sql(t, `update deliverables set extra = 'declined'`)
	h = d.talk(t, me)
	require.Nil(t, h.Deliverables[0].RoundQuestion)
	require.NotContains(t, h.Next, "new version")
}

func TestACreatorReadsWhatADraftNeeds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update partnerships set promo_code = 'NORD15'`)
	d.sql(t, `update campaigns set hashtags = '{#nord}', content_rules = '{"max_seconds":60}'`)
	asks := d.talk(t, d.visitor(t)).Deliverables[0].Asks
	require.Subset(t, asks, []string{"Add #nord to the caption, spelled exactly so.", "Name the code NORD15.", "A video takes at most 60 seconds."})
	d.sql(t, `update creators set locale = 'de'`)
	require.Subset(t, d.talk(t, d.visitor(t)).Deliverables[0].Asks, []string{"Schreib #nord in den Text, genau so.", "Nenne den Code NORD15.", "Ein Video dauert höchstens 60 Sekunden."})
}

func TestACreatorDeclaresWhatIsSpokenAndWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	require.Nil(t, d.talk(t, me).Deliverables[0].Spoken)
	d.sql(t, `update campaigns set content_rules = '{"spoken":true}'`)
	require.True(t, *d.talk(t, me).Deliverables[0].Spoken)
	send := func(fields ...string) answer {
		media, form := draft(t, "", nil, append([]string{"caption", "#ad"}, fields...)...)
		return me.keyed().with("Content-Type", media).send(t, "POST", "/v1/portal/deliverables/"+d.deliverable.String()+"/submissions", form)
	}
	require.Equal(t, []string{"spoken bad_value", "written bad_value"}, send("spoken", "perhaps", "written", "yes, of course").fields(t))
	require.Equal(t, []string{"spoken twice"}, send("spoken", "true", "spoken", "false").fields(t))
	require.Empty(t, d.flows.commands())
	a := send("spoken", "true", "written", "false")
	require.Equal(t, 200, a.status, "%s", a.body)
	require.True(t, one[bool](t, d, `select declared_spoken and not declared_written from submissions where version = 2`))
	require.Equal(t, 200, send().status)
	require.True(t, one[bool](t, d, `select declared_spoken is null and declared_written is null from submissions where version = 3`), "what is not said is not known")
}
