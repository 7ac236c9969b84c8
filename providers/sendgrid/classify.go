package sendgrid

import (
	"regexp"
	"strings"
)

// Kind says what sort of mail came in.
type Kind string

const (
	// Human means a person wrote it; only this stops the follow-ups as a reply.
	Human Kind = "human"
	// AutoReply means a machine answered (absence, receipt, delay notice, list); it pauses and never stops.
	AutoReply Kind = "auto_reply"
	// Bounce means a mail of ours could not be delivered.
	Bounce Kind = "bounce"
	// Complaint means the receiver's provider reports our mail as unwanted.
	Complaint Kind = "complaint"
	// Unsubscribe means a person, or their mail program for them, asks for no more mail. It is honoured by rule.
	Unsubscribe Kind = "unsubscribe"
)

// Class is a verdict with what led to it. Reasons are short codes without any of the mail's text.
type Class struct {
	Kind    Kind
	Reasons []string
}

// Suppresses tells whether the sender's wish or their provider's is that nothing more is sent.
func (c Class) Suppresses() bool { return c.Kind == Complaint || c.Kind == Unsubscribe }

const (
	maxLookText = 8 << 10 // how much of a text the rules read
	maxUnsubLen = 300     // an unsubscription says little else
)

// Classify decides by headers first, then by subject, then by text. What proves a machine's report comes before what a
// person might have written, and a wish to be left alone before any absence notice.
func Classify(in Inbound) Class {
	for _, rule := range []struct {
		kind  Kind
		match func(Inbound) []string
	}{
		{Complaint, complaintReasons},
		{AutoReply, receiptReasons},
		{Bounce, bounceReasons},
		{Unsubscribe, unsubscribeReasons},
		{AutoReply, autoReasons},
	} {
		if reasons := rule.match(in); len(reasons) > 0 {
			return Class{Kind: rule.kind, Reasons: reasons}
		}
	}

	return Class{Kind: Human}
}

var (
	complaintSubject = regexp.MustCompile(`(?i)^(?:complaint about message from|abuse report|spam report|` +
		`(?:e-?mail )?feedback report|\[?fbl\]?\b|.*\bdmarc forensic report\b)`)
	complaintText = regexp.MustCompile(`(?i)this is an? (?:e-?mail )?abuse report|feedback-type:\s*(?:abuse|fraud|not-spam|opt-out|other|virus)|` +
		`reported (?:your|the) (?:message|e-?mail) as (?:spam|junk)`)
	complaintFrom = regexp.MustCompile(`^(?:fbl|feedback-?loop|complaints?|abuse|staff@hotmail\.com|scomp@)`)
)

func complaintReasons(in Inbound) []string {
	contentType := strings.ToLower(in.Headers["Content-Type"])

	switch {
	case strings.Contains(contentType, "feedback-report"):
		return []string{"feedback_report"}
	case hasAttachment(in, "message/feedback-report"):
		return []string{"feedback_report_part"}
	case in.Headers["Feedback-Type"] != "":
		return []string{"feedback_type"}
	}

	var reasons []string
	if complaintSubject.MatchString(in.Subject) {
		reasons = append(reasons, "complaint_subject")
	}

	if complaintText.MatchString(clip(in.Text, maxLookText)) {
		reasons = append(reasons, "complaint_text")
	}

	if complaintFrom.MatchString(firstOf(in.From)) {
		reasons = append(reasons, "complaint_sender")
	}

	if len(reasons) < 2 {
		return nil
	}

	return reasons
}

