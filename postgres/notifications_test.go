package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

const base = "https://rapport.example"

// wednesday is a working day, at ten in the morning.
var wednesday = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// told are the titles of what a person was told, newest first, and how many are unread.
func (d *draft) told(t *testing.T, who uuid.UUID) (titles []string, unread int) {
	t.Helper()
	p, err := d.worker.NotifiedPerson(t.Context(), who)
	require.NoError(t, err)
	offered := p.Settings.Offered(p.Brands)
	events := make([]string, 0, len(offered))
	for _, o := range offered {
		events = append(events, string(o.Event))
	}
	list, unread, _, err := d.api.ListNotifications(rapport.WithBrands(t.Context(), d.brand), who, events, rapport.Page{Limit: 50})
	require.NoError(t, err)
	for _, n := range list {
		titles = append(titles, n.Title())
	}
	return titles, unread
}

// note has rounds run until one has seen everything before it: what runs in other databases of the cluster holds a round's sight back.
func (d *draft) note(t *testing.T) {
	t.Helper()
	var xid int64
	require.NoError(t, d.owner.QueryRow(t.Context(), `select pg_snapshot_xmax(pg_current_snapshot())::text::bigint`).Scan(&xid))
	require.Eventually(t, func() bool {
		require.NoError(t, d.worker.NoteNotifications(t.Context(), time.Now()))
		var seen int64
		require.NoError(t, d.owner.QueryRow(t.Context(), `select xid from notification_round`).Scan(&seen))
		return seen >= xid
	}, 30*time.Second, 20*time.Millisecond)
}

