//go:build eval

package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/providers/sendgrid"
)

// accuracy is what `make eval` measures on the public mail sets and on our own set of replies. A measure whose set is absent is left out.
type accuracy struct {
	Mails               int      `json:"mails"`
	MailPanics          int      `json:"mail_panics"`
	MailFatalRate       *float64 `json:"mail_fatal_rate,omitempty"`
	MailMisreadAsHuman  int      `json:"mail_misread_as_human"` // bounces, complaints and automatic replies
	Bounces             int      `json:"bounces"`
	BounceRecall        *float64 `json:"bounce_recall,omitempty"`
	Complaints          int      `json:"complaints"`
	ComplaintRecall     *float64 `json:"complaint_recall,omitempty"`
	AutoReplies         int      `json:"auto_replies"`
	AutoReplyRecall     *float64 `json:"auto_reply_recall,omitempty"`
	HumanReplies        int      `json:"human_replies"`
	HumanRecall         *float64 `json:"human_recall,omitempty"`
	TalonReplies        int      `json:"talon_replies"`
	TalonExact          int      `json:"talon_exact"`
	OtherReplies        int      `json:"other_replies"`
	ReplyAgreement      *float64 `json:"reply_agreement,omitempty"`
	Replies             int      `json:"replies"` // our own frozen set
	ReplyAccuracy       *float64 `json:"reply_accuracy,omitempty"`
	ReplyAmounts        *float64 `json:"reply_amounts_exact,omitempty"`
	ReplyClassPrecision shares   `json:"reply_class_precision,omitempty"`
	ReplyClassRecall    shares   `json:"reply_class_recall,omitempty"`
	Disclosures         int      `json:"disclosure_n"` // captions of ours
	DisclosureExact     *float64 `json:"disclosure_exact,omitempty"`
}

type shares map[rapport.ReplyClass]*float64

// corpus gives the files under a folder of the mail sets; none when it is absent.
func corpus(t *testing.T, folder ...string) map[string][]byte {
	t.Helper()
	root := os.Getenv("RAPPORT_DATA_DIR")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "data")
	}
	dir := filepath.Join(root, "mail", filepath.Join(folder...))
	if _, err := os.Stat(dir); err != nil {
		t.Logf("mail/%s is absent: set RAPPORT_DATA_DIR to the folder of the public data sets", strings.Join(folder, "/"))
		return nil
	}
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+string(filepath.Separator))] = body
		return err
	}))
	return files
}

func share(right, all int) *float64 {
	if all == 0 {
		return nil
	}
	x := float64(right*10_000/all) / 10_000
	return &x
}

// squeeze drops white space, in which mail programs differ.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// TestEval reads the public mail sets as the inbox does. Their labels are the names of their files.
func TestEval(t *testing.T) {
	var a accuracy
	a.reports(t)
	a.replies(t)
	a.classes(t)
	a.disclosures(t)
	fatal := 0
	for _, set := range [][]string{{"enmime"}, {"set-of-emails"}, {"talon"}, {"github-reply-parser"}} {
		for name, raw := range corpus(t, set...) {
			a.Mails++
			if err := a.read(raw); err != nil {
				fatal++
				t.Logf("not read: %s/%s: %v", set[0], name, err)
			}
		}
	}
	a.MailFatalRate = share(fatal, a.Mails)
	write(t, "eval.json", a)
	require.Zero(t, a.MailPanics)
	require.Zero(t, a.MailMisreadAsHuman)
	require.GreaterOrEqual(t, *a.DisclosureExact, 0.98)
}

// read does all that is done with a mail that comes in, as a raw mail and as a posted form's text.
func (a *accuracy) read(raw []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			a.MailPanics++
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	in, err := sendgrid.ParseMessage(raw)
	_ = sendgrid.Classify(in)
	fresh, _ := sendgrid.SplitReply(in.Text)
	_ = sendgrid.SanitizeHTML(in.HTML)
	_ = rapport.SuggestReply(in.Subject, fresh)
	return err
}

