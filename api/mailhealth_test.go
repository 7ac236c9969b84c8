package api_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type mailHealth struct {
	Mailboxes []struct {
		BrandID          uuid.UUID `json:"brand_id"`
		Address          string
		Sent             int
		Limit            int
		FullLimit        int        `json:"full_limit"`
		WarmUpEnds       *time.Time `json:"warm_up_ends"`
		FreeAt           *time.Time `json:"free_at"`
		Waiting          int
		Accepted         int
		Delivered        int
		Bounced          int
		Complaints       int
		BouncePercent    float64 `json:"bounce_percent"`
		ComplaintPercent float64 `json:"complaint_percent"`
		Blocked          int
	}
	Unknown []struct {
		ID      uuid.UUID
		Subject *string
		Hidden  bool
	}
	Unmatched  int
	Unreadable int
	Days       []struct {
		Day     string
		Sent    int
		Differs bool
	}
	LastReceivedAt *time.Time `json:"last_received_at"`
	LastEventAt    *time.Time `json:"last_event_at"`
}

func (d *desk) health(t *testing.T, who, query string) mailHealth {
	t.Helper()
	a := d.as(t, who).send(t, "GET", "/v1/mail-health"+query, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var h mailHealth
	a.into(t, &h)
	return h
}

// mails keeps n mails of a kind in a state, claimed and accepted so many hours ago.
func (d *desk) mails(t *testing.T, n int, kind, state string, hours int) {
	t.Helper()
	d.sql(t, `insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, claimed_at, accepted_at, to_address)
		select gen_random_uuid(), $1, $2, $3, 'out', 'email', $4, $5, now() - make_interval(hours => $6), now() - make_interval(hours => $6), 'mia@mail.example' from generate_series(1, $7)`,
		d.partnership, d.world.one, d.creator, kind, state, hours, n)
}

func TestMailHealthCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	h := d.health(t, "ops@one.example", "")
	require.Len(t, h.Mailboxes, 1, "one's own brand")
	require.Zero(t, h.Mailboxes[0].BouncePercent, "of nothing")
	require.Nil(t, h.Mailboxes[0].FreeAt)
	require.Nil(t, h.LastReceivedAt)

	d.sql(t, `update brands set outreach_per_day = 40, warm_up_days = 10, warm_up_from = now() - interval '1 second' where id = $1`, d.world.one)
	d.mails(t, 3, "outreach", "delivered", 2)
	d.mails(t, 1, "sequence", "bounced", 1)
	d.mails(t, 2, "transactional", "delivered", 1)
	d.mails(t, 4, "outreach", "delivered", 48)
	d.mails(t, 5, "outreach", "delivered", 40*24)
	d.sql(t, `insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, deferred_until)
		values ($1, $2, $3, $4, 'out', 'email', 'outreach', 'prepared', now() + interval '1 hour')`, id(), d.partnership, d.world.one, d.creator)
	d.sql(t, `insert into suppressions (email, brand_id, reason) values ('mia@mail.example', $1, 'complaint'), ('kim@mail.example', $1, 'bounce')`, d.world.one)
	d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_role) values ($1, $2, $3, 'outreach_blocked', 'ops')`, id(), d.world.one, d.partnership)
	m := d.health(t, "ops@one.example", "").Mailboxes[0]
	require.Equal(t, "hello@one.example", m.Address)
	require.Equal(t, 4, m.Sent)
	require.Equal(t, 4, m.Limit, "a tenth on the first day")
	require.Equal(t, 40, m.FullLimit)
	require.WithinDuration(t, time.Now().Add(10*24*time.Hour), *m.WarmUpEnds, time.Minute)
	require.WithinDuration(t, time.Now().Add(22*time.Hour), *m.FreeAt, time.Minute, "when the oldest of the last four is a day old")
	require.Equal(t, []int{1, 10, 9, 1, 1, 1}, []int{m.Waiting, m.Accepted, m.Delivered, m.Bounced, m.Complaints, m.Blocked})
	require.InDelta(t, 10, m.BouncePercent, 0.001)
	require.InDelta(t, 10, m.ComplaintPercent, 0.001)

	require.Equal(t, 404, d.as(t, "ops@one.example").send(t, "GET", "/v1/mail-health?brand_id="+d.two.String(), nil).status)
	require.Len(t, d.health(t, "ops@one.example", "?brand_id="+d.world.one.String()).Mailboxes, 1)
}

func TestMailHealthShowsWhatWaitsForSomebody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	thread, unknown := id(), id()
	d.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id) values ($1, $2, $3, $4)`, thread, d.partnership, d.world.one, d.creator)
	d.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, subject, claimed_at)
		values ($1, $2, $3, $4, $5, 'out', 'email', 'outreach', 'unknown', 'Hi', now())`, unknown, thread, d.partnership, d.world.one, d.creator)
	d.sql(t, `insert into messages (id, direction, channel, state, class, from_address) values ($1, 'in', 'email', 'unmatched', 'human', 'who@elsewhere.example')`, id())
	d.sql(t, `insert into mail_days (day, sent, sent_at_provider, received, received_at_provider, differs) values
		(current_date - 1, 3, 2, 1, 1, true), (current_date, 1, 1, 0, 0, false), (current_date - 20, 1, 1, 1, 1, false)`)
	for provider, note := range map[string]string{"inbound": "unreadable", "sendgrid": ""} {
		d.sql(t, `insert into webhook_inbox (id, provider, event_id, type, body, processed_at, last_error) values ($1, $2, $3, 'x', '', now(), $4)`, id(), provider, uuid.NewString(), note)
	}
	h := d.health(t, "ops@one.example", "")
	require.Len(t, h.Unknown, 1)
	require.Equal(t, unknown, h.Unknown[0].ID)
	require.Equal(t, "Hi", *h.Unknown[0].Subject)
	require.Equal(t, 1, h.Unmatched)
	require.Equal(t, 1, h.Unreadable)
	require.NotNil(t, h.LastReceivedAt)
	require.NotNil(t, h.LastEventAt)
	require.Len(t, h.Days, 2, "of two weeks")
	require.Equal(t, time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly), h.Days[1].Day)
	require.True(t, h.Days[1].Differs)

	guest := d.health(t, "guest@one.example", "")
	require.Len(t, guest.Mailboxes, 1)
	require.Zero(t, guest.Unmatched, "who does not work with mail sees none of it")
	require.Empty(t, guest.Days, "nor what belongs to no brand")
	require.Nil(t, guest.LastReceivedAt)
	require.Empty(t, d.health(t, "ops@two.example", "").Unknown)

	d.sql(t, `update threads set privacy = 'private' where id = $1`, thread)
	other := d.health(t, "admin@one.example", "").Unknown
	require.Len(t, other, 1)
	require.True(t, other[0].Hidden)
	require.Nil(t, other[0].Subject)
}

func TestTheTaskOfMissingMailSaysWhereAndLeadsThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for code, want := range map[string]string{
		"2026-03-03/0/1":  "Find the mail that is missing of 3 March 2026: 1 mail that SendGrid received did not come here",
		"2026-03-03/-2/0": "Find the mail that is missing of 3 March 2026: 2 mails of ours never reached SendGrid",
		"2026-03-03/1/-1": "Find the mail that is missing of 3 March 2026: 1 mail came here that SendGrid did not count; 1 mail that SendGrid sent is not known here",
		"":                "Our count of mail differs from SendGrid's: find what is missing",
	} {
		task := id()
		d.sql(t, `insert into tasks (id, brand_id, kind, code, owner_role) values ($1, $2, 'mail_missing', $3, 'admin')`, task, d.world.one, code)
		var list struct {
			Items []struct{ Title, Link string }
		}
		d.as(t, "admin@one.example").send(t, "GET", "/v1/tasks?owner=me&state=open", nil).into(t, &list)
		require.Len(t, list.Items, 1)
		require.Equal(t, want, list.Items[0].Title)
		require.Equal(t, "/settings/mail", list.Items[0].Link)
		d.sql(t, `update tasks set state = 'done' where id = $1`, task)
	}
}

type suppressed struct {
	ID      uuid.UUID
	Email   string
	BrandID *uuid.UUID `json:"brand_id"`
	Reason  string
	Creator *struct{ Name string }
}

func (d *desk) suppressed(t *testing.T, who, query string) []suppressed {
	t.Helper()
	var list struct{ Items []suppressed }
	d.as(t, who).send(t, "GET", "/v1/suppressions"+query, nil).into(t, &list)
	return list.Items
}

func TestSuppressionsAreLiftedWithAReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update contacts set bounced_at = now() where email = 'mia@mail.example'`)
	d.sql(t, `insert into suppressions (email, brand_id, reason, at) values ('mia@mail.example', $1, 'bounce', now()), ('gone@mail.example', $1, 'unsubscribe', now() - interval '1 hour'),
		('mia@mail.example', $2, 'bounce', now())`, d.world.one, d.two)
	list := d.suppressed(t, "guest@one.example", "")
	require.Len(t, list, 2)
	require.Equal(t, "Mia Lens", list[0].Creator.Name)
	require.Nil(t, list[1].Creator)
	require.Len(t, d.suppressed(t, "ops@one.example", "?q=GONE"), 1)
	require.Len(t, d.suppressed(t, "ops@one.example", "?q=mia"), 1)
	require.Len(t, d.suppressed(t, "ops@one.example", "?limit=1"), 1)

	lift := func(who string, suppression uuid.UUID, reason string) answer {
		return d.as(t, who).keyed().send(t, "POST", fmt.Sprintf("/v1/suppressions/%s/lift", suppression), map[string]string{"reason": reason})
	}
	require.Equal(t, 403, lift("ops@one.example", list[0].ID, "They wrote").status)
	require.Equal(t, 404, lift("admin@two.example", list[0].ID, "They wrote").status)
	require.Equal(t, 404, lift("admin@one.example", id(), "They wrote").status)
	require.Equal(t, []string{"reason required"}, lift("admin@one.example", list[0].ID, "  ").fields(t))
	require.Equal(t, 204, lift("admin@one.example", list[0].ID, "They wrote from it").status)
	require.Equal(t, 404, lift("admin@one.example", list[0].ID, "They wrote from it").status, "it is lifted")
	require.Equal(t, 1, one[int](t, d, `select count(*) from contacts where email = 'mia@mail.example' and bounced_at is null`))
	require.Equal(t, 1, one[int](t, d, `select count(*) from suppressions where email = 'mia@mail.example'`), "the other brand's stays")
	var detail struct {
		Address string `json:"address"`
		For     string `json:"suppressed_for"`
		Reason  string `json:"reason"`
	}
	noted := one[string](t, d, `select detail::text from audit_log where action = 'suppression.lifted' and subject = $1 and actor = $2`, list[0].ID, d.users["admin@one.example"])
	require.NoError(t, json.Unmarshal([]byte(noted), &detail))
	require.Equal(t, "mia@mail.example bounce They wrote from it", detail.Address+" "+detail.For+" "+detail.Reason)
}

