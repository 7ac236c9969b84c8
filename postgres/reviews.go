package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListReviews lists reviews of the scope by due time.
func (s *Store) ListReviews(ctx context.Context, f rapport.ReviewFilter, page rapport.Page) ([]rapport.ReviewItem, []string, error) {
	params := gen.ListReviewsParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, AssignedTo: f.AssignedTo, State: orNil(f.State), Pattern: pattern(f.Words), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterDue, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	items, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewItem, error) {
		rows, err := s.q.ListReviews(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(orLast(rows[len(rows)-1].DueAt), rows[len(rows)-1].ID)
		}
		items := make([]rapport.ReviewItem, len(rows))
		for i, r := range rows {
			if items[i], err = reviewItem(r); err != nil {
				return nil, err
			}
		}
		return items, nil
	})
	return items, next, err
}

// orLast puts what has no due time behind all others.
func orLast(at *time.Time) time.Time {
	if at == nil {
		return noDue()
	}
	return *at
}

func reviewItem(r gen.ReviewItem) (rapport.ReviewItem, error) {
	item := rapport.ReviewItem{
		ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, DeliverableID: r.DeliverableID, SubmissionID: r.SubmissionID, CampaignName: r.CampaignName,
		Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
		Title:   r.Title, Version: int(r.Version), Round: int(r.Round), State: r.State, Approvers: r.Approvers, DueAt: r.DueAt, SilenceAt: r.SilenceAt, Warnings: int(r.Warnings), Brief: r.Brief,
		PolicyName: r.PolicyName, OnSilence: rapport.OnSilence(r.OnSilence), Seq: r.Seq, CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt,
	}
	if r.OpenStage != nil {
		n := int(*r.OpenStage)
		item.OpenStage = &n
	}
	if err := json.Unmarshal(r.Stages, &item.Stages); err != nil {
		return item, fmt.Errorf("read the stages of review %s: %w", r.ID, err)
	}
	if err := json.Unmarshal(r.PolicyStages, &item.Policy); err != nil {
		return item, fmt.Errorf("read the policy of review %s: %w", r.ID, err)
	}
	if len(r.Choice) > 0 {
		if err := json.Unmarshal(r.Choice, &item.Choice); err != nil {
			return item, fmt.Errorf("read the choice of review %s: %w", r.ID, err)
		}
	}
	return item, nil
}

// Review finds one review of the scope.
func (s *Store) Review(ctx context.Context, id uuid.UUID) (rapport.ReviewItem, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReviewItem, error) {
		r, err := s.q.ReviewItem(ctx, tx, gen.ReviewItemParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.ReviewItem{}, err
		}
		return reviewItem(r)
	})
}

// ReviewDecisions lists every decision on a review of the scope, also refused and moot ones, oldest first.
func (s *Store) ReviewDecisions(ctx context.Context, review uuid.UUID) ([]rapport.ReviewDecision, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewDecision, error) {
		rows, err := s.q.ListDecisions(ctx, tx, gen.ListDecisionsParams{ReviewID: review, Brands: rapport.BrandsFrom(ctx)})
		list := make([]rapport.ReviewDecision, len(rows))
		for i, r := range rows {
			list[i] = rapport.ReviewDecision{
				ID: r.ID, ReviewID: r.ReviewID, SubmissionID: r.SubmissionID, BrandID: r.BrandID, User: rapport.UserRef{ID: r.UserID, Name: r.UserName}, Outside: r.Outside,
				Decision: r.Decision, Comment: text(r.Comment), Corrections: r.Corrections, State: r.State, At: r.At,
			}
			if r.OnBehalfOf != nil {
				list[i].OnBehalfOf = &rapport.UserRef{ID: *r.OnBehalfOf, Name: text(r.BehalfName)}
			}
			if r.Stage != nil {
				n := int(*r.Stage)
				list[i].Stage = &n
			}
		}
		return list, err
	})
}

// ProposeDecision keeps a decision, with its text and corrections, until the review has taken or refused it.
func (s *Store) ProposeDecision(ctx context.Context, d rapport.ReviewDecision) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		row := gen.InsertDecisionParams{ID: d.ID, ReviewID: d.ReviewID, SubmissionID: d.SubmissionID, BrandID: d.BrandID, Decision: d.Decision, Comment: orNil(d.Comment)}
		if d.Outside {
			row.ReviewerID = &d.User.ID
		} else {
			row.UserID = &d.User.ID
		}
		if err := s.q.InsertDecision(ctx, tx, row); err != nil {
			return err
		}
		for i, c := range d.Corrections {
			if err := s.q.InsertCorrection(ctx, tx, gen.InsertCorrectionParams{ID: rapport.CorrectionID(d.ID, i), DecisionID: d.ID, ReviewID: d.ReviewID, Position: int32(i), Body: c}); err != nil {
				return fmt.Errorf("correction: %w", err)
			}
		}
		return nil
	})
}

