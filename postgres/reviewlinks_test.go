package postgres_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestTheNewestLinkOfAnOutsideReviewerWorksAlone(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	review, out := newID(), newID()
	d.exec(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Oda', 'oda@press.example')`, out, d.brand)
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, due_at, silence_at)
		values ($1, $2, $3, $4, $5, $6, 1, 'open', now() + interval '3 days', now() + interval '5 days')`, review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID)
	ask := func(token string) (rapport.MailDraft, string) {
		t.Helper()
		draft, err := d.worker.PrepareMail(t.Context(), rapport.MailOrder{
			Key: token, Template: "review_outside", BrandID: d.brand, PartnershipID: d.partnership, Ref: review, Reviewer: out,
		})
		require.NoError(t, err)
		if draft.NoAddress {
			return draft, ""
		}
		claim, err := d.worker.ClaimMail(t.Context(), rapport.RenderedMail{
			ID: draft.MessageID, Subject: "Hi", Text: "Hi", RFCID: "<" + token + "@one.example>", TokenHash: hashOf(token), ReviewerID: draft.ReviewerID, ReviewID: draft.ReviewID,
		})
		require.NoError(t, err)
		return draft, claim.Verdict
	}
	link := func(token string) rapport.ReviewLink {
		t.Helper()
		l, err := d.api.ReviewLinkByToken(t.Context(), hashOf(token))
		require.NoError(t, err)
		return l
	}
	draft, verdict := ask("first")
	require.Equal(t, []string{"claimed", "oda@press.example", "Oda"}, []string{verdict, draft.To, draft.ToName})
	first := link("first")
	require.True(t, first.Live)
	require.Equal(t, []any{review, d.submission, out, d.brand, "One"}, []any{first.ReviewID, first.SubmissionID, first.Reviewer.ID, first.BrandID, first.BrandName})
	require.WithinDuration(t, time.Now().Add(12*24*time.Hour), first.ExpiresAt, time.Minute, "a week behind the time when silence decides")

	ask("second")
	require.False(t, link("first").Live)
	require.True(t, link("second").Live)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.UseReviewLink(ctx, first.ID)), "an ended link decides nothing")
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.UseReviewLink(rapport.WithBrands(t.Context(), d.other), link("second").ID)), "nor does one of another brand")
	require.NoError(t, d.api.UseReviewLink(ctx, link("second").ID))
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(d.api.UseReviewLink(ctx, link("second").ID)))
	ask("third")
	require.NotNil(t, link("second").UsedAt)
	require.True(t, link("second").Live, "what was decided can be seen until its end")

	require.NoError(t, d.api.RemoveOutsideReviewer(ctx, out, d.ada))
	require.False(t, link("third").Live)
	draft, _ = ask("fourth")
	require.True(t, draft.NoAddress, "who was removed is mailed nothing")
	_, err := d.api.ReviewLinkByToken(t.Context(), hashOf("fourth"))
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
