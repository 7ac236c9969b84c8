//nolint:misspell // phrases of seven languages
package rapport

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// labelledReply is a line of testdata/replies.
type labelledReply struct {
	ID       string     `json:"id"`
	Subject  string     `json:"subject"`
	Text     string     `json:"text"`
	Class    ReplyClass `json:"class"`
	Amount   int64      `json:"amount"`
	Currency string     `json:"currency"`
}

func labelledReplies(t *testing.T, path string) []labelledReply {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelledReply
	for s := bufio.NewScanner(f); s.Scan(); {
		var r labelledReply
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

type replyScore struct{ right, said, meant int }

func (s replyScore) precision() float64 { return float64(s.right) / float64(max(s.said, 1)) }
func (s replyScore) recall() float64    { return float64(s.right) / float64(max(s.meant, 1)) }

func scoreReplies(t *testing.T, replies []labelledReply, show bool) (scores map[ReplyClass]*replyScore) {
	t.Helper()
	scores = map[ReplyClass]*replyScore{}
	for _, c := range ReplyClasses() {
		scores[c] = &replyScore{}
	}
	right, fees, feesRight := 0, 0, 0
	for _, r := range replies {
		got := SuggestReply(r.Subject, r.Text)
		scores[got.Class].said++
		scores[r.Class].meant++
		if got.Class == r.Class {
			right++
			scores[r.Class].right++
		} else if show {
			t.Logf("%s is %s, got %s (%q): %s", r.ID, r.Class, got.Class, got.Why, r.Text)
		}
		if r.Class == ReplyCounter && r.Currency != "" {
			fees++
			if got.Amount != nil && *got.Amount == (Money{r.Amount, r.Currency}) {
				feesRight++
			} else if show {
				t.Logf("%s names %d %s, got %v: %s", r.ID, r.Amount, r.Currency, got.Amount, r.Text)
			}
		}
	}
	for _, c := range ReplyClasses() {
		t.Logf("%-14s precision %.3f recall %.3f (%d)", c, scores[c].precision(), scores[c].recall(), scores[c].meant)
	}
	t.Logf("accuracy %.3f of %d, fees %d of %d", float64(right)/float64(max(len(replies), 1)), len(replies), feesRight, fees)
	return scores
}

// The floors are what was reached on the tuning set, less three points.
func TestTuningReplies(t *testing.T) {
	t.Parallel()
	floors := map[ReplyClass]replyFloor{
		ReplyAccept:      {0.97, 0.97},
		ReplyDecline:     {0.97, 0.97},
		ReplyCounter:     {0.97, 0.97},
		ReplyQuestion:    {0.97, 0.97},
		ReplyLater:       {0.97, 0.97},
		ReplyAway:        {0.97, 0.97},
		ReplyWrongPerson: {0.97, 0.97},
		ReplyUnsubscribe: {0.97, 0.97},
		ReplyOther:       {0.97, 0.97},
	}
	for c, s := range scoreReplies(t, labelledReplies(t, "testdata/replies/tuning.jsonl"), true) {
		if s.precision() < floors[c].precision || s.recall() < floors[c].recall {
			t.Errorf("%s: precision %.3f and recall %.3f are below %.2f and %.2f", c, s.precision(), s.recall(), floors[c].precision, floors[c].recall)
		}
	}
}

type replyFloor struct{ precision, recall float64 }

// A machine acts on these two, so they may hardly ever be wrong on replies that no rule was written for.
func TestFrozenReplies(t *testing.T) {
	t.Parallel()
	scores := scoreReplies(t, labelledReplies(t, "testdata/replies/frozen.jsonl"), false)
	for _, c := range []ReplyClass{ReplyUnsubscribe, ReplyAway} {
		if scores[c].precision() < 0.95 {
			t.Errorf("%s: precision %.3f", c, scores[c].precision())
		}
	}
}

func TestSuggestReplyTraps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class ReplyClass
		text  string
	}{
		{ReplyOther, "Sorry for the late reply, I was out of office last week. Draft attached."},
		{ReplyOther, "I got your automatic reply, no rush. Just wanted to confirm the parcel arrived."},
		{ReplyOther, "We lost 40 subscribers after the last post, people hit unsubscribe like crazy."},
		{ReplyOther, "I'm going on vacation next week so I'll upload the reel on Thursday instead."},
		{ReplyDecline, "No thanks. We don't do gambling sponsors."},
		{ReplyDecline, "I'd like to opt out of this campaign, sorry. It's just not a fit."},
		{ReplyUnsubscribe, "Please take our channel off your outreach list."},
		{ReplyUnsubscribe, "Stop."},
		{ReplyUnsubscribe, "kindly refrain from emailing me in the future"},
		{ReplyUnsubscribe, "I never signed up for this. Remove me."},
		{ReplyUnsubscribe, "Hi, not interested. Please don't contact me again about this or anything else."},
		{ReplyUnsubscribe, "Bitte nehmen Sie mich aus dem Verteiler."},
		{ReplyUnsubscribe, "Bitte kontaktieren Sie mich nicht mehr."},
		{ReplyUnsubscribe, "Merci de me retirer de votre liste de diffusion."},
		{ReplyUnsubscribe, "Ne m'écrivez plus."},
		{ReplyUnsubscribe, "Por favor, no me escribáis más."},
		{ReplyUnsubscribe, "Por favor, retirem o meu e-mail da vossa lista."},
		{ReplyUnsubscribe, "Cancellatemi dalla vostra lista."},
		{ReplyUnsubscribe, "Graag uitschrijven, ik wil geen mails meer."},
		{ReplyUnsubscribe, "How do I unsubscribe from this?"},
		{ReplyUnsubscribe, "I've asked you twice to stop emailing me."},
		{ReplyUnsubscribe, "quit emailing me"},
		{ReplyUnsubscribe, "Please remove this address from your database."},
		{ReplyQuestion, "Could you send me the brief before I decide?"},
		{ReplyQuestion, "Hi, thanks for reaching out! What would the deliverables look like and what's your budget?"},
		{ReplyQuestion, "I'm interested, but what's the budget?"},
		{ReplyQuestion, "Is the product mine to keep? And do you ship to Canada?"},
		{ReplyQuestion, "Sounds interesting, can you tell me more?"},
		{ReplyQuestion, "I'd love to hear more about this."},
		{ReplyQuestion, "Wie hoch ist das Budget?"},
		{ReplyQuestion, "Was genau soll ich posten?"},
		{ReplyQuestion, "C'est rémunéré ? Et quelles sont les dates ?"},
		{ReplyQuestion, "¿Cuánto pagáis y qué tendría que hacer?"},
		{ReplyQuestion, "Qual é o orçamento para esta campanha?"},
		{ReplyQuestion, "Qual è il budget?"},
		{ReplyQuestion, "Wat is het budget voor deze campagne?"},
		{ReplyQuestion, "Can my manager be in the call too?"},
		{ReplyQuestion, "Do you want whitelisting rights? For how long?"},
		{ReplyQuestion, "What's the usage term? 30 days or 6 months?"},
		{ReplyAccept, "Yes, let's do it!"},
		{ReplyAccept, "I'm in! Where do I send my address?"},
		{ReplyAccept, "We'd be happy to move forward with the proposed terms."},
		{ReplyAccept, "That works for me. Please send the contract over."},
		{ReplyAccept, "$500 is fine with me."},
		{ReplyAccept, "Great, $1,200 works. Send me the agreement."},
		{ReplyAccept, "Wouldn't want to miss this. Count me in!"},
		{ReplyAccept, "No problem, count me in."},
		{ReplyAccept, "Ja, sehr gerne! Schickt mir den Vertrag."},
		{ReplyAccept, "Bin dabei!"},
		{ReplyAccept, "Avec plaisir, je suis d'accord avec les conditions."},
		{ReplyAccept, "¡Me apunto! ¿Cuándo empezamos?"},
		{ReplyAccept, "Topo! Vamos nessa."},
		{ReplyAccept, "Accetto la proposta."},
		{ReplyAccept, "Ja graag, ik doe mee!"},
		{ReplyAccept, "Yes! My agent will send the signed contract, I'm cc'ing her."},
		{ReplyAccept, "I'd love to collaborate with you guys"},
		{ReplyAccept, "ok deal"},
		{ReplyAccept, "Happy to go ahead at 900 EUR as offered."},
		{ReplyAccept, "Alright, I'm down. When do we start?"},
		{ReplyDecline, "Thank you for thinking of me but I'm going to have to pass."},
		{ReplyDecline, "I don't promote alcohol on my channel."},
		{ReplyDecline, "We appreciate the offer, however it doesn't align with our values."},
		{ReplyDecline, "Unfortunately I can't take this on."},
		{ReplyDecline, "It's a no from me."},
		{ReplyDecline, "Leider passt das nicht zu meinem Kanal."},
		{ReplyDecline, "Nein danke, kein Interesse."},
		{ReplyDecline, "Non merci, ça ne m'intéresse pas."},
		{ReplyDecline, "Lo siento, no voy a participar."},
		{ReplyDecline, "Não, obrigada."},
		{ReplyDecline, "Mi dispiace, non sono interessata."},
		{ReplyDecline, "Bedankt, maar dit past niet bij mij."},
		{ReplyDecline, "I've already signed with a competitor so I have to decline."},
		{ReplyDecline, "not really my thing, thanks tho"},
		{ReplyDecline, "We are not taking on any new sponsors."},
		{ReplyDecline, "Nope."},
		{ReplyLater, "Not right now, but ask me again in spring."},
		{ReplyLater, "I'm fully booked until March. Can we talk then?"},
		{ReplyLater, "No, but please try again next year."},
		{ReplyLater, "I'm on maternity leave until September but would be happy to talk after."},
		{ReplyLater, "I'm travelling at the moment, I'll get back to you next week."},
		{ReplyLater, "Crazy busy right now, let's circle back in Q3."},
		{ReplyLater, "Im Moment leider keine Zeit, gerne im Herbst wieder."},
		{ReplyLater, "Pas disponible en ce moment, recontactez-moi en janvier."},
		{ReplyLater, "Ahora mismo estoy a tope, hablamos en enero."},
		{ReplyLater, "Agora não consigo, falamos em março?"},
		{ReplyLater, "Al momento no, risentiamoci a settembre."},
		{ReplyLater, "Nu even niet, mail me in het najaar nog eens."},
		{ReplyLater, "I need a few weeks to think about it."},
		{ReplyLater, "Can you get back to me after Easter?"},
		{ReplyAway, "I am currently out of the office and will return on Monday, 4 May. For urgent matters please contact anna@x.example."},
		{ReplyAway, "Hi! I'm on holiday until 14 August with no access to email. I'll reply when I'm back."},
		{ReplyAway, "Ich bin bis zum 12. August im Urlaub. In dringenden Fällen wenden Sie sich bitte an meine Kollegin Frau Schmidt."},
		{ReplyAway, "Vielen Dank für Ihre Nachricht. Ich bin derzeit nicht im Büro und ab Montag wieder erreichbar."},
		{ReplyAway, "Je suis absent du bureau jusqu'au 15 août. En cas d'urgence, contactez Marie."},
		{ReplyAway, "Estoy fuera de la oficina hasta el 10 de agosto. Responderé a mi vuelta."},
		{ReplyAway, "Estou de férias até 20 de agosto. Responderei quando voltar."},
		{ReplyAway, "Sono fuori ufficio fino al 20 agosto. Risponderò al mio rientro."},
		{ReplyAway, "Ik ben met vakantie tot 10 augustus."},
		{ReplyAway, "This mailbox is not monitored. Please do not reply to this email."},
		{ReplyWrongPerson, "Anna no longer works here. Please contact Ben."},
		{ReplyWrongPerson, "This is an automated message: Tom has left the company. Please write to hello@x.example."},
		{ReplyWrongPerson, "You have the wrong person, I don't have a channel."},
		{ReplyWrongPerson, "Please reach out to my manager at mgmt@x.example."},
		{ReplyWrongPerson, "I no longer manage her, try her directly."},
		{ReplyWrongPerson, "Bitte wenden Sie sich an mein Management: info@x.example"},
		{ReplyWrongPerson, "Merci de contacter mon agent : agent@x.example"},
		{ReplyWrongPerson, "Habla con mi manager, por favor: m@x.example"},
		{ReplyWrongPerson, "All my bookings go through Kite Agency (hello@kite.example)."},
		{ReplyWrongPerson, "I've forwarded your mail to our partnerships team."},
		{ReplyWrongPerson, "She is with a different agency now."},
		{ReplyCounter, "My usual rate for that is $1,250."},
		{ReplyCounter, "I'd do it for 1.5k."},
		{ReplyCounter, "The budget is a bit low for two videos, could you do EUR 900?"},
		{ReplyCounter, "Yes, I'm in, but my fee is 1.250 €."},
		{ReplyCounter, "For 3 reels I charge between $800 and $1,000."},
		{ReplyCounter, "I have 50k followers, so $400 is too low for me."},
		{ReplyCounter, "Ich würde 900,- EUR nehmen."},
		{ReplyCounter, "Mein Honorar liegt bei 1.200 €."},
		{ReplyCounter, "Mon tarif est de 1 200 €."},
		{ReplyCounter, "Cobro 600 euros por reel."},
		{ReplyCounter, "O meu valor é 700€."},
		{ReplyCounter, "Chiedo 800 euro per un reel."},
		{ReplyCounter, "Mijn tarief is 750 euro."},
		{ReplyCounter, "Is there any wiggle room on the fee?"},
		{ReplyCounter, "I don't work for free products, only paid collaborations."},
		{ReplyCounter, "Two thousand dollars and you have a deal."},
		{ReplyCounter, "can we meet in the middle at 700?"},
		{ReplyOther, "Thanks, received!"},
		{ReplyOther, "The video is live now: https://x.example/v"},
		{ReplyOther, "Here's the draft. Let me know what you think!"},
		{ReplyOther, "I've sent the invoice for $500 yesterday."},
		{ReplyOther, "Thank you so much for the flowers!"},
		{ReplyOther, "My payment still hasn't arrived."},
		{ReplyOther, "Happy new year to the whole team!"},
		{ReplyOther, "Rechnung anbei."},
		{ReplyOther, "See you on Thursday at the shoot."},
		{ReplyOther, "I have filled in the form and uploaded my tax documents."},
		{ReplyOther, "The views are at 120k after 3 days, wow."},
		{ReplyOther, "Your intern was lovely on the call."},
		{ReplyOther, "My newsletter goes out on Fridays, readers can unsubscribe any time."},
		{ReplyOther, "The post got removed by Instagram, I'm contacting support."},
		{ReplyQuestion, "How do readers unsubscribe from the newsletter you want me to promote?"},
		{ReplyQuestion, "Do I need to keep the post up forever or can I remove it from my list of highlights?"},
		{ReplyLater, "I'm on holiday till the 14th, happy to look at the brief after that."},
		{ReplyAccept, "I'm on vacation until Monday but yes, I'm in!"},
		{ReplyDecline, "Please don't send me the product, I've decided not to take part."},
		{ReplyOther, "Please don't send the parcel to my old address, I moved."},
		{ReplyQuestion, "Is this an automated email or a real person?"},
		{ReplyUnsubscribe, "I don't want any more emails from you."},
		{ReplyUnsubscribe, "Unsubscribe please"},
		{ReplyUnsubscribe, "please remove me from your mailing list"},
		{ReplyUnsubscribe, "I did not consent to these emails. Remove my address."},
		{ReplyUnsubscribe, "Stop sending me this crap"},
		{ReplyUnsubscribe, "Please stop contacting my client."},
		{ReplyUnsubscribe, "Don't ever write to me again."},
		{ReplyUnsubscribe, "I'd prefer not to receive any more of these."},
		{ReplyUnsubscribe, "no more emails please"},
		{ReplyUnsubscribe, "Opt me out."},
		{ReplyUnsubscribe, "Take me off your list or I will report you."},
		{ReplyUnsubscribe, "We would like to be removed from your database."},
		{ReplyUnsubscribe, "leave me alone"},
		{ReplyUnsubscribe, "I'm not interested and would like to no longer be contacted."},
		{ReplyDecline, "I don't like your offer."},
		{ReplyQuestion, "Can the exclusivity clause be removed from the contract?"},
		{ReplyOther, "Please remove my name from the caption."},
		{ReplyOther, "Instagram blocked your link, can't post it yet."},
		{ReplyOther, "Gmail marked your mail as spam, found it only now."},
		{ReplyOther, "No me enviaste el paquete todavía."},
		{ReplyOther, "Je n'ai pas reçu vos mails."},
		{ReplyOther, "I have no access to the shared folder."},
		{ReplyOther, "I haven't read the contract yet."},
		{ReplyQuestion, "Can you reply within 24 hours?"},
		{ReplyOther, "The link is unavailable on mobile."},
		{ReplyDecline, "I don't run ads on my podcast."},
		{ReplyDecline, "Ya no trabajo con marcas, lo siento."},
		{ReplyDecline, "Je ne fais plus de partenariats."},
		{ReplyDecline, "You'll surely find someone else."},
		{ReplyOther, "I've left a comment in the doc."},
		{ReplyOther, "I sent it to you yesterday."},
		{ReplyOther, "I'll discuss it with my manager."},
		{ReplyOther, "Yes, the parcel arrived."},
		{ReplyOther, "Perfect, thanks!"},
		{ReplyOther, "My paypal is anna@x.example"},
		{ReplyOther, "I'm in Lisbon this week."},
		{ReplyLater, "I can't do this right now, maybe next month"},
		{ReplyDecline, "We received your message and are not interested."},
		{ReplyQuestion, "That date doesn't work for me, is another one possible?"},
		{ReplyAccept, "Happy to say yes!\n\nBest\nAnna\n\nTo unsubscribe from my newsletter click here."},
		{ReplyAccept, "Count me in!\n-- \nAnna\nOut of office on Fridays. Unsubscribe me never."},
		{ReplyDecline, "No thanks.\n\nSent from my iPhone"},
		{ReplyQuestion, "What is the budget?\n\nThis e-mail is confidential and intended only for the recipient. If you no longer want to receive e-mails, please unsubscribe."},
		{ReplyOther, ""},
		{ReplyOther, " \n\t\n"},
		{ReplyOther, "\xff\xfe\x00"},
		{ReplyOther, "👍🏽"},
	} {
		if got := SuggestReply("Re: Summer", c.text); got.Class != c.class {
			t.Errorf("%q is %s, got %s for %q", c.text, c.class, got.Class, got.Why)
		}
	}
}