// Corrections lists what the approvals that stand ask to be mended, by version; approved only of reviews that have approved.
func (s *Store) Corrections(ctx context.Context, submissions []uuid.UUID, approved bool) (map[uuid.UUID][]rapport.Correction, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[uuid.UUID][]rapport.Correction, error) {
		rows, err := s.q.CorrectionsOf(ctx, tx, gen.CorrectionsOfParams{Submissions: noNil(submissions), Approved: approved})
		by := map[uuid.UUID][]rapport.Correction{}
		for _, r := range rows {
			by[r.SubmissionID] = append(by[r.SubmissionID], rapport.Correction{ID: r.ID, Text: r.Body, DoneAt: r.DoneAt})
		}
		return by, err
	})
}

// TickCorrection marks a correction of the partnership as made, or takes that back; not_found for another's.
func (s *Store) TickCorrection(ctx context.Context, partnership, id uuid.UUID, done bool) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.TickCorrection(ctx, tx, gen.TickCorrectionParams{ID: id, PartnershipID: partnership, Done: done})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		return err
	})
}

// OpenCorrections counts what is still to be mended in the current version of a deliverable.
func (s *Store) OpenCorrections(ctx context.Context, deliverable uuid.UUID) (int, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int, error) {
		n, err := s.q.OpenCorrections(ctx, tx, deliverable)
		return int(n), err
	})
}

// Voices are for whom, beside themselves, a person may decide at a brand now; nearest first.
func (s *Store) Voices(ctx context.Context, brand, user uuid.UUID) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) {
		rows, err := s.q.Voices(ctx, tx, gen.VoicesParams{UserID: user, BrandID: brand})
		list := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			list[i] = r.UserID
		}
		return list, err
	})
}

// Deciding says that a decision of a person is still being recorded.
func (s *Store) Deciding(ctx context.Context, user uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) { return s.q.Deciding(ctx, tx, user) })
}

// ReviewStanding is how a person stands to a review of the scope.
func (s *Store) ReviewStanding(ctx context.Context, review, user uuid.UUID) (rapport.ReviewStanding, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReviewStanding, error) {
		r, err := s.q.ReviewStanding(ctx, tx, gen.ReviewStandingParams{ID: review, UserID: user, Brands: rapport.BrandsFrom(ctx)})
		return rapport.ReviewStanding{Own: r.Own, Deciding: r.Deciding, Voices: r.Voices}, err
	})
}

// IsSubmitter says that a person of the house is who makes the content of a partnership.
func (s *Store) IsSubmitter(ctx context.Context, partnership, user uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		return s.q.IsSubmitter(ctx, tx, gen.IsSubmitterParams{PartnershipID: partnership, UserID: user})
	})
}

// CanDecide says that a person has a role at a brand with which content is decided on.
func (s *Store) CanDecide(ctx context.Context, brand, user uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		return s.q.CanDecide(ctx, tx, gen.CanDecideParams{UserID: user, BrandID: brand})
	})
}

// UserNames names people of the house and outside reviewers by id; unknown ids are left out.
func (s *Store) UserNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[uuid.UUID]string, error) {
		rows, err := s.q.NamesOfUsers(ctx, tx, noNil(ids))
		names := make(map[uuid.UUID]string, len(rows))
		for _, r := range rows {
			names[r.ID] = r.Name
		}
		return names, err
	})
}

// ---- comments

// AddComment keeps a remark on a version.
func (s *Store) AddComment(ctx context.Context, c rapport.Comment) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		row := gen.InsertCommentParams{
			ID: c.ID, SubmissionID: c.SubmissionID, UserID: c.UserID, ReviewerID: c.ReviewerID, ContactID: c.ContactID, Internal: c.Internal, Body: c.Text, ReplyTo: c.ReplyTo,
		}
		if c.Anchor != nil {
			row.Anchor = mustJSON(c.Anchor)
		}
		return s.q.InsertComment(ctx, tx, row)
	})
}

// Comments lists remarks on versions of the scope, oldest first, as far as the audience may read them.
func (s *Store) Comments(ctx context.Context, f rapport.CommentFilter) ([]rapport.Comment, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Comment, error) {
		rows, err := s.q.ListComments(ctx, tx, gen.ListCommentsParams{
			Brands: rapport.BrandsFrom(ctx), ID: f.ID, SubmissionID: f.SubmissionID, Deliverables: f.Deliverables, Audience: f.Audience,
		})
		list := make([]rapport.Comment, len(rows))
		for i, r := range rows {
			list[i] = rapport.Comment{
				ID: r.ID, SubmissionID: r.SubmissionID, Version: int(r.Version), Author: r.Author, AuthorKind: r.AuthorKind, Internal: r.Internal, Text: r.Body,
				ReplyTo: r.ReplyTo, ResolvedAt: r.ResolvedAt, ResolvedBy: r.ResolvedBy, CreatedAt: r.CreatedAt,
			}
			if len(r.Anchor) > 0 {
				if err := json.Unmarshal(r.Anchor, &list[i].Anchor); err != nil {
					return nil, fmt.Errorf("read the place of comment %s: %w", r.ID, err)
				}
				list[i].Quote = list[i].Anchor.Quote(r.Caption)
			}
		}
		return list, err
	})
}

