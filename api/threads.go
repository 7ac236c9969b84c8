package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ThreadStore keeps the inbox.
type ThreadStore interface {
	ListThreads(ctx context.Context, f rapport.ThreadFilter, page rapport.Page) ([]rapport.Thread, []string, error)
	Thread(ctx context.Context, id uuid.UUID) (rapport.Thread, error)
	ThreadMessages(ctx context.Context, thread uuid.UUID, page rapport.Page) ([]rapport.Message, []string, error)
	AssignThread(ctx context.Context, id uuid.UUID, person *uuid.UUID) (rapport.Thread, error)
	SetThreadState(ctx context.Context, id uuid.UUID, state string, deed, by uuid.UUID) (rapport.Thread, error)
	SetThreadPrivacy(ctx context.Context, id uuid.UUID, private bool, by uuid.UUID) (rapport.Thread, error)
	MergeThread(ctx context.Context, id, into, by uuid.UUID) (rapport.Thread, error)
	SplitThread(ctx context.Context, id uuid.UUID, messages []uuid.UUID, subject string, by uuid.UUID) (rapport.Thread, error)
	CannedAnswers(ctx context.Context, brand *uuid.UUID) ([]rapport.CannedAnswer, error)
	SaveCannedAnswer(ctx context.Context, a rapport.CannedAnswer, by uuid.UUID) (rapport.CannedAnswer, error)
	RemoveCannedAnswer(ctx context.Context, id uuid.UUID) error
}

func (s *Server) threadStore() (ThreadStore, error) { return storeAs[ThreadStore](s) }

func (s *Server) toThread(t rapport.Thread) gen.Thread {
	out := gen.Thread{
		Id: t.ID, BrandId: t.BrandID, BrandName: t.BrandName, Creator: toCreatorOf(t.Creator), PartnershipId: t.PartnershipID, CampaignName: t.CampaignName,
		Stage: gen.Stage(t.Stage), Owner: toUserRef(t.Owner), Subject: t.Subject, State: gen.ThreadState(t.State), SnoozedUntil: t.SnoozedUntil, Privacy: gen.ThreadPrivacyTeam,
		Hidden: t.Hidden, Waiting: t.Waiting, AnswerBy: t.AnswerBy, Overdue: t.AnswerBy != nil && s.now().After(*t.AnswerBy), Suggestion: toSuggestion(t.Suggestion),
		Preview: showLinks(t.Preview), LastAt: t.LastAt, Messages: t.Messages, MergedInto: t.MergedInto,
	}
	if t.Private {
		out.Privacy = gen.ThreadPrivacyPrivate
	}
	if t.Assignee != nil {
		who := toUserRef(*t.Assignee)
		out.Assignee = &who
	}
	if t.LastDirection != "" {
		direction := gen.ThreadLastDirection(t.LastDirection)
		out.LastDirection = &direction
	}
	return out
}

