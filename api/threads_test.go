package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// inbox is a desk whose partnership has a thread with mails to and fro.
type inbox struct {
	*desk

	ops    call
	thread uuid.UUID
}

func newInbox(t *testing.T) inbox {
	t.Helper()
	x := inbox{desk: newDesk(t), thread: id()}
	x.ops = x.as(t, "ops@one.example")
	x.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id) values ($1, $2, $3, $4)`, x.thread, x.partnership, x.world.one, x.creator)
	return x
}

// say puts a message into a thread.
func (x inbox) say(t *testing.T, thread uuid.UUID, direction, text string) uuid.UUID {
	t.Helper()
	m := id()
	state, class := "delivered", ""
	if direction == "in" {
		state, class = "matched", "human"
	}
	x.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, class, subject, body_text, suggestion, suggestion_why)
		values ($1, $2, $3, $4, $5, $6, 'email', 'reply', $7, nullif($8, ''), 'Spring', $9, case when $6 = 'in' then 'question' end, case when $6 = 'in' then 'What' end)`,
		m, thread, x.partnership, x.world.one, x.creator, direction, state, class, text)
	return m
}

func (x inbox) list(t *testing.T, who call, query string) (list gen.ThreadList) {
	t.Helper()
	a := who.send(t, "GET", "/v1/threads"+query, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &list)
	return list
}

func (x inbox) act(t *testing.T, who call, status int, path string, body any) (shown gen.Thread) {
	t.Helper()
	a := who.keyed().send(t, "POST", "/v1/threads/"+path, body)
	require.Equal(t, status, a.status, "%s", a.body)
	if status < 300 {
		a.into(t, &shown)
	}
	return shown
}

func TestTheInboxShowsWhoWaits(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	require.Empty(t, x.list(t, x.ops, "").Items, "a thread in which nothing was said is none")
	x.say(t, x.thread, "out", "Hello")
	require.False(t, x.list(t, x.ops, "").Items[0].Waiting)
	x.say(t, x.thread, "in", "What does it pay?")
	shown := x.list(t, x.ops, "?waiting=true").Items
	require.Len(t, shown, 1)
	require.True(t, shown[0].Waiting)
	require.Equal(t, "What does it pay?", shown[0].Preview)
	require.Equal(t, "Spring", shown[0].Subject)
	require.Equal(t, gen.ReplySuggestionClassQuestion, shown[0].Suggestion.Class)
	require.Equal(t, 2, shown[0].Messages)
	x.sql(t, `update partnerships set waiting = $2 where id = $1`, x.partnership, `[{"for":"user","decision":"answer","due":"2026-01-01T00:00:00Z","since":"2026-01-01T00:00:00Z"}]`)
	require.True(t, x.list(t, x.ops, "").Items[0].Overdue)

	require.Len(t, x.list(t, x.ops, "?assigned_to=me").Items, 1, "what is nobody's is its partnership's owner's")
	require.Len(t, x.list(t, x.ops, "?assigned_to=nobody").Items, 1)
	require.Equal(t, 422, x.ops.send(t, "GET", "/v1/threads?assigned_to=x", nil).status)
	admin := x.users["admin@one.example"]
	require.Equal(t, "Ms admin", x.act(t, x.ops, 200, x.thread.String()+"/assign", map[string]any{"user_id": admin}).Assignee.Name)
	require.Empty(t, x.list(t, x.ops, "?assigned_to=me").Items)
	require.Len(t, x.list(t, x.as(t, "admin@one.example"), "?assigned_to=me").Items, 1)
	x.act(t, x.ops, 422, x.thread.String()+"/assign", map[string]any{"user_id": x.users["ops@two.example"]})
	require.Nil(t, x.act(t, x.ops, 200, x.thread.String()+"/assign", map[string]any{}).Assignee)
	require.Len(t, x.list(t, x.ops, "?q=spring").Items, 1)
	require.Empty(t, x.list(t, x.ops, "?q=autumn").Items)

	// Done answers what came in, and the partnership hears of it, once.
	require.Equal(t, gen.ThreadStateDone, x.act(t, x.ops, 200, x.thread.String()+"/state", map[string]any{"state": "done"}).State)
	require.False(t, x.list(t, x.ops, "?state=done").Items[0].Waiting)
	require.Equal(t, 1, one[int](t, x.desk, `select count(*) from outbox where input->>'kind' = 'answered' and workflow_id = 'partnership/' || $1`, x.partnership))
	x.say(t, x.thread, "in", "And when?")
	require.Equal(t, gen.ThreadStateOpen, x.list(t, x.ops, "").Items[0].State, "a reply to a thread that is done opens it")
}

