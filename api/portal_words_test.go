package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
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
	require.Equal(t, "Verdient, wird freigegeben", h.Payments[0].State)
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
