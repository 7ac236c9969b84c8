package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// MessageStore keeps messages.
type MessageStore interface {
	ListMessages(ctx context.Context, partnership uuid.UUID, page rapport.Page) ([]rapport.Message, []string, error)
	AddMessage(ctx context.Context, m rapport.Message) (rapport.Message, error)
	UnmatchedMail(ctx context.Context, works, admins []uuid.UUID, id *uuid.UUID, page rapport.Page) ([]rapport.UnmatchedMail, []string, error)
	FileMail(ctx context.Context, message uuid.UUID, from string, partnership *uuid.UUID) error
	// SignalWorkflow writes an event for a workflow into the outbox.
	SignalWorkflow(ctx context.Context, kind string, id, brand uuid.UUID, sig rapport.Signal) error
}

func (s *Server) messageStore() (MessageStore, error) { return storeAs[MessageStore](s) }

// portalTag stands in an archived mail where a link of the creator's own was.
const portalTag = "{{" + rapport.PortalTag + "}}"

func toMessage(m rapport.Message) gen.Message {
	out := gen.Message{
		Id: m.ID, Direction: gen.MessageDirection(m.Direction), Channel: gen.MessageChannel(m.Channel), State: m.State, Subject: orNil(m.Subject),
		Text: orNil(strings.ReplaceAll(m.Text, portalTag, "[link to the creator's page]")), Quoted: orNil(m.Quoted), Author: m.Author, Class: orNil(m.Class),
		To: orNil(m.To), From: orNil(m.From), At: m.At,
	}
	if m.PartnershipID != uuid.Nil {
		out.PartnershipId = &m.PartnershipID
	}
	if m.ThreadID != uuid.Nil {
		out.ThreadId = &m.ThreadID
	}
	out.Kind, out.WrittenBy, out.Suggestion = orNil(m.Kind), writtenBy(m), toSuggestion(m.Suggestion)
	if m.ToLook {
		out.ToLookAt, out.Version = &m.ToLook, &m.Version
	}
	if m.Hidden {
		out.Hidden = &m.Hidden
	}
	if len(m.Mentions) > 0 {
		people := each(m.Mentions, toUserRef)
		out.Mentions = &people
	}
	if len(m.Files) > 0 {
		files := each(m.Files, func(f rapport.MessageFile) gen.MessageFile {
			return gen.MessageFile{N: f.N, Name: f.Name, ContentType: f.Type, Size: f.Size, Sha256: hex.EncodeToString(f.SHA256)}
		})
		out.Files = &files
	}
	if m.HTML != "" {
		out.Html = orNil(mailPolicy().Sanitize(m.HTML))
	}
	return out
}

func writtenBy(m rapport.Message) *gen.MessageWrittenBy {
	by := gen.MessageWrittenByPerson
	switch {
	case m.Direction == "in":
		by = gen.MessageWrittenByCreator
	case m.Looked && m.State != "prepared" && m.State != "cancelled":
		by = gen.MessageWrittenByLookedAt
	case m.AuthorID == uuid.Nil:
		by = gen.MessageWrittenByMachine
	}
	return &by
}

func toSuggestion(s rapport.ReplySuggestion) *gen.ReplySuggestion {
	if s.Class == "" {
		return nil
	}
	return &gen.ReplySuggestion{Class: gen.ReplySuggestionClass(s.Class), Amount: moneyOf(s.Amount), Why: orNil(s.Why)}
}

// ListPartnershipMessages lists the messages of a partnership, newest first.
func (s *Server) ListPartnershipMessages(ctx context.Context, r gen.ListPartnershipMessagesRequestObject) (gen.ListPartnershipMessagesResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := s.messageStore()
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListMessages(ctx, r.Id, page)
	if err != nil {
		return nil, called("partnership", err)
	}
	return gen.ListPartnershipMessages200JSONResponse{Items: each(list, toMessage), NextCursor: cursorOf(next)}, nil
}

