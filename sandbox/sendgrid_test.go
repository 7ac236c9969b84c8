package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sendgrid/rest"
	"github.com/sendgrid/sendgrid-go"
	sgmail "github.com/sendgrid/sendgrid-go/helpers/mail"
	"github.com/stretchr/testify/require"
)

const (
	simpleMail = `{"personalizations":[{"to":[{"email":"kim@creators.example"}]}],"from":{"email":"a@brand.example"},
		"subject":"Hello","content":[{"type":"text/plain","value":"Hi"}]}`
	waitFor = 10 * time.Second
	tick    = 2 * time.Millisecond
)

// sendMail sends as production does and gives the X-Message-Id.
func (b *box) sendMail(to, kind string, change func(*sgmail.SGMailV3)) (id string, status int) {
	b.t.Helper()
	m := sgmail.NewV3Mail()
	m.SetFrom(sgmail.NewEmail("Brand", "hello@brand.example"))
	m.Subject = "An idea"
	p := sgmail.NewPersonalization()
	p.AddTos(sgmail.NewEmail("Kim", to))
	p.SetCustomArg("kind", kind)
	p.SetCustomArg("send_id", "send-1")
	m.AddPersonalizations(p)
	m.SetReplyTo(sgmail.NewEmail("Brand", "r+token@in.brand.example"))
	m.SetHeader("Message-ID", "<send-1@brand.example>")
	m.AddContent(sgmail.NewContent("text/plain", "Hello"), sgmail.NewContent("text/html", "<p>Hello</p>"))
	if change != nil {
		change(m)
	}
	req := sendgrid.GetRequest("SG.key", "/v3/mail/send", b.api.URL)
	req.Method, req.Body = rest.Post, sgmail.GetRequestBody(m)
	resp, err := (&rest.Client{HTTPClient: http.DefaultClient}).Send(req)
	require.NoError(b.t, err)
	if ids := resp.Headers["X-Message-Id"]; len(ids) > 0 {
		id = ids[0]
	}
	return id, resp.StatusCode
}

func TestMail_is_accepted_stored_and_followed_by_signed_events(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	id, status := b.sendMail("kim@creators.example", "note", nil)
	require.Equal(t, http.StatusAccepted, status)
	require.NotEmpty(t, id)
	var got struct {
		Mails []controlMail `json:"mails"`
	}
	b.control(http.MethodGet, "/control/mail?to=kim@creators.example", nil, &got)
	require.Len(t, got.Mails, 1)
	m := got.Mails[0]
	require.Equal(t, id, m.ID)
	require.Equal(t, "<send-1@brand.example>", m.MessageID)
	require.Equal(t, "send-1", m.CustomArgs["send_id"])

	h := b.next(at(endpointEvents))
	verifySendGrid(t, b.EventPublicKey(), h)
	var batch []map[string]any
	require.NoError(t, json.Unmarshal(h.body, &batch))
	require.Len(t, batch, 2)
	for i, kind := range []string{"processed", "delivered"} {
		require.Equal(t, kind, batch[i]["event"])
		require.Equal(t, "send-1", batch[i]["send_id"])
		require.NotEmpty(t, batch[i]["sg_event_id"])
		require.True(t, strings.HasPrefix(batch[i]["sg_message_id"].(string), id+"."))
	}
	b.advance(time.Hour)
	h = b.next(at(endpointEvents))
	require.Contains(t, string(h.body), `"event":"open"`)
}

func TestMail_refusals_name_every_field(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	refused := func(body string) []string {
		var got struct {
			Errors []sendError `json:"errors"`
		}
		require.Equal(t, http.StatusBadRequest, b.raw(b.api.URL, http.MethodPost, "/v3/mail/send", []byte(body), &got), body)
		var fields []string
		for _, e := range got.Errors {
			if e.Field != nil {
				fields = append(fields, *e.Field)
			}
		}
		return fields
	}
	require.ElementsMatch(t, []string{"personalizations", "from", "content"}, refused(`{}`))
	require.Empty(t, refused(`{"from":`))
	require.Contains(t, refused(strings.Replace(simpleMail, "kim@creators.example", "kim", 1)), "personalizations.0.to.0.email")
	require.Contains(t, refused(strings.Replace(simpleMail, `"subject":"Hello",`, "", 1)), "personalizations.0.subject")
	require.Contains(t, refused(strings.Replace(simpleMail, `"value":"Hi"`, `"value":""`, 1)), "content.0.value")
	require.Contains(t, refused(strings.Replace(simpleMail, `"subject"`, `"headers":{"Reply-To":"x@y.example"},"subject"`, 1)), "headers.Reply-To")
	require.Contains(t, refused(strings.Replace(simpleMail, `]}],"from"`, `],"cc":[{"email":"KIM@creators.example"}]}],"from"`, 1)),
		"personalizations.0")
	require.Contains(t, refused(strings.Replace(simpleMail, `"subject"`, `"custom_args":{"a":"`+strings.Repeat("x", 10_001)+`"},"subject"`, 1)),
		"custom_args")
	require.Empty(t, b.mailsTo("", 10))
}