// reports classifies machines' mail. What is labelled as a delivery report and is a notice of delay counts against us here, though
// nothing has bounced.
func (a *accuracy) reports(t *testing.T) {
	t.Helper()
	bounces, complaints, replies := 0, 0, 0
	for name, raw := range corpus(t, "set-of-emails", "bsd") {
		in, err := sendgrid.ParseMessage(raw)
		require.NoError(t, err, name)
		kind := sendgrid.Classify(in).Kind
		if kind == sendgrid.Human {
			a.MailMisreadAsHuman++
		}
		switch label, _, _ := strings.Cut(name, "-"); label {
		case "arf":
			a.Complaints++
			if kind == sendgrid.Complaint || kind == sendgrid.Unsubscribe {
				complaints++
			}
		case "rfc3834":
			a.AutoReplies++
			if kind == sendgrid.AutoReply {
				replies++
			}
		default:
			a.Bounces++
			if kind == sendgrid.Bounce {
				bounces++
			} else {
				t.Logf("no bounce but %s: %s", kind, name)
			}
		}
	}
	a.BounceRecall, a.ComplaintRecall, a.AutoReplyRecall = share(bounces, a.Bounces), share(complaints, a.Complaints), share(replies, a.AutoReplies)
}

// replies splits what people wrote from what they quoted. Mails of twelve programs have their answer in the set. The others are compared
// with what email_reply_parser, whose mails they are, shows of them, or with what all HTML replies of the set say.
func (a *accuracy) replies(t *testing.T) {
	t.Helper()
	human := 0
	files := corpus(t, "talon", "tests", "fixtures", "standard_replies")
	for name, raw := range files {
		program, isMail := strings.CutSuffix(name, ".eml")
		if !isMail {
			continue
		}
		want := "Hello"
		if text, other := files[program+"_reply_text"]; other {
			want = string(text)
		}
		in, err := sendgrid.ParseMessage(raw)
		require.NoError(t, err, name)
		a.TalonReplies++
		a.HumanReplies++
		if got, _ := sendgrid.SplitReply(in.Text); squeeze(got) == squeeze(want) {
			a.TalonExact++
		}
		if sendgrid.Classify(in).Kind == sendgrid.Human {
			human++
		}
	}
	a.HumanRecall = share(human, a.HumanReplies)
	agree := 0
	for name, raw := range corpus(t, "talon", "tests", "fixtures", "html_replies") {
		message := append([]byte("From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"), raw...)
		in, err := sendgrid.ParseMessage(message)
		require.NoError(t, err, name)
		a.OtherReplies++
		if got, _ := sendgrid.SplitReply(in.Text); squeeze(got) == squeeze("Hi. I am fine. Thanks, Alex") {
			agree++
		} else {
			t.Logf("%s: %q", name, got)
		}
	}
	for name, raw := range corpus(t, "github-reply-parser", "test", "emails") {
		a.OtherReplies++
		got, _ := sendgrid.SplitReply(string(raw))
		// Whether a signature counts as text is a matter of taste: here it stays with the message, there it does not.
		if want := visible(string(raw)); squeeze(got) == squeeze(want) || squeeze(sendgrid.StripSignature(got)) == squeeze(want) {
			agree++
		} else {
			t.Logf("%s: …%q, and not …%q", name, clip(got), clip(want))
		}
	}
	a.ReplyAgreement = share(agree, a.OtherReplies)
}

func clip(s string) string { return s[max(0, len(s)-300):] }

var (
	wrote     = regexp.MustCompile(`(?m)^On\s(?:[^\n]*\n?){1,4}?[^\n]*wrote:\s*$`)
	signature = regexp.MustCompile(`^\s*(?:--|__)|^-\w|^Sent from my (?:\s*\w+){1,3}\s*$`)
	underline = regexp.MustCompile(`(?m)([^\n])\n(_{8,})$`)
	quoteHead = regexp.MustCompile(`^On.*wrote:$`)
)