// ListThreads lists the threads of the inbox. A thread that is assigned to nobody counts as its partnership's owner's.
func (s *Server) ListThreads(ctx context.Context, r gen.ListThreadsRequestObject) (gen.ListThreadsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	f, err := threadFilter(r.Params, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListThreads(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListThreads200JSONResponse{Items: each(list, s.toThread), NextCursor: cursorOf(next)}, nil
}

// threadFilter reads what the inbox, and the same as a table, are narrowed by.
func threadFilter(p gen.ListThreadsParams, me uuid.UUID) (rapport.ThreadFilter, error) {
	f := rapport.ThreadFilter{BrandID: p.BrandId, CreatorID: p.CreatorId, State: string(value(p.State)), Waiting: value(p.Waiting), Words: value(p.Q)}
	switch who := value(p.AssignedTo); who {
	case "":
	case "me":
		f.AssigneeID = &me
	case "nobody":
		f.Unassigned = true
	default:
		id, err := uuid.Parse(who)
		if err != nil {
			return f, rapport.Invalid(rapport.Field{Path: "assigned_to", Code: "bad_format", Detail: "A thread is assigned to me, to nobody, or to a person by id."})
		}
		f.AssigneeID = &id
	}
	return f, nil
}

// GetThread shows one thread.
func (s *Server) GetThread(ctx context.Context, r gen.GetThreadRequestObject) (gen.GetThreadResponseObject, error) {
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	t, err := store.Thread(ctx, r.Id)
	if err != nil {
		return nil, called("thread", err)
	}
	return gen.GetThread200JSONResponse(s.toThread(t)), nil
}

// ListThreadMessages lists the messages of a thread, newest first.
func (s *Server) ListThreadMessages(ctx context.Context, r gen.ListThreadMessagesRequestObject) (gen.ListThreadMessagesResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	list, next, err := store.ThreadMessages(ctx, r.Id, page)
	if err != nil {
		return nil, called("thread", err)
	}
	return gen.ListThreadMessages200JSONResponse{Items: each(list, toMessage), NextCursor: cursorOf(next)}, nil
}

// threadDeed lets f change a thread and shows it.
func (s *Server) threadDeed(f func(store ThreadStore) (rapport.Thread, error)) (gen.Thread, error) {
	store, err := s.threadStore()
	if err != nil {
		return gen.Thread{}, err
	}
	t, err := f(store)
	if err != nil {
		return gen.Thread{}, called("thread", err)
	}
	return s.toThread(t), nil
}

// AssignThread gives a thread to a person, or to nobody.
func (s *Server) AssignThread(ctx context.Context, r gen.AssignThreadRequestObject) (gen.AssignThreadResponseObject, error) {
	t, err := s.threadDeed(func(store ThreadStore) (rapport.Thread, error) { return store.AssignThread(ctx, r.Id, r.Body.UserId) })
	if err != nil {
		return nil, err
	}
	return gen.AssignThread200JSONResponse(t), nil
}

// SetThreadState marks a thread done, or opens it again.
func (s *Server) SetThreadState(ctx context.Context, r gen.SetThreadStateRequestObject) (gen.SetThreadStateResponseObject, error) {
	deed, _ := deedID(ctx)
	t, err := s.threadDeed(func(store ThreadStore) (rapport.Thread, error) {
		return store.SetThreadState(ctx, r.Id, string(r.Body.State), deed, principalFrom(ctx).UserID)
	})
	if err != nil {
		return nil, err
	}
	return gen.SetThreadState200JSONResponse(t), nil
}

// SnoozeThread puts a thread off until a time, by a timer of its partnership, or brings it back.
func (s *Server) SnoozeThread(ctx context.Context, r gen.SnoozeThreadRequestObject) (gen.SnoozeThreadResponseObject, error) {
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	t, err := store.Thread(ctx, r.Id)
	if err != nil {
		return nil, called("thread", err)
	}
	if t.Hidden || t.MergedInto != nil {
		return nil, notFound("thread")
	}
	cmd := rapport.Command{Kind: rapport.CmdWakeThread, Actor: principalFrom(ctx).UserID, Ref: t.ID}
	if until := r.Body.Until; until != nil {
		if !until.After(s.now()) || until.After(s.now().Add(snoozeLimit)) {
			return nil, rapport.Invalid(rapport.Field{Path: "until", Code: "out_of_range", Detail: "Put it off to a time within the next year."})
		}
		cmd.Kind, cmd.Until = rapport.CmdSnoozeThread, until.UTC()
	}
	result, err := s.command(ctx, commandRequest{Workflow: "partnership", ID: t.PartnershipID, BrandID: t.BrandID, Cmd: cmd})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/threads/" + t.ID.String())
		return gen.SnoozeThread202JSONResponse{Body: body, Headers: gen.SnoozeThread202ResponseHeaders{Location: location}}, nil
	}
	if t, err = store.Thread(ctx, r.Id); err != nil {
		return nil, called("thread", err)
	}
	return gen.SnoozeThread200JSONResponse(s.toThread(t)), nil
}

// SetThreadPrivacy opens a thread to the team, or only to who takes part in it.
func (s *Server) SetThreadPrivacy(ctx context.Context, r gen.SetThreadPrivacyRequestObject) (gen.SetThreadPrivacyResponseObject, error) {
	t, err := s.threadDeed(func(store ThreadStore) (rapport.Thread, error) {
		return store.SetThreadPrivacy(ctx, r.Id, r.Body.Privacy == gen.ThreadPrivacyEditPrivacyPrivate, principalFrom(ctx).UserID)
	})
	if err != nil {
		return nil, err
	}
	return gen.SetThreadPrivacy200JSONResponse(t), nil
}

// MergeThread makes a thread part of another one.
func (s *Server) MergeThread(ctx context.Context, r gen.MergeThreadRequestObject) (gen.MergeThreadResponseObject, error) {
	t, err := s.threadDeed(func(store ThreadStore) (rapport.Thread, error) {
		return store.MergeThread(ctx, r.Id, r.Body.ThreadId, principalFrom(ctx).UserID)
	})
	if err != nil {
		return nil, err
	}
	return gen.MergeThread200JSONResponse(t), nil
}

// SplitThread moves messages into a thread of their own.
func (s *Server) SplitThread(ctx context.Context, r gen.SplitThreadRequestObject) (gen.SplitThreadResponseObject, error) {
	subject := strings.TrimSpace(r.Body.Subject)
	if subject == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "subject", Code: "required", Detail: "Give the new thread a subject."})
	}
	t, err := s.threadDeed(func(store ThreadStore) (rapport.Thread, error) {
		return store.SplitThread(ctx, r.Id, r.Body.MessageIds, subject, principalFrom(ctx).UserID)
	})
	if err != nil {
		return nil, err
	}
	return gen.SplitThread201JSONResponse(t), nil
}