func TestAnAnswerStopsTheClockOfItsThreadOnly(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	other := id()
	x.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, main) values ($1, $2, $3, $4, false)`, other, x.partnership, x.world.one, x.creator)
	x.say(t, x.thread, "in", "What does it pay?")
	x.say(t, other, "in", "Here is my shipping address")
	answered := func() int {
		return one[int](t, x.desk, `select count(*) from outbox where input->>'kind' = 'answered'`)
	}
	send := func(body map[string]any) gen.Message {
		a := x.ops.keyed().send(t, "POST", "/v1/partnerships/"+x.partnership.String()+"/messages", body)
		require.Equal(t, 201, a.status, "%s", a.body)
		var m gen.Message
		a.into(t, &m)
		return m
	}
	m := send(map[string]any{"channel": "email", "direction": "out", "text": "1,000", "thread_id": x.thread})
	require.Equal(t, "Re: Spring", *m.Subject, "an answer has the subject of what it answers")
	require.Equal(t, x.thread, *m.ThreadId)
	require.Equal(t, gen.MessageWrittenByPerson, *m.WrittenBy)
	require.Zero(t, answered(), "the other thread waits still")
	send(map[string]any{"channel": "dm", "direction": "out", "text": "Thank you", "thread_id": other})
	require.Equal(t, 1, answered())
	fresh := send(map[string]any{"channel": "email", "direction": "out", "subject": "Invoice", "text": "Please send one", "new_thread": true})
	require.NotContains(t, []uuid.UUID{x.thread, other}, *fresh.ThreadId)
	require.Equal(t, "Invoice", x.list(t, x.ops, "?q=invoice").Items[0].Subject)
	a := x.ops.keyed().send(t, "POST", "/v1/partnerships/"+x.partnership.String()+"/messages", map[string]any{"channel": "dm", "direction": "out", "text": "x", "new_thread": true})
	require.Equal(t, []string{"subject required"}, a.fields(t))
	two := x.seed(t, x.world.two, "two.example")
	a = x.as(t, "ops@two.example").keyed().send(t, "POST", "/v1/partnerships/"+two.partnership.String()+"/messages",
		map[string]any{"channel": "dm", "direction": "out", "text": "x", "thread_id": x.thread})
	require.Equal(t, 404, a.status, "another brand's thread is none")
}

func TestThreadsAreMergedAndSplitAndNothingIsLost(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	other := id()
	x.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, main) values ($1, $2, $3, $4, false)`, other, x.partnership, x.world.one, x.creator)
	first, second := x.say(t, x.thread, "out", "Hello"), x.say(t, other, "in", "Hi there")
	x.act(t, x.ops, 409, x.thread.String()+"/merge", map[string]any{"thread_id": x.thread})
	stranger := id()
	x.sql(t, `insert into creators (id, name) values ($1, 'Kim')`, stranger)
	x.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id)
		select $1, brand_id, campaign_id, $2, owner_id from partnerships where id = $3`, stranger, stranger, x.partnership)
	x.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id) values ($1, $1, $2, $1)`, stranger, x.world.one)
	x.act(t, x.ops, 422, x.thread.String()+"/merge", map[string]any{"thread_id": stranger})

	merged := x.act(t, x.ops, 200, x.thread.String()+"/merge", map[string]any{"thread_id": other})
	require.Equal(t, other, merged.Id)
	require.Equal(t, 2, merged.Messages)
	require.Len(t, x.list(t, x.ops, "").Items, 1)
	var gone gen.Thread
	x.ops.send(t, "GET", "/v1/threads/"+x.thread.String(), nil).into(t, &gone)
	require.Equal(t, other, *gone.MergedInto, "who has its address finds where it went")
	x.act(t, x.ops, 409, x.thread.String()+"/merge", map[string]any{"thread_id": other})
	// The partnership's own thread is part of the other now, so what is sent next stands there.
	a := x.ops.keyed().send(t, "POST", "/v1/partnerships/"+x.partnership.String()+"/messages", map[string]any{"channel": "dm", "direction": "out", "text": "On it"})
	var m gen.Message
	a.into(t, &m)
	require.Equal(t, other, *m.ThreadId)

	split := x.act(t, x.ops, 201, other.String()+"/split", map[string]any{"message_ids": []uuid.UUID{first}, "subject": "The beginning"})
	require.Equal(t, "The beginning", split.Subject)
	require.Equal(t, 1, split.Messages)
	x.act(t, x.ops, 422, other.String()+"/split", map[string]any{"message_ids": []uuid.UUID{first}, "subject": "Again"})
	x.act(t, x.ops, 422, other.String()+"/split", map[string]any{"message_ids": []uuid.UUID{second}, "subject": " "})
	require.Equal(t, 2, one[int](t, x.desk, `select count(*) from thread_moves`), "every move is kept")
	require.Equal(t, 3, one[int](t, x.desk, `select count(*) from messages where thread_id is not null and partnership_id = $1`, x.partnership))
	_, err := x.owner.Exec(t.Context(), `delete from messages where id = $1`, first)
	require.ErrorContains(t, err, "append-only")
	_, err = x.owner.Exec(t.Context(), `update messages set body_text = 'Something else' where id = $1`, second)
	require.ErrorContains(t, err, "immutable")
}

