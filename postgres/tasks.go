package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// noDue stands for a task without a due time in the order of a list: behind all others.
func noDue() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// ListTasks lists tasks of the scope by due time.
func (s *Store) ListTasks(ctx context.Context, f rapport.TaskFilter, page rapport.Page) ([]rapport.Task, []string, error) {
	params := gen.ListTasksParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, PartnershipID: f.PartnershipID, OwnerID: f.OwnerID, WithRoles: f.WithRoles,
		State: orNil(f.State), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterDue, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	tasks, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Task, error) {
		rows, err := s.q.ListTasks(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last, due := rows[len(rows)-1], noDue()
			if last.DueAt != nil {
				due = *last.DueAt
			}
			next = timeKey(due, last.ID)
		}
		tasks := make([]rapport.Task, len(rows))
		for i, r := range rows {
			tasks[i] = task(r)
		}
		return tasks, err
	})
	return tasks, next, err
}

// Task finds one task of the scope.
func (s *Store) Task(ctx context.Context, id uuid.UUID) (rapport.Task, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Task, error) { return s.task(ctx, tx, id) })
}

func (s *Store) task(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.Task, error) {
	rows, err := s.q.ListTasks(ctx, tx, gen.ListTasksParams{Brands: rapport.BrandsFrom(ctx), ID: &id, MaxRows: 1})
	if err != nil {
		return rapport.Task{}, err
	}
	if len(rows) == 0 {
		return rapport.Task{}, pgx.ErrNoRows
	}
	return task(rows[0]), nil
}

func task(r gen.ListTasksRow) rapport.Task {
	t := rapport.Task{
		ID: r.ID, BrandID: r.BrandID, PartnershipID: r.PartnershipID, Kind: r.Kind, Code: r.Code, Title: r.Title, State: r.State, OwnerRole: rapport.Role(text(r.OwnerRole)),
		Ref: r.Ref, DueAt: r.DueAt, SnoozedUntil: r.SnoozedUntil, Note: text(r.Note), CreatedAt: r.CreatedAt, DoneAt: r.DoneAt,
	}
	if r.DoneBy != nil {
		t.DoneBy = &rapport.UserRef{ID: *r.DoneBy, Name: r.DoneByName}
	}
	if r.OwnerID != nil {
		t.Owner = &rapport.UserRef{ID: *r.OwnerID, Name: text(r.OwnerName)}
	}
	if r.CreatorID != nil {
		t.Creator = &rapport.CreatorRef{ID: *r.CreatorID, Name: text(r.CreatorName), Handle: r.Handle, Platform: r.Platform}
	}
	return t
}

// CountTasks says how many tasks of the scope match, counting no further than most.
func (s *Store) CountTasks(ctx context.Context, f rapport.TaskFilter, most int) (int, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int, error) {
		found, err := s.q.MatchingTasks(ctx, tx, matchingTasks(ctx, f, most))
		return len(found), err
	})
}

func matchingTasks(ctx context.Context, f rapport.TaskFilter, most int) gen.MatchingTasksParams {
	return gen.MatchingTasksParams{
		Brands: rapport.BrandsFrom(ctx), Ids: noNil(f.IDs), BrandID: f.BrandID, PartnershipID: f.PartnershipID, OwnerID: f.OwnerID, WithRoles: f.WithRoles,
		State: orNil(f.State), MaxRows: int32(most),
	}
}

// ChangeTasks changes all tasks of the scope that match, each as if it stood alone. With check, it is asked whether as many as there are may
// be changed. It answers how many were changed, and which were not and why.
func (s *Store) ChangeTasks(ctx context.Context, f rapport.TaskFilter, c rapport.TaskBatch, check func(found int) error) (done int, refused []rapport.RefusedTask, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		found, err := s.q.MatchingTasks(ctx, tx, matchingTasks(ctx, f, rapport.MaxTaskBatch+1))
		if err != nil {
			return err
		}
		if err := check(len(found)); err != nil {
			return err
		}
		rows, err := s.q.LockTasks(ctx, tx, found)
		if err != nil {
			return err
		}
		works, ids := map[uuid.UUID]bool{}, make([]uuid.UUID, 0, len(rows))
		for _, r := range rows {
			if _, known := works[r.BrandID]; !known && c.Act == "reassign" {
				if works[r.BrandID], err = s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: c.To, BrandID: r.BrandID}); err != nil {
					return fmt.Errorf("works for: %w", err)
				}
			}
			reason := ""
			switch {
			case c.Act == "reopen":
				reason = notReopened(r.State, r.DoneBy, r.DoneLately, c.By)
			case r.State == rapport.TaskDone || r.State == rapport.TaskCancelled:
				reason = "The task is closed already."
			case c.Act == "complete" && rapport.ClosesItself(r.Kind):
				reason = "This task is over once it is decided. Open it and decide."
			case c.Act == "reassign" && !works[r.BrandID]:
				reason = "This person has no role at the brand."
			}
			if reason == "" {
				ids = append(ids, r.ID)
				continue
			}
			t, err := s.task(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			refused = append(refused, rapport.RefusedTask{Task: t, Reason: reason})
		}
		done = len(ids)
		switch c.Act {
		case "complete":
			return s.q.CompleteTasks(ctx, tx, gen.CompleteTasksParams{DoneBy: &c.By, Note: c.Note, Ids: ids})
		case "reopen":
			return s.q.ReopenTasks(ctx, tx, ids)
		case "snooze":
			return s.q.SnoozeTasks(ctx, tx, gen.SnoozeTasksParams{Until: &c.Until, Ids: ids})
		default:
			return s.q.ReassignTasks(ctx, tx, gen.ReassignTasksParams{OwnerID: &c.To, Ids: ids})
		}
	})
	return done, refused, err
}

