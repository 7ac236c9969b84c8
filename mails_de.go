package rapport

// sender is the two lines that end a mail.
const sender = "\n\n{{sender.name}}\n{{brand.name}}"

// The lines that end a mail of the outreach, with the way to say no.
const germanOutreach = sender + ", {{brand.postal_address}}\n\nKeine Mails mehr von uns: {{portal_link}}"

const (
	germanHello  = "Hallo {{creator.first_name}},\n\n"
	englishHello = "Hi {{creator.first_name}},\n\n"
)

// germanMails are subject and text of the mails that the program words itself, by the name of their template. A template that a
// brand wrote stands as it is.
var germanMails = map[string][2]string{ //nolint:gochecknoglobals // a table
	"invitation": {`{{brand.name}} möchte gern mit dir arbeiten`, germanHello + `ich bin {{sender.name}} von {{brand.name}}. Wir planen „{{campaign.name}}“, und was du machst, würde gut dazu passen.

{{campaign.brief}}

Möchtest du mehr wissen? Antworte einfach auf diese Mail.

{{sender.name}}
{{brand.name}}, {{brand.postal_address}}

{{first_mail_notice}} Wenn du nichts von uns hören möchtest, öffne {{portal_link}} und wähle dort „Keine Einladungen mehr“, oder antworte einfach mit „unsubscribe“.`},
	"follow_up_1": {`Re: {{brand.name}} möchte gern mit dir arbeiten`, germanHello +
		`ist meine Mail zu „{{campaign.name}}“ bei dir angekommen? Ich würde mich freuen zu hören, ob das etwas für dich sein könnte.` + germanOutreach},
	"follow_up_2": {`Re: {{brand.name}} möchte gern mit dir arbeiten`, germanHello +
		`wir wählen jetzt aus, wer bei „{{campaign.name}}“ dabei ist. Wenn du Interesse hast, reicht ein kurzes „ja“, und ich schicke dir die Einzelheiten.` + germanOutreach},
	"follow_up_3": {`Re: {{brand.name}} möchte gern mit dir arbeiten`, germanHello +
		`das ist meine letzte Mail zu „{{campaign.name}}“. Wenn es nichts für dich ist, brauchst du nichts weiter zu tun.` + germanOutreach},
	"offer": {`Unser Angebot für {{campaign.name}}`, germanHello + `hier ist unser Angebot für „{{campaign.name}}“: {{offer.fee}}.

{{offer.message}}

Hier kannst du es lesen und annehmen oder ablehnen: {{portal_link}}
Das Angebot gilt bis {{offer.expires}}.` + sender},
	"offer_reminder": {`Unser Angebot für {{campaign.name}} ist noch offen`, germanHello +
		`unser Angebot über {{offer.fee}} für „{{campaign.name}}“ gilt bis {{offer.expires}}. Du findest es hier: {{portal_link}}` + sender},
	"renewal_offer": {`Machen wir weiter? {{campaign.name}}`, germanHello + `wir möchten gern weiter mit dir arbeiten: {{offer.fee}} für eine weitere Laufzeit. Hier kannst du das Angebot lesen und annehmen oder ablehnen: {{portal_link}}
Das Angebot gilt bis {{offer.expires}}.` + sender},
	"option_exercised": {`Wir machen weiter: {{campaign.name}}`, germanHello + `in Vertrag {{contract.number}} haben wir vereinbart, dass wir eine weitere Laufzeit nehmen können. Das tun wir hiermit: eine weitere Laufzeit von gleicher Länge und mit denselben Inhalten, für {{contract.option_fee}}. Sie beginnt, wenn die jetzige am {{contract.ends}} endet.

Du brauchst jetzt nichts zu tun. Den Vertrag der neuen Laufzeit schicken wir dir rechtzeitig zur Unterschrift; alles andere findest du hier: {{portal_link}}` + sender},
	"contract": {`Dein Vertrag {{contract.number}} liegt zur Unterschrift bereit`, germanHello + `der Vertrag für „{{campaign.name}}“ ist fertig. Hier kannst du ihn lesen und unterschreiben: {{portal_link}}
Wenn du unterschreibst, schicken wir dir einen Code per Mail, damit sicher ist, dass du es bist. Der Vertrag liegt bis {{contract.expires}} bereit.` + sender},
	"contract_elsewhere": {`Dein Vertrag {{contract.number}} liegt zur Unterschrift bereit`, germanHello + `der Vertrag für „{{campaign.name}}“ ist fertig. Hier kannst du ihn lesen und unterschreiben: {{portal_link}}
Der Link ist nur für dich: Bitte gib ihn nicht weiter. Der Vertrag liegt bis {{contract.expires}} bereit.` + sender},
	"contract_reminder": {`Vertrag {{contract.number}} wartet auf deine Unterschrift`, germanHello +
		`dein Vertrag für „{{campaign.name}}“ wartet noch auf deine Unterschrift, bis {{contract.expires}}: {{portal_link}}` + sender},
	"amendment": {`Ein Nachtrag zu deinem Vertrag {{contract.amends}} liegt zur Unterschrift bereit`, germanHello +
		`ein Nachtrag zu deinem Vertrag für „{{campaign.name}}“ ist fertig, mit der Nummer {{contract.number}}. Hier kannst du ihn lesen und unterschreiben: {{portal_link}}
Wenn du unterschreibst, schicken wir dir einen Code per Mail, damit sicher ist, dass du es bist. Der Nachtrag liegt bis {{contract.expires}} bereit. Bis wir beide unterschrieben haben, bleibt alles wie vereinbart.` + sender},
	"amendment_elsewhere": {`Ein Nachtrag zu deinem Vertrag {{contract.amends}} liegt zur Unterschrift bereit`, germanHello +
		`ein Nachtrag zu deinem Vertrag für „{{campaign.name}}“ ist fertig, mit der Nummer {{contract.number}}. Hier kannst du ihn lesen und unterschreiben: {{portal_link}}
Der Link ist nur für dich: Bitte gib ihn nicht weiter. Der Nachtrag liegt bis {{contract.expires}} bereit. Bis wir beide unterschrieben haben, bleibt alles wie vereinbart.` + sender},
	"amendment_reminder": {`Der Nachtrag zu deinem Vertrag {{contract.amends}} wartet auf deine Unterschrift`, germanHello +
		`der Nachtrag zu deinem Vertrag für „{{campaign.name}}“, {{contract.number}}, wartet noch auf deine Unterschrift, bis {{contract.expires}}: {{portal_link}}` + sender},
	"brief": {`Willkommen bei {{campaign.name}}: So geht es weiter`, germanHello + `Vertrag {{contract.number}} ist von uns beiden unterschrieben. Was wir vereinbart haben, mit allen Terminen, steht hier: {{portal_link}}

{{campaign.brief}}` + sender},
	"draft_reminder": {`Dein Entwurf von „{{deliverable.title}}“ ist bald fällig`, germanHello +
		`der Entwurf von „{{deliverable.title}}“ ist am {{deliverable.draft_due}} fällig. Hier kannst du ihn abgeben: {{portal_link}}` + sender},
	"content_approved": {`„{{deliverable.title}}“ ist freigegeben`, germanHello +
		`„{{deliverable.title}}“ ist freigegeben. Bitte veröffentliche es bis {{deliverable.publish_by}} und gib hier den Link an: {{portal_link}}` + sender},
	"changes_requested": {`Änderungen an „{{deliverable.title}}“`, germanHello + `bitte ändere Folgendes an „{{deliverable.title}}“ und gib bis {{deliverable.draft_due}} eine neue Version ab:

{{review.feedback}}

{{portal_link}}` + sender},
	"content_rejected": {`„{{deliverable.title}}“ wird nicht veröffentlicht`, germanHello + `wir haben uns entschieden, mit „{{deliverable.title}}“ nicht weiterzumachen:

{{review.feedback}}

{{portal_link}}` + sender},
	"approval_revoked": {`Bitte veröffentliche „{{deliverable.title}}“ noch nicht`, germanHello +
		`wir müssen unsere Freigabe von „{{deliverable.title}}“ zurücknehmen. Bitte veröffentliche es nicht; wir schreiben dir, was sich ändern soll. {{portal_link}}` + sender},
	"publish_reminder": {`„{{deliverable.title}}“ sollte bald online gehen`, germanHello +
		`„{{deliverable.title}}“ soll bis {{deliverable.publish_by}} veröffentlicht sein. Gib hier den Link an: {{portal_link}}` + sender},
	"post_not_reported": {`Ist „{{deliverable.title}}“ online?`, germanHello +
		`„{{deliverable.title}}“ war für {{deliverable.publish_at}} geplant. Wenn es online ist, gib hier den Link an; wenn nicht, sag dort, wann es so weit ist: {{portal_link}}

Veröffentlicht sein soll es bis {{deliverable.publish_by}}.` + sender},
	"post_mismatch": {`In „{{deliverable.title}}“ fehlt etwas`, germanHello +
		`wir haben uns deinen Beitrag zu „{{deliverable.title}}“ angesehen und nicht gefunden, was vereinbart war: die Werbekennzeichnung, ein Wort, das darin stehen muss, oder den Beitrag selbst. ` +
		`Bitte bring das innerhalb von zwei Tagen in Ordnung: {{portal_link}}` + sender},
	"payee_invitation": {`Wohin dürfen wir dir dein Geld überweisen?`, germanHello +
		`damit wir dich pünktlich bezahlen können, gib bitte dein Bankkonto bei unserem Zahlungsdienstleister Stripe an. Wir sehen es nie. Hier geht es los: {{portal_link}}` + sender},
	"payee_reminder": {`{{payout.amount}} warten auf dein Bankkonto`, germanHello +
		`{{payout.amount}} liegen für dich bereit, aber unser Zahlungsdienstleister kennt dein Bankkonto noch nicht. Es dauert fünf Minuten: {{portal_link}}` + sender},
	"payment_sent": {`{{payout.amount}} sind unterwegs zu dir`, germanHello +
		`wir haben dir {{payout.amount}} für „{{campaign.name}}“ überwiesen. {{payout.note}}Deine Bank zeigt den Betrag meist in ein paar Tagen an. Alle deine Zahlungen: {{portal_link}}` + sender},
	"payment_made": {`{{payout.amount}} wurden dir bezahlt`, germanHello +
		`wir haben dir {{payout.amount}} für „{{campaign.name}}“ bezahlt: {{payout.way}}. {{payout.note}}Wenn nichts ankommt, antworte einfach auf diese Mail. Alle deine Zahlungen: {{portal_link}}` + sender},
	"approved_with_corrections": {`„{{deliverable.title}}“ ist freigegeben, mit kleinen Korrekturen`, germanHello + `„{{deliverable.title}}“ ist freigegeben. Bitte mach vor der Veröffentlichung diese kleinen Korrekturen; eine neue Version brauchen wir nicht:

{{review.corrections}}

Hier kannst du sie abhaken. Veröffentliche bis {{deliverable.publish_by}} und gib den Link an: {{portal_link}}` + sender},
	"extra_round": {`Dürfen wir um eine weitere Runde für „{{deliverable.title}}“ bitten?`, germanHello + `wir hätten an „{{deliverable.title}}“ gern Folgendes geändert:

{{review.feedback}}

Das wäre eine Runde mehr, als unser Vertrag enthält. Du entscheidest also. Sag hier ja oder nein: {{portal_link}}` + sender},
	"round_offered": {`{{round.fee}} für eine weitere Runde von „{{deliverable.title}}“`, germanHello +
		`wir bieten dir {{round.fee}} für eine weitere Runde von „{{deliverable.title}}“. Das Geld steht dir zu, sobald die neue Version freigegeben ist. Sag hier ja oder nein: {{portal_link}}` + sender},
	"payment_reversed": {`{{reversal.amount}} wurden zurückgeholt`, germanHello +
		`wir haben {{reversal.amount}} der Zahlung für „{{reversal.title}}“ von deinem Konto bei unserem Zahlungsdienstleister zurückgeholt. ` +
		`Wenn das aus deiner Sicht nicht stimmt, antworte einfach auf diese Mail. Alle deine Zahlungen: {{portal_link}}` + sender},
	"netting_notice": {`{{reversal.rest}} werden von deinen nächsten Zahlungen einbehalten`, germanHello +
		`{{reversal.rest}} der Zahlung für „{{reversal.title}}“ müssen an uns zurück, und auf deinem Konto bei unserem Zahlungsdienstleister liegt weniger. ` +
		`Deshalb behalten wir den Betrag von deinen nächsten Zahlungen ein: frühestens ab {{reversal.net_from}} und höchstens {{reversal.cap}} jeder Zahlung. ` +
		`Wenn das aus deiner Sicht nicht stimmt, antworte bitte vorher auf diese Mail. Alle deine Zahlungen: {{portal_link}}` + sender},
	"extension_granted": {`Mehr Zeit für „{{deliverable.title}}“`, germanHello + `du hast mehr Zeit für „{{deliverable.title}}“. Die Termine sind jetzt: Entwurf bis {{deliverable.draft_due}}, Veröffentlichung bis {{deliverable.publish_by}}.

{{extension.answer}}

Die Termine stehen auch auf deiner Seite: {{portal_link}}` + sender},
	"extension_declined": {`Die Termine von „{{deliverable.title}}“ bleiben, wie sie sind`, germanHello + `den späteren Termin, um den du für „{{deliverable.title}}“ gebeten hast, können wir dir nicht geben:

{{extension.answer}}

Die Termine bleiben, wie sie sind: Entwurf bis {{deliverable.draft_due}}, Veröffentlichung bis {{deliverable.publish_by}}. Deine Seite: {{portal_link}}` + sender},
	"product_delivered": {`Das Produkt ist da: die Termine von „{{deliverable.title}}“`, germanHello + `wir hören, dass das Produkt angekommen ist. Damit ist der Entwurf von „{{deliverable.title}}“ bis {{deliverable.draft_due}} fällig, und veröffentlicht wird bis {{deliverable.publish_by}}.

Wenn es nicht da ist oder etwas fehlt, antworte gleich auf diese Mail. Deine Seite: {{portal_link}}` + sender},
	"content_missed": {`„{{deliverable.title}}“ ist verfallen`, germanHello + `„{{deliverable.title}}“ ist länger überfällig, als unser Vertrag erlaubt. Du schuldest es deshalb nicht mehr, und was nur dafür bezahlt worden wäre, entfällt. Was du bis jetzt verdient hast, bleibt deins.

Wenn du das anders siehst, antworte auf diese Mail. Deine Seite: {{portal_link}}` + sender},
}
