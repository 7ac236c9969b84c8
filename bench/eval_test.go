//go:build eval

package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
)

// accuracy is what `make eval` measures: how many mails of the public sets there are of a kind, and the share that was read right.
// A measure whose set is absent is left out.
type accuracy struct {
	Bounces              int      `json:"bounces"`
	BounceRecall         *float64 `json:"bounce_recall,omitempty"`
	Complaints           int      `json:"complaints"`
	ComplaintRecall      *float64 `json:"complaint_recall,omitempty"`
	AutoReplies          int      `json:"auto_replies"`
	AutoReplyRecall      *float64 `json:"auto_reply_recall,omitempty"`
	ReportsTakenAsHuman  int      `json:"reports_taken_as_human"`
	HumanReplies         int      `json:"human_replies"`
	HumanRecall          *float64 `json:"human_recall,omitempty"`
	ReplySplits          int      `json:"reply_splits"`
	ReplySplitsExact     *float64 `json:"reply_splits_exact,omitempty"`
	HTMLReplySplits      int      `json:"html_reply_splits"`
	HTMLReplySplitsExact *float64 `json:"html_reply_splits_exact,omitempty"`
	OddMails             int      `json:"odd_mails"`
	OddMailsRead         *float64 `json:"odd_mails_read,omitempty"`
}

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
	read := 0
	for name, raw := range corpus(t, "enmime") {
		if strings.HasSuffix(name, ".raw") {
			a.OddMails++
			if _, err := sendgrid.ParseMessage(raw); err == nil {
				read++
			} else {
				t.Logf("not read: %s", name)
			}
		}
	}
	a.OddMailsRead = share(read, a.OddMails)
	write(t, "eval.json", a)
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
			a.ReportsTakenAsHuman++
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

// replies splits what people wrote from what they quoted.
func (a *accuracy) replies(t *testing.T) {
	t.Helper()
	exact, human := 0, 0
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
		a.ReplySplits++
		a.HumanReplies++
		if got, _ := sendgrid.SplitReply(in.Text); squeeze(got) == squeeze(want) {
			exact++
		}
		if sendgrid.Classify(in).Kind == sendgrid.Human {
			human++
		}
	}
	a.ReplySplitsExact, a.HumanRecall = share(exact, a.ReplySplits), share(human, a.HumanReplies)
	exact = 0
	for name, raw := range corpus(t, "talon", "tests", "fixtures", "html_replies") {
		message := append([]byte("From: a@b.example\r\nTo: c@d.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"), raw...)
		in, err := sendgrid.ParseMessage(message)
		require.NoError(t, err, name)
		a.HTMLReplySplits++
		if got, _ := sendgrid.SplitReply(in.Text); squeeze(got) == squeeze("Hi. I am fine. Thanks, Alex") {
			exact++
		} else {
			t.Logf("%s: %q", name, got)
		}
	}
	a.HTMLReplySplitsExact = share(exact, a.HTMLReplySplits)
}