// TestAPrivateThreadIsReadByWhoTakesPart, and by nobody else, wherever its words could show: the list, the thread, the timelines, the files.
func TestAPrivateThreadIsReadByWhoTakesPart(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	const secret = "My rate stays between us"
	m := x.say(t, x.thread, "in", secret)
	x.sql(t, `insert into blobs (sha256, content_type, size, content) values ('\x07', 'text/plain', 24, $1)`, []byte(secret))
	x.sql(t, `insert into message_files (message_id, n, brand_id, name, content_type, size, sha256) values ($1, 0, $2, 'rates.txt', 'text/plain', 24, '\x07')`, m, x.world.one)
	x.sql(t, `update messages set files = 1 where id = $1`, m)
	admin := x.as(t, "admin@one.example")
	require.Equal(t, gen.ThreadPrivacyPrivate, x.act(t, x.ops, 200, x.thread.String()+"/privacy", map[string]any{"privacy": "private"}).Privacy)
	places := []string{
		"/v1/threads", "/v1/threads/" + x.thread.String(), "/v1/threads/" + x.thread.String() + "/messages", "/v1/partnerships/" + x.partnership.String() + "/messages",
		"/v1/partnerships/" + x.partnership.String() + "/events", "/v1/creators/" + x.creator.String() + "/timeline", "/v1/messages/" + m.String() + "/files/0", "/v1/search?q=between",
		"/v1/search/texts?q=between",
	}
	for _, path := range places {
		require.NotContains(t, string(admin.send(t, "GET", path, nil).body), "between us", path)
	}
	for _, path := range places[:7] {
		require.Contains(t, string(x.ops.send(t, "GET", path, nil).body), "between us", path)
		require.Contains(t, string(x.as(t, "auditor@one.example").send(t, "GET", path, nil).body), "between us", "%s: auditors read all", path)
	}
	require.True(t, x.list(t, admin, "").Items[0].Hidden)
	x.act(t, admin, 404, x.thread.String()+"/state", map[string]any{"state": "done"})
	x.act(t, admin, 404, x.thread.String()+"/assign", map[string]any{"user_id": x.users["admin@one.example"]})

	// Whom a note mentions takes part from then on, and gets a task.
	note := map[string]any{"channel": "note", "direction": "internal", "text": "What do you think?", "thread_id": x.thread, "mentions": []uuid.UUID{x.users["admin@one.example"]}}
	a := x.ops.keyed().send(t, "POST", "/v1/partnerships/"+x.partnership.String()+"/messages", note)
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Contains(t, string(a.body), "Ms admin")
	require.Contains(t, string(admin.send(t, "GET", places[2], nil).body), "between us")
	require.Equal(t, 1, one[int](t, x.desk, `select count(*) from tasks where kind = 'mention' and owner_id = $1`, x.users["admin@one.example"]))
	note["mentions"] = []uuid.UUID{x.users["ops@two.example"]}
	require.Equal(t, []string{"mentions[0] no_role"}, x.ops.keyed().send(t, "POST", "/v1/partnerships/"+x.partnership.String()+"/messages", note).fields(t))
	// A note is the house's: nothing of it goes to the creator's page.
	require.NotContains(t, string(x.visitor(t).send(t, "GET", "/v1/portal/home", nil).body), "What do you think?")
	x.act(t, x.ops, 200, x.thread.String()+"/privacy", map[string]any{"privacy": "team"})
	require.Contains(t, string(x.as(t, "guest@one.example").send(t, "GET", places[2], nil).body), "between us")
}