func TestSuggestReplyFees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		amount   int64 // 0 for none
		currency string
	}{
		{"My rate is $1,250 per reel.", 125000, "usd"},
		{"My rate is $1,250.50 per reel.", 125050, "usd"},
		{"Mein Honorar liegt bei 1.250 €.", 125000, "eur"},
		{"Mein Honorar liegt bei 1.250,50 €.", 125050, "eur"},
		{"Mein Preis wäre EUR 900,- netto.", 90000, "eur"},
		{"Mon tarif est de 1 200 €.", 120000, "eur"},
		{"Mein Tarif ist CHF 1'500.", 150000, "chf"},
		{"I charge 1.5k USD for that.", 150000, "usd"},
		{"I charge $1.5k for that.", 150000, "usd"},
		{"I charge two thousand dollars for that.", 200000, "usd"},
		{"I charge five hundred euros for that.", 50000, "eur"},
		{"My fee is a grand, in pounds.", 100000, "gbp"},
		{"I usually charge between $800 and $1,000.", 100000, "usd"},
		{"My rate is €500-600 per reel.", 60000, "eur"},
		{"My rate is 500 to 600 euros.", 60000, "eur"},
		{"My rate is CA$700.", 70000, "cad"},
		{"My rate is A$700.", 70000, "aud"},
		{"Meu valor é R$ 2.000.", 200000, "brl"},
		{"My rate is ¥90,000.", 90000, "jpy"},
		{"With 50,000 followers and 12% engagement my rate is $700, delivered within 10 days by 31/07/2026.", 70000, "usd"},
		{"I'd be glad to do it for 1.400 € instead of the 1.000 € you suggested.", 140000, "eur"},
		{"How about 900 and we shake hands?", 0, ""},
		{"The fee is too low for my 50k followers.", 0, ""},
	} {
		got := SuggestReply("", c.text)
		switch {
		case got.Class != ReplyCounter:
			t.Errorf("%q is %s for %q", c.text, got.Class, got.Why)
		case c.amount == 0 && got.Amount != nil, c.amount != 0 && (got.Amount == nil || *got.Amount != Money{c.amount, c.currency}):
			t.Errorf("%q names %d %s, got %v", c.text, c.amount, c.currency, got.Amount)
		}
	}
}

