package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestSessionIsStartedUsedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.anon().send(t, "POST", "/v1/session", map[string]string{"email": " OPS@one.example ", "password": password})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Regexp(t, `^__Host-rapport=[\w-]{43}; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax$`, a.header.Get("Set-Cookie"))
	me := w.anon().with("Cookie", "__Host-rapport="+sessionOf(a))

	var session struct {
		UserID uuid.UUID `json:"user_id"`
		Brands []struct {
			BrandName string `json:"brand_name"`
			Roles     []string
		}
	}
	me.send(t, "GET", "/v1/session", nil).into(t, &session)
	require.Equal(t, w.users["ops@one.example"], session.UserID)
	require.Equal(t, []string{"ops"}, session.Brands[0].Roles)

	again := me.send(t, "POST", "/v1/session", map[string]string{"email": "ops@one.example", "password": password})
	require.NotEqual(t, sessionOf(a), sessionOf(again), "signing in makes a new token")
	require.Equal(t, 401, me.send(t, "GET", "/v1/session", nil).status, "and ends the old one")

	me = w.anon().with("Cookie", "__Host-rapport="+sessionOf(again))
	require.Equal(t, 204, me.send(t, "DELETE", "/v1/session", nil).status)
	require.Equal(t, 401, me.send(t, "GET", "/v1/session", nil).status)
	require.Equal(t, 401, w.anon().send(t, "GET", "/v1/session", nil).status)
}

func TestSignInTellsNothingAboutAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, 200, w.as(t, "admin@one.example").send(t, "POST", "/v1/users/"+w.users["guest@one.example"].String()+"/disable", nil).status)
	seen := make([]string, 0, 4)
	for _, email := range []string{"ops@one.example", "nobody@one.example", "not an address", "guest@one.example"} {
		p := password
		if email == "ops@one.example" {
			p = "wrong"
		}
		a := w.anon().send(t, "POST", "/v1/session", map[string]string{"email": email, "password": p})
		require.Equal(t, 401, a.status)
		seen = append(seen, a.text("detail")+a.text("code"))
	}
	for _, s := range seen {
		require.Equal(t, seen[0], s)
	}
}

func TestSignInIsThrottledPerAccountAndPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	try := func(email, p string) answer {
		return w.anon().send(t, "POST", "/v1/session", map[string]string{"email": email, "password": p})
	}
	for range 4 {
		require.Equal(t, 401, try("ops@one.example", "wrong").status)
	}
	require.Equal(t, 200, try("ops@one.example", password).status, "a success forgets the failures")
	for range 5 {
		require.Equal(t, 401, try("ops@one.example", "wrong").status)
	}
	a := try("ops@one.example", password)
	require.Equal(t, 429, a.status, "also with the right password")
	require.Regexp(t, `^\d{3}$`, a.header.Get("Retry-After"))
	require.Equal(t, 200, try("admin@one.example", password).status, "another account is not touched")

	// The address bears 50 failures over all accounts. They are counted without waiting for passwords to be checked.
	for i := range 60 {
		if a = try(fmt.Sprintf("x%d@one.example", i), "wrong"); a.status == 429 {
			break
		}
	}
	require.Equal(t, 429, a.status)
	require.Equal(t, 429, try("legal@one.example", password).status)
}

func TestDisabledPersonIsOutAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	var made struct{ Secret string }
	a := ops.send(t, "POST", "/v1/tokens", map[string]string{"name": "sync"})
	require.Equal(t, 201, a.status)
	a.into(t, &made)
	token := w.anon().with("Authorization", "Bearer "+made.Secret)
	require.Equal(t, 200, token.send(t, "GET", "/v1/session", nil).status)

	path := "/v1/users/" + w.users["ops@one.example"].String() + "/disable"
	require.Equal(t, 404, w.as(t, "admin@two.example").send(t, "POST", path, nil).status, "not by another brand's admin")
	require.Equal(t, 200, w.as(t, "admin@one.example").send(t, "POST", path, nil).status)
	require.Equal(t, 401, ops.send(t, "GET", "/v1/session", nil).status)
	require.Equal(t, 401, token.send(t, "GET", "/v1/session", nil).status)
}

func TestOneBrandDoesNotDisableAnothersPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/users/" + d.users["ops@one.example"].String() + "/disable"
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, d.users["ops@one.example"], d.world.two)
	admin := d.as(t, "admin@one.example")
	a := admin.send(t, "POST", path, nil)
	require.Equal(t, 403, a.status)
	require.Equal(t, "works_elsewhere", a.text("code"))
	require.Equal(t, 200, d.as(t, "ops@one.example").send(t, "GET", "/v1/session", nil).status)
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'admin')`, d.users["admin@one.example"], d.world.two)
	require.Equal(t, 200, admin.send(t, "POST", path, nil).status, "an admin of both may")
}

func TestAnAdminGivesRolesAtTheirOwnBrandsOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.users["ops@one.example"]
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, ops, d.world.two)
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'ops')`, d.users["admin@one.example"], d.world.two)
	admin, path := d.as(t, "admin@one.example"), "/v1/users/"+ops.String()+"/roles"
	at := func(brand uuid.UUID, roles ...string) map[string]any {
		return map[string]any{"brand_id": brand, "roles": append([]string{}, roles...)}
	}
	require.Equal(t, 422, admin.send(t, "PUT", path, map[string]any{"brands": []any{at(d.world.one, "ops"), at(d.world.two, "approver")}}).status)
	require.Equal(t, 200, admin.send(t, "PUT", path, map[string]any{"brands": []any{at(d.world.one)}}).status)
	require.Zero(t, one[int](t, d, `select count(*) from user_roles where user_id = $1 and brand_id = $2`, ops, d.world.one))
	require.Equal(t, 1, one[int](t, d, `select count(*) from user_roles where user_id = $1 and brand_id = $2`, ops, d.world.two))
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	var made struct {
		Token  struct{ ID uuid.UUID }
		Secret string
	}
	a := ops.with("Idempotency-Key", "t1").send(t, "POST", "/v1/tokens", map[string]string{"name": "sync"})
	a.into(t, &made)
	require.Regexp(t, `^rap_[0-9a-f]{32}_[0-9a-f]{64}$`, made.Secret)
	replay := ops.with("Idempotency-Key", "t1").send(t, "POST", "/v1/tokens", map[string]string{"name": "sync"})
	require.Equal(t, 409, replay.status, "a secret is shown once")
	require.NotContains(t, string(replay.body), made.Secret)

	token := w.anon().with("Authorization", "Bearer "+made.Secret)
	require.Equal(t, 200, token.send(t, "GET", "/v1/campaigns", nil).status)
	require.Equal(t, 403, token.send(t, "POST", "/v1/tokens", map[string]string{"name": "more"}).status, "a token makes no tokens")
	for _, bad := range []string{made.Secret + "0", "rap_" + made.Secret[4:36] + "_", "rap_x_y", "nothing"} {
		require.Equal(t, 401, w.anon().with("Authorization", "Bearer "+bad).send(t, "GET", "/v1/campaigns", nil).status)
	}
	require.Equal(t, 422, ops.send(t, "POST", "/v1/tokens", map[string]any{"name": "old", "expires_at": time.Now().Add(-time.Hour)}).status)
	require.Equal(t, 404, w.as(t, "admin@one.example").send(t, "DELETE", "/v1/tokens/"+made.Token.ID.String(), nil).status)
	require.Equal(t, 204, ops.send(t, "DELETE", "/v1/tokens/"+made.Token.ID.String(), nil).status)
	require.Equal(t, 401, token.send(t, "GET", "/v1/campaigns", nil).status)
}

func TestPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(t, "admin@one.example")
	person := func(email, pass string, brand uuid.UUID, roles ...string) map[string]any {
		return map[string]any{"name": "Ida", "email": email, "password": pass, "brands": []any{map[string]any{"brand_id": brand, "roles": roles}}}
	}
	a := admin.send(t, "POST", "/v1/users", person("bad", "short", w.two, "ops"))
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"brands[0].brand_id unknown", "email bad_email", "password too_short"}, a.fields(t))

	a = admin.send(t, "POST", "/v1/users", person("Ida@one.example", password, w.one, "ops", "finance_preparer"))
	require.Equal(t, 201, a.status, "%s", a.body)
	var user struct {
		ID     uuid.UUID
		Email  string
		Brands []struct{ Roles []string }
	}
	a.into(t, &user)
	require.Equal(t, "ida@one.example", user.Email)
	require.Equal(t, []string{"ops"}, user.Brands[0].Roles, "the finance role waits")
	require.Equal(t, 409, admin.send(t, "POST", "/v1/users", person("ida@one.example", password, w.one, "ops")).status)

	var waiting struct{ Items []struct{ ID uuid.UUID } }
	admin.send(t, "GET", "/v1/role-requests", nil).into(t, &waiting)
	require.Len(t, waiting.Items, 1)
	confirm := "/v1/role-requests/" + waiting.Items[0].ID.String() + "/confirm"
	require.Equal(t, 403, admin.send(t, "POST", confirm, nil).status, "not by who asked")
	require.Equal(t, 404, w.as(t, "admin@two.example").send(t, "POST", confirm, nil).status)
	require.Equal(t, 403, w.as(t, "ops@one.example").send(t, "POST", confirm, nil).status)
	require.Equal(t, 200, w.as(t, "finance_releaser@one.example").send(t, "POST", confirm, nil).status)

	roles := "/v1/users/" + user.ID.String() + "/roles"
	edit := map[string]any{"brands": []any{map[string]any{"brand_id": w.one, "roles": []string{"approver"}}}}
	require.Equal(t, 404, w.as(t, "admin@two.example").send(t, "PUT", roles, map[string]any{"brands": []any{map[string]any{"brand_id": w.two, "roles": []string{"ops"}}}}).status)
	require.Equal(t, 422, w.as(t, "admin@two.example").send(t, "PUT", roles, edit).status)
	a = admin.send(t, "PUT", roles, edit)
	require.Equal(t, 200, a.status)
	a.into(t, &user)
	require.Equal(t, []string{"approver"}, user.Brands[0].Roles)
	admin.send(t, "GET", "/v1/role-requests", nil).into(t, &waiting)
	require.Empty(t, waiting.Items, "the role was taken away before its delay was over")
	a = admin.send(t, "PUT", roles, map[string]any{"brands": []any{}})
	require.Equal(t, 422, a.status, "to name no brand is not to take all roles away: %s", a.body)
	mine := "/v1/users/" + w.users["admin@one.example"].String()
	require.Equal(t, 409, admin.send(t, "PUT", mine+"/roles", edit).status)
	require.Equal(t, 409, admin.send(t, "POST", mine+"/disable", nil).status)

	var list struct {
		Items      []struct{ Email string }
		NextCursor string `json:"next_cursor"`
	}
	seen := map[string]bool{}
	for path := "/v1/users?limit=4"; ; path = "/v1/users?limit=4&cursor=" + list.NextCursor {
		list.NextCursor = ""
		admin.send(t, "GET", path, nil).into(t, &list)
		for _, u := range list.Items {
			require.False(t, seen[u.Email])
			seen[u.Email] = true
		}
		if list.NextCursor == "" {
			break
		}
	}
	require.Len(t, seen, len(rapport.Roles())+1)
	require.Equal(t, 400, admin.send(t, "GET", "/v1/users?cursor=nonsense", nil).status)
}
