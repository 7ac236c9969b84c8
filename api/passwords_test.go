package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
	require.Zero(t, one[int](t, d, `select count(*)::int from tasks where kind = 'finance_enabled'`))

	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, d.users["ops@one.example"], d.world.two)
	require.Equal(t, "works_elsewhere", admin.send(t, "POST", path+"/enable", nil).text("code"))
}

func TestFinanceHearsOfSomebodyOfTheirsWhoIsEnabledAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin, path := d.as(t, "admin@one.example"), "/v1/users/"+d.users["finance_releaser@one.example"].String()
	require.Equal(t, 200, admin.send(t, "POST", path+"/disable", nil).status)
	require.Equal(t, 200, admin.send(t, "POST", path+"/enable", nil).status)
	require.Equal(t, []string{"admin", "finance_preparer", "finance_releaser"}, one[[]string](t, d, `select array_agg(owner_role order by owner_role) from tasks where kind = 'finance_enabled'`))
	require.NotZero(t, one[int](t, d, `select count(*)::int from messages where kind = 'internal' and to_address = 'finance_preparer@one.example' and subject = 'One: somebody of finance was enabled again'`))
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
