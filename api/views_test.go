package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type shownView struct {
	ID     uuid.UUID      `json:"id"`
	Name   string         `json:"name"`
	Page   string         `json:"page"`
	Search map[string]any `json:"search"`
	Mine   bool           `json:"mine"`
}

func TestViewsAreKeptAndShared(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	views := func(who string) (list []shownView) {
		var answer struct {
			Items []shownView `json:"items"`
		}
		require.NoError(t, json.Unmarshal(d.as(t, who).send(t, "GET", "/v1/views", nil).body, &answer))
		return answer.Items
	}
	save := func(who string, body map[string]any) answer {
		return d.as(t, who).keyed().send(t, "POST", "/v1/views", body)
	}
	search := map[string]any{"stage": []any{"active"}, "attention": true}
	require.Equal(t, 201, save("ops@one.example", map[string]any{"page": "/partnerships", "name": " Needs me ", "search": search}).status)
	shared := save("ops@one.example", map[string]any{"page": "/contracts/dates", "name": "Ending", "search": map[string]any{"kind": "rights_end"}, "brand_id": d.world.one})
	require.Equal(t, 201, shared.status, "%s", shared.body)

	mine := views("ops@one.example")
	require.Equal(t, []string{"Ending", "Needs me"}, []string{mine[0].Name, mine[1].Name})
	require.Equal(t, search, mine[1].Search)
	theirs := views("approver@one.example")
	require.Len(t, theirs, 1, "what is not shared is its owner's alone")
	require.False(t, theirs[0].Mine)
	require.Empty(t, views("ops@two.example"))

	again := map[string]any{"page": "/partnerships", "name": "Needs me", "search": map[string]any{}}
	require.Equal(t, []string{"name taken"}, save("ops@one.example", again).fields(t))
	require.Equal(t, 201, save("approver@one.example", again).status, "somebody else's name")
	for path, bad := range map[string]map[string]any{
		"page unknown_value": {"page": "https://elsewhere.example", "name": "x", "search": map[string]any{}},
		"name required":      {"page": "/tasks", "name": "  ", "search": map[string]any{}},
		"search too_long":    {"page": "/tasks", "name": "x", "search": map[string]any{"q": strings.Repeat("x", 5000)}},
	} {
		require.Equal(t, []string{path}, save("ops@one.example", bad).fields(t))
	}
	require.Equal(t, []string{"brand_id no_right"}, save("auditor@one.example", map[string]any{"page": "/tasks", "name": "x", "search": map[string]any{}, "brand_id": d.world.one}).fields(t))
	require.Equal(t, 404, save("ops@two.example", map[string]any{"page": "/tasks", "name": "x", "search": map[string]any{}, "brand_id": d.world.one}).status)

	rename := func(who, name string) answer {
		return d.as(t, who).send(t, "PATCH", "/v1/views/"+mine[1].ID.String(), map[string]any{"name": name})
	}
	require.Equal(t, 404, rename("admin@one.example", "Mine now").status, "somebody else's")
	require.Equal(t, []string{"name required"}, rename("ops@one.example", " ").fields(t))
	require.Equal(t, 201, save("ops@one.example", map[string]any{"page": "/partnerships", "name": "Stuck", "search": search}).status)
	require.Equal(t, []string{"name taken"}, rename("ops@one.example", "Stuck").fields(t))
	renamed := rename("ops@one.example", " Waits for me ")
	require.Equal(t, []any{200, "Waits for me"}, []any{renamed.status, renamed.text("name")})
	require.Equal(t, search, views("ops@one.example")[2].Search, "it lists what it listed")

	forget := func(who string) int {
		return d.as(t, who).send(t, "DELETE", "/v1/views/"+theirs[0].ID.String(), nil).status
	}
	require.Equal(t, []int{404, 409, 204, 404}, []int{forget("ops@two.example"), forget("approver@one.example"), forget("admin@one.example"), forget("ops@one.example")})
}
