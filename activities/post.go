package activities

import (
	"context"
	"errors"

	"rapport"
)

// VerifyPost looks at the published post through the guarded client and keeps what it saw as evidence.
func (a *Activities) VerifyPost(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	want, err := a.Store.PostToVerify(ctx, in.Effect.Ref)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	check := rapport.PostCheck{DeliverableID: in.Effect.Ref, N: in.Effect.N, URL: want.URL, Result: "ok"}
	page, err := a.Fetcher.FetchPost(ctx, want.URL)
	switch {
	case errors.Is(err, rapport.ErrPostRefused):
		check.Result, check.Problems = "mismatch", []string{"address_refused"}
	case err != nil:
		check.Result, check.Problems = "unreachable", []string{"unreachable"}
	default:
		check.FinalURL, check.Text, check.SHA256, check.Authors, check.PublishedAt = page.FinalURL, page.Text, page.SHA256, page.Authors, page.PublishedAt
		if check.Problems = rapport.CheckPublished(want, page); len(check.Problems) > 0 {
			check.Result = "mismatch"
		}
		if a.Shooter != nil && len(page.Body) > 0 {
			check.Screenshot, _ = a.Shooter.Shoot(ctx, page.Body) // the text is evidence enough
		}
	}
	if err := a.Store.SavePostCheck(ctx, check); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	return rapport.Outcome{Code: check.Result}, nil
}

// OpenReview runs the machine checks over a submission and finds the policy and who is asked.
func (a *Activities) OpenReview(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	found, err := a.Store.ReviewToOpen(ctx, in.Effect.Ref)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	var media *rapport.Media
	if len(found.File) > 0 && a.Prober != nil {
		m := a.Prober.Probe(ctx, found.Content.FileType, found.File)
		media, found.Content.Media = &m, m
	}
	checks := rapport.CheckSubmission(found.Content)
	if err := a.Store.SaveReviewOpened(ctx, in.ID, in.Effect.Ref, found.Choice, checks, media); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	out := rapport.Outcome{Code: "passed", Review: &found.Plan}
	for _, c := range checks {
		if c.Result == rapport.CheckFail {
			out.Code = "failed"
		}
	}
	return out, nil
}
