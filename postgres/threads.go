package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListThreads lists threads of the scope, what was written last first.
func (s *Store) ListThreads(ctx context.Context, f rapport.ThreadFilter, page rapport.Page) ([]rapport.Thread, []string, error) {
	params := gen.ListThreadsParams{
		BrandID: f.BrandID, CreatorID: f.CreatorID, State: f.State, AssigneeID: f.AssigneeID, Unassigned: f.Unassigned, OnlyWaiting: f.Waiting, Pattern: pattern(f.Words),
		MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Thread, error) {
		found, err := s.threads(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.LastAt, last.ID)
		}
		return found, err
	})
	return list, next, err
}

// Thread finds one thread of the scope.
func (s *Store) Thread(ctx context.Context, id uuid.UUID) (rapport.Thread, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Thread, error) { return s.thread(ctx, tx, id) })
}

func (s *Store) thread(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.Thread, error) {
	found, err := s.threads(ctx, tx, gen.ListThreadsParams{ID: &id, MaxRows: 1})
	if err != nil {
		return rapport.Thread{}, err
	}
	if len(found) == 0 {
		return rapport.Thread{}, pgx.ErrNoRows
	}
	return found[0], nil
}

func (s *Store) threads(ctx context.Context, tx pgx.Tx, params gen.ListThreadsParams) ([]rapport.Thread, error) {
	params.Brands, params.Viewer = rapport.BrandsFrom(ctx), rapport.ViewerFrom(ctx)
	rows, err := s.q.ListThreads(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("list threads: %w", err)
	}
	list := make([]rapport.Thread, len(rows))
	for i, r := range rows {
		t := rapport.Thread{
			ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
			PartnershipID: r.PartnershipID, CampaignName: r.CampaignName, Stage: rapport.Stage(r.Stage), Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName}, Subject: r.Subject,
			State: r.State, SnoozedUntil: r.SnoozedUntil, Private: r.Privacy == "private", Hidden: r.Hidden, Waiting: r.Waiting, Preview: r.Preview, LastDirection: r.LastDirection,
			LastAt: r.LastAt, Messages: int(r.Messages), MergedInto: r.MergedInto, Suggestion: rapport.ReplySuggestion{Class: rapport.ReplyClass(r.Suggestion), Why: r.SuggestionWhy},
		}
		if r.AssigneeID != nil {
			t.Assignee = &rapport.UserRef{ID: *r.AssigneeID, Name: r.AssigneeName}
		}
		if r.Waiting && !r.AnswerBy.IsZero() {
			t.AnswerBy = &r.AnswerBy
		}
		if r.SuggestionAmount != nil && r.SuggestionCurrency != nil && !r.Hidden {
			t.Suggestion.Amount = &rapport.Money{Amount: *r.SuggestionAmount, Currency: *r.SuggestionCurrency}
		}
		list[i] = t
	}
	return list, nil
}

// ThreadMessages lists the messages of a thread of the scope, newest first; not_found when there is no such thread.
func (s *Store) ThreadMessages(ctx context.Context, thread uuid.UUID, page rapport.Page) ([]rapport.Message, []string, error) {
	params := gen.ListMessagesParams{Brands: rapport.BrandsFrom(ctx), ThreadID: &thread, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Message, error) {
		if _, err := s.thread(ctx, tx, thread); err != nil {
			return nil, err
		}
		found, err := s.messages(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.At, last.ID)
		}
		return found, err
	})
	return list, next, err
}

// changeThread lets f change a thread of the scope under its lock and answers it as it is then. Whoever takes no part in a private
// thread cannot change it: not_found.
func (s *Store) changeThread(ctx context.Context, id uuid.UUID, f func(ctx context.Context, tx pgx.Tx, t gen.LockThreadRow) error) (rapport.Thread, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Thread, error) {
		row, err := s.q.LockThread(ctx, tx, gen.LockThreadParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.Thread{}, err
		}
		before, err := s.thread(ctx, tx, id)
		if err != nil {
			return before, err
		}
		if before.Hidden {
			return before, pgx.ErrNoRows
		}
		if err := f(ctx, tx, row); err != nil {
			return before, err
		}
		return s.thread(ctx, tx, id)
	})
}

