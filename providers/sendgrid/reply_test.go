package sendgrid_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
)

func TestSplitReply(t *testing.T) {
	t.Parallel()

	const forward = "FYI\n\n---------- Forwarded message ----------\nFrom: A\nDate: B\nSubject: C\n\n> x\n> y"

	for name, tc := range map[string]struct{ text, want string }{
		"nothing quoted":    {"Yes, I am in.", "Yes, I am in."},
		"reply above":       {"Yes!\n\nOn 3 May 2024, at 10:00, Bo wrote:\n\n> Hi", "Yes!"},
		"reply below":       {"On 3 May 2024, at 10:00, Bo wrote:\n> Hi\n\nYes!", "Yes!"},
		"reply around":      {"Yes!\n\nOn 04/19/2011 07:10 AM, Bo wrote:\n\n>\n> Test\n\nRegards", "Yes!\n\n\nRegards"},
		"unmarked quote":    {"Yes!\n\nOn 3 May 2024 Bo <b@x.example> wrote:\n\nHi there", "Yes!"},
		"wrapped border":    {"Yes!\nOn Thu, Mar 24, 2011 at 3:51 PM, Bo\n<b@x.example>\nwrote:\n> Hi\n> there", "Yes!"},
		"Yahoo dashes":      {"Yes!\n\n--- On Wed, 4/4/12, b@x.example <b@x.example> wrote:\n\nFrom: b@x.example\nSubject: S\nTo: c", "Yes!"},
		"German":            {"Ja!\n\nAm 3. Mai 2024 um 10:00 schrieb Bo <b@x.example>:\n\n> Hallo", "Ja!"},
		"French":            {"Oui !\n\nLe mar. 3 mai 2024 à 10:00, Bo <b@x.example> a écrit :\n\n> Salut", "Oui !"},
		"Spanish":           {"¡Sí!\n\nEl 3 may 2024, a las 10:00, Bo escribió:\n\n> Hola", "¡Sí!"},
		"Italian":           {"Sì!\n\nIl giorno 3 mag 2024, alle ore 10:00, Bo <b@x.example> ha scritto:\n\n> Ciao", "Sì!"},
		"Portuguese":        {"Sim!\n\nEm sex., 3 de mai. de 2024 às 10:00, Bo <b@x.example> escreveu:\n\n> Oi", "Sim!"},
		"Dutch":             {"Ja!\n\nOp vr 3 mei 2024 om 10:00 schreef Bo <b@x.example>:\n\n> Hoi", "Ja!"},
		"Outlook block":     {"Yes!\n\n________________________________\nFrom: Bo\nSent: Monday\nTo: Ada\nSubject: Hi\n\nthere", "Yes!"},
		"Outlook German":    {"Ja!\n\nVon: Bo <b@x.example>\nGesendet: Montag\nAn: Ada\nBetreff: Hi\n\nHallo", "Ja!"},
		"original message":  {"Yes!\n-----Original Message-----\nwhatever", "Yes!"},
		"reply above line":  {"Yes!\n\n##- Please type your reply above this line -##\nx", "Yes!"},
		"forward is new":    {forward, forward},
		"between lines":     {"> Rate?\n\n500\n\n> When?\n\nMay", "> Rate?\n\n500\n\n> When?\n\nMay"},
		"spilled line":      {"Yes!\n\nOn 3 May 2024 Bo wrote:\n> " + strings.Repeat("long ", 15) + "\nrest\n> more", "Yes!"},
		"one stray mark":    {"I think\n> 500 is fair\nfor both", "I think\n> 500 is fair\nfor both"},
		"From in prose":     {"From: the heart.\nThank you", "From: the heart.\nThank you"},
		"verb in prose":     {"You wrote:\nblah", "You wrote:\nblah"},
		"only a quotation":  {"> a\n> b", ""},
		"begins with block": {"From: A\nSent: B\nTo: C\nSubject: D\n\nhello", "From: A\nSent: B\nTo: C\nSubject: D\n\nhello"},
		"empty":             {"", ""},
		"CRLF":              {"Yes!\r\n\r\nOn 3 May 2024, at 10:00, Bo wrote:\r\n> Hi\r\n", "Yes!"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, _ := sendgrid.SplitReply(tc.text)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestSplitReplyIsLinear(t *testing.T) {
	t.Parallel()

	for _, piece := range []string{
		"On 1:\n", "> x\ny\n", "On Mon 1 ", ">", "wrote:\n", "From: a\n", "a@b wrote:\nx\n", "\n", "__________\n", "<", "Sent: x\n",
	} {
		text := strings.Repeat(piece, (1<<20)/len(piece))
		start := time.Now()
		got, _ := sendgrid.SplitReply(text)
		_ = sendgrid.StripSignature(got)

		require.Less(t, time.Since(start), 5*time.Second, "%q", piece)
	}
}

func TestStripSignature(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"Yes!\n\n-- \nAda\n+1 555":                                         "Yes!",
		"Yes!\n\nSent from my iPhone":                                      "Yes!",
		"Yes!\n\nGet Outlook for iOS<https://aka.ms/x>":                    "Yes!",
		"Yes!\n\nVon meinem iPhone gesendet":                               "Yes!",
		"Sent from my desk, which is far away from the sea and the shore.": "Sent from my desk, which is far away from the sea and the shore.",
		"Yes!": "Yes!",
	} {
		require.Equal(t, want, sendgrid.StripSignature(text))
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()

	human := func(text string) sendgrid.Inbound {
		return sendgrid.Inbound{From: []string{"ada@creator.example"}, Subject: "Re: Spring campaign", Text: text}
	}
	with := func(in sendgrid.Inbound, header, value string) sendgrid.Inbound {
		in.Headers = map[string]string{header: value}

		return in
	}
	subject := func(s string) sendgrid.Inbound {
		in := human("x")
		in.Subject = s

		return in
	}

	for name, tc := range map[string]struct {
		in   sendgrid.Inbound
		want sendgrid.Kind
	}{
		"plain":                     {human("Sounds great, what is the budget?"), sendgrid.Human},
		"decline":                   {human("No thanks, not interested."), sendgrid.Human},
		"stop in a sentence":        {human("I can't stop thinking about this one! When do we start?"), sendgrid.Human},
		"unsubscribe in a sentence": {human("My followers would unsubscribe if I posted that, so no."), sendgrid.Human},
		"unsubscribe in the quote":  {human("Yes please\n\nOn 3 May 2024 Bo wrote:\n> unsubscribe"), sendgrid.Human},
		"Auto-Submitted no":         {with(human("hi"), "Auto-Submitted", "no"), sendgrid.Human},
		"hint alone":                {with(human("hi"), "X-Auto-Response-Suppress", "DR, OOF, AutoReply"), sendgrid.Human},
		"group address":             {with(human("hi"), "Precedence", "list"), sendgrid.Human},
		"about an office":           {human("I'm on holiday next week but yes, let's do it!"), sendgrid.Human},

		"unsubscribe":          {human("Unsubscribe"), sendgrid.Unsubscribe},
		"stop":                 {human("STOP."), sendgrid.Unsubscribe},
		"please remove":        {human("Hi Bo,\nthanks"), sendgrid.Human},
		"remove me":            {human("Please remove me from your list.\n\nSent from my iPhone"), sendgrid.Unsubscribe},
		"polite":               {human("Please unsubscribe me, thanks"), sendgrid.Unsubscribe},
		"stop mailing":         {human("stop emailing me"), sendgrid.Unsubscribe},
		"German":               {human("Bitte abmelden"), sendgrid.Unsubscribe},
		"French":               {human("Désinscription"), sendgrid.Unsubscribe},
		"Spanish":              {human("darme de baja por favor"), sendgrid.Human},
		"by subject":           {subject("unsubscribe"), sendgrid.Unsubscribe},
		"by mail program":      {with(subject("unsubscribe"), "Auto-Submitted", "auto-replied"), sendgrid.Unsubscribe},
		"Apple":                {with(human("x"), "X-Apple-Unsubscribe", "true"), sendgrid.Unsubscribe},
		"auto-submitted":       {with(human("x"), "Auto-Submitted", "auto-replied; owner-email=x"), sendgrid.AutoReply},
		"precedence":           {with(human("x"), "Precedence", "bulk"), sendgrid.AutoReply},
		"suppress all":         {with(human("x"), "X-Auto-Response-Suppress", "All"), sendgrid.AutoReply},
		"hint and absence":     {with(human("I am out of the office until May."), "X-Auto-Response-Suppress", "OOF"), sendgrid.AutoReply},
		"subject":              {subject("Automatic reply: Spring campaign"), sendgrid.AutoReply},
		"subject German":       {subject("Abwesenheitsnotiz"), sendgrid.AutoReply},
		"body":                 {human("This is an automated response. I read mail on Mondays."), sendgrid.AutoReply},
		"receipt":              {with(human("x"), "Content-Type", "multipart/report; report-type=disposition-notification"), sendgrid.AutoReply},
		"delivery report":      {with(human("x"), "Content-Type", "multipart/report; report-type=delivery-status"), sendgrid.Bounce},
		"failed recipients":    {with(human("x"), "X-Failed-Recipients", "b@x.example"), sendgrid.Bounce},
		"daemon":               {sendgrid.Inbound{From: []string{"mailer-daemon@x.example"}}, sendgrid.Bounce},
		"null path and reason": {sendgrid.Inbound{From: []string{"x@y.example"}, EnvelopeFrom: "<>", Text: "550 5.1.1 user unknown"}, sendgrid.Bounce},
		"null path only":       {sendgrid.Inbound{From: []string{"x@y.example"}, EnvelopeFrom: "<>", Text: "gone fishing"}, sendgrid.AutoReply},
		"talk of bounces":      {human("My last mail came back: user unknown. Is this the right address?"), sendgrid.Human},
		"complaint":            {with(human("x"), "Content-Type", "multipart/report; report-type=feedback-report"), sendgrid.Complaint},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := sendgrid.Classify(tc.in)
			require.Equal(t, tc.want, got.Kind, got.Reasons)
		})
	}
}

func TestSanitizeHTML(t *testing.T) {
	t.Parallel()

	got := sendgrid.SanitizeHTML(`<p onclick="x()">Hi <b>you</b></p><script>alert(1)</script><img src="https://t.example/p.gif">` +
		`<a href="https://a.example/?b=1">l</a><a href="javascript:x()">j</a><style>p{background:url(https://t.example)}</style>` +
		`<div style="background:url(https://t.example)">d</div><iframe src="https://t.example"></iframe><form action="https://t.example"></form>` +
		`<svg><image href="https://t.example"/></svg><table background="https://t.example"><tr><td>c</td></tr></table><base href="https://t.example">`)
	require.NotContains(t, got, "t.example")
	require.NotContains(t, got, "alert")
	require.NotContains(t, got, "javascript")
	require.NotContains(t, got, "onclick")
	require.Contains(t, got, "<p>Hi <b>you</b></p>")
	require.Contains(t, got, `href="https://a.example/?b=1"`)
	require.Contains(t, got, "noreferrer")
}
