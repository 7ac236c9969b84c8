package api

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

func (s *Server) toTask(ctx context.Context, t rapport.Task) gen.Task {
	out := toTask(t)
	out.MayReopen = orNot(t.MayReopen(principalFrom(ctx).UserID, s.now()))
	return out
}

func toTask(t rapport.Task) gen.Task {
	title, ifNotDone := t.Words()
	out := gen.Task{
		Id: t.ID, BrandId: t.BrandID, PartnershipId: t.PartnershipID, Title: title, Kind: t.Kind, State: gen.TaskState(t.State), DueAt: t.DueAt,
		IfNotDone: orNil(ifNotDone), CreatedAt: t.CreatedAt, Link: orNil(t.Path()), Detail: orNil(t.Note), ClosesItself: rapport.ClosesItself(t.Kind),
	}
	if t.Owner != nil {
		owner := toUserRef(*t.Owner)
		out.Owner = &owner
	}
	out.DoneAt = t.DoneAt
	if t.DoneBy != nil {
		by := toUserRef(*t.DoneBy)
		out.DoneBy = &by
	}
	if t.OwnerRole != "" {
		role := gen.Role(t.OwnerRole)
		out.OwnerRole = &role
	}
	if t.Creator != nil {
		out.Creator = &gen.CreatorRef{Id: t.Creator.ID, Name: t.Creator.Name, Handle: orNil(t.Creator.Handle), Platform: orNil(t.Creator.Platform)}
	}
	return out
}

// ListTasks lists tasks by due time. owner=me are one's own and those of one's roles.
func (s *Server) ListTasks(ctx context.Context, r gen.ListTasksRequestObject) (gen.ListTasksResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := taskFilter(r.Params, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	tasks, next, err := s.cfg.Store.ListTasks(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListTasks200JSONResponse{Items: each(tasks, func(t rapport.Task) gen.Task { return s.toTask(ctx, t) }), NextCursor: cursorOf(next)}, nil
}

// taskFilter reads what a list of tasks, and a change to all of it, are narrowed by.
func taskFilter(p gen.ListTasksParams, me uuid.UUID) (rapport.TaskFilter, error) {
	f := rapport.TaskFilter{BrandID: p.BrandId, PartnershipID: p.PartnershipId, State: value(p.State)}
	switch owner := value(p.Owner); owner {
	case "":
	case "me":
		f.OwnerID, f.WithRoles = &me, true
	default:
		id, err := uuid.Parse(owner)
		if err != nil {
			return f, rapport.Invalid(rapport.Field{Path: "owner", Code: "bad_format", Detail: "The owner is me or the id of a person."})
		}
		f.OwnerID = &id
	}
	if f.State != "" && !gen.TaskState(f.State).Valid() {
		return f, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: "A task is open, done, cancelled or snoozed."})
	}
	return f, nil
}