// CompleteTask marks a task done by the person; conflict when it is closed, or when only a decision ends it.
func (s *Store) CompleteTask(ctx context.Context, id, by uuid.UUID, note string) (rapport.Task, error) {
	return s.changeTask(ctx, id, func(ctx context.Context, tx pgx.Tx, t gen.LockTaskRow) error {
		if rapport.ClosesItself(t.Kind) {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "decide_instead", State: t.State, Message: "This task is over once it is decided. Open it and decide; nothing was changed."}
		}
		return s.q.CompleteTask(ctx, tx, gen.CompleteTaskParams{ID: id, DoneBy: &by, Note: note})
	})
}

// ReopenTask takes back that a task is done; conflict for who did not mark it, and after a day.
func (s *Store) ReopenTask(ctx context.Context, id, by uuid.UUID) (rapport.Task, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Task, error) {
		t, err := s.q.LockTask(ctx, tx, gen.LockTaskParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.Task{}, err
		}
		if reason := notReopened(t.State, t.DoneBy, t.DoneLately, by); reason != "" {
			return rapport.Task{}, &rapport.Error{Code: rapport.CodeConflict, Message: reason, State: t.State}
		}
		if err := s.q.ReopenTasks(ctx, tx, []uuid.UUID{id}); err != nil {
			return rapport.Task{}, err
		}
		return s.task(ctx, tx, id)
	})
}

// notReopened says why a person may not take back that a task is done; empty when they may.
func notReopened(state string, doneBy *uuid.UUID, lately bool, by uuid.UUID) string {
	switch {
	case state != rapport.TaskDone:
		return "The task is not done."
	case doneBy == nil || *doneBy != by:
		return "Only who marked the task done can take that back."
	case !lately:
		return "The task was done more than a day ago."
	}
	return ""
}

// ReassignTask gives a task to a person who works for its brand; invalid otherwise, conflict when it is closed.
func (s *Store) ReassignTask(ctx context.Context, id, to uuid.UUID) (rapport.Task, error) {
	return s.changeTask(ctx, id, func(ctx context.Context, tx pgx.Tx, t gen.LockTaskRow) error {
		works, err := s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: to, BrandID: t.BrandID})
		if err != nil {
			return err
		}
		if !works {
			return rapport.Invalid(rapport.Field{Path: "user_id", Code: "no_role", Detail: "This person has no role at the brand."})
		}
		return s.q.ReassignTask(ctx, tx, gen.ReassignTaskParams{ID: id, OwnerID: &to})
	})
}

// SnoozeTask hides a task until a time; conflict when it is closed.
func (s *Store) SnoozeTask(ctx context.Context, id uuid.UUID, until time.Time) (rapport.Task, error) {
	return s.changeTask(ctx, id, func(ctx context.Context, tx pgx.Tx, _ gen.LockTaskRow) error {
		return s.q.SnoozeTask(ctx, tx, gen.SnoozeTaskParams{ID: id, Until: &until})
	})
}

func (s *Store) changeTask(ctx context.Context, id uuid.UUID, change func(ctx context.Context, tx pgx.Tx, t gen.LockTaskRow) error) (rapport.Task, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Task, error) {
		t, err := s.q.LockTask(ctx, tx, gen.LockTaskParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.Task{}, err
		}
		if t.State == rapport.TaskDone || t.State == rapport.TaskCancelled {
			return rapport.Task{}, &rapport.Error{Code: rapport.CodeConflict, Message: "The task is closed already.", State: t.State}
		}
		if err := change(ctx, tx, t); err != nil {
			return rapport.Task{}, err
		}
		return s.task(ctx, tx, id)
	})
}
