package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestTermsKeepWhatIsLateAndWhatADraftWaitsFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, path := d.as(t, "ops@one.example"), "/v1/campaigns/"+d.campaign.String()
	terms := map[string]any{
		"deliverables":    []map[string]any{{"title": "Video", "platform": "youtube", "kind": "video", "draft_due_days": 10, "publish_days": 5, "draft_after": "product_delivered"}},
		"milestones":      []map[string]any{{"title": "All", "trigger": "verified", "percent": 100, "net_days": 0}},
		"revision_rounds": 2, "duration_days": 100, "notice_days": 10, "late": map[string]any{"grace_hours": 12, "missed_after_days": 5, "remedy": "falls_away"},
	}
	edit := func() answer { return ops.send(t, "PATCH", path, map[string]any{"terms": terms}) }
	a := edit()
	require.Equal(t, 200, a.status, "%s", a.body)
	var kept struct {
		Terms struct {
			Deliverables []struct {
				DraftAfter string `json:"draft_after"`
			} `json:"deliverables"`
			Late map[string]any `json:"late"`
		} `json:"terms"`
	}
	ops.send(t, "GET", path, nil).into(t, &kept)
	require.Equal(t, "product_delivered", kept.Terms.Deliverables[0].DraftAfter)
	require.Equal(t, map[string]any{"grace_hours": 12.0, "missed_after_days": 5.0, "remedy": "falls_away"}, kept.Terms.Late)
	terms["late"] = map[string]any{"grace_hours": 12, "missed_after_days": 5}
	require.Equal(t, []string{"terms.late.remedy required"}, edit().fields(t))
}

func TestAPostIsLateByTheGraceOfItsContract(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	publish := one[time.Time](t, d, `select publish_by from deliverables where id = $1`, d.deliverable)
	late := func() time.Duration {
		post, err := d.worker.PostToVerify(t.Context(), d.deliverable)
		require.NoError(t, err)
		return post.NotAfter.Sub(publish)
	}
	require.Equal(t, 24*time.Hour, late(), "the usual one")
	d.sql(t, `alter table contracts disable trigger user`)
	d.sql(t, `update contracts set terms = terms || '{"late": {"grace_hours": 6}}' where id = $1`, d.contract)
	require.Equal(t, 6*time.Hour, late())
}

func TestTheMailsOfDeliveryHaveAllTheirWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	for _, template := range []string{"product_delivered", "content_missed"} {
		mail, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{
			Kind: rapport.MailTransactional, Key: template, Template: template, BrandID: d.world.one, PartnershipID: d.partnership, Ref: d.deliverable, Ref2: uuid.Nil,
		})
		require.NoError(t, err)
		_, missing := rapport.Render(mail.Body, mail.Values)
		require.Empty(t, missing, template)
		require.NotEmpty(t, mail.Body)
	}
}
