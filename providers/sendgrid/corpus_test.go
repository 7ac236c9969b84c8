package sendgrid_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
)

// corpus gives the files under a folder of the mail corpora, or skips.
func corpus(t *testing.T, folder ...string) map[string][]byte {
	t.Helper()

	root := os.Getenv("RAPPORT_DATA_DIR")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}

	dir := filepath.Join(root, "mail", filepath.Join(folder...))
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the mail corpora are absent: RAPPORT_DATA_DIR does not hold mail/" + strings.Join(folder, "/"))
	}

	out := map[string][]byte{}

	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		body, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir+string(filepath.Separator))] = body

		return err
	}))

	return out
}

// squeeze drops all white space, as the reference for HTML replies does.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestCorpusReportsAreNeverHuman(t *testing.T) {
	t.Parallel()

	files := corpus(t, "set-of-emails", "bsd")
	kinds := map[string]map[sendgrid.Kind]int{}

	for name, raw := range files {
		in, err := sendgrid.ParseMessage(raw)
		require.NoError(t, err, name)

		class := sendgrid.Classify(in)
		require.NotEqual(t, sendgrid.Human, class.Kind, name)

		label, _, _ := strings.Cut(name, "-")
		if kinds[label] == nil {
			kinds[label] = map[sendgrid.Kind]int{}
		}

		kinds[label][class.Kind]++

		switch label {
		case "arf":
			require.True(t, class.Suppresses(), name)
		case "rfc3834":
			require.Equal(t, sendgrid.AutoReply, class.Kind, name)
		default:
			require.False(t, class.Suppresses(), "%s %v", name, class.Reasons)
		}
	}

	t.Logf("%d reports, by label: %v", len(files), kinds)

	bounces := kinds["lhost"][sendgrid.Bounce] + kinds["rhost"][sendgrid.Bounce] + kinds["rfc3464"][sendgrid.Bounce]
	// The rest are notices of delay and of mailing lists: a machine's, but nothing has bounced.
	require.GreaterOrEqual(t, bounces, 293)
}

func TestCorpusOddMailsAreRead(t *testing.T) {
	t.Parallel()

	files := corpus(t, "enmime")
	fatal, human, total := []string{}, 0, 0

	for name, raw := range files {
		if !strings.HasSuffix(name, ".raw") {
			continue
		}

		in, err := sendgrid.ParseMessage(raw)
		if err != nil {
			fatal = append(fatal, name)
		}

		require.NotZero(t, in.RawSHA256, name)

		total++

		if sendgrid.Classify(in).Kind == sendgrid.Human {
			human++
		}
	}

	t.Logf("%d mails, %d human, unreadable: %v", total, human, fatal)
	require.LessOrEqual(t, len(fatal), 1, "only the file that is no mail at all")
	require.GreaterOrEqual(t, human, total-6, "five reports and a delay notice")
}

func TestCorpusRepliesOfMailPrograms(t *testing.T) {
	t.Parallel()

	files := corpus(t, "talon", "tests", "fixtures", "standard_replies")
	total := 0

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

		got, quoted := sendgrid.SplitReply(in.Text)
		require.Equal(t, squeeze(want), squeeze(got), name)
		require.NotEmpty(t, quoted, name)
		require.Equal(t, sendgrid.Human, sendgrid.Classify(in).Kind, name)

		total++
	}

	t.Logf("%d of %d replies exact", total, total)
}

func TestCorpusHTMLReplies(t *testing.T) {
	t.Parallel()

	files := corpus(t, "talon", "tests", "fixtures", "html_replies")
	for name, raw := range files {
		in, err := sendgrid.ParseInbound(form(t, map[string]string{"html": string(raw), "from": "a@b.example"}))
		require.NoError(t, err, name)

		got, quoted := sendgrid.SplitReply(in.Text)
		require.Equal(t, squeeze("Hi. I am fine. Thanks, Alex"), squeeze(got), name)
		require.NotEmpty(t, quoted, name)
	}

	t.Logf("%d of %d HTML replies exact", len(files), len(files))
}

func TestCorpusPlainReplies(t *testing.T) {
	t.Parallel()

	files := corpus(t, "github-reply-parser", "test", "emails")

	for name, want := range map[string]struct{ begins, ends, without string }{
		"correct_sig.txt":         {"this is an email", "signature.", "rick"},
		"email_1_1.txt":           {"Hi folks", "Java HTTP API.", "mailing list"},
		"email_1_2.txt":           {"Hi,", "individually.\"", "mailing list"}, // answers between quotations stay
		"email_1_3.txt":           {"Oh thanks.", "would be great.", "Russell"},
		"email_1_4.txt":           {"Awesome!", "problem with it.", "Loader"},
		"email_1_5.txt":           {"One: Here's", "for a while.", "\x00"},
		"email_1_6.txt":           {"I get proper", "as well.", "Corey"},
		"email_1_7.txt":           {":+1:", ":+1:", "Chris"},
		"email_1_8.txt":           {"On Tue, Apr 29", "and under this.", "Hey there, this is my signature"},
		"email_2_1.txt":           {"Outlook with a reply", "Outlook with a reply", "Google"},
		"email_2_2.txt":           {"Outlook with", "above line", "comment"},
		"email_2_3.txt":           {"Outlook with", "above line", "comment"},
		"email_BlackBerry.txt":    {"Here is another email", "email", "BlackBerry"},
		"email_bullets.txt":       {"test 2", "and another", "Give us"},
		"email_iPhone.txt":        {"Here is another email", "email", "iPhone"},
		"email_long_quote.txt":    {"Hi folks", "", "\x00"},
		"email_one_is_not_on.txt": {"Thank, this", "when I run...", "good news"},
		"email_multi_word_sent_from_my_mobile_device.txt": {"Here is another email", "email", "Verizon"},
		"email_sent_from_my_not_signature.txt":            {"Here is another email", "mobile phone.", "\x00"},
		"email_sig_delimiter_in_middle_of_line.txt":       {"Hi there!", "kthxbai", "\x00"},
		"greedy_on.txt":    {"On your remote host", "not working.", "George"},
		"pathological.txt": {"I think you're", "to a computer.", "Sullivan"},
	} {
		raw, present := files[name]
		require.True(t, present, name)

		start := time.Now()
		got, _ := sendgrid.SplitReply(string(raw))
		got = sendgrid.StripSignature(got)

		require.Less(t, time.Since(start), 2*time.Second, name)
		require.True(t, strings.HasPrefix(got, want.begins), "%s: %.80q", name, got)
		require.True(t, strings.HasSuffix(got, want.ends), "%s: %q", name, got[max(0, len(got)-80):])
		require.NotContains(t, got, want.without, name)
	}

	t.Logf("%d of %d plain replies as expected", len(files), len(files))
}