func TestSuggestReplySubject(t *testing.T) {
	t.Parallel()
	for subject, class := range map[string]ReplyClass{
		"Automatic reply: Summer": ReplyAway, "Abwesenheitsnotiz: Summer": ReplyAway, "Re: out of office ideas": ReplyOther, "Unsubscribe": ReplyUnsubscribe, "Re: unsubscribe": ReplyOther, "": ReplyOther,
	} {
		if got := SuggestReply(subject, ""); got.Class != class {
			t.Errorf("%q is %s, got %s", subject, class, got.Class)
		}
	}
}

// Whoever writes a megabyte must not hold up the inbox.
func TestSuggestReplyHostile(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"a", "no ", "?", "\n", "Thanks,\n", "$1 ", "1,", "not no ", "https://", "unsubscribe ", "ä", "\xff", "please don't ever "} {
		begun := time.Now()
		checkSuggestion(t, SuggestReply(unit, strings.Repeat(unit, 1<<20/len(unit))))
		if d := time.Since(begun); d > 20*time.Second {
			t.Errorf("%q took %s", unit, d)
		}
	}
}

func checkSuggestion(t *testing.T, got ReplySuggestion) {
	t.Helper()
	if !slices.Contains(ReplyClasses(), got.Class) {
		t.Errorf("class %q", got.Class)
	}
	if utf8.RuneCountInString(got.Why) > 80 || got.Class == ReplyOther && got.Why != "" {
		t.Errorf("why %q", got.Why)
	}
	if got.Confidence < 0 || got.Confidence > 1 {
		t.Errorf("confidence %v", got.Confidence)
	}
	if got.Amount != nil && len(CheckMoney("amount", *got.Amount)) > 0 {
		t.Errorf("amount %v", got.Amount)
	}
}

func FuzzSuggestReply(f *testing.F) {
	for _, text := range []string{"", "Yes!", "My rate is €1.250,- to 2k", "Stop mailing me", "-- \nx", "\xffİ\u0308ß?", "$99999999999999999999"} {
		f.Add("Re: x", text)
	}
	f.Fuzz(func(t *testing.T, subject, text string) { checkSuggestion(t, SuggestReply(subject, text)) })
}