// SendMessage mails the creator, or logs what was said elsewhere. What came in tells the partnership like a mail would.
func (s *Server) SendMessage(ctx context.Context, r gen.SendMessageRequestObject) (gen.SendMessageResponseObject, error) {
	m, err := fromMessage(r.Id, *r.Body, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	store, err := s.messageStore()
	if err != nil {
		return nil, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	p, err := partnerships.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	if m.Channel == "email" {
		if err := mayMail(p); err != nil {
			return nil, err
		}
	}
	var kept rapport.Message
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if kept, err = store.AddMessage(ctx, m); err != nil {
			return err
		}
		return s.tell(ctx, store, p, m)
	})
	if err != nil {
		return nil, called("partnership", err)
	}
	return gen.SendMessage201JSONResponse(toMessage(kept)), nil
}

// ListUnmatchedMail lists mail that names nothing of ours, newest first.
func (s *Server) ListUnmatchedMail(ctx context.Context, r gen.ListUnmatchedMailRequestObject) (gen.ListUnmatchedMailResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := s.messageStore()
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	list, next, err := store.UnmatchedMail(ctx, me.BrandsWith(rapport.RoleOps), me.BrandsWith(rapport.RoleAdmin), nil, page)
	if err != nil {
		return nil, err
	}
	return gen.ListUnmatchedMail200JSONResponse{Items: each(list, toUnmatched), NextCursor: cursorOf(next)}, nil
}

func toUnmatched(m rapport.UnmatchedMail) gen.UnmatchedMail {
	out := gen.UnmatchedMail{Message: toMessage(m.Message), Candidates: make([]gen.MailCandidate, len(m.Candidates))}
	for i, c := range m.Candidates {
		out.Candidates[i] = gen.MailCandidate{
			PartnershipId: c.PartnershipID, CreatorName: c.CreatorName, CampaignName: c.CampaignName, BrandName: c.BrandName, Stage: gen.Stage(c.Stage), Why: candidateWhy(c),
		}
	}
	return out
}

func candidateWhy(c rapport.MailCandidate) string {
	switch {
	case c.ByAddress && c.BySubject:
		return "Has this address, and was written to about this"
	case c.ByAddress:
		return "Has this address"
	}
	return "Was written to about this"
}

// FileMail files an unmatched mail; its partnership hears of it like of any reply.
func (s *Server) FileMail(ctx context.Context, r gen.FileMailRequestObject) (gen.FileMailResponseObject, error) {
	store, err := s.messageStore()
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	found, _, err := store.UnmatchedMail(ctx, me.BrandsWith(rapport.RoleOps), me.BrandsWith(rapport.RoleAdmin), &r.Id, rapport.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, rapport.Errorf(rapport.CodeNotFound, "There is no such unmatched mail.")
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if r.Body.PartnershipId == nil {
			return store.FileMail(ctx, r.Id, found[0].From, nil)
		}
		partnerships, err := s.partnershipStore()
		if err != nil {
			return err
		}
		p, err := partnerships.Partnership(ctx, *r.Body.PartnershipId)
		if err != nil {
			return called("partnership", err)
		}
		// The reply first: what waits for the filing must not go on before it.
		if err := store.SignalWorkflow(ctx, "partnership", p.ID, p.BrandID, rapport.Signal{ID: rapport.DeriveID(r.Id, "reply"), Kind: rapport.SignalMail, Ref: r.Id, Code: found[0].Class}); err != nil {
			return err
		}
		return store.FileMail(ctx, r.Id, found[0].From, &p.ID)
	})
	if err != nil {
		return nil, err
	}
	return gen.FileMail204Response{}, nil
}

// mayMail refuses mail to a creator who must not be written to.
func mayMail(p rapport.PartnershipDetail) error {
	switch {
	case p.Banned:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "banned", State: string(p.Stage), Message: "The creator is banned. Nothing was sent. Lift the ban first."}
	case p.DoNotContact:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "do_not_contact", State: string(p.Stage), Message: "The creator does not want to be contacted. Nothing was sent."}
	}
	return nil
}

