package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

func TestNobodyGetsInWithoutASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spec, err := gen.GetSpec()
	require.NoError(t, err)
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Security != nil && len(*op.Security) == 0 {
				continue
			}
			a := w.anon().send(t, method, strings.ReplaceAll(path, "{id}", uuid.NewString()), nil)
			require.Equal(t, 401, a.status, "%s %s: %s", method, path, a.body)
			require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
		}
	}
}

func TestRolesAreHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		method, path string
		may          []rapport.Role
	}{
		{"POST", "/v1/users", []rapport.Role{rapport.RoleAdmin}},
		{"POST", "/v1/brands", []rapport.Role{rapport.RoleAdmin}},
		{"POST", "/v1/policies", []rapport.Role{rapport.RoleAdmin}},
		{"POST", "/v1/creators", []rapport.Role{rapport.RoleOps, rapport.RoleAdmin}},
		{"POST", "/v1/campaigns", []rapport.Role{rapport.RoleOps, rapport.RoleAdmin}},
		{"GET", "/v1/role-requests", []rapport.Role{rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleAuditor, rapport.RoleAdmin}},
		{"GET", "/v1/campaigns", rapport.Roles()},
	} {
		for _, role := range rapport.Roles() {
			a := w.as(t, string(role)+"@one.example").send(t, tc.method, tc.path, map[string]any{})
			allowed := false
			for _, r := range tc.may {
				allowed = allowed || r == role
			}
			require.Equal(t, !allowed, a.status == 403, "%s %s as %s: %d", tc.method, tc.path, role, a.status)
		}
	}
}

func TestBrandsAreWalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops, other, otherAdmin := w.as(t, "ops@one.example"), w.as(t, "ops@two.example"), w.as(t, "admin@two.example")
	var made struct{ ID uuid.UUID }
	ops.send(t, "POST", "/v1/campaigns", campaign(w.one)).into(t, &made)
	campaignID := made.ID.String()
	var sequence struct{ ID uuid.UUID }
	a := ops.send(t, "POST", "/v1/sequences", map[string]any{"brand_id": w.one, "name": "Ours", "steps": []any{map[string]any{"kind": "send", "template": "invitation"}}})
	require.Equal(t, 201, a.status, "%s", a.body)
	a.into(t, &sequence)
	a = ops.upload(t, "/v1/creators/imports", "name,handle,platform\nNina,@nina,youtube\n")
	require.Equal(t, 200, a.status, "%s", a.body)
	var tasks struct {
		Items []struct{ ID, BrandID uuid.UUID }
	}
	ops.send(t, "GET", "/v1/tasks", nil).into(t, &tasks)
	require.Len(t, tasks.Items, 1)
	task := tasks.Items[0].ID.String()
	var brand struct {
		CalendarID uuid.UUID `json:"calendar_id"`
	}
	ops.send(t, "GET", "/v1/brands/"+w.one.String(), nil).into(t, &brand)

	calendar := map[string]any{"zone": "UTC", "working_days": []int{1}, "opens": "09:00", "closes": "10:00", "holidays": []any{}}
	for _, tc := range []struct {
		who          call
		method, path string
		body         any
	}{
		{other, "GET", "/v1/brands/" + w.one.String(), nil},
		{otherAdmin, "PATCH", "/v1/brands/" + w.one.String(), map[string]any{"name": "Stolen"}},
		{other, "GET", "/v1/calendars/" + brand.CalendarID.String(), nil},
		{other, "PUT", "/v1/calendars/" + brand.CalendarID.String(), calendar},
		{other, "GET", "/v1/campaigns/" + campaignID, nil},
		{other, "PATCH", "/v1/campaigns/" + campaignID, map[string]any{"name": "Stolen"}},
		{other, "POST", "/v1/campaigns", campaign(w.one)},
		{other, "POST", "/v1/sequences", map[string]any{"brand_id": w.one, "name": "x", "steps": []any{}}},
		{other, "POST", "/v1/templates", map[string]any{"brand_id": w.one, "name": "x", "subject": "x", "body": "x"}},
		{otherAdmin, "POST", "/v1/policies", map[string]any{"brand_id": w.one, "name": "x", "stages": []any{}}},
		{other, "POST", "/v1/tasks/" + task + "/complete", map[string]any{}},
		{other, "POST", "/v1/tasks/" + task + "/reassign", map[string]any{"user_id": w.users["ops@two.example"]}},
		{other, "POST", "/v1/tasks/" + task + "/snooze", map[string]any{"until": "2099-01-01T00:00:00Z"}},
		{otherAdmin, "POST", "/v1/users/" + w.users["ops@one.example"].String() + "/disable", nil},
	} {
		a := tc.who.send(t, tc.method, tc.path, tc.body)
		if strings.HasSuffix(tc.path, "/snooze") {
			require.Contains(t, []int{404, 422}, a.status)
			continue
		}
		require.Equal(t, 404, a.status, "%s %s: %s", tc.method, tc.path, a.body)
	}
	// Lists do not show it either, whatever filter is asked for.
	for _, path := range []string{"/v1/brands", "/v1/campaigns", "/v1/tasks", "/v1/users", "/v1/calendars", "/v1/sequences", "/v1/search?q=Spring"} {
		for _, filter := range []string{"", "brand_id=" + w.one.String()} {
			url := path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + filter
			a := other.send(t, "GET", url, nil)
			require.Equal(t, 200, a.status, "%s", a.body)
			for _, secret := range []string{campaignID, sequence.ID.String(), task, brand.CalendarID.String(), w.users["ops@one.example"].String()} {
				require.NotContains(t, string(a.body), secret, url)
			}
		}
	}
	// What belongs to another brand cannot be used.
	for field, id := range map[string]uuid.UUID{"sequence_id": sequence.ID, "owner_id": w.users["ops@one.example"], "policy_id": uuid.New()} {
		body := campaign(w.two)
		body[field] = id
		a := other.send(t, "POST", "/v1/campaigns", body)
		require.Equal(t, 422, a.status)
		require.Contains(t, a.fields(t)[0], field)
	}
}

func TestRoleOfOneBrandIsNoneAtAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(t, "admin@two.example")
	// ops of brand one becomes a guest of brand two
	guest := []any{map[string]any{"brand_id": w.two, "roles": []string{"guest"}}}
	a := admin.send(t, "POST", "/v1/users", map[string]any{"name": "Both", "email": "both@example.com", "password": password, "brands": guest})
	require.Equal(t, 201, a.status)
	var user struct{ ID uuid.UUID }
	a.into(t, &user)
	_, err := w.store.SetRoles(rapport.WithBrands(t.Context(), w.one, w.two), user.ID, []rapport.BrandRoles{{BrandID: w.one, Roles: []rapport.Role{rapport.RoleOps}}}, w.users["admin@one.example"])
	require.NoError(t, err)
	var made struct{ ID uuid.UUID }
	w.as(t, "ops@two.example").send(t, "POST", "/v1/campaigns", campaign(w.two)).into(t, &made)

	both := w.as(t, "both@example.com")
	path := "/v1/campaigns/" + made.ID.String()
	require.Equal(t, 200, both.send(t, "GET", path, nil).status, "a guest reads")
	require.Equal(t, 404, both.send(t, "PATCH", path, map[string]any{"name": "x"}).status, "and writes nothing")
	require.Equal(t, 404, both.send(t, "POST", "/v1/campaigns", campaign(w.two)).status)
	require.Equal(t, 201, both.send(t, "POST", "/v1/campaigns", campaign(w.one)).status)
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	for _, evil := range []call{ops.with("Origin", "https://evil.example"), ops.with("Sec-Fetch-Site", "cross-site"), ops.with("Origin", "null")} {
		a := evil.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"})
		require.Equal(t, 403, a.status)
		require.Equal(t, "cross_origin", a.text("code"))
		require.Equal(t, 200, evil.send(t, "GET", "/v1/creators", nil).status)
	}
	for _, fine := range []call{ops, ops.with("Origin", "https://rapport.example"), ops.with("Sec-Fetch-Site", "same-origin")} {
		require.Equal(t, 201, fine.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"}).status)
	}
}

func TestAnswersCarrySecurityHeadersAndNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	a := ops.send(t, "GET", "/v1/creators?q=nina@bakes.example", nil)
	require.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'self'")
	require.Contains(t, a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", a.header.Get("Referrer-Policy"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.NotEmpty(t, a.header.Get("X-Request-ID"))
	require.NotZero(t, w.logs.Len())
	for _, entry := range w.logs.All() {
		for key, value := range entry.ContextMap() {
			text, _ := value.(string)
			require.NotContains(t, text, "@", key)
			require.NotContains(t, text, password, key)
		}
	}
}

func TestUnknownAddressesAnswerAsProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		method, path, accept string
		status               int
	}{
		{"GET", "/v1/nothing", "text/html", 404},
		{"GET", "/v1", "text/html", 404},
		{"GET", "/webhooks/nothing", "text/html", 404},
		{"GET", "/campaigns", "application/json", 404},
		{"POST", "/campaigns", "text/html", 404},
		{"DELETE", "/v1/campaigns", "*/*", 405},
		{"GET", "/campaigns", "text/html,*/*", 200},
		{"GET", "/", "text/html", 200},
		{"GET", "/assets/a.js", "*/*", 200},
		{"GET", "/assets/../../go.mod", "text/html", 200},
		{"GET", "/healthz", "*/*", 200},
		{"GET", "/readyz", "*/*", 200},
		{"GET", "/metrics", "*/*", 200},
	} {
		a := w.anon().with("Accept", tc.accept).send(t, tc.method, tc.path, nil)
		require.Equal(t, tc.status, a.status, "%s %s", tc.method, tc.path)
		if tc.status >= 400 {
			require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			require.Equal(t, http.StatusText(tc.status) != "", a.text("detail") != "")
		}
	}
	require.Equal(t, "no-cache", w.anon().with("Accept", "text/html").send(t, "GET", "/tasks", nil).header.Get("Cache-Control"))
	w.store.Close()
	a := w.anon().send(t, "GET", "/readyz", nil)
	require.Equal(t, 503, a.status)
	require.JSONEq(t, `{"database":"away"}`, string(a.body))
	require.Equal(t, 200, w.anon().send(t, "GET", "/healthz", nil).status)
	a = w.anon().with("Cookie", "__Host-rapport=x").send(t, "GET", "/v1/session", nil)
	require.Equal(t, 503, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
}
