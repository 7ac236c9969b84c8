package worker_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport"
	"rapport/providers/sendgrid"
	"rapport/sandbox"
	"rapport/worker"
)

// counted is what mail arrives on, with SendGrid's count of it; the posts of the sandbox come in at a door of the test's own.
type counted struct {
	*arrivals

	sendgrid, control string
	posts             chan rapport.InboxRow
	client            *sendgrid.Client
}

func counting(t *testing.T) *counted {
	t.Helper()
	c := &counted{arrivals: arriving(t), posts: make(chan rapport.InboxRow, 10)}
	sb, err := sandbox.New(sandbox.Config{
		State: t.TempDir(), StripeAccountSecret: whsecAccount, StripeConnectSecret: whsecConnect, SendGridKeyDir: t.TempDir(), InboundDomain: "in.test", Mute: true, Log: zap.NewNop(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sb.Close()) })
	public, control := httptest.NewServer(sb.Handler()), httptest.NewServer(sb.Control())
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.URL.Path == "/webhooks/sendgrid/inbound" {
			c.posts <- rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: uuid.NewString(), Type: "inbound", Body: append([]byte(r.Header.Get("Content-Type")+"\n"), body...)}
		}
	}))
	for _, server := range []*httptest.Server{public, control, door} {
		t.Cleanup(server.Close)
	}
	sb.SetPublicURL(public.URL)
	sb.SetTarget(door.URL)
	c.sendgrid, c.control = public.URL, control.URL
	c.client, err = sendgrid.New(sendgrid.Config{Key: "SG.count", BaseURL: public.URL})
	require.NoError(t, err)
	c.mailer.Client = c.client
	return c
}

func (c *counted) call(method, path string, body any) {
	c.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(c.t, err)
	req, err := http.NewRequestWithContext(c.ctx, method, c.control+path, bytes.NewReader(raw))
	require.NoError(c.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	require.Less(c.t, res.StatusCode, 300, path)
}

// taken lets the next post in.
func (c *counted) taken() {
	c.t.Helper()
	select {
	case row := <-c.posts:
		c.arrive(row)
	case <-time.After(10 * time.Second):
		c.t.Fatal("no post came")
	}
}

// sent sends a mail to a creator, and keeps that it was accepted.
func (c *counted) sent() (mailed, string) {
	c.t.Helper()
	m := c.mail("out", rapport.MailTransactional, "sending")
	id, err := c.mailer.SendMail(c.ctx, rapport.OutgoingMail{
		SendID: m.id, Kind: rapport.MailTransactional, FromName: "Acme", From: "hello@acme.example", To: "mute@creators.example", ReplyTo: c.mailer.ReplyAddress(m.id),
		Subject: "Hello", Text: "Hello", MessageID: "<" + m.id.String() + "@rapport.test>",
	})
	require.NoError(c.t, err)
	require.NoError(c.t, c.store.SettleMail(c.ctx, m.id, "accepted", id))
	mails := c.mails()
	return m, mails[len(mails)-1]
}

func (c *counted) mails() []string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, c.control+"/control/mail", nil)
	require.NoError(c.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	var got struct {
		Mails []struct {
			ID string `json:"id"`
		} `json:"mails"`
	}
	require.NoError(c.t, json.NewDecoder(res.Body).Decode(&got))
	ids := make([]string, len(got.Mails))
	for i, m := range got.Mails {
		ids[i] = m.ID
	}
	return ids
}

// count compares as it will be done tomorrow.
func (c *counted) count() {
	c.t.Helper()
	tomorrow := func() time.Time { return time.Now().Add(rapport.Day) }
	require.NoError(c.t, worker.CountMail(c.store, c.mailer, tomorrow)(c.ctx))
}

func (c *counted) tasks() string {
	c.t.Helper()
	return c.text(`select string_agg(concat_ws(' ', kind, substr(code, 11), state, owner_role), ', ') from tasks where kind = 'mail_missing'`)
}