// visible is what email_reply_parser 0.5 shows of a mail (https://github.com/github/email_reply_parser, lib/email_reply_parser.rb): from
// the end, quotes and signatures are hidden until the first piece of text that is neither.
func visible(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = wrote.ReplaceAllStringFunc(text, func(s string) string { return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", " ") })
	text = underline.ReplaceAllString(text, "$1\n\n$2")
	lines := strings.Split(text, "\n")
	type piece struct {
		lines                     []string // from the end
		quoted, signature, hidden bool
	}
	var pieces []piece
	var now *piece
	shown := false
	finish := func() {
		if now == nil {
			return
		}
		if !shown {
			if now.quoted || now.signature || strings.TrimSpace(strings.Join(now.lines, "")) == "" {
				now.hidden = true
			} else {
				shown = true
			}
		}
		pieces, now = append(pieces, *now), nil
	}
	for _, line := range slices.Backward(lines) {
		line = strings.TrimRight(line, " \t\r")
		quoted := strings.HasPrefix(line, ">")
		if now != nil && line == "" && signature.MatchString(now.lines[len(now.lines)-1]) {
			now.signature = true
			finish()
		}
		if now != nil && (now.quoted == quoted || now.quoted && (quoteHead.MatchString(line) || line == "")) {
			now.lines = append(now.lines, line)
			continue
		}
		finish()
		now = &piece{lines: []string{line}, quoted: quoted}
	}
	finish()
	var out []string
	for _, p := range slices.Backward(pieces) {
		if !p.hidden {
			slices.Reverse(p.lines)
			out = append(out, p.lines...)
		}
	}
	return strings.Join(out, "\n")
}

// classes measures the suggestions on replies that were written and labelled before the rules were.
func (a *accuracy) classes(t *testing.T) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "testdata", "replies", "frozen.jsonl"))
	require.NoError(t, err)
	right, said, are, amounts, exact, correct := map[rapport.ReplyClass]int{}, map[rapport.ReplyClass]int{}, map[rapport.ReplyClass]int{}, 0, 0, 0
	for line := range strings.Lines(string(raw)) {
		var r struct {
			Text     string             `json:"text"`
			Currency string             `json:"currency"`
			Class    rapport.ReplyClass `json:"class"`
			Amount   int64              `json:"amount"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		got := rapport.SuggestReply("", r.Text)
		a.Replies++
		said[got.Class]++
		are[r.Class]++
		if got.Class == r.Class {
			right[r.Class]++
			correct++
		}
		if r.Amount > 0 && r.Currency != "" {
			amounts++
			if got.Amount != nil && got.Amount.Amount == r.Amount && got.Amount.Currency == r.Currency {
				exact++
			}
		}
	}
	a.ReplyClassPrecision, a.ReplyClassRecall = shares{}, shares{}
	for _, class := range rapport.ReplyClasses() {
		a.ReplyClassPrecision[class], a.ReplyClassRecall[class] = share(right[class], said[class]), share(right[class], are[class])
	}
	a.ReplyAccuracy, a.ReplyAmounts = share(correct, a.Replies), share(exact, amounts)
}

// disclosures measures the check of a caption's disclosure on captions that were labelled by what the authorities publish. The second file
// was written when the rules were done.
func (a *accuracy) disclosures(t *testing.T) {
	t.Helper()
	exact := 0
	for _, name := range []string{"captions.json", "captions_held_out.json"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "captions", name))
		require.NoError(t, err)
		var captions []struct {
			ID       string `json:"id"`
			Market   string `json:"market"` // several with commas; empty for none
			Platform string `json:"platform"`
			Caption  string `json:"caption"`
			Verdict  string `json:"verdict"`
			Why      string `json:"why"`
		}
		require.NoError(t, json.Unmarshal(raw, &captions))
		for _, c := range captions {
			content := rapport.Content{Caption: c.Caption, Platform: c.Platform}
			if c.Market != "" {
				content.Rules.Markets = strings.Split(c.Market, ",")
			}
			got := rapport.DisclosureVerdict(content)
			a.Disclosures++
			if got.Result == c.Verdict {
				exact++
			} else {
				t.Logf("%s is %s (%s), got %s (%s): %q", c.ID, c.Verdict, c.Why, got.Result, got.Detail, c.Caption)
			}
			require.NotEmpty(t, got.Detail, c.ID)
			require.True(t, got.Result == rapport.CheckPass || got.Fix != "" && got.Source != "", "%s: what is not right has a fix and a source", c.ID)
		}
	}
	a.DisclosureExact = share(exact, a.Disclosures)
}