// TestASuppressionOfNoBrandTakesTheAdminsOfAll who work with somebody who has the address.
func TestASuppressionOfNoBrandTakesTheAdminsOfAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	mia, nobody := id(), id()
	d.sql(t, `insert into suppressions (id, email, reason) values ($1, 'mia@mail.example', 'manual'), ($2, 'nobody@mail.example', 'manual')`, mia, nobody)
	lift := func(who string, suppression uuid.UUID) int {
		return d.as(t, who).keyed().send(t, "POST", fmt.Sprintf("/v1/suppressions/%s/lift", suppression), map[string]string{"reason": "They asked for it"}).status
	}
	require.Equal(t, []suppressed{}, d.suppressed(t, "ops@two.example", ""), "who does not work with the creator hears nothing of the address")
	require.Len(t, d.suppressed(t, "ops@one.example", ""), 1)
	d.seed(t, d.two, "two.example") // now both work with the creator
	require.Equal(t, 404, lift("admin@one.example", mia))
	require.Equal(t, 404, lift("admin@one.example", nobody), "nobody works with it, so everybody must agree")
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'admin')`, d.users["admin@one.example"], d.two)
	require.Equal(t, 204, lift("admin@one.example", mia))
	require.Equal(t, 204, lift("admin@one.example", nobody))
}