func TestMail_to_a_bouncing_address_is_dropped_the_next_time(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.sendMail("bounce.1@creators.example", "note", nil)
	require.Contains(t, string(b.next(at(endpointEvents)).body), `"event":"bounce"`)
	b.sendMail("bounce.1@creators.example", "note", nil)
	require.Contains(t, string(b.next(at(endpointEvents)).body), `"event":"dropped"`)
	var list []map[string]any
	require.Equal(t, http.StatusOK, b.raw(b.api.URL, http.MethodGet, "/v3/suppression/bounces", nil, &list))
	require.Len(t, list, 1)
	require.Equal(t, http.StatusNoContent,
		b.raw(b.api.URL, http.MethodDelete, "/v3/suppression/bounces/bounce.1@creators.example", nil, nil))
	b.sendMail("kim@creators.example", "note", nil)
	id := b.mailsTo("kim@creators.example", 1)[0].ID
	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/mail/"+id+"/events", map[string]string{"event": "unsubscribe"}, nil))
	b.next(func(h hook) bool { return strings.Contains(string(h.body), `"event":"unsubscribe"`) })
}

// fieldsOf reads an Inbound Parse post as a plain multipart form.
func fieldsOf(t *testing.T, h hook) (fields map[string]string, files map[string]string) {
	t.Helper()
	_, params, err := mime.ParseMediaType(h.header.Get("Content-Type"))
	require.NoError(t, err)
	r := multipart.NewReader(strings.NewReader(string(h.body)), params["boundary"])
	fields, files = map[string]string{}, map[string]string{}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, files
		}
		require.NoError(t, err)
		raw, err := io.ReadAll(part)
		require.NoError(t, err)
		if part.FileName() != "" {
			files[part.FileName()] = string(raw)
			continue
		}
		fields[part.FormName()] = string(raw)
	}
}

func TestReply_comes_back_as_a_signed_inbound_post(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.InboundDomain = "in.brand.example"
	b := newBox(t, cfg, nil)
	id, _ := b.sendMail("kim@creators.example", "note", nil)
	status := b.control(http.MethodPost, "/control/mail/"+id+"/reply", Reply{
		Text: "Sure – gern", HTML: "<p>Sure</p>", Attachments: map[string][]byte{"a.txt": []byte("file")}, Headers: map[string]string{"X-Mine": "1"},
	}, nil)
	require.Equal(t, http.StatusOK, status)
	h := b.next(at(endpointInbound))
	verifySendGrid(t, b.InboundPublicKey(), h)
	fields, files := fieldsOf(t, h)
	require.Equal(t, "Sure – gern", fields["text"])
	require.Equal(t, "<p>Sure</p>", fields["html"])
	require.Equal(t, "kim@creators.example", fields["from"])
	require.Equal(t, "r+token@in.brand.example", fields["to"])
	require.Equal(t, "Re: An idea", fields["subject"])
	require.JSONEq(t, `{"to":["r+token@in.brand.example"],"from":"kim@creators.example"}`, fields["envelope"])
	require.Contains(t, fields["headers"], "In-Reply-To: <send-1@brand.example>\n")
	require.Contains(t, fields["headers"], "X-Mine: 1\n")
	require.NotContains(t, fields["headers"], "Auto-Submitted")
	require.Equal(t, "1", fields["attachments"])
	require.Equal(t, map[string]string{"a.txt": "file"}, files)

	b.control(http.MethodPost, "/control/mail/"+id+"/reply", Reply{Text: "Away", AutoReply: true}, nil)
	fields, _ = fieldsOf(t, b.next(at(endpointInbound)))
	require.Contains(t, fields["headers"], "Auto-Submitted: auto-replied\n")

	b.control(http.MethodPost, "/control/mail/"+id+"/reply", Reply{Text: "Raw", Raw: true}, nil)
	fields, _ = fieldsOf(t, b.next(at(endpointInbound)))
	require.Contains(t, fields["email"], "Subject: Re: An idea\n")
	require.NotContains(t, fields, "headers")

	for _, bad := range []Reply{{}, {Text: "x", To: "r@elsewhere.example"}, {Text: "x", Headers: map[string]string{"A": "b\r\nTo: c"}}} {
		require.Equal(t, http.StatusUnprocessableEntity, b.control(http.MethodPost, "/control/mail/"+id+"/reply", bad, nil))
	}
	require.Equal(t, http.StatusNotFound, b.control(http.MethodPost, "/control/mail/none/reply", Reply{Text: "x"}, nil))
}

