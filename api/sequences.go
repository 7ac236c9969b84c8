package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// SequenceStore knows the sequences that run, and the mails that they write.
type SequenceStore interface {
	// SequenceVersion is one version of a sequence that the brand may use, by the number 0 the newest.
	SequenceVersion(ctx context.Context, brand, id uuid.UUID, version int) (v rapport.SequenceVersion, newest int, err error)
	// PartnershipState is the state that the workflow of a partnership of the scope wrote down last.
	PartnershipState(ctx context.Context, id uuid.UUID) (*rapport.Partnership, error)
	BranchFacts(ctx context.Context, partnership uuid.UUID) (rapport.BranchFacts, error)
	MergeValues(ctx context.Context, brand, creator uuid.UUID, campaign *uuid.UUID, sender uuid.UUID) (values map[string]string, to string, err error)
	EditDraft(ctx context.Context, id uuid.UUID, version *int, subject, text string, by uuid.UUID) (rapport.Message, error)
	SettleUnknown(ctx context.Context, id uuid.UUID, arrived, again bool, by uuid.UUID) (copied *rapport.Message, err error)
	MessageFile(ctx context.Context, message uuid.UUID, n int) (rapport.File, error)
}

// PreviewTemplate fills a mail for a creator. What a mail is about, such as an offer, is only known when it is sent.
func (s *Server) PreviewTemplate(ctx context.Context, r gen.PreviewTemplateRequestObject) (gen.PreviewTemplateResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	values, to, err := store.MergeValues(ctx, r.Body.BrandId, r.Body.CreatorId, r.Body.CampaignId, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("creator", err)
	}
	subject, missing := rapport.Render(r.Body.Subject, values)
	text, more := rapport.Render(r.Body.Body, values)
	out := gen.PreviewTemplate200JSONResponse{Subject: subject, Text: showLinks(text), To: orNil(to), Missing: []string{}, Later: []string{}}
	own := rapport.OwnTags(value(r.Body.Name))
	for _, tag := range slices.Compact(slices.Sorted(slices.Values(append(missing, more...)))) {
		if slices.Contains(own, tag) || r.Body.CampaignId == nil && strings.HasPrefix(tag, "campaign.") {
			out.Later = append(out.Later, tag)
		} else {
			out.Missing = append(out.Missing, tag)
		}
	}
	return out, nil
}

// showLinks says where a link of the creator's own will stand.
func showLinks(text string) string {
	return strings.ReplaceAll(text, portalTag, "[link to the creator's page]")
}