func TestNobodyGetsIntoAPrivateThreadByWriting(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	x.say(t, x.thread, "in", "Between you and me")
	x.sql(t, `update partnerships set owner_id = $1`, x.users["admin@one.example"])
	x.sql(t, `update threads set privacy = 'private'`)
	reads := func() string {
		return string(x.ops.send(t, "GET", "/v1/threads/"+x.thread.String()+"/messages", nil).body)
	}
	path := "/v1/partnerships/" + x.partnership.String()
	a := x.ops.keyed().send(t, "POST", path+"/messages", map[string]any{"channel": "dm", "direction": "out", "text": "Let me in"})
	require.Equal(t, 409, a.status)
	require.Contains(t, string(a.body), "private_thread")
	// A reason that a command asks for is kept, and opens nothing either.
	a = x.ops.keyed().send(t, "POST", path+"/commands", map[string]any{"command": "pause", "reason": "Waiting for the budget"})
	require.Contains(t, []int{200, 202}, a.status, "%s", a.body)
	require.Equal(t, 1, one[int](t, x.desk, `select count(*) from messages where kind = 'reason'`))
	require.NotContains(t, reads(), "Between you and me")
}

// TestWhoReadAPrivateThreadGoesOnReadingIt when it is handed on or becomes part of another one.
func TestWhoReadAPrivateThreadGoesOnReadingIt(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	other := id()
	x.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, main) values ($1, $2, $3, $4, false)`, other, x.partnership, x.world.one, x.creator)
	x.say(t, other, "in", "Between you and me")
	admin := x.as(t, "admin@one.example")
	x.act(t, x.ops, 200, other.String()+"/assign", map[string]any{"user_id": x.users["admin@one.example"]})
	x.act(t, admin, 200, other.String()+"/privacy", map[string]any{"privacy": "private"})
	x.act(t, admin, 200, other.String()+"/assign", map[string]any{"user_id": x.users["ops@one.example"]})
	reads := func(thread uuid.UUID) string {
		return string(admin.send(t, "GET", "/v1/threads/"+thread.String()+"/messages", nil).body)
	}
	require.Contains(t, reads(other), "Between you and me", "handed on by its reader")
	x.act(t, x.ops, 200, other.String()+"/merge", map[string]any{"thread_id": x.thread})
	require.Contains(t, reads(x.thread), "Between you and me", "part of another one now")
	require.NotContains(t, string(x.as(t, "guest@one.example").send(t, "GET", "/v1/threads/"+x.thread.String()+"/messages", nil).body), "Between you and me")
}

func TestFilesOfMessagesAreKeptByTheirHash(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	sum := id()
	for range 2 {
		raw := id()
		matched, err := x.worker.ApplyInbound(t.Context(), rapport.InboundMail{
			From: "mia@mail.example", Text: "My rates", Class: "human", Token: x.say(t, x.thread, "out", "Hello"), SHA256: raw[:], MessageID: "<" + uuid.NewString() + ">",
			Files: []rapport.File{{Name: "rates <script>.html", Type: "text/html", SHA256: sum[:], Content: []byte("<script>alert(1)</script>")}},
		}, id())
		require.NoError(t, err)
		require.True(t, matched)
	}
	require.Equal(t, 1, one[int](t, x.desk, `select count(*) from blobs where sha256 = $1`, sum[:]))
	var list gen.MessageList
	x.ops.send(t, "GET", "/v1/threads/"+x.thread.String()+"/messages", nil).into(t, &list)
	require.Equal(t, "rates <script>.html", (*list.Items[0].Files)[0].Name)
	a := x.ops.send(t, "GET", "/v1/messages/"+list.Items[0].Id.String()+"/files/0", nil)
	require.Equal(t, 200, a.status)
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "application/octet-stream", a.header.Get("Content-Type"))
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, 404, x.ops.send(t, "GET", "/v1/messages/"+list.Items[0].Id.String()+"/files/1", nil).status)
}

func TestCannedAnswersAreFilledForAPartnership(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	save := func(status int, body map[string]any) answer {
		a := x.ops.keyed().send(t, "POST", "/v1/canned-answers", body)
		require.Equal(t, status, a.status, "%s", a.body)
		return a
	}
	bad := save(422, map[string]any{"brand_id": x.world.one, "name": " ", "body": "Hi {{offer.fee}}"})
	require.Equal(t, []string{"name required", "body unknown_tag"}, bad.fields(t))
	save(201, map[string]any{"brand_id": x.world.one, "name": "Thanks", "body": "Thank you!"})
	var made gen.CannedAnswer
	save(201, map[string]any{"brand_id": x.world.one, "name": "Thanks", "body": "Thank you, {{creator.first_name}}, for {{campaign.name}}!"}).into(t, &made)
	save(404, map[string]any{"brand_id": x.world.two, "name": "Thanks", "body": "x"})
	var list gen.CannedAnswerList
	x.ops.send(t, "GET", "/v1/canned-answers?partnership_id="+x.partnership.String(), nil).into(t, &list)
	require.Len(t, list.Items, 1, "the same name is the same answer")
	require.Equal(t, "Thank you, Mia, for Spring!", *list.Items[0].Filled)
	require.Equal(t, 204, x.ops.keyed().send(t, "POST", "/v1/canned-answers/"+made.Id.String()+"/remove", map[string]any{}).status)
	require.Equal(t, 404, x.ops.keyed().send(t, "POST", "/v1/canned-answers/"+made.Id.String()+"/remove", map[string]any{}).status)
	x.ops.send(t, "GET", "/v1/canned-answers", nil).into(t, &list)
	require.Empty(t, list.Items)
}

func TestAMailIsPreviewedForACreator(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	ask := map[string]any{
		"brand_id": x.world.one, "creator_id": x.creator, "name": "offer", "subject": "{{campaign.name}}",
		"body": "Hi {{creator.first_name}}, {{offer.fee}} {{portal_link}} {{creator.shoe_size}}",
	}
	var got gen.TemplatePreview
	a := x.ops.keyed().send(t, "POST", "/v1/templates/preview", ask)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &got)
	require.Contains(t, got.Text, "Hi Mia, ")
	require.Contains(t, got.Text, "[link to the creator's page]")
	require.Equal(t, []string{"creator.shoe_size"}, got.Missing)
	require.Equal(t, []string{"campaign.name", "offer.fee"}, got.Later)
	require.Equal(t, "mia@mail.example", *got.To)
	ask["campaign_id"] = x.campaign
	x.ops.keyed().send(t, "POST", "/v1/templates/preview", ask).into(t, &got)
	require.Equal(t, "Spring", got.Subject)
	require.Zero(t, one[int](t, x.desk, `select count(*) from messages`))
}

func TestAMailOfWhichNobodyKnowsIsSettledByAPerson(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	m := x.say(t, x.thread, "out", "Hello")
	x.sql(t, `update messages set state = 'unknown' where id = $1`, m)
	x.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, code, dedupe_key, owner_id) values ($1, $2, $3, 'mail_failed', 'unknown', 'mail/unknown/' || $4::text, $5)`,
		id(), x.world.one, x.partnership, m, x.users["ops@one.example"])
	settle := func(body map[string]any) int {
		return x.ops.keyed().send(t, "POST", "/v1/messages/"+m.String()+"/settle", body).status
	}
	arrived := map[string]any{"arrived": true}
	require.Equal(t, 204, settle(arrived))
	require.Equal(t, "delivered", one[string](t, x.desk, `select state from messages where id = $1`, m))
	require.Equal(t, "cancelled", one[string](t, x.desk, `select state from tasks where kind = 'mail_failed'`))
	require.Equal(t, 404, settle(arrived), "it is known now")
	require.Zero(t, one[int](t, x.desk, `select count(*) from outbox where kind = 'start'`), "nothing is sent again by itself")
	m = x.say(t, x.thread, "out", "Hello again")
	x.sql(t, `update messages set state = 'sending' where id = $1`, m)
	x.sql(t, `update messages set state = 'unknown', to_address = 'mia@mail.example' where id = $1`, m)
	require.Equal(t, 204, settle(map[string]any{"arrived": false, "again": true}))
	require.Equal(t, "rejected", one[string](t, x.desk, `select state from messages where id = $1`, m))
	require.Equal(t, 1, one[int](t, x.desk, `select count(*) from messages c join outbox o on o.workflow_id = 'message/' || c.id
		where c.dedupe_key = 'again/' || $1::text and c.state = 'prepared' and c.body_text = 'Hello again'`, m))

	// A code is never sent once more, nor a sequence's mail to an address that is none of the creator's any more.
	for _, kind := range []string{"code", rapport.MailOutreach} {
		m = x.say(t, x.thread, "out", "Hello "+kind)
		x.sql(t, `update messages set state = 'sending', kind = $2 where id = $1`, m, kind)
		x.sql(t, `update messages set state = 'unknown', to_address = 'former@mail.example' where id = $1`, m)
		require.Equal(t, 409, settle(map[string]any{"arrived": false, "again": true}), kind)
		require.Equal(t, "unknown", one[string](t, x.desk, `select state from messages where id = $1`, m), "nothing was changed")
	}
}

func TestAThreadIsPutOffByItsPartnership(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	x.say(t, x.thread, "in", "Hi")
	a := x.ops.keyed().send(t, "POST", "/v1/threads/"+x.thread.String()+"/snooze", map[string]any{"until": time.Now().Add(-time.Hour)})
	require.Equal(t, []string{"until out_of_range"}, a.fields(t))
	a = x.ops.keyed().send(t, "POST", "/v1/threads/"+x.thread.String()+"/snooze", map[string]any{"until": time.Now().Add(time.Hour)})
	require.Contains(t, []int{200, 202}, a.status, "%s", a.body)
	require.Equal(t, "snooze_thread", one[string](t, x.desk, `select input->>'kind' from outbox where workflow_id = 'partnership/' || $1 and kind = 'update'`, x.partnership))
}