// AssignThread gives a thread to a person of the brand, or to nobody.
func (s *Store) AssignThread(ctx context.Context, id uuid.UUID, person *uuid.UUID) (rapport.Thread, error) {
	return s.changeThread(ctx, id, func(ctx context.Context, tx pgx.Tx, t gen.LockThreadRow) error {
		if person != nil {
			works, err := s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: *person, BrandID: t.BrandID})
			if err != nil {
				return fmt.Errorf("person: %w", err)
			}
			if !works {
				return rapport.Invalid(rapport.Field{Path: "user_id", Code: "no_role", Detail: "This person has no role at the brand."})
			}
		}
		if t.Privacy == "private" {
			if err := s.q.JoinParties(ctx, tx, gen.JoinPartiesParams{IntoThread: id, Threads: []uuid.UUID{id}}); err != nil {
				return fmt.Errorf("keep who takes part: %w", err)
			}
		}
		return s.q.AssignThread(ctx, tx, gen.AssignThreadParams{ID: id, AssigneeID: person})
	})
}

// SetThreadState opens a thread, or marks it done, which answers what came in before. deed makes it happen once.
func (s *Store) SetThreadState(ctx context.Context, id uuid.UUID, state string, deed, by uuid.UUID) (rapport.Thread, error) {
	return s.changeThread(ctx, id, func(ctx context.Context, tx pgx.Tx, _ gen.LockThreadRow) error {
		if err := s.q.SetThreadState(ctx, tx, gen.SetThreadStateParams{ID: id, State: state}); err != nil {
			return err
		}
		if state != rapport.ThreadDone {
			return nil
		}
		return s.answered(ctx, tx, id, deed, by)
	})
}

// SetThreadPrivacy opens a thread to the team, or only to who takes part in it: the person who does this does from now on.
func (s *Store) SetThreadPrivacy(ctx context.Context, id uuid.UUID, private bool, by uuid.UUID) (rapport.Thread, error) {
	return s.changeThread(ctx, id, func(ctx context.Context, tx pgx.Tx, _ gen.LockThreadRow) error {
		privacy := "team"
		if private {
			privacy = "private"
		}
		if err := s.q.SetThreadPrivacy(ctx, tx, gen.SetThreadPrivacyParams{ID: id, Privacy: privacy}); err != nil {
			return err
		}
		if err := s.q.JoinThread(ctx, tx, gen.JoinThreadParams{ThreadID: id, People: []uuid.UUID{by}}); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "thread."+privacy, id, nil)
	})
}

// MergeThread makes a thread part of another one of the same creator and brand, and answers that one. What comes in answer to a message
// of it comes there from now on.
func (s *Store) MergeThread(ctx context.Context, id, into, by uuid.UUID) (rapport.Thread, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Thread, error) {
		first, second := id, into // locked in one order, so that two merges never wait for each other
		if into.String() < id.String() {
			first, second = into, id
		}
		rows := map[uuid.UUID]gen.LockThreadRow{}
		for _, t := range []uuid.UUID{first, second} {
			row, err := s.q.LockThread(ctx, tx, gen.LockThreadParams{ID: t, Brands: rapport.BrandsFrom(ctx)})
			if err != nil {
				return rapport.Thread{}, err
			}
			shown, err := s.thread(ctx, tx, t)
			if err != nil {
				return rapport.Thread{}, err
			}
			if shown.Hidden {
				return rapport.Thread{}, pgx.ErrNoRows
			}
			rows[t] = row
		}
		a, b := rows[id], rows[into]
		switch {
		case id == into || a.MergedInto != nil || b.MergedInto != nil:
			return rapport.Thread{}, &rapport.Error{Code: rapport.CodeConflict, Reason: "merged_already", Message: "One of the threads is part of another one already. Load the page again."}
		case a.CreatorID != b.CreatorID || a.BrandID != b.BrandID:
			return rapport.Thread{}, rapport.Invalid(rapport.Field{Path: "thread_id", Code: "other_creator", Detail: "Only threads of the same creator and brand can become one."})
		}
		if err := s.moveMessages(ctx, tx, a, into, nil, by); err != nil {
			return rapport.Thread{}, err
		}
		if a.Privacy == "private" || b.Privacy == "private" { // what was private stays so, and whoever read it goes on reading it
			if err := s.q.JoinParties(ctx, tx, gen.JoinPartiesParams{IntoThread: into, Threads: []uuid.UUID{id, into}}); err != nil {
				return rapport.Thread{}, err
			}
			if err := s.q.SetThreadPrivacy(ctx, tx, gen.SetThreadPrivacyParams{ID: into, Privacy: "private"}); err != nil {
				return rapport.Thread{}, err
			}
		}
		if err := s.q.CopyMembers(ctx, tx, gen.CopyMembersParams{ToThread: into, FromThread: id}); err != nil {
			return rapport.Thread{}, err
		}
		if err := s.q.JoinThread(ctx, tx, gen.JoinThreadParams{ThreadID: into, People: []uuid.UUID{by}}); err != nil {
			return rapport.Thread{}, err
		}
		if err := s.q.ThreadMerged(ctx, tx, gen.ThreadMergedParams{ID: id, IntoThread: &into}); err != nil {
			return rapport.Thread{}, err
		}
		return s.thread(ctx, tx, into)
	})
}