// ListRunningSequences lists the sequences that run for a partnership, and what they will do if nobody answers.
func (s *Server) ListRunningSequences(ctx context.Context, r gen.ListRunningSequencesRequestObject) (gen.ListRunningSequencesResponseObject, error) {
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.PartnershipState(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	known, err := store.BranchFacts(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	out := gen.ListRunningSequences200JSONResponse{Items: []gen.RunningSequence{}}
	for _, run := range p.Running() {
		sequence := p.SequenceOf(run)
		v, newest, err := store.SequenceVersion(ctx, p.BrandID, sequence.ID, sequence.Version)
		if err != nil {
			return nil, err
		}
		item := gen.RunningSequence{
			SequenceId: sequence.ID, Name: v.Name, Version: sequence.Version, NewestVersion: newest, Step: run.Step, Sent: run.Sent, Steps: each(sequence.Steps, toStep),
			Upcoming: each(p.Upcoming(run, s.now(), known), toSimulated), Zone: p.CreatorCalendar.Zone,
		}
		if run.Blocked != "" {
			item.Blocked = orNil(blockedWords(run.Blocked))
		}
		if run.ID != uuid.Nil {
			item.Id = &run.ID
		}
		if run.Draft != uuid.Nil {
			item.MessageId = &run.Draft
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func blockedWords(code string) string {
	if words := rapport.CauseWords(code); words != "" {
		return words
	}
	return plainWords(code)
}

// MoveSequence moves a running sequence to another version, or says what that would do.
func (s *Server) MoveSequence(ctx context.Context, r gen.MoveSequenceRequestObject) (gen.MoveSequenceResponseObject, error) {
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.PartnershipState(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	if run := p.Run(value(r.Body.RunId)); run == nil || p.SequenceOf(*run).ID != r.Body.SequenceId {
		return nil, rapport.Invalid(rapport.Field{Path: "sequence_id", Code: "other_sequence", Detail: "A running sequence can only go on with another version of itself."})
	}
	v, _, err := store.SequenceVersion(ctx, p.BrandID, r.Body.SequenceId, value(r.Body.Version))
	if err != nil {
		return nil, called("sequence", err)
	}
	cmd := rapport.Command{Kind: rapport.CmdMoveSequence, Actor: principalFrom(ctx).UserID, Ref: value(r.Body.RunId), Sequence: &v.Sequence}
	cmd.Step = p.StepAfter(cmd.Ref, v.Sequence)
	edit(&cmd.Step, r.Body.Step)
	known, err := store.BranchFacts(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	as, then, refused := p.PreviewMove(cmd, s.now(), known)
	if refused != nil {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: refused.Code, State: refused.State, Message: refusalWords(houseWords(ctx), "partnership", cmd.Kind, *refused, "")}
	}
	out := gen.SequenceMove{Version: v.Sequence.Version, Step: cmd.Step, Zone: p.CreatorCalendar.Zone, AsIs: each(as, toSimulated), Then: each(then, toSimulated)}
	if value(r.Body.DryRun) {
		return gen.MoveSequence200JSONResponse(out), nil
	}
	result, err := s.command(ctx, commandRequest{Workflow: "partnership", ID: p.ID, BrandID: p.BrandID, Cmd: cmd})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.MoveSequence202JSONResponse{Body: body, Headers: gen.MoveSequence202ResponseHeaders{Location: location}}, nil
	}
	out.Moved = true
	return gen.MoveSequence200JSONResponse(out), nil
}

// EditDraft changes a mail that waits for a person to look at it. The link of the creator's own may not go: it is how the creator says no.
func (s *Server) EditDraft(ctx context.Context, r gen.EditDraftRequestObject) (gen.EditDraftResponseObject, error) {
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	version, err := versionAsked(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	subject, text := strings.TrimSpace(r.Body.Subject), strings.TrimSpace(strings.ReplaceAll(r.Body.Text, "[link to the creator's page]", portalTag))
	var bad []rapport.Field
	if subject == "" || strings.ContainsAny(subject, "\r\n") {
		bad = append(bad, rapport.Field{Path: "subject", Code: "required", Detail: "A subject is one line of text."})
	}
	if !strings.Contains(text, portalTag) {
		bad = append(bad, rapport.Field{Path: "text", Code: "no_opt_out", Detail: "Keep [link to the creator's page]: it is how the creator can say no."})
	}
	if _, tags := rapport.Render(text, nil); len(tags) > 0 {
		bad = append(bad, rapport.Field{Path: "text", Code: "open_tag", Detail: "Write the words in the place of {{" + tags[0] + "}}: tags are not filled any more."})
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	m, err := store.EditDraft(ctx, r.Id, version, subject, text, principalFrom(ctx).UserID)
	if err != nil {
		if rapport.ErrorCode(err) == rapport.CodeNotFound {
			return nil, rapport.Errorf(rapport.CodeNotFound, "There is no such mail that waits to be looked at. It may have been sent or skipped.")
		}
		return nil, err
	}
	return gen.EditDraft200JSONResponse(toMessage(m)), nil
}

// SettleMail says what became of a mail of which nobody knows.
func (s *Server) SettleMail(ctx context.Context, r gen.SettleMailRequestObject) (gen.SettleMailResponseObject, error) {
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		copied, err := store.SettleUnknown(ctx, r.Id, r.Body.Arrived, value(r.Body.Again), principalFrom(ctx).UserID)
		if err != nil || copied == nil {
			return err
		}
		return s.sendMail(ctx, copied.ID, copied.BrandID)
	})
	if err != nil {
		if rapport.ErrorCode(err) == rapport.CodeNotFound {
			return nil, rapport.Errorf(rapport.CodeNotFound, "There is no such mail of which nobody knows whether it was sent.")
		}
		return nil, err
	}
	return gen.SettleMail204Response{}, nil
}

// GetMessageFile gives a file that came with a message, to be kept and never to be run: it comes from outside.
func (s *Server) GetMessageFile(ctx context.Context, r gen.GetMessageFileRequestObject) (gen.GetMessageFileResponseObject, error) {
	store, err := storeAs[SequenceStore](s)
	if err != nil {
		return nil, err
	}
	file, err := store.MessageFile(ctx, r.Id, r.N)
	if err != nil {
		return nil, called("file", err)
	}
	return fileAnswer(file), nil
}

// VisitGetMessageFileResponse writes the file.
func (f fileAnswer) VisitGetMessageFileResponse(w http.ResponseWriter) error {
	return f.VisitGetSubmissionFileResponse(w)
}

// snoozeLimit is how far a thread can be put off.
const snoozeLimit = 366 * 24 * time.Hour
