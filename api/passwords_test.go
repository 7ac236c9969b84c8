package api_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
)

const newPassword = "staple battery horse"

func (w world) signsIn(t *testing.T, email, pass string) int {
	t.Helper()
	return w.anon().send(t, "POST", "/v1/session", map[string]string{"email": email, "password": pass}).status
}

func TestADisabledPersonIsEnabledAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin, path := d.as(t, "admin@one.example"), "/v1/users/"+d.users["ops@one.example"].String()
	require.Equal(t, 200, admin.send(t, "POST", path+"/disable", nil).status)
	require.Equal(t, 401, d.signsIn(t, "ops@one.example", password))
	require.Equal(t, 403, d.as(t, "finance_releaser@one.example").send(t, "POST", path+"/enable", nil).status)
	require.Equal(t, 404, d.as(t, "admin@two.example").send(t, "POST", path+"/enable", nil).status, "not by another brand's admin")
	require.Equal(t, 401, d.signsIn(t, "ops@one.example", password))

	a := admin.send(t, "POST", path+"/enable", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Contains(t, string(a.body), `"disabled":false`)
	require.Equal(t, 200, admin.send(t, "POST", path+"/enable", nil).status, "once more changes nothing")
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from audit_log where action = 'user.enabled' and subject = $1`, d.users["ops@one.example"]))
	require.Equal(t, 200, d.signsIn(t, "ops@one.example", password))
	require.Zero(t, one[int](t, d, `select count(*)::int from role_requests`))

	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, d.users["ops@one.example"], d.world.two)
	require.Equal(t, "works_elsewhere", admin.send(t, "POST", path+"/enable", nil).text("code"))
}

func TestWhoIsEnabledAgainWaitsForASecondPersonToMoveMoney(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *api.Config) { c.FinanceDelay = time.Hour })
	both := d.users["both@one.example"]
	admin, path := d.as(t, "admin@one.example"), "/v1/users/"+both.String()
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'ops') on conflict do nothing`, both, d.world.one)
	require.Equal(t, 200, admin.send(t, "POST", path+"/disable", nil).status)
	a := admin.send(t, "POST", path+"/enable", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.NotContains(t, string(a.body), "finance_")
	require.Zero(t, one[int](t, d, `select count(*)::int from user_roles where user_id = $1 and role like 'finance_%'`, both))
	require.Equal(t, []string{"finance_preparer", "finance_releaser"}, one[[]string](t, d, `select array_agg(role order by role) from role_requests where user_id = $1 and confirmed_by is null`, both))
	require.Equal(t, 6, one[int](t, d, `select count(*)::int from tasks where kind = 'finance_role_asked' and ref = $1`, both), "two roles, and three parts of the house hear of each")
	request := one[uuid.UUID](t, d, `select id from role_requests where user_id = $1 and role = 'finance_releaser'`, both)
	require.Equal(t, 403, admin.send(t, "POST", "/v1/role-requests/"+request.String()+"/confirm", nil).status, "not by who enabled them")
	require.Equal(t, 200, d.as(t, "finance_preparer@one.example").send(t, "POST", "/v1/role-requests/"+request.String()+"/confirm", nil).status)
	require.True(t, one[bool](t, d, `select effective_at > now() from user_roles where user_id = $1 and role = 'finance_releaser'`, both), "and only after the delay")
	require.Equal(t, 200, admin.send(t, "POST", path+"/enable", nil).status)
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from user_roles where user_id = $1 and role like 'finance_%'`, both), "once more changes nothing")

	alone := d.users["finance_releaser@one.example"]
	require.Equal(t, 200, admin.send(t, "POST", "/v1/users/"+alone.String()+"/disable", nil).status)
	require.Equal(t, 200, admin.send(t, "POST", "/v1/users/"+alone.String()+"/enable", nil).status, "also who has no other role")
}

func TestAPasswordIsChangedWithThePresentOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const path = "/v1/session/password"
	change := func(present, next string) map[string]string {
		return map[string]string{"password": present, "new_password": next}
	}
	here := d.as(t, "ops@one.example")
	elsewhere := d.anon().with("Cookie", "__Host-rapport="+sessionOf(d.anon().send(t, "POST", "/v1/session", map[string]string{"email": "ops@one.example", "password": password})))
	require.Equal(t, 401, d.anon().send(t, "PUT", path, change(password, newPassword)).status)
	require.Equal(t, []string{"new_password too_short"}, here.send(t, "PUT", path, change(password, "short")).fields(t))
	require.Equal(t, []string{"password wrong_password"}, here.send(t, "PUT", path, change("wrong", newPassword)).fields(t))
	require.Equal(t, 200, elsewhere.send(t, "GET", "/v1/session", nil).status, "nothing has changed yet")

	a := here.send(t, "PUT", path, change(password, newPassword))
	require.Equal(t, 204, a.status, "%s", a.body)
	require.Equal(t, 200, here.send(t, "GET", "/v1/session", nil).status)
	require.Equal(t, 401, elsewhere.send(t, "GET", "/v1/session", nil).status)
	require.Equal(t, 401, d.signsIn(t, "ops@one.example", password))
	require.Equal(t, 200, d.signsIn(t, "ops@one.example", newPassword))
	require.Equal(t, 200, d.as(t, "admin@one.example").send(t, "GET", "/v1/session", nil).status, "nobody else's session ends")

	told := `select count(*)::int from notifications where user_id = $1 and event = 'security' and kind = 'password.changed' and mail = 'now'`
	require.NoError(t, d.worker.NoteNotifications(t.Context(), time.Now()))
	require.Equal(t, 1, one[int](t, d, told, d.users["ops@one.example"]))
}

func TestPresentPasswordsAreNotGuessed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.as(t, "ops@one.example")
	try := func(present string) answer {
		return me.send(t, "PUT", "/v1/session/password", map[string]string{"password": present, "new_password": newPassword})
	}
	for range 5 {
		require.Equal(t, 422, try("wrong").status)
	}
	a := try(password)
	require.Equal(t, 429, a.status, "also the right one")
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, 200, d.signsIn(t, "ops@one.example", password), "it is not changed, and signing in is another matter")
}

// newestPasswordMail sends the newest mail with a link to choose a password, as the worker does, and answers the token in it.
func (d *desk) newestPasswordMail(t *testing.T, email string) (token string) {
	t.Helper()
	message := one[uuid.UUID](t, d, `select m.id from messages m join password_links l on l.message_id = m.id where m.to_address = $1 and m.state = 'prepared' order by m.id desc limit 1`, email)
	draft, err := d.worker.ManualMail(t.Context(), message)
	require.NoError(t, err)
	require.True(t, draft.PasswordLink)
	require.Contains(t, draft.Body, "{{"+rapport.PasswordLinkTag+"}}")
	token = "token-" + message.String()
	hash := sha256.Sum256([]byte(token))
	claim, err := d.worker.ClaimMail(t.Context(), rapport.RenderedMail{ID: message, Subject: draft.Subject, Text: draft.Body, RFCID: token, TokenHash: hash[:], PasswordLink: true})
	require.NoError(t, err)
	require.Equal(t, "claimed", claim.Verdict)
	return token
}

func (w world) byToken(token string) call { return w.anon().with("Password-Token", token) }

func (d *desk) invite(t *testing.T, email string, roles ...string) uuid.UUID {
	t.Helper()
	a := d.as(t, "admin@one.example").send(t, "POST", "/v1/users", map[string]any{"name": "Ida", "email": email, "brands": []any{map[string]any{"brand_id": d.world.one, "roles": roles}}})
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Contains(t, string(a.body), `"invited":true`)
	var made struct{ ID uuid.UUID }
	a.into(t, &made)
	return made.ID
}

const passwordLink = "/v1/password-link"

func TestWhoIsInvitedChoosesAPassword(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ida := d.invite(t, "ida@one.example", "ops")
	require.Equal(t, 401, d.signsIn(t, "ida@one.example", password), "there is no password yet")
	_, err := d.worker.NotifiedPerson(t.Context(), ida)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "nor is she told of work")
	token := d.newestPasswordMail(t, "ida@one.example")
	require.Zero(t, one[int](t, d, `select count(*)::int from messages where body_text like '%' || $1 || '%'`, token), "the archive has no link")

	a := d.byToken(token).send(t, "GET", passwordLink, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "ida@one.example", a.text("email"))
	require.Equal(t, []string{"password too_short"}, d.byToken(token).send(t, "POST", passwordLink, map[string]string{"password": "short"}).fields(t))
	a = d.byToken(token).send(t, "POST", passwordLink, map[string]string{"password": newPassword})
	require.Equal(t, 204, a.status, "%s", a.body)
	require.Empty(t, a.header.Get("Set-Cookie"), "no session yet")
	require.Equal(t, 200, d.signsIn(t, "ida@one.example", newPassword))
	require.NotContains(t, string(d.as(t, "admin@one.example").send(t, "GET", "/v1/users?limit=200", nil).body), `"invited":true`)
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from audit_log where action = 'user.joined' and subject = $1`, ida))
}

func TestAPasswordLinkWorksOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ida := d.invite(t, "ida@one.example", "ops")
	admin, again := d.as(t, "admin@one.example"), "/v1/users/"+ida.String()+"/password-link"
	dead := func(token, why string) {
		t.Helper()
		require.Equal(t, "link_ended", d.byToken(token).send(t, "GET", passwordLink, nil).text("code"), why)
		a := d.byToken(token).send(t, "POST", passwordLink, map[string]string{"password": newPassword})
		require.Equal(t, 401, a.status, why)
		require.Equal(t, "link_ended", a.text("code"), why)
	}
	dead("nothing", "a token of nobody's")
	first := d.newestPasswordMail(t, "ida@one.example")
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "POST", again, nil).status)
	require.Equal(t, 404, d.as(t, "admin@two.example").send(t, "POST", again, nil).status)
	require.Equal(t, 200, d.byToken(first).send(t, "GET", passwordLink, nil).status)
	require.Equal(t, 200, admin.send(t, "POST", again, nil).status)
	dead(first, "another one was sent")

	second := d.newestPasswordMail(t, "ida@one.example")
	d.sql(t, `update password_links set expires_at = now() - interval '1 second' where token_hash is not null`)
	dead(second, "a week is over")
	require.Equal(t, 200, admin.send(t, "POST", again, nil).status)
	third := d.newestPasswordMail(t, "ida@one.example")
	require.InDelta(t, 7*24*3600, one[float64](t, d, `select extract(epoch from max(expires_at) - now())::float8 from password_links`), 60)
	require.Equal(t, 200, admin.send(t, "POST", "/v1/users/"+ida.String()+"/disable", nil).status)
	dead(third, "she is disabled")
	require.Equal(t, "disabled", admin.send(t, "POST", again, nil).text("code"))
	require.Equal(t, 200, admin.send(t, "POST", "/v1/users/"+ida.String()+"/enable", nil).status)
	dead(third, "and was")

	require.Equal(t, 200, admin.send(t, "POST", again, nil).status)
	fourth := d.newestPasswordMail(t, "ida@one.example")
	require.Equal(t, 204, d.byToken(fourth).send(t, "POST", passwordLink, map[string]string{"password": newPassword}).status)
	dead(fourth, "it was used")
	require.Equal(t, 200, d.signsIn(t, "ida@one.example", newPassword))
}

