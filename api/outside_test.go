package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestOutsideReviewersAreAddedListedAndRemoved(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	add := func(brand uuid.UUID, name, email string) answer {
		return ops.send(t, "POST", "/v1/outside-reviewers", map[string]any{"brand_id": brand, "name": name, "email": email})
	}
	a := add(d.world.one, " Oda ", " Oda@Press.example ")
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, []string{"Oda", "oda@press.example"}, []string{a.text("name"), a.text("email")})
	require.Equal(t, 409, add(d.world.one, "Again", "oda@press.example").status)
	require.ElementsMatch(t, []string{"email bad_email", "name required"}, add(d.world.one, "  ", "press").fields(t))
	for _, email := range []string{"oda@", "@press.example", "o da@press.example"} {
		require.Equal(t, []string{"email bad_email"}, add(d.world.one, "Oda", email).fields(t), email)
	}
	require.Equal(t, 404, add(d.two, "Oda", "oda@press.example").status)
	require.Equal(t, 403, d.as(t, "approver@one.example").send(t, "POST", "/v1/outside-reviewers", map[string]any{"brand_id": d.world.one, "name": "O", "email": "o@press.example"}).status)

	path := "/v1/outside-reviewers/" + a.text("id")
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "POST", path+"/remove", map[string]any{}).status)
	require.NotContains(t, string(d.as(t, "ops@two.example").send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@")
	require.Contains(t, string(ops.send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@press.example")
	require.Equal(t, 204, ops.send(t, "POST", path+"/remove", map[string]any{}).status)
	require.NotContains(t, string(ops.send(t, "GET", "/v1/outside-reviewers", nil).body), "oda@press.example")
	require.Equal(t, 201, add(d.world.one, "Oda", "oda@press.example").status, "who was removed may come back")
}