// SplitThread moves messages of a thread into a new one, and answers that.
func (s *Store) SplitThread(ctx context.Context, id uuid.UUID, messages []uuid.UUID, subject string, by uuid.UUID) (rapport.Thread, error) {
	split := newID()
	_, err := s.changeThread(ctx, id, func(ctx context.Context, tx pgx.Tx, t gen.LockThreadRow) error {
		if t.MergedInto != nil {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "merged_already", Message: "The thread is part of another one. Split it there."}
		}
		if err := s.q.SplitOff(ctx, tx, gen.SplitOffParams{ID: split, FirstMessage: messages[0], FromThread: id, Subject: subject}); err != nil {
			return fmt.Errorf("new thread: %w", err)
		}
		if err := s.q.CopyMembers(ctx, tx, gen.CopyMembersParams{ToThread: split, FromThread: id}); err != nil {
			return err
		}
		return s.moveMessages(ctx, tx, t, split, messages, by)
	})
	if err != nil {
		return rapport.Thread{}, err
	}
	return s.Thread(ctx, split)
}

// moveMessages moves messages of a thread, all without a list, and keeps which. A message that is not there is named.
func (s *Store) moveMessages(ctx context.Context, tx pgx.Tx, from gen.LockThreadRow, to uuid.UUID, messages []uuid.UUID, by uuid.UUID) error {
	moved, err := s.q.MoveMessages(ctx, tx, gen.MoveMessagesParams{ToThread: &to, FromThread: &from.ID, Everything: messages == nil, Messages: noNil(messages)})
	if err != nil {
		return fmt.Errorf("move: %w", err)
	}
	if messages != nil && len(moved) != len(messages) {
		return rapport.Invalid(rapport.Field{Path: "message_ids", Code: "not_in_thread", Detail: "A message is named twice, or is not in this thread any more. Load the page again."})
	}
	if err := s.q.AgeThread(ctx, tx, []uuid.UUID{from.ID, to}); err != nil {
		return err
	}
	return s.q.NoteMove(ctx, tx, gen.NoteMoveParams{ID: newID(), BrandID: from.BrandID, FromThread: from.ID, ToThread: to, Messages: noNil(moved), By: by})
}

// CannedAnswers lists the answers of the scope's brands by name.
func (s *Store) CannedAnswers(ctx context.Context, brand *uuid.UUID) ([]rapport.CannedAnswer, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.CannedAnswer, error) {
		rows, err := s.q.ListCannedAnswers(ctx, tx, gen.ListCannedAnswersParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand})
		list := make([]rapport.CannedAnswer, len(rows))
		for i, r := range rows {
			list[i] = rapport.CannedAnswer(r)
		}
		return list, err
	})
}

// SaveCannedAnswer adds an answer, or changes the one of the same name.
func (s *Store) SaveCannedAnswer(ctx context.Context, a rapport.CannedAnswer, by uuid.UUID) (rapport.CannedAnswer, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CannedAnswer, error) {
		var err error
		a.ID, err = s.q.SaveCannedAnswer(ctx, tx, gen.SaveCannedAnswerParams{ID: newID(), BrandID: a.BrandID, Name: a.Name, Body: a.Body, CreatedBy: &by})
		return a, err
	})
}

// RemoveCannedAnswer takes an answer off the list.
func (s *Store) RemoveCannedAnswer(ctx context.Context, id uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.q.RemoveCannedAnswer(ctx, tx, gen.RemoveCannedAnswerParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		return err
	})
}
