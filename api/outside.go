package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// LinkStore keeps the links of outside reviewers.
type LinkStore interface {
	ReviewStore
	CommentStore

	ReviewLinkByToken(ctx context.Context, tokenHash []byte) (rapport.ReviewLink, error)
	// NoteLinkView keeps that the page or the file of a link was looked at.
	NoteLinkView(ctx context.Context, link rapport.ReviewLink, what, address, agent string) error
	UseReviewLink(ctx context.Context, id uuid.UUID) error
	ReviewLinks(ctx context.Context, review uuid.UUID) ([]rapport.ReviewLink, error)
	RevokeReviewLink(ctx context.Context, id, by uuid.UUID) error
	SubmissionFile(ctx context.Context, id uuid.UUID) (rapport.File, error)
}

// byLink finds where a token leads, in the scope of its brand. Every link that does not work gets the same answer; who tries many from one
// address waits.
func (s *Server) byLink(ctx context.Context, token string) (context.Context, LinkStore, rapport.ReviewLink, error) {
	store, err := storeAs[LinkStore](s)
	if err != nil {
		return ctx, nil, rapport.ReviewLink{}, err
	}
	hash := hashOf(token)
	address, subject := s.subject("review", network(requestFrom(ctx).Address)), s.subject("review_link", hex.EncodeToString(hash))
	wait, err := s.cfg.Store.NoteSignIn(ctx, address, portalAddress, portalWindow)
	if err != nil {
		return ctx, nil, rapport.ReviewLink{}, err
	}
	if wait > 0 {
		return ctx, nil, rapport.ReviewLink{}, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many links were tried from here. Wait %s and try again.", minutes(wait)), wait}
	}
	link, err := store.ReviewLinkByToken(ctx, hash)
	if rapport.ErrorCode(err) == rapport.CodeNotFound || err == nil && !link.Live {
		return ctx, nil, link, deadReviewLink()
	}
	if err != nil {
		return ctx, nil, link, err
	}
	if err := s.cfg.Store.SignedIn(ctx, subject, address); err != nil {
		return ctx, nil, link, err
	}
	return rapport.WithBrands(ctx, link.BrandID), store, link, nil
}

func deadReviewLink() error {
	return &rapport.Error{Code: rapport.CodeUnauthorized, Reason: "link_ended", Message: "This link does not work, or works no longer. Ask whoever sent it for a new one."}
}

// GetOutsideReview shows an outside reviewer what they are asked to decide on. Each look is noted.
func (s *Server) GetOutsideReview(ctx context.Context, r gen.GetOutsideReviewRequestObject) (gen.GetOutsideReviewResponseObject, error) {
	ctx, store, link, err := s.byLink(ctx, r.Params.ReviewToken)
	if err != nil {
		return nil, err
	}
	if err := noteLook(ctx, store, link, "page"); err != nil {
		return nil, err
	}
	shown, err := s.outsideReview(ctx, store, link)
	if err != nil {
		return nil, err
	}
	return gen.GetOutsideReview200JSONResponse(shown), nil
}

func noteLook(ctx context.Context, store LinkStore, link rapport.ReviewLink, what string) error {
	request := requestFrom(ctx)
	return store.NoteLinkView(ctx, link, what, request.Address, cut(request.Agent, 300))
}