// CountTasks says how many tasks match that the caller may change.
func (s *Server) CountTasks(ctx context.Context, r gen.CountTasksRequestObject) (gen.CountTasksResponseObject, error) {
	f, err := taskFilter(gen.ListTasksParams{BrandId: r.Params.BrandId, PartnershipId: r.Params.PartnershipId, Owner: r.Params.Owner, State: r.Params.State}, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	n, err := s.cfg.Store.CountTasks(ctx, f, rapport.MaxTaskBatch+1)
	if err != nil {
		return nil, err
	}
	return gen.CountTasks200JSONResponse{Count: min(n, rapport.MaxTaskBatch), More: n > rapport.MaxTaskBatch}, nil
}

// ChangeTasks changes many tasks in one transaction with its answer, so that a repeated request finds all of it done or nothing.
func (s *Server) ChangeTasks(ctx context.Context, r gen.ChangeTasksRequestObject) (gen.ChangeTasksResponseObject, error) {
	b, me := *r.Body, principalFrom(ctx).UserID
	c := rapport.TaskBatch{Act: string(b.Act), By: me, Note: strings.TrimSpace(value(b.Note)), Until: value(b.Until), To: value(b.UserId)}
	if err := s.checkTaskChange(b); err != nil {
		return nil, err
	}
	f := rapport.TaskFilter{IDs: distinct(value(b.TaskIds))}
	check := func(found int) error { return checkNamed(len(f.IDs), found, "task") }
	if b.Filter != nil {
		var err error
		if f, err = taskFilter(gen.ListTasksParams{BrandId: b.Filter.BrandId, PartnershipId: b.Filter.PartnershipId, Owner: b.Filter.Owner, State: b.Filter.State}, me); err != nil {
			return nil, err
		}
		check = func(found int) error { return rapport.CheckSeen(*b.Count, found, rapport.MaxTaskBatch) }
	}
	done, refused, err := s.cfg.Store.ChangeTasks(ctx, f, c, check)
	if err != nil {
		return nil, err
	}
	return gen.ChangeTasks200JSONResponse{Done: done, Refused: each(refused, func(t rapport.RefusedTask) gen.RefusedTask {
		title, _ := t.Words()
		return gen.RefusedTask{Id: t.ID, Title: title, Link: orNil(t.Path()), Reason: t.Reason}
	})}, nil
}

// checkTaskChange names every field that is missing, too much, or out of range.
func (s *Server) checkTaskChange(b gen.TaskBatchCreate) error {
	bad := checkWhich(b.Filter != nil && b.Count == nil, which{"task_ids", b.TaskIds != nil}, which{"filter", b.Filter != nil})
	switch b.Act {
	case gen.TaskBatchCreateActSnooze:
		if until := value(b.Until); !until.After(s.now()) || until.After(s.now().Add(366*24*time.Hour)) {
			bad = append(bad, rapport.Field{Path: "until", Code: "out_of_range", Detail: "Snooze to a time within the next year."})
		}
	case gen.TaskBatchCreateActReassign:
		if b.UserId == nil {
			bad = append(bad, rapport.Field{Path: "user_id", Code: "required", Detail: "Say to whom."})
		}
	case gen.TaskBatchCreateActComplete, gen.TaskBatchCreateActReopen:
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// CompleteTask marks a task done.
func (s *Server) CompleteTask(ctx context.Context, r gen.CompleteTaskRequestObject) (gen.CompleteTaskResponseObject, error) {
	t, err := s.cfg.Store.CompleteTask(ctx, r.Id, principalFrom(ctx).UserID, strings.TrimSpace(value(r.Body.Note)))
	if err != nil {
		return nil, called("task", err)
	}
	return gen.CompleteTask200JSONResponse(s.toTask(ctx, t)), nil
}

// ReopenTask takes back that a task is done.
func (s *Server) ReopenTask(ctx context.Context, r gen.ReopenTaskRequestObject) (gen.ReopenTaskResponseObject, error) {
	t, err := s.cfg.Store.ReopenTask(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("task", err)
	}
	return gen.ReopenTask200JSONResponse(toTask(t)), nil
}

// ReassignTask gives a task to another person.
func (s *Server) ReassignTask(ctx context.Context, r gen.ReassignTaskRequestObject) (gen.ReassignTaskResponseObject, error) {
	t, err := s.cfg.Store.ReassignTask(ctx, r.Id, r.Body.UserId)
	if err != nil {
		return nil, called("task", err)
	}
	return gen.ReassignTask200JSONResponse(toTask(t)), nil
}

// SnoozeTask hides a task until a time.
func (s *Server) SnoozeTask(ctx context.Context, r gen.SnoozeTaskRequestObject) (gen.SnoozeTaskResponseObject, error) {
	if until := r.Body.Until; !until.After(s.now()) || until.After(s.now().Add(366*24*time.Hour)) {
		return nil, rapport.Invalid(rapport.Field{Path: "until", Code: "out_of_range", Detail: "Snooze to a time within the next year."})
	}
	t, err := s.cfg.Store.SnoozeTask(ctx, r.Id, r.Body.Until)
	if err != nil {
		return nil, called("task", err)
	}
	return gen.SnoozeTask200JSONResponse(toTask(t)), nil
}
