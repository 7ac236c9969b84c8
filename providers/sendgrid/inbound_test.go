package sendgrid_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
)

// form encodes fields as SendGrid posts them.
func form(tb testing.TB, fields map[string]string, files ...sendgrid.Attachment) (string, []byte) {
	tb.Helper()

	var buf bytes.Buffer

	w := multipart.NewWriter(&buf)
	for name, value := range fields {
		require.NoError(tb, w.WriteField(name, value))
	}

	for i, file := range files {
		head := textproto.MIMEHeader{}
		head.Set("Content-Disposition", fmt.Sprintf(`form-data; name="attachment%d"; filename=%q`, i+1, file.Name))
		head.Set("Content-Type", file.ContentType)

		part, err := w.CreatePart(head)
		require.NoError(tb, err)

		_, err = part.Write(file.Bytes)
		require.NoError(tb, err)
	}

	require.NoError(tb, w.Close())

	return w.FormDataContentType(), buf.Bytes()
}

const rawMail = "Return-Path: <ada@creator.example>\r\nFrom: =?utf-8?q?Ada_L=C3=B6?= <Ada@Creator.example>\r\n" +
	"To: r+TOKEN@in.brand.example, Ops <ops@brand.example>\r\nSubject: Re: =?utf-8?q?H=C3=A9llo?=\r\nMessage-ID: <m2@creator.example>\r\n" +
	"In-Reply-To: <m1@brand.example>\r\nReferences: <m0@brand.example>\r\n <m1@brand.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGern gesch\xe4tzt\r\n" +
	"--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--\r\n"

func TestParseInboundFields(t *testing.T) {
	t.Parallel()

	contentType, body := form(t, map[string]string{
		"headers":  "Message-ID: <m2@c.example>\nIn-Reply-To: <m1@b.example>\nReferences: <m0@b.example>\n <m1@b.example>\nAuto-Submitted: no\nX-Other: 1",
		"from":     `"Lö, Ada" <Ada@C.example>`,
		"to":       "R+abc@In.example, ops@b.example",
		"subject":  "Re: gr\xfc\xdfe",
		"text":     "sch\xf6n\x00!",
		"html":     "<p>schön</p>",
		"charsets": `{"subject":"iso-8859-1","text":"windows-1252","html":"utf-8","nonsense":"x"}`,
		"envelope": `{"to":["r+abc@in.example"],"from":"ada@c.example"}`,
	}, sendgrid.Attachment{Name: "ü.pdf", ContentType: "Application/PDF; x=y", Bytes: []byte("%PDF")})

	in, err := sendgrid.ParseInbound(contentType, body)
	require.NoError(t, err)
	require.Equal(t, []string{"ada@c.example"}, in.From)
	require.Equal(t, "Lö, Ada", in.FromName)
	require.Equal(t, []string{"r+abc@in.example", "ops@b.example"}, in.To)
	require.Equal(t, "Re: grüße", in.Subject)
	require.Equal(t, "schön!", in.Text)
	require.Equal(t, "<m2@c.example>", in.MessageID)
	require.Equal(t, "<m1@b.example>", in.InReplyTo)
	require.Equal(t, []string{"<m0@b.example>", "<m1@b.example>"}, in.References)
	require.Equal(t, "no", in.Headers["Auto-Submitted"])
	require.NotContains(t, in.Headers, "X-Other")
	require.Equal(t, "ada@c.example", in.EnvelopeFrom)
	require.Equal(t, []string{"r+abc@in.example"}, in.EnvelopeTo)
	require.Equal(t, []sendgrid.Attachment{{Name: "ü.pdf", ContentType: "application/pdf", Bytes: []byte("%PDF")}}, in.Attachments)
	require.Equal(t, sha256.Sum256(body), in.RawSHA256)
}

func TestParseInboundRaw(t *testing.T) {
	t.Parallel()

	for name, raw := range map[string]string{
		"crlf": rawMail,
		"lf":   strings.ReplaceAll(rawMail, "\r\n", "\n"),
		"mbox": "From ada@creator.example Mon Jan  1 00:00:00 2024\n" + rawMail,
	} {
		in, err := sendgrid.ParseInbound(form(t, map[string]string{"email": raw, "envelope": `{"to":["r+x@in.example"],"from":""}`}))
		require.NoError(t, err, name)
		require.Equal(t, []string{"ada@creator.example"}, in.From, name)
		require.Equal(t, "Ada Lö", in.FromName, name)
		require.Equal(t, []string{"r+token@in.brand.example", "ops@brand.example"}, in.To, name)
		require.Equal(t, "Re: Héllo", in.Subject, name)
		require.Equal(t, "Gern geschätzt", strings.TrimSpace(in.Text), name)
		require.Equal(t, []string{"<m0@brand.example>", "<m1@brand.example>"}, in.References, name)
		require.Equal(t, "<>", in.EnvelopeFrom, name)
		require.Len(t, in.Attachments, 1, name)
		require.Equal(t, "a.pdf", in.Attachments[0].Name, name)
	}
}

func TestParseInboundKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()

	contentType, whole := form(t, map[string]string{"from": "a@b.example", "text": "hello"})
	many := map[string]string{}

	for i := range 300 {
		many[strconv.Itoa(i)] = "x"
	}

	for name, tc := range map[string]struct {
		contentType string
		body        []byte
		want        error
	}{
		"not multipart": {"application/json", []byte("{}"), sendgrid.ErrInboundMalformed},
		"no boundary":   {"multipart/form-data", whole, sendgrid.ErrInboundMalformed},
		"cut":           {contentType, whole[:len(whole)-30], sendgrid.ErrInboundMalformed},
		"empty":         {contentType, nil, sendgrid.ErrInboundMalformed},
		"huge":          {contentType, make([]byte, sendgrid.MaxInboundBytes+1), sendgrid.ErrInboundTooLarge},
	} {
		in, err := sendgrid.ParseInbound(tc.contentType, tc.body)
		require.ErrorIs(t, err, tc.want, name)
		require.Equal(t, sha256.Sum256(tc.body), in.RawSHA256, name)
	}

	_, err := sendgrid.ParseInbound(form(t, many))
	require.ErrorIs(t, err, sendgrid.ErrInboundTooLarge)

	_, err = sendgrid.ParseInbound(form(t, map[string]string{"text": strings.Repeat("x", 6<<20)}))
	require.ErrorIs(t, err, sendgrid.ErrInboundTooLarge)
}

func TestParseInboundOddities(t *testing.T) {
	t.Parallel()

	for name, fields := range map[string]map[string]string{
		"nothing":                  {"x": ""},
		"null attachment-info":     {"attachment-info": "null", "attachments": "3"},
		"bad envelope":             {"envelope": `{"to":5}`},
		"bad charset":              {"charsets": `{"text":"no-such"}`, "text": "x"},
		"raw without blank line":   {"email": "Subject: x"},
		"raw empty":                {"email": ""},
		"raw with lying multipart": {"email": "From: a@b.c\r\nContent-Type: multipart/mixed\r\n\r\nhello"},
		"raw with bad header":      {"email": " From: x\nContent-Type: text/plain>\n\nhello"},
		"ten thousand headers":     {"headers": strings.Repeat("X-A: b\n", 10_000)},
		"one folded header":        {"headers": "Subject: x\n" + strings.Repeat(" y\n", 50_000)},
		"bad from":                 {"from": "\"<<>>@@,,;:\x00\xff\r\nBcc: x@y.z"},
	} {
		in, err := sendgrid.ParseInbound(form(t, fields))
		if name != "raw empty" {
			require.NoError(t, err, name)
		}

		_ = sendgrid.Classify(in)
	}
}

func TestParseInboundNestingIsBounded(t *testing.T) {
	t.Parallel()

	var b strings.Builder

	b.WriteString("From: a@b.example\r\n")

	for i := range 5_000 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}

	start := time.Now()
	in, err := sendgrid.ParseInbound(form(t, map[string]string{"email": b.String()}))
	require.ErrorIs(t, err, sendgrid.ErrInboundTooLarge)
	require.Equal(t, []string{"a@b.example"}, in.From)
	require.Less(t, time.Since(start), 5*time.Second)
}

func FuzzParseInbound(f *testing.F) {
	seed := func(fields map[string]string, files ...sendgrid.Attachment) {
		contentType, body := form(f, fields, files...)
		f.Add(contentType, body)
	}
	seed(map[string]string{"email": rawMail})
	seed(map[string]string{"email": strings.ReplaceAll(rawMail, "\r\n", "\n")})
	seed(map[string]string{"email": "Subject: x"})
	seed(map[string]string{"from": "a@b.c", "text": "On 1 Jan x wrote:\n> y", "headers": "A: b\n c", "envelope": `{"to":["x@y"]}`})
	seed(map[string]string{"html": "<blockquote><p>x<script>", "charsets": `{"html":"gbk"}`, "attachment-info": "null"},
		sendgrid.Attachment{Name: "a", ContentType: "message/delivery-status", Bytes: []byte("Action: failed")})
	f.Add("text/plain", []byte("x"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		in, _ := sendgrid.ParseInbound(contentType, body)
		require.Equal(t, sha256.Sum256(body), in.RawSHA256)

		for _, s := range append(append(in.From, in.To...), in.FromName, in.Subject, in.Text, in.HTML, in.MessageID, in.EnvelopeFrom) {
			require.True(t, utf8.ValidString(s))
			require.NotContains(t, s, "\x00")
		}

		_ = sendgrid.Classify(in)
		_, _ = sendgrid.SplitReply(in.Text)
		_ = sendgrid.SanitizeHTML(in.HTML)
	})
}