// TestAPostThatNeverCameIsFoundByTheDailyCount, whose task is over when it came after all.
func TestAPostThatNeverCameIsFoundByTheDailyCount(t *testing.T) {
	t.Parallel()
	c := counting(t)
	_, id := c.sent()
	c.call(http.MethodPost, "/control/mail/"+id+"/reply", map[string]string{"text": "Yes!"})
	c.taken()
	c.count()
	require.Empty(t, c.tasks())
	day := time.Now().UTC().Format(time.DateOnly)
	row := func() string {
		return c.text(`select concat_ws(' ', sent, sent_at_provider, received, received_at_provider, differs) from mail_days where day = $1::date`, day)
	}
	require.Equal(t, "1 1 1 1 f", row())

	c.call(http.MethodPut, "/control/faults", []map[string]string{{"provider": "sendgrid", "path": "/webhooks/sendgrid/inbound", "action": "drop"}})
	c.call(http.MethodPost, "/control/mail/"+id+"/reply", map[string]string{"text": "When do we start?"})
	for range 2 { // twice finds it once
		c.count()
		require.Equal(t, "mail_missing /0/1 open admin", c.tasks())
	}
	require.Equal(t, "1 1 1 2 t", row())

	c.call(http.MethodPost, "/control/inbound/resend", nil)
	c.taken()
	c.count()
	require.Equal(t, "mail_missing /0/1 cancelled admin", c.tasks())
	require.Equal(t, "1 1 2 2 f", row())

	c.call(http.MethodPut, "/control/faults", []map[string]string{{"provider": "sendgrid", "path": "/webhooks/sendgrid/inbound", "action": "drop"}})
	c.call(http.MethodPost, "/control/mail/"+id+"/reply", map[string]string{"text": "Hello?"})
	c.count()
	require.Equal(t, "mail_missing /0/1 open admin", c.tasks(), "lost again, asked again")
	c.exec(`update tasks set state = 'done', done_at = now() where kind = 'mail_missing'`)
	c.count()
	require.Equal(t, "mail_missing /0/1 done admin", c.tasks(), "somebody has looked at it")
}

// TestMailThatOneSideDoesNotKnowIsFound: what we sent is counted there, and what may have been sent is not called missing.
func TestMailThatOneSideDoesNotKnowIsFound(t *testing.T) {
	t.Parallel()
	c := counting(t)
	m, _ := c.sent()
	c.exec(`update messages set state = 'unknown', accepted_at = null, claimed_at = now() where id = $1`, m.id)
	c.count()
	require.Empty(t, c.tasks(), "it may be this one")
	c.exec(`update messages set state = 'rejected' where id = $1`, m.id)
	c.count()
	require.Equal(t, "mail_missing /1/0 open admin", c.tasks())
	c.exec(`update messages set state = 'delivered', accepted_at = now() where id = $1`, m.id)
	lost := c.mail("internal", rapport.MailInternal, "accepted")
	c.exec(`update messages set accepted_at = now() where id = $1`, lost.id)
	c.count()
	require.Equal(t, "mail_missing /-1/0 open admin", c.tasks())
}

// TestAPostThatNobodyCanReadIsKept: what was understood is filed, and the post stays beyond its time.
func TestAPostThatNobodyCanReadIsKept(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	cut := []byte("multipart/form-data; boundary=x\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHel")
	broken := rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: uuid.NewString(), Type: "inbound", Body: cut}
	event := rapport.InboxRow{ID: uuid.New(), Provider: "sendgrid", EventID: uuid.NewString(), Type: "open", Body: []byte("{}")}
	require.Equal(t, rapport.MailUnreadable, a.arrive(broken))
	require.Equal(t, "no send id", a.arrive(event))
	require.NoError(t, a.store.DoneInbox(a.ctx, broken.ID, rapport.MailUnreadable))
	require.NoError(t, a.store.DoneInbox(a.ctx, event.ID, ""))
	a.exec(`update webhook_inbox set processed_at = now() - interval '31 days'`)
	require.NoError(t, a.store.DeleteOld(a.ctx))
	require.Equal(t, broken.ID.String(), a.text(`select string_agg(id::text, ',') from webhook_inbox`))
	require.Equal(t, "unreadable", a.text(`select class from messages where direction = 'in'`))
}