func TestMailbox_shows_mail_without_trusting_it(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	id, _ := b.sendMail("kim@creators.example", "note", func(m *sgmail.SGMailV3) {
		m.Subject = "<script>alert(1)</script>"
		m.Content = []*sgmail.Content{sgmail.NewContent("text/html", `<script>alert(1)</script><a href="http://127.0.0.1:8080/portal/abc">go</a>`)}
	})
	get := func(path string) (string, http.Header) {
		resp, err := http.Get(b.api.URL + path)
		require.NoError(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(raw), resp.Header
	}
	page, _ := get("/mailbox?to=kim@creators.example")
	require.Contains(t, page, "/mailbox/"+id)
	require.NotContains(t, page, "<script>")
	page, header := get("/mailbox/" + id)
	require.NotContains(t, page, "<script>")
	require.Contains(t, page, "<iframe sandbox ")
	require.Contains(t, page, "http://127.0.0.1:8080/portal/abc")
	require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")

	resp, err := http.PostForm(b.api.URL+"/mailbox/"+id+"/reply", url.Values{"text": {"From the page"}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	fields, _ := fieldsOf(t, b.next(at(endpointInbound)))
	require.Equal(t, "From the page", fields["text"])

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.api.URL+"/mailbox/"+id+"/reply", strings.NewReader("text=x"))
	require.NoError(t, err)
	req.Header.Set("Origin", "http://elsewhere.example")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err = http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
}

func TestPosts_are_edited_and_taken_down(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	get := func(id string) (int, string) {
		resp, err := http.Get(b.api.URL + "/posts/" + id)
		require.NoError(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(raw)
	}
	status, _ := get("p1")
	require.Equal(t, http.StatusNotFound, status)
	var made struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	body := []byte(`{"author":"Kim","caption":"Nice #ad <b>"}`)
	require.Equal(t, http.StatusCreated, b.raw(b.api.URL, http.MethodPost, "/posts", body, &made))
	require.Equal(t, b.api.URL+"/posts/"+made.ID, made.URL)
	status, page := get(made.ID)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Nice #ad &lt;b&gt;")
	require.NotContains(t, page, "rel=\"author\"")
	require.NotContains(t, page, "published_time")
	require.Equal(t, http.StatusOK, b.control(http.MethodPut, "/control/posts/"+made.ID, map[string]any{"author": "Kim", "caption": "Nice"}, nil))
	_, page = get(made.ID)
	require.NotContains(t, page, "#ad")
	body = []byte(`{"author":"Kim","handle":"@kim <3","published":"2026-03-01T13:00:00+01:00"}`)
	require.Equal(t, http.StatusCreated, b.raw(b.api.URL, http.MethodPost, "/posts", body, &made))
	_, page = get(made.ID)
	require.Contains(t, page, `<meta name="author" content="Kim">`)
	require.Contains(t, page, `<link rel="author" href="`+b.api.URL+`/@kim%20%3C3">`)
	require.Contains(t, page, `<meta property="article:published_time" content="2026-03-01T12:00:00Z">`)
	require.Equal(t, http.StatusOK, b.control(http.MethodPut, "/control/posts/"+made.ID, map[string]any{"author": "Kim", "removed": true}, nil))
	status, _ = get(made.ID)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/reset", nil, nil))
	require.Equal(t, http.StatusNotFound, b.control(http.MethodGet, "/control/posts/"+made.ID, nil, nil))
}
