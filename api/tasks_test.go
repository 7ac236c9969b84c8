package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/api/gen"
)

func TestATaskThatADecisionEndsLeadsThereAndCannotBeMarkedDone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	task := func(kind string, ref uuid.UUID) uuid.UUID {
		made := id()
		d.sql(t, `insert into tasks (id, brand_id, partnership_id, creator_id, kind, owner_role, ref, due_at) values ($1, $2, $3, $4, $5, 'ops', $6, now())`,
			made, d.world.one, d.partnership, d.creator, kind, ref)
		return made
	}
	ops := d.as(t, "ops@one.example")
	links := map[uuid.UUID]string{
		task("approve_payout", d.payout): "/payouts/" + d.payout.String(), task("review_held", d.review): "/reviews/" + d.review.String(),
		task("approve_contract", d.contract): "/contracts/" + d.contract.String(), task("decide_renewal", d.contract): "/contracts/renewals?selected=" + d.partnership.String(),
	}
	var list gen.TaskList
	ops.send(t, "GET", "/v1/tasks", nil).into(t, &list)
	require.Len(t, list.Items, len(links))
	for _, found := range list.Items {
		require.Equal(t, links[found.Id], *found.Link, found.Kind)
		require.True(t, found.ClosesItself, found.Kind)
		a := ops.keyed().send(t, "POST", "/v1/tasks/"+found.Id.String()+"/complete", map[string]any{})
		require.Equal(t, 409, a.status, found.Kind)
		require.Equal(t, "decide_instead", a.text("code"))
	}
	require.Equal(t, len(links), one[int](t, d, `select count(*) from tasks where state = 'open'`))
	other := task("mail_failed", d.payout)
	require.Equal(t, 200, ops.keyed().send(t, "POST", "/v1/tasks/"+other.String()+"/complete", map[string]any{"note": "I called."}).status)
}