func toCanned(a rapport.CannedAnswer) gen.CannedAnswer {
	return gen.CannedAnswer{Id: a.ID, BrandId: a.BrandID, Name: a.Name, Body: a.Body}
}

// ListCannedAnswers lists the answers that brands give often, filled for a partnership if one is named.
func (s *Server) ListCannedAnswers(ctx context.Context, r gen.ListCannedAnswersRequestObject) (gen.ListCannedAnswersResponseObject, error) {
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	var values map[string]string
	brand := r.Params.BrandId
	if r.Params.PartnershipId != nil {
		partnerships, err := s.partnershipStore()
		if err != nil {
			return nil, err
		}
		p, err := partnerships.Partnership(ctx, *r.Params.PartnershipId)
		if err != nil {
			return nil, called("partnership", err)
		}
		mails, err := storeAs[SequenceStore](s)
		if err != nil {
			return nil, err
		}
		if values, _, err = mails.MergeValues(ctx, p.BrandID, p.Creator.ID, &p.CampaignID, principalFrom(ctx).UserID); err != nil {
			return nil, err
		}
		brand = &p.BrandID
	}
	list, err := store.CannedAnswers(ctx, brand)
	if err != nil {
		return nil, err
	}
	return gen.ListCannedAnswers200JSONResponse{Items: each(list, func(a rapport.CannedAnswer) gen.CannedAnswer {
		out := toCanned(a)
		if values != nil {
			filled, missing := rapport.Render(a.Body, values)
			out.Filled, out.Missing = &filled, &missing
		}
		return out
	})}, nil
}

// SaveCannedAnswer adds an answer, or changes the one of the same name.
func (s *Server) SaveCannedAnswer(ctx context.Context, r gen.SaveCannedAnswerRequestObject) (gen.SaveCannedAnswerResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	a := rapport.CannedAnswer{BrandID: r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Body: strings.TrimSpace(r.Body.Body)}
	if bad := a.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	if a, err = store.SaveCannedAnswer(ctx, a, principalFrom(ctx).UserID); err != nil {
		return nil, err
	}
	return gen.SaveCannedAnswer201JSONResponse(toCanned(a)), nil
}

// RemoveCannedAnswer takes an answer off the list.
func (s *Server) RemoveCannedAnswer(ctx context.Context, r gen.RemoveCannedAnswerRequestObject) (gen.RemoveCannedAnswerResponseObject, error) {
	store, err := s.threadStore()
	if err != nil {
		return nil, err
	}
	if err := store.RemoveCannedAnswer(ctx, r.Id); err != nil {
		return nil, called("answer", err)
	}
	return gen.RemoveCannedAnswer204Response{}, nil
}