// tell has a mail sent by its workflow, and tells the partnership what came in.
func (s *Server) tell(ctx context.Context, store MessageStore, p rapport.PartnershipDetail, m rapport.Message) error {
	switch {
	case m.Direction == "in":
		return store.SignalWorkflow(ctx, "partnership", p.ID, p.BrandID, rapport.Signal{ID: rapport.DeriveID(m.ID, "reply"), Kind: rapport.SignalMail, Ref: m.ID, Code: "human"})
	case m.Channel == "email":
		return s.sendMail(ctx, m.ID, p.BrandID)
	}
	return nil
}

// sendMail starts the workflow that sends one mail.
func (s *Server) sendMail(ctx context.Context, id, brand uuid.UUID) error {
	outbox, err := s.commandStore()
	if err != nil {
		return err
	}
	input, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("write the input: %w", err)
	}
	return outbox.PutOutbox(ctx, rapport.OutboxRow{
		ID: rapport.DeriveID(id, "start"), BrandID: brand, Kind: "start", WorkflowID: workflows.MessageID(id),
		Workflow: workflows.TypeMessage, TaskQueue: workflows.QueueMain, Input: input,
	})
}

// fromMessage reads what is to be sent or logged.
func fromMessage(partnership uuid.UUID, b gen.MessageCreate, by uuid.UUID) (rapport.Message, error) {
	m := rapport.Message{
		ID: uuid.Must(uuid.NewV7()), PartnershipID: partnership, Direction: string(b.Direction), Channel: string(b.Channel), State: "logged", AuthorID: by,
		Subject: strings.TrimSpace(value(b.Subject)), Text: strings.TrimSpace(b.Text), ThreadID: value(b.ThreadId), NewThread: value(b.NewThread),
		Mentions: each(value(b.Mentions), func(id uuid.UUID) rapport.UserRef { return rapport.UserRef{ID: id} }),
	}
	var bad []rapport.Field
	if m.Text == "" {
		bad = append(bad, rapport.Field{Path: "text", Code: "required", Detail: "Write something."})
	}
	if len([]rune(m.Subject)) > 200 || strings.ContainsAny(m.Subject, "\r\n") {
		bad = append(bad, rapport.Field{Path: "subject", Code: "too_long", Detail: "A subject is one line of at most 200 characters."})
	}
	if m.NewThread && m.Subject == "" && m.Channel != "note" {
		bad = append(bad, rapport.Field{Path: "subject", Code: "required", Detail: "Give the thread a subject."})
	}
	if len(m.Mentions) > 0 && m.Channel != "note" {
		bad = append(bad, rapport.Field{Path: "mentions", Code: "notes_only", Detail: "Only a note can mention people."})
	}
	switch m.Channel {
	case "email":
		m.State, m.Kind = "prepared", rapport.MailTransactional
		if m.Direction != "out" {
			bad = append(bad, rapport.Field{Path: "direction", Code: "unknown_value", Detail: "Mail is sent from here; mail that comes in is found by itself."})
		}
		if m.Subject == "" && m.ThreadID == uuid.Nil { // in a thread it answers
			bad = append(bad, rapport.Field{Path: "subject", Code: "required", Detail: "Give the mail a subject."})
		}
	case "note":
		m.NewThread = false
		if m.Direction != "internal" {
			bad = append(bad, rapport.Field{Path: "direction", Code: "unknown_value", Detail: "A note is internal."})
		}
	default:
		if m.Direction == "internal" {
			bad = append(bad, rapport.Field{Path: "direction", Code: "unknown_value", Detail: "Say who called or wrote: in or out."})
		}
		if m.Direction == "in" {
			m.Class = "human"
		}
	}
	if len(bad) > 0 {
		return m, rapport.Invalid(rapport.SortFields(bad)...)
	}
	return m, nil
}