var (
	dsnAction  = regexp.MustCompile(`(?im)^action:\s*(\w+)`)
	bounceFrom = regexp.MustCompile(`^(?:mailer-?daemon|mail-?daemon|mdaemon|mail\.?delivery(?:\.?(?:subsystem|system))?|` +
		`delivery-?(?:subsystem|failure)|bounces?|mailsystem|mail-?system|mmdf)(?:[+.=-][^@]*)?@|^mailer-daemon$`)
	bounceName     = regexp.MustCompile(`(?i)mailer[ -]?daemon|mail delivery (?:sub)?system|mail administrator|delivery subsystem`)
	postmasterFrom = regexp.MustCompile(`^(?:postmaster|no-?reply|microsoftexchange[0-9a-f]*|root|administrator)@`)
	bounceSubject  = regexp.MustCompile(`(?i)^(?:\[[^\]]{1,40}\]\s*)?(?:undelivered mail returned|undeliver(?:able|ed)\b|` +
		`delivery status notification|delivery notification|mail delivery (?:failed|failure|error|problem|status)|` +
		`(?:message )?delivery (?:failure|failed|problem|error|report)|failure (?:notice|delivery)|returned mail|mail failure|` +
		`delivery has failed|non[ -]?delivery|warning: (?:message|could not|returned)|message (?:delay|status|undeliverable|not delivered)|` +
		`message delayed|mail (?:could not|not) be delivered|could not (?:be )?deliver|unable to deliver|unzustellbar|nicht zustellbar|` +
		`mail system error|notification d'état|échec de (?:la )?remise|non remis|no se puede entregar|не доставлено|` +
		`error sending|user unknown|address (?:not found|rejected)|bounce)`)
	bounceText = regexp.MustCompile(`(?im)(?:could not|couldn't|cannot|can't|not|unable to|failed to) (?:be )?deliver|` +
		`delivery to the following|undeliverable|delivery (?:has )?fail|permanent(?:ly)? (?:fatal )?(?:error|fail)|` +
		`^\s*(?:[a-z-]+;\s*)?5\d\d[ -]\d\.\d{1,3}\.\d{1,3}|\b5\d\d \d\.\d{1,3}\.\d{1,3}\b|user unknown|no such user|` +
		`mailbox (?:is )?(?:full|unavailable|not found)|unknown (?:user|recipient)|address (?:rejected|not found|does not exist)|` +
		`over quota|quota exceeded|returned to (?:the )?sender|rejected your message|does not exist|said: 5\d\d|` +
		`host or domain name not found|account (?:is|has been) (?:disabled|suspended)|recipient(?:'s)? (?:address )?rejected`)
)

// receiptReasons finds reports that a mail arrived, was passed on or is still under way: a machine's, and no bounce.
func receiptReasons(in Inbound) []string {
	contentType := strings.ToLower(in.Headers["Content-Type"])
	if strings.Contains(contentType, "disposition-notification") || hasAttachment(in, "message/disposition-notification") {
		return []string{"disposition_notification"}
	}

	good, bad := false, false

	for _, a := range in.Attachments {
		if a.ContentType != "message/delivery-status" && a.ContentType != "message/global-delivery-status" {
			continue
		}

		for _, m := range dsnAction.FindAllSubmatch(a.Bytes[:min(len(a.Bytes), maxLookText)], maxAddresses) {
			switch strings.ToLower(string(m[1])) {
			case "delivered", "relayed", "expanded", "delayed":
				good = true
			default:
				bad = true
			}
		}
	}

	if good && !bad {
		return []string{"delivery_receipt_or_delay"}
	}

	return nil
}

func bounceReasons(in Inbound) []string {
	contentType := strings.ToLower(in.Headers["Content-Type"])
	from := firstOf(in.From)

	switch {
	case strings.Contains(contentType, "delivery-status"), hasAttachment(in, "message/delivery-status"),
		hasAttachment(in, "message/global-delivery-status"):
		return []string{"delivery_status"}
	case in.Headers["X-Failed-Recipients"] != "":
		return []string{"failed_recipients"}
	case bounceFrom.MatchString(from), from == "" && bounceName.MatchString(in.FromName):
		return []string{"daemon_sender"}
	}

	var reasons []string
	if bounceSubject.MatchString(in.Subject) {
		reasons = append(reasons, "bounce_subject")
	}

	if bounceName.MatchString(in.FromName) {
		reasons = append(reasons, "daemon_name")
	}

	if postmasterFrom.MatchString(from) {
		reasons = append(reasons, "postmaster_sender")
	}

	if in.EnvelopeFrom == "<>" {
		reasons = append(reasons, "null_return_path")
	}

	if bounceText.MatchString(clip(in.Text, maxLookText)) {
		reasons = append(reasons, "bounce_text")
	}

	if len(reasons) < 2 {
		return nil
	}

	return reasons
}

