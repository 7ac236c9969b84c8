package rapport

// german is what the program says to creators, by its English words. It says “du” to them.
var german = map[string]string{ //nolint:gochecknoglobals // a table
	// What a look at a post found.
	"Put your post of “%s” right. What is missing stands below.":           "Bring deinen Beitrag zu „%s“ in Ordnung. Was fehlt, steht unten.",
	"The post is not there any more.":                                      "Der Beitrag ist nicht mehr da.",
	"The address does not answer.":                                         "Unter der Adresse antwortet niemand.",
	"The address is not on the public internet.":                           "Die Adresse ist nicht öffentlich im Internet.",
	"The post does not say that it is an advertisement.":                   "Im Beitrag steht nicht, dass das Werbung ist.",
	"What the post says about being an advertisement is not clear enough.": "Dass das Werbung ist, steht nicht klar genug im Beitrag.",
	"Words that must be in it are missing.":                                "Vereinbarte Wörter fehlen.",
	"The promo code is missing or another one.":                            "Der Rabattcode fehlt oder ist ein anderer.",
	"The tracked link is missing or another one.":                          "Dein Link fehlt oder ist ein anderer.",
	"It was published by another account.":                                 "Er wurde von einem anderen Konto veröffentlicht.",
	"It was published before it was approved.":                             "Er wurde vor der Freigabe veröffentlicht.",
	"It was published after the publish window.":                           "Er wurde nach dem vereinbarten Zeitraum veröffentlicht.",

	// The next step.
	"This partnership has ended. Payments that are still owed are listed below.": "Diese Zusammenarbeit ist beendet. Zahlungen, die noch offen sind, stehen unten.",
	"Answer the offer.":                                  "Antworte auf das Angebot.",
	"Read and sign the contract.":                        "Lies den Vertrag und unterschreibe ihn.",
	"Add your bank account, so that payments reach you.": "Gib dein Bankkonto an, damit dich Zahlungen erreichen.",
	"Nothing for you right now: the time for “%s” begins when the product has arrived at you.": "Gerade ist nichts zu tun: Die Zeit für „%s“ beginnt, sobald das Produkt bei dir angekommen ist.",
	"Nothing for you right now: we are looking at “%s”.":                                       "Gerade ist nichts zu tun: Wir sehen uns „%s“ an.",
	"Nothing for you right now. The next payment is on its way.":                               "Gerade ist nichts zu tun. Die nächste Zahlung ist unterwegs.",
	"Say whether you make another round of “%s”.":                                              "Sag, ob du bei „%s“ noch eine Runde machst.",
	"Send a new version of “%s”. What must change stands below.":                               "Schick eine neue Version von „%s“. Was sich ändern soll, steht unten.",
	"Send your draft of “%s”.":                                                                 "Schick deinen Entwurf von „%s“.",
	"Make the small corrections of “%s” and tick them off.":                                    "Mach die kleinen Korrekturen an „%s“ und hake sie ab.",
	"Publish “%s” and paste its address here.":                                                 "Veröffentliche „%s“ und füge hier den Link ein.",

	// Who looks at a draft.
	"The automatic checks": "Die automatische Prüfung",
	"%s, then %s":          "%s, danach %s",
	"%s and %s":            "%s und %s",
	"The time is up, and whoever is responsible at the brand was told. It still waits for a decision.": "Die Frist ist um, und die zuständige Person bei der Marke wurde informiert. Die Entscheidung steht noch aus.",
	"If nobody decides, whoever is responsible at the brand is told; it does not lapse.":               "Wenn niemand entscheidet, wird die zuständige Person bei der Marke informiert; dein Entwurf verfällt nicht.",
	"If nobody decides, it counts as approved.":                                                        "Wenn niemand entscheidet, gilt dein Entwurf als freigegeben.",
	"If nobody decides, it counts as rejected.":                                                        "Wenn niemand entscheidet, gilt dein Entwurf als abgelehnt.",

	// What a draft needs.
	"Begin the caption with %s.":                             "Beginne den Text zum Beitrag mit %s.",
	"Declare whether it is spoken and written in the video.": "Gib an, ob es im Video gesagt wird und zu lesen ist.",
	"Add %s to the caption, spelled exactly so.":             "Schreib %s in den Text, genau so.",
	"Name the code %s.":                                      "Nenne den Code %s.",
	"Add %s":                                                 "Füge %s ein",
	"Leave out: %s.":                                         "Lass weg: %s.",
	"Upload %s.":                                             "Lade %s hoch.",
	"a picture":                                              "ein Bild", "a video": "ein Video", "a PDF": "ein PDF",
	"%s or %s":                                 "%s oder %s",
	"The file has at most %d MB.":              "Die Datei ist höchstens %d MB groß.",
	"A video takes between %d and %d seconds.": "Ein Video dauert zwischen %d und %d Sekunden.",
	"A video takes at least %d seconds.":       "Ein Video dauert mindestens %d Sekunden.",
	"A video takes at most %d seconds.":        "Ein Video dauert höchstens %d Sekunden.",
	"Width to height is %s.":                   "Breite zu Höhe ist %s.",

	// Payments.
	"Paid": "Bezahlt",
	"Paid outside of Stripe by %s, reference %s": "Außerhalb von Stripe bezahlt per %s, Referenz %s",
	"bank transfer":           "Überweisung",
	"PayPal":                  "PayPal",
	"cheque":                  "Scheck",
	"goods":                   "Sachleistung",
	"another way":             "anderem Weg",
	"Paid, partly taken back": "Bezahlt, zum Teil zurückgeholt",
	"Taken back":              "Zurückgeholt",
	"Cancelled":               "Entfällt",
	"On hold, because your bank account was changed on %s. To keep your money safe it waits until %s at least, and until somebody has made sure that it was you. If it was not you, answer our mail at once": "Angehalten, weil dein Bankkonto am %s geändert wurde. Damit dein Geld sicher ist, " +
		"wartet die Zahlung mindestens bis %s und bis jemand geprüft hat, dass du es warst. Wenn du es nicht warst, antworte sofort auf unsere Mail",
	"On hold. We write when it goes on":                             "Angehalten. Wir schreiben dir, wenn es weitergeht",
	"Waits for your bank account":                                   "Wartet auf dein Bankkonto",
	"Being sent to your account":                                    "Wird auf dein Konto überwiesen",
	"Earned, on its way":                                            "Verdient, unterwegs",
	"Earned, being released":                                        "Verdient, wird freigegeben",
	"Earned when both have signed":                                  "Verdient, sobald beide unterschrieben haben",
	"Earned when your draft is approved":                            "Verdient, sobald dein Entwurf freigegeben ist",
	"Earned when your post is published":                            "Verdient, sobald dein Beitrag veröffentlicht ist",
	"Earned when your post is verified":                             "Verdient, sobald dein Beitrag geprüft ist",
	"Earned at the end of the contract":                             "Verdient am Ende des Vertrags",
	"Earned at the end of the campaign":                             "Verdient am Ende der Kampagne",
	"A bonus, on its way":                                           "Ein Bonus, unterwegs",
	"A bonus, when your post has %d %s within %s after publication": "Ein Bonus, wenn dein Beitrag innerhalb von %[3]s nach der Veröffentlichung %[1]d %[2]s hat",
	"%s; now %d":             "%s; jetzt %d",
	"%s. It counts until %s": "%s. Es zählt bis %s",
	"views":                  "Aufrufe",
	"likes":                  "Likes",
	"comments":               "Kommentare",
	"shares":                 "Shares",
	"saves":                  "Saves",
	"clicks":                 "Klicks",
	"conversions":            "Conversions",
	"Arrived at the bank, as the bank reports it; it may still be returned.":       "Bei der Bank eingegangen, wie die Bank meldet; sie kann das Geld noch zurückschicken.",
	"Arrived at the bank on %s, as the bank reports it; it may still be returned.": "Am %s bei der Bank eingegangen, wie die Bank meldet; sie kann das Geld noch zurückschicken.",
	"Returned by the bank.":                         "Von der Bank zurückgeschickt.",
	"Not sent to the bank: it was cancelled there.": "Nicht an die Bank gesendet: Die Zahlung wurde dort abgebrochen.",
	"On its way to the bank.":                       "Unterwegs zur Bank.",
	"On its way to the bank, expected on %s.":       "Unterwegs zur Bank, erwartet am %s.",

	// The account, line by line.
	"Funds paid in": "Eingezahlt", "Came to be owed": "Verdient", "No longer owed": "Nicht mehr geschuldet", "Set aside for a transfer": "Für eine Überweisung vorgemerkt",
	"Set free again": "Wieder freigegeben", "Asked back": "Zurückgefordert", "Came back": "Zurückgekommen", "Kept from a payment": "Von einer Zahlung einbehalten",
	"Written off": "Erlassen", "Adjustment": "Korrektur", "%s outside of Stripe: %s": "%s außerhalb von Stripe: %s",

	// Mails that are no templates, and values of those that are.
	"Your code for %s": "Dein Code für %s",
	"Your code is %s. It works for ten minutes, once, on the page that asked for it.\n\n%s never asks for it in a mail or a call. If you did not ask for it, nothing happens without it.": "Dein Code ist %s. " +
		"Er gilt zehn Minuten lang und einmal, auf der Seite, die danach gefragt hat.\n\n%s fragt dich nie per Mail oder Anruf danach. Wenn du keinen Code angefordert hast, passiert ohne ihn nichts.",
	"Your bank account for payments of %s was changed": "Dein Bankkonto für Zahlungen von %s wurde geändert",
	"Hello %s,\n\non %s the bank account to which %s pays you was changed at Stripe. Payments wait now until somebody at %s has made sure that it was you.\n\n" +
		"If it was you, you need do nothing.\n\n" +
		"If it was not you, answer this mail at once and say so, and secure your account at Stripe and your mailbox with a new password. Nothing is paid to the new account meanwhile.\n\n%s": "Hallo %s,\n\n" +
		"am %s wurde bei Stripe das Bankkonto geändert, auf das %s dir Zahlungen schickt. Zahlungen warten jetzt, bis jemand von %s geprüft hat, dass du es warst.\n\n" +
		"Wenn du es warst, musst du nichts tun.\n\n" +
		"Wenn du es nicht warst, antworte sofort auf diese Mail und sag uns Bescheid. Sichere dein Konto bei Stripe und dein Postfach mit einem neuen Passwort. Auf das neue Konto wird inzwischen nichts gezahlt.\n\n%s",
	"Nothing was kept of it. ":                                       "Davon wurde nichts einbehalten. ",
	"Of the %s that we owed you, %s was kept for what you owed us. ": "Von den %s, die wir dir schulden, haben wir %s für das einbehalten, was du uns schuldest. ",
	"We look forward to it.":                                         "Wir freuen uns darauf.",
	"by %s, reference %s, on %s":                                     "per %s, Referenz %s, am %s",

	// The page of a link that ends the mail.
	"No more invitations": "Keine Einladungen mehr",
	"You will get no more invitations and follow-ups from this brand. Mails about a contract that runs still come.": "Du bekommst von dieser Marke keine Einladungen und Nachfragen mehr. Mails zu einem laufenden Vertrag kommen weiterhin.",
	"Stop the mail":           "Mails abbestellen",
	"This link does not work": "Dieser Link funktioniert nicht",
	"It may be cut off. Open it from the mail again, or answer the mail with the word “unsubscribe”.": "Vielleicht ist er abgeschnitten. Öffne ihn noch einmal aus der Mail oder antworte auf die Mail mit dem Wort „unsubscribe“.",
	"Done": "Erledigt",
	"You get no more invitations from this brand.": "Du bekommst von dieser Marke keine Einladungen mehr.",
}