func (d *draft) task(t *testing.T, kind string, owner *uuid.UUID, role any) uuid.UUID {
	t.Helper()
	id := newID()
	d.exec(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_id, owner_role, due_at) values ($1, $2, $3, $4, $5, $6, now() + interval '1 day')`,
		id, d.brand, d.partnership, kind, owner, role)
	return id
}

// choose sets the mail of every event but some.
func (d *draft) choose(t *testing.T, who uuid.UUID, mail string, but map[rapport.HouseEvent]string) {
	t.Helper()
	p, err := d.worker.NotifiedPerson(t.Context(), who)
	require.NoError(t, err)
	for _, o := range p.Settings.Offered(p.Brands) {
		if o.Fixed {
			continue
		}
		c := rapport.EventChoice{App: true, Mail: mail}
		if other, ok := but[o.Event]; ok {
			c.Mail = other
		}
		p.Settings.Choices[o.Event] = c
	}
	require.NoError(t, d.api.SaveNotificationSettings(t.Context(), who, p.Settings))
}

// mails are the subjects and texts of mails to a person.
func (d *draft) mails(t *testing.T, who uuid.UUID) []string {
	t.Helper()
	rows, err := d.owner.Query(t.Context(), `select m.subject || E'\n' || m.body_text from messages m join users u on u.email = m.to_address where u.id = $1 and m.kind = 'internal' order by m.id`, who)
	require.NoError(t, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		list = append(list, text)
	}
	return list
}

func (d *draft) person(t *testing.T, who uuid.UUID) rapport.NotifiedPerson {
	t.Helper()
	p, err := d.worker.NotifiedPerson(t.Context(), who)
	require.NoError(t, err)
	p.Calendar = rapport.DefaultCalendar("UTC")
	return p
}

func TestATaskIsToldOnceToWhoeverMayDoItAndReadWhenItIsDone(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.note(t)
	var elsewhere uuid.UUID
	require.NoError(t, d.owner.QueryRow(t.Context(), `select id from users where email = 'tom@two.example'`).Scan(&elsewhere))
	task := d.task(t, "find_address", &d.ann, nil)
	d.task(t, "review_held", nil, "admin")
	d.task(t, "answer_reply", &elsewhere, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { require.NoError(t, d.worker.NoteNotifications(t.Context(), time.Now())) })
	}
	wg.Wait()
	d.note(t)

	titles, unread := d.told(t, d.ann)
	require.Equal(t, []string{"Find an address for the creator"}, titles)
	require.Equal(t, 1, unread)
	var n int
	require.NoError(t, d.owner.QueryRow(t.Context(), `select count(*) from notifications where user_id = $1`, elsewhere).Scan(&n))
	require.Zero(t, n, "who has no role at the brand is told nothing of it, not even of a task of theirs")

	d.exec(t, `update tasks set state = 'done', done_at = now() where id = $1`, task)
	_, unread = d.told(t, d.ann)
	require.Zero(t, unread, "done is read")
	d.exec(t, `update tasks set state = 'open', done_at = null, due_at = due_at + interval '3 days' where id = $1`, task)
	d.note(t)
	titles, _ = d.told(t, d.ann)
	require.Len(t, titles, 2, "what opens again is told again")
}

func TestWhoIsDisabledIsToldNothing(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.note(t)
	d.task(t, "find_address", &d.ann, nil)
	d.exec(t, `update users set disabled_at = now() where id = $1`, d.ann)
	d.note(t)
	var n int
	require.NoError(t, d.owner.QueryRow(t.Context(), `select count(*) from notifications where user_id = $1`, d.ann).Scan(&n))
	require.Zero(t, n)
	now, err := d.worker.TellOfReview(t.Context(), rapport.ReviewToTell{Key: "k", Code: "asked", User: d.ann, BrandID: d.brand, PartnershipID: d.partnership}, wednesday)
	require.NoError(t, err)
	require.False(t, now)

	// Who is disabled between the writing of a mail and its sending does not get it.
	id := newID()
	d.exec(t, `insert into messages (id, direction, channel, kind, state, to_address, subject, body_text)
		select $1, 'internal', 'email', 'internal', 'prepared', email, 'x', 'x' from users where id = $2`,
		id, d.ann)
	claim, err := d.worker.ClaimMail(t.Context(), rapport.RenderedMail{ID: id, Subject: "x", Text: "x", RFCID: "<" + id.String() + "@x>"})
	require.NoError(t, err)
	require.Equal(t, "cancelled", claim.Verdict)
}

func TestWhatWaitsIsMailedOnceMergedAndWithoutWhatWasDone(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.note(t)
	d.choose(t, d.ann, rapport.MailNow, nil)
	d.task(t, "find_address", &d.ann, nil)
	d.task(t, "content_late", &d.ann, nil)
	done := d.task(t, "mention", &d.ann, nil)
	d.note(t)
	p := d.person(t, d.ann)
	sent, err := d.worker.SendNotices(t.Context(), p, wednesday.Add(12*time.Hour), base)
	require.NoError(t, err)
	require.False(t, sent, "it is ten in the evening")
	d.exec(t, `update tasks set state = 'done', done_at = now() where id = $1`, done)

	var n atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			sent, err := d.worker.SendNotices(t.Context(), p, wednesday, base)
			require.NoError(t, err)
			if sent {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, n.Load(), "two workers make one mail of it")
	mails := d.mails(t, d.ann)
	require.Len(t, mails, 1)
	require.Contains(t, mails[0], "2 things for you in Rapport")
	require.Contains(t, mails[0], "Find an address for the creator")
	require.Contains(t, mails[0], base+"/partnerships/"+d.partnership.String())
	require.NotContains(t, mails[0], "mentions you")
	var outbox int
	require.NoError(t, d.owner.QueryRow(t.Context(), `select count(*) from outbox o join messages m on o.workflow_id = 'message/' || m.id where m.dedupe_key like 'notice/%'`).Scan(&outbox))
	require.Equal(t, 1, outbox)

	// A role that was lost meanwhile: what is behind the wall by now is not mailed.
	d.task(t, "find_address", &d.ann, nil)
	d.note(t)
	p = d.person(t, d.ann)
	p.Brands = nil
	sent, err = d.worker.SendNotices(t.Context(), p, wednesday, base)
	require.NoError(t, err)
	require.False(t, sent)
}

func TestTheDigestIsSentOnceADayAndSaysWhatWaitsThen(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.note(t)
	d.choose(t, d.ann, rapport.MailDigest, map[rapport.HouseEvent]string{rapport.EventTask: rapport.MailOff})
	done := d.task(t, "find_address", &d.ann, nil)
	d.task(t, "content_late", &d.ann, nil)
	d.task(t, "mention", &d.ann, nil)
	d.exec(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $1, 900, $2, now(), 'contract_executed')`, d.partnership, d.brand)
	d.exec(t, `update partnerships set updated_at = now() where id = $1`, d.partnership)
	d.note(t)
	d.exec(t, `update tasks set state = 'done', done_at = now() where id = $1`, done)
	p := d.person(t, d.ann)
	var n atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			sent, err := d.worker.SendDigest(t.Context(), p, "2026-03-04", base)
			require.NoError(t, err)
			if sent {
				n.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, n.Load())
	mails := d.mails(t, d.ann)
	require.Len(t, mails, 1)
	require.Contains(t, mails[0], "Your day in Rapport: 2 things")
	require.Contains(t, mails[0], "Follow up on a late draft")
	require.Contains(t, mails[0], "if not done: The deliverable stays late, and its money is not owed")
	require.Contains(t, mails[0], "A contract is signed by both")
	require.NotContains(t, mails[0], "Find an address", "it was done meanwhile")
	require.NotContains(t, mails[0], "mentions you", "it is off")

	d.exec(t, `update tasks set state = 'done', done_at = now()`)
	sent, err := d.worker.SendDigest(t.Context(), p, "2026-03-05", base)
	require.NoError(t, err)
	require.False(t, sent, "nothing to say, no mail")
}

