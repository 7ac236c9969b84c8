package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// The page follows the record, then the browser; the creator's choice is kept, and the house sees it.
func TestPortalSpeaksTheCreatorsLanguage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	type body struct {
		homeBody

		Locale string
	}
	home := func(c call) (h body) {
		a := c.send(t, "GET", "/v1/portal/home", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &h)
		return h
	}
	german := me.with("Accept-Language", "de-AT,de;q=0.9,en;q=0.5")
	require.Equal(t, "en", home(me).Locale)
	require.Equal(t, "en", home(me.with("Accept-Language", "fr")).Locale)
	h := home(german)
	require.Equal(t, "de", h.Locale)
	require.Equal(t, "Verdient, wartet auf die Freigabe durch unsere Buchhaltung", h.Payments[0].State)
	require.Contains(t, h.Next, "Bankkonto")
	require.Equal(t, "Brand, danach Legal", h.Deliverables[0].Reviewing)

	require.Equal(t, []string{"locale unknown_value"}, me.keyed().send(t, "POST", "/v1/portal/locale", map[string]any{"locale": "xx"}).fields(t))
	a := me.keyed().send(t, "POST", "/v1/portal/locale", map[string]any{"locale": "de"})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "de", home(me.with("Accept-Language", "en")).Locale, "what was chosen counts more than the browser")
	var creator struct{ Locale string }
	path := "/v1/creators/" + one[string](t, d, `select creator_id::text from partnerships where id = $1`, d.partnership)
	ops := d.as(t, "ops@one.example")
	ops.send(t, "GET", path, nil).into(t, &creator)
	require.Equal(t, "de", creator.Locale)

	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}).status)
	require.Regexp(t, `^Dein Code ist \d{6}\. Er gilt zehn Minuten lang`, one[string](t, d, `select body_text from messages where kind = 'code'`))

	require.Equal(t, []string{"locale unknown_locale"}, ops.send(t, "PATCH", path, map[string]any{"locale": "xx"}).fields(t))
	a = ops.send(t, "PATCH", path, map[string]any{"locale": ""})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "en", home(me).Locale, "none chosen again")
}

func TestTheWayOutOfMailsSpeaksTheBrowsersLanguage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	page := d.anon().with("Accept-Language", "de").send(t, "GET", "/unsubscribe/"+d.link, nil)
	require.Contains(t, string(page.body), `<html lang="de">`)
	require.Contains(t, string(page.body), "Keine Einladungen mehr")
	page = d.anon().with("Accept-Language", "de").send(t, "POST", "/unsubscribe/nonsense", nil)
	require.Equal(t, 404, page.status)
	require.Contains(t, string(page.body), "Dieser Link funktioniert nicht")
}

// Sentences of the server are in the creator's language, in the time of the phone that shows them, with amounts as the page writes them.
func TestSentencesForCreatorsAreInTheirLanguageTimeAndMoney(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	german := d.visitor(t).with("Accept-Language", "de").with("Time-Zone", "Europe/Berlin")
	home := func() (h gen.PortalHome) {
		a := german.send(t, "GET", "/v1/portal/home", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &h)
		return h
	}
	d.sql(t, `insert into destination_holds (payout_id, brand_id, changed_at, free_at) values ($1, $2, '2026-03-02 10:00', '2100-07-05 10:00')`, d.payout, d.world.one)
	d.sql(t, `update payouts set state = 'held', held_reason = 'destination_changed' where id = $1`, d.payout)
	require.Contains(t, home().Payments[0].State, "am 2. März 2026, 11:00 MEZ geändert wurde. Damit dein Geld sicher ist, wartet die Zahlung mindestens bis 5. Juli 2100, 12:00 MESZ")

	checks, err := json.Marshal(rapport.CheckSubmission(rapport.Content{Caption: "My bag", Country: "DE", Hashtags: []string{"#acme"}, FileName: "a.png", FileType: "image/png"}))
	require.NoError(t, err)
	d.sql(t, `update deliverables set state = 'changes_requested', round = 1`)
	d.sql(t, `update reviews set state = 'changes_requested', checks = $1`, checks)
	require.Equal(t, "Im Text steht nicht, dass das Werbung ist. Beginne den Text zum Beitrag mit „Werbung“ oder „Anzeige“.\n\nIm Text fehlt: #acme. Schreib #acme in den Text, genau so.",
		*home().Deliverables[0].Feedback)
	d.sql(t, `update reviews set checks = '[{"rule":"disclosure","result":"fail","detail":"Kept in English.","fix":"Begin with #ad."}]'`)
	require.Equal(t, "Kept in English. Begin with #ad.", *home().Deliverables[0].Feedback, "what was kept before it was kept for every language")

	d.sql(t, `update offers set state = 'countered', counter_fee = fee + 2000, sent_at = coalesce(sent_at, now())`)
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms, created_at, sent_at)
		select $1, partnership_id, brand_id, campaign_id, term, 'sent', fee + 1000, currency, terms || '{"revision_rounds": 7}', now() + interval '1 minute', now() from offers`, id())
	changes := *home().Offer.Changes
	require.Len(t, changes, 2)
	require.Equal(t, "Honorar", changes[0].What)
	require.Regexp(t, `^[\d.]+,\d\d\x{a0}€; du hattest [\d.]+,\d\d\x{a0}€ vorgeschlagen$`, *changes[0].From)
	require.Equal(t, gen.AmendedLine{What: "Enthaltene Korrekturrunden", From: new("2 Runden"), To: new("7 Runden"), Material: new(true)}, changes[1])
}
