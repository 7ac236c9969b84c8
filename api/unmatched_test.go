package api_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// TestUnmatchedMailIsSeenByWhomItMayConcernAndFiled: mail that names nothing of ours has no brand, and must be neither lost nor
// shown to another brand.
func TestUnmatchedMailIsSeenByWhomItMayConcernAndFiled(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	two := d.seed(t, d.world.two, "two.example")
	// Only brand one works with Kim; Mia works with both.
	kim := id()
	d.sql(t, `insert into creators (id, name) values ($1, 'Kim')`, kim)
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'kim@mail.example')`, id(), kim)
	kims := id()
	d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) select $1, brand_id, campaign_id, $2, owner_id, 'active' from partnerships where id = $3`,
		kims, kim, d.partnership)
	mail := func(from string) uuid.UUID {
		m := id()
		d.sql(t, `insert into messages (id, direction, channel, kind, state, class, from_address, subject, body_text)
			values ($1, 'in', 'email', 'reply', 'unmatched', 'human', $2, 'Hello', 'Is it still on?')`, m, from)
		return m
	}
	ofKim, ofMia, ofNobody := mail("kim@mail.example"), mail("mia@mail.example"), mail("who@elsewhere.example")
	sees := func(who string) (ids []uuid.UUID) {
		var list gen.UnmatchedMailList
		a := d.as(t, who).send(t, "GET", "/v1/messages/unmatched", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		for _, m := range list.Items {
			ids = append(ids, m.Message.Id)
		}
		return ids
	}
	require.Equal(t, []uuid.UUID{ofNobody, ofKim}, sees("ops@one.example"), "Mia may have meant the other brand")
	require.Equal(t, []uuid.UUID{ofNobody}, sees("ops@two.example"))
	require.Equal(t, []uuid.UUID{ofNobody, ofMia, ofKim}, sees("admin@one.example"))
	require.Equal(t, 403, d.as(t, "approver@one.example").send(t, "GET", "/v1/messages/unmatched", nil).status)

	// A subject that was written about suggests too, whoever answers from another address.
	d.sql(t, `insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, state, subject, body_text)
		select $1, id, brand_id, creator_id, 'out', 'email', 'delivered', 'Hello', 'Hi' from partnerships where id = $2`, id(), kims)
	var list gen.UnmatchedMailList
	d.as(t, "ops@one.example").send(t, "GET", "/v1/messages/unmatched", nil).into(t, &list)
	require.Equal(t, "Was written to about this", list.Items[0].Candidates[0].Why)
	require.Equal(t, "Has this address, and was written to about this", list.Items[1].Candidates[0].Why)

	path := func(m uuid.UUID) string { return "/v1/messages/" + m.String() + "/file" }
	ops := d.as(t, "ops@one.example")
	require.Equal(t, 404, ops.keyed().send(t, "POST", path(ofMia), map[string]any{}).status, "what one does not see one does not file")
	require.Equal(t, 404, ops.keyed().send(t, "POST", path(ofKim), map[string]any{"partnership_id": two.partnership}).status)
	require.Equal(t, 3, one[int](t, d, `select count(*) from messages where state = 'unmatched'`))

	require.Equal(t, 204, ops.keyed().send(t, "POST", path(ofKim), map[string]any{"partnership_id": kims}).status)
	require.Equal(t, kims, one[uuid.UUID](t, d, `select partnership_id from messages where id = $1 and state = 'matched' and brand_id = $2`, ofKim, d.world.one))
	var sig rapport.Signal
	require.NoError(t, json.Unmarshal([]byte(one[string](t, d, `select input::text from outbox where workflow_id = $1`, "partnership/"+kims.String())), &sig))
	require.Equal(t, rapport.Signal{ID: rapport.DeriveID(ofKim, "reply"), Kind: rapport.SignalMail, Ref: ofKim, Code: "human"}, sig)
	require.Equal(t, 404, ops.keyed().send(t, "POST", path(ofKim), map[string]any{}).status, "it is filed")

	require.Equal(t, 204, ops.keyed().send(t, "POST", path(ofNobody), map[string]any{}).status)
	require.Equal(t, "handled", one[string](t, d, `select state from messages where id = $1`, ofNobody))
	require.Empty(t, sees("ops@one.example"))
}