func TestAReviewIsMailedAsThePersonChose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		choice string
		urgent bool
		code   string
		at     time.Time
		now    bool
		mail   string
	}{
		{"at once", rapport.MailNow, false, "asked", wednesday, true, rapport.MailApart},
		{"held", rapport.MailNow, false, "asked", wednesday.Add(13 * time.Hour), false, rapport.MailNow},
		{"urgent passes", rapport.MailNow, true, "escalated", wednesday.Add(13 * time.Hour), true, rapport.MailApart},
		{"urgent without the switch", rapport.MailNow, false, "escalated", wednesday.Add(13 * time.Hour), false, rapport.MailNow},
		{"digest", rapport.MailDigest, false, "asked", wednesday, false, rapport.MailDigest},
		{"off", rapport.MailOff, false, "asked", wednesday, false, rapport.MailOff},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(t)
			d.exec(t, `update calendars set day_seconds = 86400, zone = 'UTC', working_days = '{1,2,3,4,5}'`)
			review := newID()
			d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages, approvers)
				values ($1, $2, $3, $4, $5, $6, 1, 'open', '[]', array[$7::uuid])`,
				review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID, d.ann)
			p := d.person(t, d.ann)
			p.Settings.UrgentPasses = c.urgent
			p.Settings.Choices[rapport.EventDecision], p.Settings.Choices[rapport.EventEscalated] = rapport.EventChoice{App: true, Mail: c.choice}, rapport.EventChoice{App: true, Mail: c.choice}
			require.NoError(t, d.api.SaveNotificationSettings(t.Context(), d.ann, p.Settings))
			tell := rapport.ReviewToTell{Key: "review/1", Code: c.code, User: d.ann, Review: review, BrandID: d.brand, PartnershipID: d.partnership}
			for range 2 {
				now, err := d.worker.TellOfReview(t.Context(), tell, c.at)
				require.NoError(t, err)
				require.Equal(t, c.now, now, "asked again, it answers the same")
			}
			now, err := d.worker.TellOfReview(t.Context(), tell, wednesday)
			require.NoError(t, err)
			require.Equal(t, c.now, now, "also at another hour")
			var mail string
			require.NoError(t, d.owner.QueryRow(t.Context(), `select mail from notifications`).Scan(&mail))
			require.Equal(t, c.mail, mail)
			titles, unread := d.told(t, d.ann)
			require.Len(t, titles, 1)
			require.Equal(t, 1, unread)
			d.exec(t, `update reviews set state = 'approved'`)
			_, unread = d.told(t, d.ann)
			require.Zero(t, unread, "decided is read")
		})
	}
}

func TestWhatChangesAboutOnesAccountIsToldAtOnceWhateverOneChose(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.note(t)
	d.choose(t, d.ann, rapport.MailOff, nil)
	d.exec(t, `insert into audit_log (actor, action, subject, detail) values ($1, 'role.granted', $2, '{"role": "ops"}'), ($2, 'token.created', gen_random_uuid(), '{}')`, d.ben, d.ann)
	d.note(t)
	d.note(t)
	titles, _ := d.told(t, d.ann)
	require.ElementsMatch(t, []string{"You got the role ops", "An API token was made for your account"}, titles)
	sent, err := d.worker.SendNotices(t.Context(), d.person(t, d.ann), wednesday.Add(14*time.Hour), base)
	require.NoError(t, err)
	require.True(t, sent, "also at midnight")
	require.Contains(t, d.mails(t, d.ann)[0], base+"/settings/tokens")
}