func TestAMailWhoseLinkHasEndedIsNotSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ida := d.invite(t, "ida@one.example", "ops")
	old := one[uuid.UUID](t, d, `select message_id from password_links`)
	require.Equal(t, 200, d.as(t, "admin@one.example").send(t, "POST", "/v1/users/"+ida.String()+"/password-link", nil).status)
	claim, err := d.worker.ClaimMail(t.Context(), rapport.RenderedMail{ID: old, Subject: "S", Text: "T", TokenHash: []byte("hash"), PasswordLink: true})
	require.NoError(t, err)
	require.Equal(t, "cancelled", claim.Verdict)
}

func TestAForgottenPasswordIsChosenAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	secret, _ := d.enrolled(t, "ops@one.example")
	there := d.as(t, "ops@one.example")
	for range 5 {
		require.Equal(t, 401, d.signsIn(t, "ops@one.example", "wrong"))
	}
	require.Equal(t, 204, d.anon().send(t, "POST", "/v1/password-links", map[string]string{"email": " OPS@one.example"}).status)
	require.Equal(t, 200, there.send(t, "GET", "/v1/session", nil).status, "asking changes nothing")
	token := d.newestPasswordMail(t, "ops@one.example")
	require.InDelta(t, 24*3600, one[float64](t, d, `select extract(epoch from max(expires_at) - now())::float8 from password_links`), 60)
	require.Equal(t, 204, d.byToken(token).send(t, "POST", passwordLink, map[string]string{"password": newPassword}).status)
	require.Equal(t, 401, there.send(t, "GET", "/v1/session", nil).status, "every session ends")

	sign := map[string]string{"email": "ops@one.example", "password": newPassword}
	require.Equal(t, "second_factor_required", d.anon().send(t, "POST", "/v1/session", sign).text("code"), "the authenticator is asked for as before")
	sign["code"] = codeOf(t, secret, 1)
	require.Equal(t, 200, d.anon().send(t, "POST", "/v1/session", sign).status)
	require.NoError(t, d.worker.NoteNotifications(t.Context(), time.Now()))
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from notifications where user_id = $1 and kind = 'password.chosen' and mail = 'now'`, d.users["ops@one.example"]))
}

func TestAForgottenPasswordTellsNothingAboutAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 200, d.as(t, "admin@one.example").send(t, "POST", "/v1/users/"+d.users["guest@one.example"].String()+"/disable", nil).status)
	ask := func(email string) answer {
		return d.anon().send(t, "POST", "/v1/password-links", map[string]string{"email": email})
	}
	for _, email := range []string{"ops@one.example", "nobody@one.example", "not an address", "guest@one.example"} {
		began := time.Now()
		a := ask(email)
		require.Equal(t, 204, a.status, email)
		require.Empty(t, a.body, email)
		require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond, email)
	}
	require.Equal(t, []string{"ops@one.example"}, one[[]string](t, d, `select array_agg(m.to_address) from password_links l join messages m on m.id = l.message_id`))
	for _, email := range []string{"ops@one.example", "nobody@one.example"} {
		ask(email)
		ask(email)
		a := ask(email)
		require.Equal(t, 429, a.status, email)
		require.NotEmpty(t, a.header.Get("Retry-After"))
	}
}
