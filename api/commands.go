package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rapport"
	"rapport/workflows"
)

// How long a request waits for its workflow, and how often it looks whether the pages show the verdict.
const (
	commandPatience = 5 * time.Second
	projectionPause = 25 * time.Millisecond
)

// Dispatcher reaches the workflows at once, beside the relay that reaches them in the end.
type Dispatcher interface {
	// Deliver takes a row of the outbox to its workflow and acknowledges it. An error means that nobody knows: the relay goes on.
	Deliver(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error)
	// Query asks a workflow for its live state. It answers not_found for a workflow that the server does not know, unavailable
	// when the server or every worker is away.
	Query(ctx context.Context, workflowID string) (rapport.LiveWorkflow, error)
}

// CommandStore keeps commands on their way to workflows.
type CommandStore interface {
	PutOutbox(ctx context.Context, o rapport.OutboxRow) error
	// Outbox is a row with its verdict; nil while it has none.
	Outbox(ctx context.Context, id uuid.UUID) (rapport.OutboxRow, *rapport.OutboxVerdict, error)
	// SeqOf is the seq that the pages of a partnership, review or payout show.
	SeqOf(ctx context.Context, kind string, id uuid.UUID) (int64, error)
	// UserNames names people of the house by id, whatever the scope; unknown ids are left out.
	UserNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// commandRequest is a command of a person to a workflow.
type commandRequest struct {
	Workflow string // partnership, review or payout
	ID       uuid.UUID
	BrandID  uuid.UUID
	Cmd      rapport.Command // its ID is set on the way
	// Before writes the rows that the command is about, in the transaction that sends it; an error of it sends nothing. It is
	// skipped when the command was sent before under the same Idempotency-Key. nil writes nothing.
	Before func(ctx context.Context) error
}

// commandResult says what is known of a command that was not refused. Pending: no verdict yet, or the pages do not show it
// yet; it goes on by itself.
type commandResult struct {
	Pending bool
	Seq     int64
}

// command writes a command with its rows, takes it to its workflow at once and waits until the pages show what came of it. A
// refusal is a conflict in plain language. It must not run inside a transaction: the workflow's answer needs the commit.
func (s *Server) command(ctx context.Context, c commandRequest) (commandResult, error) {
	v, err := s.sendCommand(ctx, c)
	if err != nil || !v.known {
		return commandResult{Pending: true}, err
	}
	return s.shown(ctx, c, v)
}

// commandVerdict is what a workflow answered to a command, if it has.
type commandVerdict struct {
	rapport.OutboxVerdict

	known bool
	until time.Time // how long people wait for the command
}

// shown waits until the pages show an accepted command.
func (s *Server) shown(ctx context.Context, c commandRequest, v commandVerdict) (commandResult, error) {
	store, err := s.commandStore()
	if err != nil {
		return commandResult{}, err
	}
	ctx, cancel := context.WithDeadline(ctx, v.until)
	defer cancel()
	shown := waitForSeq(ctx, store, c, v.Seq)
	return commandResult{Pending: !shown, Seq: v.Seq}, nil
}

// sendCommand writes a command with its rows and takes it to its workflow at once. The pages may not show yet what came of it.
func (s *Server) sendCommand(ctx context.Context, c commandRequest) (commandVerdict, error) {
	store, err := s.commandStore()
	if err != nil {
		return commandVerdict{}, err
	}
	row, verdict, err := s.writeCommand(ctx, store, c)
	if err != nil {
		return commandVerdict{}, err
	}
	until := time.Now().Add(commandPatience)
	if verdict == nil {
		waiting, cancel := context.WithDeadline(ctx, until)
		defer cancel()
		if verdict, err = s.deliver(waiting, row); err != nil {
			s.cfg.Log.Warn("a command waits for the relay", zap.String("request_id", requestFrom(ctx).ID), zap.String("workflow_id", row.WorkflowID), zap.Error(err))
			return commandVerdict{}, nil
		}
	}
	if verdict.Refused != "" {
		return commandVerdict{}, s.refusal(context.WithoutCancel(ctx), store, c, *verdict)
	}
	return commandVerdict{*verdict, true, until}, nil
}

// writeCommand writes the outbox row with the rows of Before, or finds what the same key wrote earlier, with its verdict.
func (s *Server) writeCommand(ctx context.Context, store CommandStore, c commandRequest) (rapport.OutboxRow, *rapport.OutboxVerdict, error) {
	id, keyed := deedID(ctx)
	c.Cmd.ID = id
	input, err := json.Marshal(c.Cmd)
	if err != nil {
		return rapport.OutboxRow{}, nil, fmt.Errorf("write the command: %w", err)
	}
	row := rapport.OutboxRow{
		ID: id, BrandID: c.BrandID, Kind: "update", WorkflowID: c.Workflow + "/" + c.ID.String(), Name: workflows.UpdateCommand,
		UpdateID: id.String(), Input: input,
	}
	var verdict *rapport.OutboxVerdict
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if keyed {
			earlier, v, err := store.Outbox(ctx, id)
			if err == nil {
				row, verdict = earlier, v
				return nil
			}
			if rapport.ErrorCode(err) != rapport.CodeNotFound {
				return err
			}
		}
		if c.Before != nil {
			if err := c.Before(ctx); err != nil {
				return err
			}
		}
		return store.PutOutbox(ctx, row)
	})
	return row, verdict, err
}