func (s *Server) outsideReview(ctx context.Context, store LinkStore, link rapport.ReviewLink) (gen.OutsideReview, error) {
	review, err := store.Review(ctx, link.ReviewID)
	if err != nil {
		return gen.OutsideReview{}, err
	}
	submission, err := store.Submission(ctx, link.SubmissionID)
	if err != nil {
		return gen.OutsideReview{}, err
	}
	deliverable, err := store.Deliverable(ctx, review.DeliverableID)
	if err != nil {
		return gen.OutsideReview{}, err
	}
	comments, err := store.Comments(ctx, rapport.CommentFilter{SubmissionID: &link.SubmissionID, Audience: rapport.AudienceOutside})
	if err != nil {
		return gen.OutsideReview{}, err
	}
	version := showSubmission(submission)
	shown := gen.OutsideReview{
		ReviewerName: link.Reviewer.Name, BrandName: link.BrandName, CampaignName: review.CampaignName, CreatorName: review.Creator.Name, DeliverableTitle: review.Title,
		Platform: deliverable.Platform, Kind: deliverable.Kind, Version: review.Version, Caption: submission.Caption, Brief: review.Brief, FileName: version.FileName, FileType: version.FileType,
		FileSize: version.FileSize, DueAt: review.DueAt, ExpiresAt: &link.ExpiresAt, Checks: version.Checks, Comments: each(comments, showComment), State: gen.OutsideReviewStateOpen,
	}
	for _, stage := range review.Stages {
		if slices.ContainsFunc(stage.Open(), func(a rapport.ReviewApprover) bool { return a.User == link.Reviewer.ID }) && stage.State != "waiting" {
			shown.StageName, shown.DueAt = &stage.Name, timeOrNil(stage.DueAt)
		}
	}
	waits := reviewIsOpen(review.State) && slices.Contains(review.Approvers, link.Reviewer.ID)
	switch {
	case link.UsedAt != nil && (link.Decision != "" || waits): // a decision that came too late was not taken
		shown.State, shown.DecidedAt, shown.Decision = gen.OutsideReviewStateDecided, link.UsedAt, orNil(link.Decision)
	case !waits:
		shown.State = gen.OutsideReviewStateClosed
		words := "Your decision is not needed any more: others decided, or a newer version came."
		shown.ClosedWords = &words
	}
	return shown, nil
}

// GetOutsideFile gives the file of the version that a link is about; that is a look as well.
func (s *Server) GetOutsideFile(ctx context.Context, r gen.GetOutsideFileRequestObject) (gen.GetOutsideFileResponseObject, error) {
	ctx, store, link, err := s.byLink(ctx, r.Params.ReviewToken)
	if err != nil {
		return nil, err
	}
	file, err := store.SubmissionFile(ctx, link.SubmissionID)
	if err != nil {
		return nil, called("file", err)
	}
	if err := noteLook(ctx, store, link, "file"); err != nil {
		return nil, err
	}
	return fileAnswer(file), nil
}

// VisitGetOutsideFileResponse writes the file.
func (f fileAnswer) VisitGetOutsideFileResponse(w http.ResponseWriter) error {
	return f.VisitGetSubmissionFileResponse(w)
}

// DecideOutside takes the one decision of a link: on its version, as its person. The house has the last word on money.
func (s *Server) DecideOutside(ctx context.Context, r gen.DecideOutsideRequestObject) (gen.DecideOutsideResponseObject, error) {
	ctx, store, link, err := s.byLink(ctx, r.Params.ReviewToken)
	if err != nil {
		return nil, err
	}
	decision := rapport.ReviewDecision{
		ReviewID: link.ReviewID, SubmissionID: link.SubmissionID, BrandID: link.BrandID, User: link.Reviewer, Outside: true, Decision: string(r.Body.Decision),
		Comment: strings.TrimSpace(value(r.Body.Comment)), Corrections: trimmed(value(r.Body.Corrections)),
	}
	if bad := checkDecision(decision); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	review, err := store.Review(ctx, link.ReviewID)
	if err != nil {
		return nil, err
	}
	if !sent {
		if link.UsedAt != nil {
			return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "link_used", Message: "This link was used on " + houseWords(ctx).Moment(*link.UsedAt) + ". It works once."}
		}
		decisions, err := store.ReviewDecisions(ctx, review.ID)
		if err != nil {
			return nil, err
		}
		if refused := (desk{me: link.Reviewer.ID, say: houseWords(ctx)}).refusal(review, decisions); refused != nil {
			return nil, refused
		}
	}
	deed, _ := deedID(ctx)
	decision.ID = rapport.DeriveID(deed, "decision")
	result, err := s.command(ctx, commandRequest{
		Workflow: "review", ID: review.ID, BrandID: review.BrandID,
		Cmd: rapport.Command{Kind: rapport.CmdDecide, Actor: link.Reviewer.ID, Ref: decision.ID, Ref2: decision.SubmissionID, Code: decision.Decision},
		Before: func(ctx context.Context) error {
			if err := store.UseReviewLink(ctx, link.ID); err != nil {
				return err
			}
			return store.ProposeDecision(ctx, decision)
		},
	})
	if err != nil {
		return nil, s.whoDecided(ctx, store, review.ID, err)
	}
	if result.Pending {
		body, location := pendingAt("/v1/outside/review")
		return gen.DecideOutside202JSONResponse{Body: body, Headers: gen.DecideOutside202ResponseHeaders{Location: location}}, nil
	}
	if link, err = store.ReviewLinkByToken(ctx, hashOf(r.Params.ReviewToken)); err != nil {
		return nil, err
	}
	shown, err := s.outsideReview(ctx, store, link)
	if err != nil {
		return nil, err
	}
	return gen.DecideOutside200JSONResponse(shown), nil
}

