package api

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

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
	f := rapport.TaskFilter{BrandID: r.Params.BrandId, PartnershipID: r.Params.PartnershipId, State: value(r.Params.State)}
	switch owner := value(r.Params.Owner); owner {
	case "":
	case "me":
		me := principalFrom(ctx).UserID
		f.OwnerID, f.WithRoles = &me, true
	default:
		id, err := uuid.Parse(owner)
		if err != nil {
			return nil, rapport.Invalid(rapport.Field{Path: "owner", Code: "bad_format", Detail: "The owner is me or the id of a person."})
		}
		f.OwnerID = &id
	}
	if f.State != "" && !gen.TaskState(f.State).Valid() {
		return nil, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: "A task is open, done, cancelled or snoozed."})
	}
	tasks, next, err := s.cfg.Store.ListTasks(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListTasks200JSONResponse{Items: each(tasks, toTask), NextCursor: cursorOf(next)}, nil
}

// CompleteTask marks a task done.
func (s *Server) CompleteTask(ctx context.Context, r gen.CompleteTaskRequestObject) (gen.CompleteTaskResponseObject, error) {
	t, err := s.cfg.Store.CompleteTask(ctx, r.Id, principalFrom(ctx).UserID, strings.TrimSpace(value(r.Body.Note)))
	if err != nil {
		return nil, called("task", err)
	}
	return gen.CompleteTask200JSONResponse(toTask(t)), nil
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
