package api

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

func toTask(t rapport.Task) gen.Task {
	_, ifNotDone := taskTitle(t.Kind, t.Code)
	out := gen.Task{
		Id: t.ID, BrandId: t.BrandID, PartnershipId: t.PartnershipID, Title: taskWords(t), Kind: t.Kind, State: gen.TaskState(t.State), DueAt: t.DueAt,
		IfNotDone: orNil(ifNotDone), CreatedAt: t.CreatedAt, Link: taskLink(t), Detail: orNil(t.Note), ClosesItself: rapport.ClosesItself(t.Kind),
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

// taskWords says what is to be done; a task that a person or a sequence words itself says so.
func taskWords(t rapport.Task) string {
	title, _ := taskTitle(t.Kind, t.Code)
	return cmp.Or(t.Title, title)
}

// sentence writes a word of ours for people.
func sentence(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// taskLink is the page where the task is done.
func taskLink(t rapport.Task) *string {
	if t.Ref != nil {
		switch t.Kind {
		case "approve_payout", "payout_held", "payout_failed", "payout_unknown", "payee_not_ready", "hold_too_late", "cancel_too_late", "transfer_reversed", "top_up", "bank_returned", "record_payment",
			"approve_reversal", "approve_write_off", "reversal_failed", "reversal_unknown", "netting_slow":
			return orNil("/payouts/" + t.Ref.String())
		case "reconciliation_break":
			return orNil("/reconciliation?case=" + t.Ref.String())
		case "review_held", "review_nobody":
			return orNil("/reviews/" + t.Ref.String())
		case "conflict":
			if t.PartnershipID != nil {
				return orNil("/calendar?partnership=" + t.PartnershipID.String())
			}
		case "decide_key_date", "key_date_undecided", "take_down":
			if t.PartnershipID != nil {
				return orNil("/contracts/dates?partnership=" + t.PartnershipID.String())
			}
		case "approve_contract", "amendment_ended", "amendment_overtaken", "signing_stuck":
			return orNil("/contracts/" + t.Ref.String())
		}
	}
	switch {
	case t.PartnershipID != nil && (t.Kind == "decide_renewal" || t.Kind == "renewal_lapsed"):
		return orNil("/contracts/renewals?selected=" + t.PartnershipID.String())
	case t.Kind == "payments_held":
		return orNil("/reconciliation")
	case t.Kind == "finance_role_asked", t.Kind == "finance_role_granted", t.Kind == "second_factor_reset":
		return orNil("/settings/people")
	case t.Kind == "payout_policy_weaker":
		return orNil("/settings/brands")
	case t.Kind == "mail_missing":
		return orNil("/settings/mail")
	case t.PartnershipID != nil:
		return orNil("/partnerships/" + t.PartnershipID.String())
	case t.Creator != nil:
		return orNil("/creators/" + t.Creator.ID.String())
	}
	return nil
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
