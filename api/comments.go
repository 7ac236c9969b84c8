package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// CommentStore keeps what people remark on versions.
type CommentStore interface {
	Submission(ctx context.Context, id uuid.UUID) (rapport.Submission, error)
	AddComment(ctx context.Context, c rapport.Comment) error
	Comments(ctx context.Context, f rapport.CommentFilter) ([]rapport.Comment, error)
	ResolveComment(ctx context.Context, id, by uuid.UUID, resolved bool) error
}

func showComment(c rapport.Comment) gen.Comment {
	shown := gen.Comment{
		Id: c.ID, SubmissionId: c.SubmissionID, Version: c.Version, Author: c.Author, AuthorKind: gen.CommentAuthorKind(c.AuthorKind), Internal: c.Internal, Text: c.Text,
		Quote: orNil(c.Quote), ReplyTo: c.ReplyTo, ResolvedAt: c.ResolvedAt, ResolvedBy: orNil(c.ResolvedBy), CreatedAt: c.CreatedAt,
	}
	if a := c.Anchor; a != nil {
		shown.Anchor = &gen.CommentAnchor{Kind: gen.CommentAnchorKind(a.Kind)}
		switch a.Kind {
		case rapport.AnchorPoint:
			shown.Anchor.X, shown.Anchor.Y = &a.X, &a.Y
		case rapport.AnchorTime:
			shown.Anchor.Seconds = &a.Seconds
		case rapport.AnchorSpan:
			shown.Anchor.From, shown.Anchor.To = &a.From, &a.To
		}
	}
	return shown
}

// ListComments lists everything that was remarked on a version, as the house reads it.
func (s *Server) ListComments(ctx context.Context, r gen.ListCommentsRequestObject) (gen.ListCommentsResponseObject, error) {
	store, err := storeAs[CommentStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := store.Submission(ctx, r.Id); err != nil {
		return nil, called("submission", err)
	}
	list, err := store.Comments(ctx, rapport.CommentFilter{SubmissionID: &r.Id, Audience: rapport.AudienceHouse})
	if err != nil {
		return nil, err
	}
	return gen.ListComments200JSONResponse{Items: each(list, showComment)}, nil
}

// AddComment keeps a remark of the house on a version, or on a place in it.
func (s *Server) AddComment(ctx context.Context, r gen.AddCommentRequestObject) (gen.AddCommentResponseObject, error) {
	store, err := storeAs[CommentStore](s)
	if err != nil {
		return nil, err
	}
	submission, err := store.Submission(ctx, r.Id)
	if err != nil {
		return nil, called("submission", err)
	}
	me := principalFrom(ctx).UserID
	c := rapport.Comment{ID: uuid.Must(uuid.NewV7()), SubmissionID: r.Id, UserID: &me, Internal: r.Body.Internal, Text: strings.TrimSpace(r.Body.Text), ReplyTo: r.Body.ReplyTo}
	var bad []rapport.Field
	if c.Text == "" {
		bad = append(bad, rapport.Field{Path: "text", Code: "required", Detail: "Write what you want to say."})
	}
	if a := r.Body.Anchor; a != nil {
		c.Anchor = &rapport.Anchor{Kind: string(a.Kind), X: value(a.X), Y: value(a.Y), Seconds: value(a.Seconds), From: value(a.From), To: value(a.To)}
		bad = append(bad, c.Anchor.Check(submission.Caption)...)
	}
	if err := s.checkReply(ctx, store, &c, rapport.AudienceHouse, &bad); err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := store.AddComment(ctx, c); err != nil {
		return nil, err
	}
	shown, err := s.comment(ctx, store, c.ID)
	if err != nil {
		return nil, err
	}
	return gen.AddComment201JSONResponse(shown), nil
}

// checkReply holds an answer against what it answers: the same version, readable for its author, and internal where that is.
func (s *Server) checkReply(ctx context.Context, store CommentStore, c *rapport.Comment, audience string, bad *[]rapport.Field) error {
	if c.ReplyTo == nil {
		return nil
	}
	found, err := store.Comments(ctx, rapport.CommentFilter{ID: c.ReplyTo, Audience: audience})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].SubmissionID != c.SubmissionID {
		*bad = append(*bad, rapport.Field{Path: "reply_to", Code: "unknown", Detail: "There is no such comment on this version."})
		return nil
	}
	if found[0].Internal && !c.Internal {
		*bad = append(*bad, rapport.Field{Path: "internal", Code: "answers_internal", Detail: "An answer to an internal comment is internal, too."})
	}
	return nil
}

func (s *Server) comment(ctx context.Context, store CommentStore, id uuid.UUID) (gen.Comment, error) {
	list, err := store.Comments(ctx, rapport.CommentFilter{ID: &id, Audience: rapport.AudienceHouse})
	if err == nil && len(list) == 0 {
		err = notFound("comment")
	}
	if err != nil {
		return gen.Comment{}, err
	}
	return showComment(list[0]), nil
}

// ResolveComment marks a remark as settled, or opens it again.
func (s *Server) ResolveComment(ctx context.Context, r gen.ResolveCommentRequestObject) (gen.ResolveCommentResponseObject, error) {
	store, err := storeAs[CommentStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.ResolveComment(ctx, r.Id, principalFrom(ctx).UserID, r.Body.Resolved); err != nil {
		return nil, called("comment", err)
	}
	shown, err := s.comment(ctx, store, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.ResolveComment200JSONResponse(shown), nil
}

// ---- evidence of posts

// EvidenceStore keeps what was seen of published posts.
type EvidenceStore interface {
	DeliverableStore

	PostChecks(ctx context.Context, deliverable uuid.UUID) ([]rapport.PostLook, error)
	PostScreenshot(ctx context.Context, id uuid.UUID) (rapport.File, error)
}

// ListPostChecks lists every look at a published post.
func (s *Server) ListPostChecks(ctx context.Context, r gen.ListPostChecksRequestObject) (gen.ListPostChecksResponseObject, error) {
	store, err := storeAs[EvidenceStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := store.Deliverable(ctx, r.Id); err != nil {
		return nil, called("deliverable", err)
	}
	list, err := store.PostChecks(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.ListPostChecks200JSONResponse{Items: each(list, func(p rapport.PostLook) gen.PostCheck {
		shown := gen.PostCheck{
			Id: p.ID, At: p.At, Result: gen.PostCheckResult(p.Result), Url: p.URL, FinalUrl: orNil(p.FinalURL), Text: orNil(p.Text), Problems: each(p.Problems, rapport.PostProblemWords),
			PublishedAt: timeOrNil(p.PublishedAt), HasScreenshot: p.HasScreenshot,
		}
		if len(p.SHA256) > 0 {
			hash := hex.EncodeToString(p.SHA256)
			shown.TextSha256 = &hash
		}
		return shown
	})}, nil
}

// GetPostScreenshot gives the picture of a page as it was seen: our own PNG, made without fetching anything.
func (s *Server) GetPostScreenshot(ctx context.Context, r gen.GetPostScreenshotRequestObject) (gen.GetPostScreenshotResponseObject, error) {
	store, err := storeAs[EvidenceStore](s)
	if err != nil {
		return nil, err
	}
	file, err := store.PostScreenshot(ctx, r.Id)
	if err != nil {
		return nil, called("screenshot", err)
	}
	return pictureAnswer(file), nil
}

// pictureAnswer is a picture of ours.
type pictureAnswer rapport.File

// VisitGetPostScreenshotResponse writes the picture.
func (f pictureAnswer) VisitGetPostScreenshotResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(f.Content)
	return err //nolint:wrapcheck // a client that went away
}
