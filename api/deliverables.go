package api

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// DeliverableStore keeps what creators owe and hand in.
type DeliverableStore interface {
	ListDeliverables(ctx context.Context, f rapport.DeliverableFilter, page rapport.Page) ([]rapport.DeliverableItem, []string, error)
	Deliverable(ctx context.Context, id uuid.UUID) (rapport.DeliverableItem, error)
	Submission(ctx context.Context, id uuid.UUID) (rapport.Submission, error)
	SubmissionFile(ctx context.Context, id uuid.UUID) (rapport.File, error)
	AddSubmission(ctx context.Context, n rapport.Submission, file rapport.File) error
	RefuseSubmission(ctx context.Context, id uuid.UUID) error
	SetPostURL(ctx context.Context, partnership, deliverable uuid.UUID, url string) error
}

// ListDeliverables lists deliverables by the date that comes next, or as it is asked for.
func (s *Server) ListDeliverables(ctx context.Context, r gen.ListDeliverablesRequestObject) (gen.ListDeliverablesResponseObject, error) {
	store, err := storeAs[DeliverableStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	filter, err := deliverableFilter(r.Params)
	if err != nil {
		return nil, err
	}
	items, next, err := store.ListDeliverables(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListDeliverables200JSONResponse{Items: make([]gen.Deliverable, len(items)), NextCursor: cursorOf(next)}
	for i, d := range items {
		list.Items[i] = showDeliverable(d)
	}
	return list, nil
}

// deliverableFilter reads what a list of deliverables, and the same as a table, are narrowed by.
func deliverableFilter(p gen.ListDeliverablesParams) (rapport.DeliverableFilter, error) {
	f := rapport.DeliverableFilter{
		BrandID: p.BrandId, CampaignID: p.CampaignId, CreatorID: p.CreatorId, OwnerID: p.OwnerId, PartnershipID: p.PartnershipId, States: value(p.State), Words: value(p.Q),
		Late: p.Late, DueFrom: p.DueFrom, DueTo: p.DueTo, Sort: string(value(p.Sort)),
	}
	for _, word := range f.States {
		if !slices.Contains(rapport.DeliverableStates(), word) {
			return f, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: fmt.Sprintf("%q is not a state of a deliverable.", cut(word, 50))})
		}
	}
	return f, nil
}

func showDeliverable(d rapport.DeliverableItem) gen.Deliverable {
	creator := showCreator(d.Creator)
	shown := gen.Deliverable{
		Id: d.ID, PartnershipId: d.PartnershipID, Creator: &creator, CampaignName: orNil(d.CampaignName), Title: d.Title, Platform: d.Platform, Kind: d.Kind,
		BrandId: orNil(d.BrandID), BrandName: orNil(d.BrandName), CampaignId: orNil(d.CampaignID),
		State: d.State, DraftDueAt: d.DraftDueAt, PublishBy: d.PublishBy, PublishAt: d.PublishAt, DueAt: d.DueAt, LateSince: d.LateSince, Round: d.Round, Late: d.Late, PostUrl: orNil(d.PostURL),
		SubmissionId: d.SubmissionID, ReviewId: d.ReviewID, VerifiedAt: d.VerifiedAt, Extension: toExtension(d.Extension),
		DraftAfter: orNil(gen.DeliverableDraftAfter(d.DraftAfter)), WaitsForProduct: orNot(rapport.WaitsForProduct(d.DraftAfter, d.State, d.DraftDueAt)),
	}
	if d.Owner.Name != "" {
		owner := toUserRef(d.Owner)
		shown.Owner = &owner
	}
	return shown
}

func showCreator(c rapport.CreatorRef) gen.CreatorRef {
	return gen.CreatorRef{Id: c.ID, Name: c.Name, Handle: orNil(c.Handle), Platform: orNil(c.Platform)}
}

// GetSubmission shows one version of a deliverable.
func (s *Server) GetSubmission(ctx context.Context, r gen.GetSubmissionRequestObject) (gen.GetSubmissionResponseObject, error) {
	store, err := storeAs[DeliverableStore](s)
	if err != nil {
		return nil, err
	}
	found, err := store.Submission(ctx, r.Id)
	if err != nil {
		return nil, called("submission", err)
	}
	return gen.GetSubmission200JSONResponse(showSubmission(found)), nil
}

func showSubmission(n rapport.Submission) gen.Submission {
	shown := gen.Submission{
		Id: n.ID, DeliverableId: n.DeliverableID, Version: n.Version, State: n.State, Caption: n.Caption, Note: orNil(n.Note),
		FileName: orNil(n.FileName), FileType: orNil(n.FileType), Checks: make([]gen.CheckResult, len(n.Checks)), CreatedAt: n.CreatedAt,
	}
	if n.FileType != "" {
		shown.FileSize = &n.FileSize
	}
	for i, c := range n.Checks {
		shown.Checks[i] = gen.CheckResult{Rule: c.Rule, Result: gen.CheckResultResult(c.Result), Detail: c.Detail, Fix: orNil(c.Fix), Source: orNil(c.Source)}
		if c.Span != nil {
			shown.Checks[i].SpanFrom, shown.Checks[i].SpanTo = &c.Span.From, &c.Span.To
		}
	}
	shown.DeclaredSpoken, shown.DeclaredWritten, shown.ReviewId = n.Spoken, n.Written, n.ReviewID
	if m := n.Media; m != nil {
		shown.Media = &gen.Media{Width: orNil(m.Width), Height: orNil(m.Height), HasAudio: orNot(m.HasAudio), Problem: orNil(m.Problem)}
		if m.Seconds > 0 {
			shown.Media.Seconds = &m.Seconds
		}
	}
	return shown
}

// GetSubmissionFile gives the file of a version, to be kept and never to be run: it comes from outside.
func (s *Server) GetSubmissionFile(ctx context.Context, r gen.GetSubmissionFileRequestObject) (gen.GetSubmissionFileResponseObject, error) {
	store, err := storeAs[DeliverableStore](s)
	if err != nil {
		return nil, err
	}
	file, err := store.SubmissionFile(ctx, r.Id)
	if err != nil {
		return nil, called("file", err)
	}
	return fileAnswer(file), nil
}

// fileAnswer is a file as an attachment.
type fileAnswer rapport.File

// VisitGetSubmissionFileResponse writes the file.
func (f fileAnswer) VisitGetSubmissionFileResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Disposition", attachment(f.Name, "submission"))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	w.WriteHeader(http.StatusOK)
	_, err := bytes.NewReader(f.Content).WriteTo(w)
	return err //nolint:wrapcheck // a client that went away
}

// attachment is the header that makes a browser keep a file under its name.
func attachment(name, fallback string) string {
	if name == "" {
		name = fallback
	}
	if header := mime.FormatMediaType("attachment", map[string]string{"filename": name}); header != "" {
		return header
	}
	return "attachment"
}

// pendingAt is the answer to a command whose verdict is still to come, and where to look for it.
func pendingAt(location string) (gen.Pending, *string) {
	return gen.Pending{Status: gen.PendingStatusPending, Location: location}, &location
}

// moment is a time in words for people, in UTC.
// day is a date in words for people.
func day(at time.Time) string { return at.UTC().Format("2 January 2006") }