// ---- the links as the house sees them

// ListReviewLinks lists the links of a review.
func (s *Server) ListReviewLinks(ctx context.Context, r gen.ListReviewLinksRequestObject) (gen.ListReviewLinksResponseObject, error) {
	store, err := storeAs[LinkStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := store.Review(ctx, r.Id); err != nil {
		return nil, called("review", err)
	}
	list, err := store.ReviewLinks(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.ListReviewLinks200JSONResponse{Items: each(list, func(l rapport.ReviewLink) gen.ReviewLink {
		return gen.ReviewLink{
			Id: l.ID, Reviewer: toUserRef(l.Reviewer), Version: l.Version, SentAt: l.SentAt, ExpiresAt: l.ExpiresAt, Views: l.Views, FirstSeenAt: l.FirstSeenAt, UsedAt: l.UsedAt,
			RevokedAt: l.RevokedAt, State: gen.ReviewLinkState(l.State),
		}
	})}, nil
}

// SendReviewLink mails an outside reviewer a new link; the one before ends when it goes out.
func (s *Server) SendReviewLink(ctx context.Context, r gen.SendReviewLinkRequestObject) (gen.SendReviewLinkResponseObject, error) {
	store, err := storeAs[LinkStore](s)
	if err != nil {
		return nil, err
	}
	review, err := store.Review(ctx, r.Id)
	if err != nil {
		return nil, called("review", err)
	}
	outside := func(a rapport.ReviewApprover) bool { return a.User == r.Body.ReviewerId && a.Outside }
	if !slices.ContainsFunc(review.Stages, func(st rapport.ReviewStage) bool { return slices.ContainsFunc(st.Approvers, outside) }) {
		return nil, rapport.Invalid(rapport.Field{Path: "reviewer_id", Code: "not_asked", Detail: "No outside reviewer of this review has this id."})
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "review", ID: review.ID, BrandID: review.BrandID, Cmd: rapport.Command{Kind: rapport.CmdAskAgain, Actor: principalFrom(ctx).UserID, Ref: r.Body.ReviewerId},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/reviews/" + review.ID.String() + "/links")
		return gen.SendReviewLink202JSONResponse{Body: body, Headers: gen.SendReviewLink202ResponseHeaders{Location: location}}, nil
	}
	return gen.SendReviewLink204Response{}, nil
}

// RevokeReviewLink ends a link.
func (s *Server) RevokeReviewLink(ctx context.Context, r gen.RevokeReviewLinkRequestObject) (gen.RevokeReviewLinkResponseObject, error) {
	store, err := storeAs[LinkStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.RevokeReviewLink(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("link", err)
	}
	return gen.RevokeReviewLink204Response{}, nil
}