// deedID is the id of what the request asks for: the same for the same Idempotency-Key, so that a repeated request is the
// same command.
func deedID(ctx context.Context) (id uuid.UUID, keyed bool) {
	if key := requestFrom(ctx).Key; key != nil {
		return key.UpdateID(), true
	}
	return uuid.Must(uuid.NewV7()), false
}

func (s *Server) deliver(ctx context.Context, row rapport.OutboxRow) (*rapport.OutboxVerdict, error) {
	verdict, err := s.cfg.Workflows.Deliver(ctx, row)
	if err != nil {
		return nil, fmt.Errorf("deliver: %w", err)
	}
	return &verdict, nil
}

// waitForSeq waits until the pages show the seq; false when they do not in time.
func waitForSeq(ctx context.Context, store CommandStore, c commandRequest, seq int64) bool {
	shown := false
	_ = poll(ctx, func() (bool, error) {
		at, err := store.SeqOf(ctx, c.Workflow, c.ID)
		shown = err == nil && at >= seq
		return shown, nil
	})
	return shown
}

// poll asks until the answer is yes or the context ends, soon at first. Only the answer's own error is one.
func poll(ctx context.Context, done func() (bool, error)) error {
	for pause := time.Millisecond; ; pause = min(2*pause, projectionPause) {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// refusal says in plain language why a workflow did not take a command.
func (s *Server) refusal(ctx context.Context, store CommandStore, c commandRequest, v rapport.OutboxVerdict) error {
	r := rapport.Refusal{Code: v.Refused}
	if v.Refusal != nil {
		r = *v.Refusal
		r.Code = v.Refused
	}
	by := ""
	if r.By != uuid.Nil {
		names, err := store.UserNames(ctx, []uuid.UUID{r.By})
		if err != nil {
			return err
		}
		by = names[r.By]
	}
	refused := &rapport.Error{Code: rapport.CodeConflict, Reason: r.Code, Message: refusalWords(houseWords(ctx), c.Workflow, c.Cmd.Kind, r, by), State: r.State}
	if by != "" {
		refused.DecidedBy, refused.DecidedAt = by, r.At
	}
	return refused
}

func (s *Server) commandStore() (CommandStore, error) { return storeAs[CommandStore](s) }

// storeAs is the store as one noun needs it.
func storeAs[T any](s *Server) (T, error) {
	store, ok := s.cfg.Store.(T)
	if !ok {
		var none T
		return none, fmt.Errorf("api: Config.Store is no %T", &none)
	}
	return store, nil
}