// ResolveComment marks a remark of the scope as settled, or opens it again.
func (s *Store) ResolveComment(ctx context.Context, id, by uuid.UUID, resolved bool) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.ResolveComment(ctx, tx, gen.ResolveCommentParams{ID: id, By: by, Resolved: resolved, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		return err
	})
}

// ---- outside reviewers

// ListOutsideReviewers lists the outside reviewers of the scope.
func (s *Store) ListOutsideReviewers(ctx context.Context, brand *uuid.UUID) ([]rapport.OutsideReviewer, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.OutsideReviewer, error) {
		rows, err := s.q.ListOutsideReviewers(ctx, tx, gen.ListOutsideReviewersParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand})
		list := make([]rapport.OutsideReviewer, len(rows))
		for i, r := range rows {
			list[i] = rapport.OutsideReviewer{ID: r.ID, BrandID: r.BrandID, Name: r.Name, Email: r.Email, CreatedAt: r.CreatedAt}
		}
		return list, err
	})
}

// CreateOutsideReviewer adds somebody who decides by a link; a conflict when the address is there.
func (s *Store) CreateOutsideReviewer(ctx context.Context, o rapport.OutsideReviewer, by uuid.UUID) (rapport.OutsideReviewer, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OutsideReviewer, error) {
		o.ID = newID()
		var err error
		if o.CreatedAt, err = s.q.CreateOutsideReviewer(ctx, tx, gen.CreateOutsideReviewerParams{ID: o.ID, BrandID: o.BrandID, Name: o.Name, Email: o.Email, CreatedBy: some(by)}); err != nil {
			return o, err
		}
		return o, s.audit(ctx, tx, by, "outside_reviewer.added", o.ID, nil)
	})
}

// RemoveOutsideReviewer asks somebody of the scope no more, and ends their links.
func (s *Store) RemoveOutsideReviewer(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.RemoveOutsideReviewer(ctx, tx, gen.RemoveOutsideReviewerParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return err
		}
		if err := s.q.RevokeLinksOfReviewer(ctx, tx, gen.RevokeLinksOfReviewerParams{ReviewerID: id, By: by}); err != nil {
			return fmt.Errorf("links: %w", err)
		}
		return s.audit(ctx, tx, by, "outside_reviewer.removed", id, nil)
	})
}

// ReviewLinks lists the links of a review of the scope, newest first.
func (s *Store) ReviewLinks(ctx context.Context, review uuid.UUID) ([]rapport.ReviewLink, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewLink, error) {
		rows, err := s.q.ReviewerLinks(ctx, tx, gen.ReviewerLinksParams{ReviewID: review, Brands: rapport.BrandsFrom(ctx)})
		list := make([]rapport.ReviewLink, len(rows))
		for i, r := range rows {
			list[i] = rapport.ReviewLink{
				ID: r.ID, ReviewID: review, Reviewer: rapport.UserRef{ID: r.ReviewerID, Name: r.Name}, Version: int(r.Version), SentAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
				FirstSeenAt: sinceEpoch(r.FirstSeenAt), UsedAt: r.UsedAt, RevokedAt: r.RevokedAt, Views: int(r.Views), State: "open",
			}
			switch {
			case r.UsedAt != nil:
				list[i].State = "used"
			case r.RevokedAt != nil:
				list[i].State = "revoked"
			case r.Expired:
				list[i].State = "expired"
			}
		}
		return list, err
	})
}

// sinceEpoch is nil for what never happened.
func sinceEpoch(t time.Time) *time.Time {
	if t.Unix() <= 0 {
		return nil
	}
	return &t
}

// RevokeReviewLink ends a link of the scope.
func (s *Store) RevokeReviewLink(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		review, err := s.q.RevokeReviewLink(ctx, tx, gen.RevokeReviewLinkParams{ID: id, By: by, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "review_link.revoked", review, map[string]any{"link": id})
	})
}