var unsubscribeWish = regexp.MustCompile(`(?i)^\W*(?:(?:hi|hello|hey|dear)\b[^,\n]{0,30}[,.]\s*)?` +
	`(?:(?:please|pls|kindly|can you|could you|just)[, ]+){0,2}(?:` +
	`unsubscribe(?: me| us| my (?:e-?mail|address))?(?: from (?:this|your|the|all|any)[\w ]{0,30})?|stop|opt[- ]?(?:me )?out|` +
	`(?:take|remove) (?:me|us|my (?:e-?mail(?: address)?|address|name)) (?:off|from)(?: of)?(?: (?:your|this|the|any|all)[\w ]{0,30})?|` +
	`remove (?:me|us)|` +
	`(?:stop|quit) (?:e-?mailing|contacting|messaging|spamming|writing(?: to)?|sending)(?: me| us)?[\w ]{0,30}|` +
	`(?:do not|don'?t) (?:e-?mail|contact|message|write to) (?:me|us)(?: again| anymore| any ?more)?|` +
	`(?:i(?:'d| would) like|i (?:want|wish)) to (?:unsubscribe|opt[- ]out)[\w ]{0,30}|` +
	`(?:bitte )?(?:abmelden|austragen)|keine (?:weiteren )?(?:e-?mails|mails) mehr|(?:me )?d[ée]sabonner|d[ée]sinscription|` +
	`(?:me )?d[ée]sinscrire|(?:darme|dame) de baja|baja|cancelar suscripci[oó]n|cancelar inscri[cç][aã]o|descadastrar|` +
	`annulla(?: la)? (?:mia )?iscrizione|disiscrivimi|cancellami|uitschrijven|afmelden|avregistrera|отписаться|отпишите меня|退订|配信停止` +
	`)(?:[, ]+(?:please|thanks|thank you|asap|now|immediately|bitte|merci|gracias|grazie))*\W*$`)

// unsubscribeReasons wants the wish to fill the subject, or the first line of a short new text: "stop" inside a
// sentence may be about anything.
func unsubscribeReasons(in Inbound) []string {
	if in.Headers["X-Apple-Unsubscribe"] != "" {
		return []string{"unsubscribe_header"}
	}

	if len(in.Subject) <= maxUnsubLen && unsubscribeWish.MatchString(in.Subject) {
		return []string{"unsubscribe_subject"}
	}

	text, _ := SplitReply(clip(in.Text, 64*maxLookText))
	text = strings.TrimSpace(StripSignature(text))
	line, _, _ := strings.Cut(text, "\n")

	if len(text) <= maxUnsubLen && unsubscribeWish.MatchString(strings.TrimSpace(line)) {
		return []string{"unsubscribe_text"}
	}

	return nil
}