// ReviewLinkByToken finds where the token of an outside reviewer's link leads; not_found for a token that was never given out.
func (s *Store) ReviewLinkByToken(ctx context.Context, tokenHash []byte) (rapport.ReviewLink, error) {
	brands, err := s.AllBrands(ctx) // a link says which brand it reaches
	if err != nil {
		return rapport.ReviewLink{}, err
	}
	return query(rapport.WithBrands(ctx, brands...), s, func(ctx context.Context, tx pgx.Tx) (rapport.ReviewLink, error) {
		r, err := s.q.ReviewLinkByToken(ctx, tx, tokenHash)
		return rapport.ReviewLink{
			ID: r.ID, ReviewID: r.ReviewID, SubmissionID: r.SubmissionID, BrandID: r.BrandID, BrandName: r.BrandName, Reviewer: rapport.UserRef{ID: r.ReviewerID, Name: r.ReviewerName},
			ExpiresAt: r.ExpiresAt, UsedAt: r.UsedAt, Live: r.Live, Decision: r.Decision,
		}, err
	})
}

// NoteLinkView keeps that the page or the file of a link was looked at.
func (s *Store) NoteLinkView(ctx context.Context, link rapport.ReviewLink, what, address, agent string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.NoteLinkView(ctx, tx, gen.NoteLinkViewParams{LinkID: link.ID, BrandID: link.BrandID, What: what, Address: orNil(address), Agent: orNil(agent)})
	})
}

// UseReviewLink takes the one use of a link; conflict when it was used or ended meanwhile.
func (s *Store) UseReviewLink(ctx context.Context, id uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.UseReviewLink(ctx, tx, id)
		if err == nil && n == 0 {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "link_used", Message: "This link was used or has ended. Its decision stands; ask whoever sent it if something must change."}
		}
		return err
	})
}

// ---- evidence

// PostChecks lists the looks at a deliverable's post, newest first.
func (s *Store) PostChecks(ctx context.Context, deliverable uuid.UUID) ([]rapport.PostLook, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PostLook, error) {
		rows, err := s.q.ListPostChecks(ctx, tx, gen.ListPostChecksParams{DeliverableID: deliverable, Brands: rapport.BrandsFrom(ctx)})
		list := make([]rapport.PostLook, len(rows))
		for i, r := range rows {
			list[i] = rapport.PostLook{ID: r.ID, At: r.At, HasScreenshot: r.HasScreenshot, PostCheck: rapport.PostCheck{
				DeliverableID: deliverable, N: int(r.N), Result: r.Result, URL: r.Url, FinalURL: text(r.FinalUrl), Text: text(r.TextFound), SHA256: r.BodySha256, Problems: r.Problems,
				PublishedAt: orZero(r.PublishedAt),
			}}
		}
		return list, err
	})
}

// PostScreenshot is the picture of a page as it was seen; not_found when there is none.
func (s *Store) PostScreenshot(ctx context.Context, id uuid.UUID) (rapport.File, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.File, error) {
		r, err := s.q.PostScreenshot(ctx, tx, gen.PostScreenshotParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		return rapport.File{Name: "post.png", Type: r.ContentType, SHA256: r.Sha256, Content: r.Content}, err
	})
}

// Codes are what the creator of a partnership of the scope must name.
func (s *Store) Codes(ctx context.Context, partnership uuid.UUID) (rapport.ContentCodes, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ContentCodes, error) {
		r, err := s.q.CodesOf(ctx, tx, gen.CodesOfParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)})
		return rapport.ContentCodes{PromoCode: r.PromoCode, TrackedLink: r.TrackedLink}, err
	})
}

// SetCodes keeps what the creator of a partnership of the scope must name.
func (s *Store) SetCodes(ctx context.Context, partnership uuid.UUID, c rapport.ContentCodes, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.SetCodes(ctx, tx, gen.SetCodesParams{ID: partnership, PromoCode: orNil(c.PromoCode), TrackedLink: orNil(c.TrackedLink), Brands: rapport.BrandsFrom(ctx)})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "partnership.codes", partnership, nil)
	})
}

// MilestoneTitles names milestones of the scope.
func (s *Store) MilestoneTitles(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[uuid.UUID]string, error) {
		rows, err := s.q.MilestoneTitles(ctx, tx, gen.MilestoneTitlesParams{Ids: noNil(ids), Brands: rapport.BrandsFrom(ctx)})
		titles := make(map[uuid.UUID]string, len(rows))
		for _, r := range rows {
			titles[r.ID] = r.Title
		}
		return titles, err
	})
}

// CheckRoundFee refuses a fee for another round that the campaign's budget has no room for, or in another currency.
func (s *Store) CheckRoundFee(ctx context.Context, deliverable uuid.UUID, fee rapport.Money) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		b, err := s.q.BudgetOfDeliverable(ctx, tx, gen.BudgetOfDeliverableParams{ID: deliverable, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		spoken, err := s.q.BudgetSpoken(ctx, tx, gen.BudgetSpokenParams{CampaignID: b.CampaignID, Besides: &deliverable})
		if err != nil {
			return err
		}
		return checkRoom(ctx, "fee", fee, b.Currency, b.Budget-spoken+b.Offered)
	})
}