var (
	autoSubject = regexp.MustCompile(`(?i)^(?:\[[^\]]{1,40}\]\s*)?(?:` +
		`auto(?:matic|mated|matische)?[ -]?(?:reply|response|responder|answer|antwort|svar|response)\b|` +
		`autoreply|autoresponse|auto:|automatische antwort|automatisch antwoord|automatiskt? svar|autosvar|réponse automatique|` +
		`respuesta autom[aá]tica|risposta automatica|resposta autom[aá]tica|automaattinen vastaus|automatick[áa] odpov[eě][ďd]|` +
		`autoodpowied[źz]|odpowied[źz] automatyczna|automatikus v[aá]lasz|otomatik yan[ıi]t|автоответ|автоматический ответ|` +
		`自動(?:返信|応答|回覆|回复)|自动(?:回复|答复)|자동 ?(?:회신|응답)|` +
		`(?:i'?m |i am |currently )?out of (?:the )?office|ooo\b|out of town|away (?:from|until|till)\b|on (?:vacation|holiday|leave|annual leave)\b|` +
		`vacation (?:reply|notice|message|response)|absence\b|absent\b|abwesenheit|abwesend|absence du bureau|absent du bureau|` +
		`fuera de (?:la )?oficina|ausencia|ausente|fuori (?:sede|ufficio)|ausência|afwezig|frånvaro|fravær|` +
		`thank you for (?:your (?:e-?mail|message|inquiry|enquiry)|contacting)|we(?:'ve| have) received your|\[?ticket (?:#|received|created))`)
	autoText = regexp.MustCompile(`(?i)this is an? (?:auto(?:mated|matic|-generated)?|automatically generated)[ -](?:e-?mail |message |generated )?` +
		`(?:reply|response|message|e-?mail|answer)|auto(?:matic|mated|-)? ?(?:reply|response)\b.{0,60}(?:do not|don't|not) (?:reply|respond)|` +
		`(?:please )?do not (?:reply|respond) to this (?:automated )?(?:e-?mail|message)|` +
		`(?:dies|das) ist eine automatische? |ceci est (?:une réponse|un message) automatique|` +
		`(?:este|esta) es (?:un mensaje|una respuesta) autom[aá]tic`)
	answerSubject = regexp.MustCompile(`(?i)^(?:re|aw|sv|antw|odp|回复|答复)\s*(?:\[\d+\])?\s*[:：]`)
	absenceText   = regexp.MustCompile(`(?i)\b(?:i am|i'm|i will be|i'll be) (?:currently |now |presently )?` +
		`(?:away|out of (?:the )?office|on (?:annual |parental |maternity |paternity |sick )?(?:vacation|holiday|leave|pto))\b|` +
		`(?:limited|no|intermittent) access to (?:my )?e-?mail|ich bin (?:derzeit |momentan |zur ?zeit )?(?:nicht im (?:büro|haus)|abwesend|im urlaub)|` +
		`je suis (?:actuellement )?(?:absent|en (?:congé|vacances))|estoy (?:actualmente )?(?:fuera|ausente|de vacaciones)`)
)

// autoReasons follows RFC 3834. X-Auto-Response-Suppress is a hint only: some servers put it on everything they send,
// so unless it asks to suppress all it needs a second sign.
func autoReasons(in Inbound) []string {
	var reasons, hints []string

	if v := strings.ToLower(in.Headers["Auto-Submitted"]); v != "" && !strings.HasPrefix(v, "no") {
		reasons = append(reasons, "auto_submitted")
	}

	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autogenerated"} {
		if v := strings.ToLower(in.Headers[name]); v != "" && v != "no" && v != "false" {
			reasons = append(reasons, "auto_header")
		}
	}

	switch strings.ToLower(in.Headers["Precedence"]) {
	case "auto_reply", "auto-reply", "bulk", "junk":
		reasons = append(reasons, "precedence")
	case "list":
		// A group address passes on what people answer, too.
		if !answerSubject.MatchString(in.Subject) {
			reasons = append(reasons, "precedence")
		}
	}

	if in.Headers["X-Mlserver"] != "" {
		reasons = append(reasons, "list_server")
	}

	if strings.EqualFold(in.Headers["X-Apple-Action"], "VACATION") {
		reasons = append(reasons, "vacation_header")
	}

	if in.EnvelopeFrom == "<>" {
		reasons = append(reasons, "null_return_path")
	}

	if autoSubject.MatchString(in.Subject) {
		reasons = append(reasons, "auto_subject")
	}

	text, _ := SplitReply(clip(in.Text, 64*maxLookText))
	text = clip(text, maxLookText)

	if autoText.MatchString(text) {
		reasons = append(reasons, "auto_text")
	}

	if v := in.Headers["X-Auto-Response-Suppress"]; v != "" {
		hints = append(hints, "suppress_hint")

		if strings.EqualFold(strings.TrimSpace(v), "all") {
			hints = append(hints, "suppress_all")
		}
	}

	if absenceText.MatchString(text) {
		hints = append(hints, "absence_text")
	}

	if strings.HasPrefix(firstOf(in.From), "noreply@") || strings.HasPrefix(firstOf(in.From), "no-reply@") {
		reasons = append(reasons, "noreply_sender")
	}

	if len(reasons) == 0 && len(hints) < 2 {
		return nil
	}

	return append(reasons, hints...)
}

func hasAttachment(in Inbound, contentType string) bool {
	for _, a := range in.Attachments {
		if a.ContentType == contentType {
			return true
		}
	}

	return false
}
