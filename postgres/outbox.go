package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// TakeOutbox leases what is due, oldest first: whoever dies with it loses it again when the lease ends. A message waits for the
// start of its workflow.
func (s *Store) TakeOutbox(ctx context.Context, limit int, lease time.Duration) ([]rapport.OutboxRow, error) {
	return query(forgettable(ctx), s, func(ctx context.Context, tx pgx.Tx) ([]rapport.OutboxRow, error) {
		rows, err := s.q.DueOutbox(ctx, tx, int32(limit))
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		out, ids := make([]rapport.OutboxRow, len(rows)), make([]uuid.UUID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
			out[i] = rapport.OutboxRow{
				ID: r.ID, Kind: r.Kind, WorkflowID: r.WorkflowID, Workflow: r.Workflow, TaskQueue: r.TaskQueue, Name: r.Name, UpdateID: r.UpdateID,
				Input: r.Input, Attempts: int(r.Attempts), CreatedAt: r.CreatedAt,
			}
			if r.BrandID != nil {
				out[i].BrandID = *r.BrandID
			}
		}
		return out, s.q.LeaseOutbox(ctx, tx, gen.LeaseOutboxParams{Ids: ids, Seconds: lease.Seconds()})
	})
}

// AckOutbox records that a row was delivered, and with which verdict. The verdict of a refused command also ends what it proposed.
func (s *Store) AckOutbox(ctx context.Context, id uuid.UUID, v rapport.OutboxVerdict) error {
	if v.Refused == "" { // a refusal, asked for again, might come out otherwise
		ctx = forgettable(ctx)
	}
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		verdict := []byte(mustJSON(v))
		if err := s.q.AckOutbox(ctx, tx, gen.AckOutboxParams{ID: id, Verdict: verdict, Refused: textOrNil(v.Refused)}); err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
		if v.Refused == "" {
			return nil
		}
		if v.Closed {
			if err := s.q.TaskForLateReply(ctx, tx, gen.TaskForLateReplyParams{TaskID: newID(), OutboxID: id}); err != nil {
				return fmt.Errorf("task for a late reply: %w", err)
			}
		}
		if err := s.q.AskAboutRefusedSignature(ctx, tx, id); err != nil {
			return fmt.Errorf("task for a late signature: %w", err)
		}
		if err := s.q.DropRefused(ctx, tx, id); err != nil {
			return fmt.Errorf("drop what was refused: %w", err)
		}
		if err := s.q.DropRefusedOffer(ctx, tx, id); err != nil {
			return fmt.Errorf("drop the offer: %w", err)
		}
		return s.q.DropRefusedSubmission(ctx, tx, id)
	})
}

// RetryOutbox puts a row back for later.
func (s *Store) RetryOutbox(ctx context.Context, id uuid.UUID, after time.Duration, reason string) error {
	return s.InTx(forgettable(ctx), func(ctx context.Context, tx pgx.Tx) error {
		return s.q.RetryOutbox(ctx, tx, gen.RetryOutboxParams{ID: id, Seconds: after.Seconds(), Error: &reason})
	})
}

// Outbox is one row with its verdict; nil while it has none.
func (s *Store) Outbox(ctx context.Context, id uuid.UUID) (rapport.OutboxRow, *rapport.OutboxVerdict, error) {
	var verdict *rapport.OutboxVerdict
	row, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OutboxRow, error) {
		r, err := s.q.GetOutbox(ctx, tx, id)
		if err != nil {
			return rapport.OutboxRow{}, err
		}
		if r.AckedAt != nil {
			verdict = &rapport.OutboxVerdict{}
		}
		if len(r.Verdict) > 0 { // what was acknowledged by its record was taken, and is shown
			if err := json.Unmarshal(r.Verdict, verdict); err != nil {
				return rapport.OutboxRow{}, fmt.Errorf("read verdict: %w", err)
			}
		}
		return rapport.OutboxRow{
			ID: r.ID, Kind: r.Kind, WorkflowID: r.WorkflowID, Workflow: r.Workflow, TaskQueue: r.TaskQueue, Name: r.Name, UpdateID: r.UpdateID,
			Input: r.Input, CreatedAt: r.CreatedAt,
		}, nil
	})
	return row, verdict, err
}

// PutOutbox writes a row in the transaction of the context, so that it stands or falls with what decided it.
func (s *Store) PutOutbox(ctx context.Context, o rapport.OutboxRow) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertOutbox(ctx, tx, gen.InsertOutboxParams{
			ID: o.ID, BrandID: idOrNil(o.BrandID), Kind: o.Kind, WorkflowID: o.WorkflowID, Workflow: o.Workflow, TaskQueue: o.TaskQueue,
			Name: o.Name, UpdateID: o.UpdateID, Input: o.Input,
		})
	})
}

// ResendUnhandled sends again what was delivered and never written down by its workflow: the workflow was lost in between. A
// workflow that has it already answers from its memory.
func (s *Store) ResendUnhandled(ctx context.Context, older time.Duration) (int, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int, error) {
		n, err := s.q.ResendUnhandled(ctx, tx, older.Seconds())
		return int(n), err
	})
}

// OpenSnapshots lists workflows that should be running, after an id, with the state they wrote down last.
func (s *Store) OpenSnapshots(ctx context.Context, after string, limit int) ([]rapport.Snapshot, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Snapshot, error) {
		rows, err := s.q.OpenSnapshots(ctx, tx, gen.OpenSnapshotsParams{After: after, MaxRows: int32(limit)})
		out := make([]rapport.Snapshot, len(rows))
		for i, r := range rows {
			out[i] = rapport.Snapshot{WorkflowID: r.WorkflowID, Workflow: r.Workflow, TaskQueue: r.TaskQueue, BrandID: r.BrandID, Seq: r.Seq, State: r.State, UpdatedAt: r.UpdatedAt}
		}
		return out, err
	})
}

// StartedWithoutSnapshot lists workflows that were started and never wrote anything down, with what they were started with.
func (s *Store) StartedWithoutSnapshot(ctx context.Context) ([]rapport.Snapshot, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Snapshot, error) {
		rows, err := s.q.StartedWithoutSnapshot(ctx, tx)
		out := make([]rapport.Snapshot, len(rows))
		for i, r := range rows {
			out[i] = rapport.Snapshot{WorkflowID: r.WorkflowID, Workflow: r.Workflow, TaskQueue: r.TaskQueue, State: r.Input, UpdatedAt: r.CreatedAt}
			if r.BrandID != nil {
				out[i].BrandID = *r.BrandID
			}
		}
		return out, err
	})
}

// PutInbox keeps a verified event; false when it is there already.
func (s *Store) PutInbox(ctx context.Context, r rapport.InboxRow) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		n, err := s.q.InsertInbox(ctx, tx, gen.InsertInboxParams{
			ID: r.ID, Provider: r.Provider, EventID: r.EventID, Type: r.Type, ObjectID: textOrNil(r.ObjectID), Account: textOrNil(r.Account), Body: r.Body,
		})
		return n > 0, err
	})
}

// TakeInbox leases events that are due.
func (s *Store) TakeInbox(ctx context.Context, limit int, lease time.Duration) ([]rapport.InboxRow, error) {
	return query(forgettable(ctx), s, func(ctx context.Context, tx pgx.Tx) ([]rapport.InboxRow, error) {
		rows, err := s.q.DueInbox(ctx, tx, int32(limit))
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		out, ids := make([]rapport.InboxRow, len(rows)), make([]uuid.UUID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
			out[i] = rapport.InboxRow{ID: r.ID, Provider: r.Provider, EventID: r.EventID, Type: r.Type, Body: r.Body, Attempts: int(r.Attempts)}
			if r.ObjectID != nil {
				out[i].ObjectID = *r.ObjectID
			}
			if r.Account != nil {
				out[i].Account = *r.Account
			}
		}
		return out, s.q.LeaseInbox(ctx, tx, gen.LeaseInboxParams{Ids: ids, Seconds: lease.Seconds()})
	})
}

// DoneInbox marks an event as having taken effect; note says what it came to when that was nothing.
func (s *Store) DoneInbox(ctx context.Context, id uuid.UUID, note string) error {
	return s.InTx(forgettable(ctx), func(ctx context.Context, tx pgx.Tx) error {
		return s.q.DoneInbox(ctx, tx, gen.DoneInboxParams{ID: id, Note: textOrNil(note)})
	})
}

// RetryInbox puts an event back for later.
func (s *Store) RetryInbox(ctx context.Context, id uuid.UUID, after time.Duration, reason string) error {
	return s.InTx(forgettable(ctx), func(ctx context.Context, tx pgx.Tx) error {
		return s.q.RetryInbox(ctx, tx, gen.RetryInboxParams{ID: id, Seconds: after.Seconds(), Error: &reason})
	})
}

// ApplyMailEvent records what the mail provider says of a mail. A hard bounce, a complaint and an unsubscribe also suppress the
// address and tell the partnership; of a mail to one of our own people they say nothing about the creator. False when the mail is
// not ours.
func (s *Store) ApplyMailEvent(ctx context.Context, send uuid.UUID, event string, inbox uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		m, err := s.q.MailEvent(ctx, tx, gen.MailEventParams{ID: send, Event: event})
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("mail event: %w", err)
		}
		if m.State != "unknown" {
			if err := s.q.CloseUnknownMail(ctx, tx, send); err != nil {
				return false, fmt.Errorf("close task: %w", err)
			}
		}
		class := map[string]string{"bounce": "bounce", "blocked": "soft_bounce", "spamreport": "complaint", "unsubscribe": "unsubscribe", "group_unsubscribe": "unsubscribe", "dropped": "dropped"}[event]
		if class == "" || m.Kind == rapport.MailInternal || m.PartnershipID == nil || m.ToAddress == nil || m.BrandID == nil {
			return true, nil
		}
		if class == "bounce" {
			if err := s.q.ContactBounced(ctx, tx, *m.ToAddress); err != nil {
				return false, fmt.Errorf("contact: %w", err)
			}
		}
		if class != "dropped" && class != "soft_bounce" { // which change nothing about the address
			if err := s.q.Suppress(ctx, tx, gen.SuppressParams{Email: *m.ToAddress, BrandID: m.BrandID, Reason: class}); err != nil {
				return false, fmt.Errorf("suppress: %w", err)
			}
		}
		return true, s.signal(ctx, tx, "partnership", *m.PartnershipID, *m.BrandID, rapport.Signal{ID: inbox, Kind: rapport.SignalMail, Ref: send, Code: class})
	})
}

// ApplyInbound files a mail that came in: matched by its token, else by what it answers, else unmatched: who sent it only suggests where
// it belongs. A matched one tells the partnership; mail can stop a robot and attach text, nothing more.
func (s *Store) ApplyInbound(ctx context.Context, in rapport.InboundMail, inbox uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		row := gen.InsertInboundParams{
			ID: newID(), State: "unmatched", Class: &in.Class, FromAddress: &in.From, Subject: &in.Subject, BodyText: &in.Text, Quoted: &in.Quoted, BodyHtml: &in.HTML,
			RfcMessageID: textOrNil(in.MessageID), RawSha256: in.SHA256, Suggestion: textOrNil(string(in.Suggestion.Class)), SuggestionWhy: textOrNil(in.Suggestion.Why), Files: int32(len(in.Files)),
		}
		if a := in.Suggestion.Amount; a != nil {
			row.SuggestionAmount, row.SuggestionCurrency = &a.Amount, &a.Currency
		}
		var brand, partnership uuid.UUID
		target, err := s.q.InboundTarget(ctx, tx, in.Token)
		if errors.Is(err, pgx.ErrNoRows) && len(in.References) > 0 {
			var byRef gen.InboundTargetByRefRow
			byRef, err = s.q.InboundTargetByRef(ctx, tx, in.References)
			target = gen.InboundTargetRow(byRef)
		}
		switch {
		case err == nil:
			row.State, row.ThreadID, row.PartnershipID, row.BrandID, row.CreatorID = "matched", target.ThreadID, target.PartnershipID, target.BrandID, target.CreatorID
			brand, partnership = *target.BrandID, *target.PartnershipID
			if row.ThreadID == nil {
				thread, err := s.q.ThreadOf(ctx, tx, gen.ThreadOfParams{ID: newID(), PartnershipID: partnership})
				if err != nil {
					return false, fmt.Errorf("thread: %w", err)
				}
				row.ThreadID = &thread.ID
			}
		case !errors.Is(err, pgx.ErrNoRows):
			return false, fmt.Errorf("match: %w", err)
		}
		id, err := s.q.InsertInbound(ctx, tx, row)
		if errors.Is(err, pgx.ErrNoRows) {
			return true, nil // the same mail came twice
		}
		if err != nil {
			return false, fmt.Errorf("insert: %w", err)
		}
		if err := s.putFiles(ctx, tx, id, row.BrandID, in.Files); err != nil {
			return false, err
		}
		if partnership == uuid.Nil {
			return false, s.tellMeant(ctx, tx, in, id, inbox)
		}
		if in.Class == "unsubscribe" || in.Class == "complaint" {
			if err := s.q.Suppress(ctx, tx, gen.SuppressParams{Email: in.From, BrandID: &brand, Reason: in.Class}); err != nil {
				return false, fmt.Errorf("suppress: %w", err)
			}
		}
		if err := s.signal(ctx, tx, "partnership", partnership, brand, rapport.Signal{ID: inbox, Kind: rapport.SignalMail, Ref: id, Code: in.Class}); err != nil {
			return true, err
		}
		if in.Class == "human" && in.Suggestion.Class == rapport.ReplyUnsubscribe {
			return true, s.stopWriting(ctx, tx, in.From, partnership, brand, id)
		}
		return true, nil
	})
}

// stopWriting is the one thing that a guess at a reply does by itself: it can only stop, and a person reads the reply like any other.
func (s *Store) stopWriting(ctx context.Context, tx pgx.Tx, address string, partnership, brand, message uuid.UUID) error {
	if err := s.q.Suppress(ctx, tx, gen.SuppressParams{Email: address, BrandID: &brand, Reason: "unsubscribe"}); err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	return s.signal(ctx, tx, "partnership", partnership, brand, rapport.Signal{ID: rapport.DeriveID(message, "stop"), Kind: rapport.SignalMail, Ref: message, Code: "unsubscribe"})
}

// tellMeant lets what a machine writes wait in every partnership that a reply may mean, until somebody files it.
func (s *Store) tellMeant(ctx context.Context, tx pgx.Tx, in rapport.InboundMail, message, event uuid.UUID) error {
	if in.Class != "human" && in.Class != "unsubscribe" {
		return nil
	}
	return s.signalMeant(ctx, tx, in.From, func(p uuid.UUID) rapport.Signal {
		return rapport.Signal{ID: rapport.DeriveID(event, p.String()), Kind: rapport.SignalMail, Ref: message, Code: rapport.MailUnfiled}
	})
}

func (s *Store) signalMeant(ctx context.Context, tx pgx.Tx, address string, signal func(partnership uuid.UUID) rapport.Signal) error {
	meant, err := s.q.PartnershipsMeant(ctx, tx, address)
	if err != nil {
		return fmt.Errorf("whom it may mean: %w", err)
	}
	for _, p := range meant {
		if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, signal(p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// putFiles keeps the files of a message by the hash of their content, each content once.
func (s *Store) putFiles(ctx context.Context, tx pgx.Tx, message uuid.UUID, brand *uuid.UUID, files []rapport.File) error {
	for n, f := range files {
		if err := s.keepBlob(ctx, tx, f); err != nil {
			return err
		}
		err := s.q.PutMessageFile(ctx, tx, gen.PutMessageFileParams{
			MessageID: message, N: int32(n), BrandID: brand, Name: f.Name, ContentType: f.Type, Size: int64(len(f.Content)), Sha256: f.SHA256,
		})
		if err != nil {
			return fmt.Errorf("file: %w", err)
		}
	}
	return nil
}

// PayeeByAccount finds whose account it is; a zero id when nobody's.
func (s *Store) PayeeByAccount(ctx context.Context, account string) (uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (uuid.UUID, error) {
		id, err := s.q.PayeeByAccount(ctx, tx, &account)
		if errors.Is(err, pgx.ErrNoRows) {
			return uuid.Nil, nil
		}
		return id, err
	})
}

// AccountsToAsk lists creators' accounts that something is waited for, those that were asked longest ago first.
func (s *Store) AccountsToAsk(ctx context.Context, limit int) ([]rapport.AskedAccount, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.AskedAccount, error) {
		rows, err := s.q.AccountsToAsk(ctx, tx, int32(limit))
		out := make([]rapport.AskedAccount, len(rows))
		for i, r := range rows {
			out[i] = rapport.AskedAccount{Account: r.AccountID, Known: r.EventsAt}
		}
		return out, err
	})
}

// NoteAsked says that the events of an account are known up to an instant.
func (s *Store) NoteAsked(ctx context.Context, account string, until time.Time) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.NoteAsked(ctx, tx, gen.NoteAskedParams{AccountID: account, Until: until})
	})
}

// SignalWorkflow writes a signal to a workflow into the outbox.
func (s *Store) SignalWorkflow(ctx context.Context, kind string, id, brand uuid.UUID, sig rapport.Signal) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.signal(ctx, tx, kind, id, brand, sig) })
}

// DeleteOld removes what is kept for a limited time only.
func (s *Store) DeleteOld(ctx context.Context) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(s.q.DeleteOld(ctx, tx), s.q.DeleteOldNotifications(ctx, tx), s.q.DeleteOldDigests(ctx, tx))
	})
}

// AskAboutUnknownMails opens a task for each mail of which nobody knows for an hour whether it arrived.
func (s *Store) AskAboutUnknownMails(ctx context.Context) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.TasksForUnknownMail(ctx, tx) })
}

// CancelMoot cancels mails of the house that ask for a decision in a review that has ended.
func (s *Store) CancelMoot(ctx context.Context) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.CancelMoot(ctx, tx) })
}

// StaleMails lists mails that were claimed and never settled: their worker died.
func (s *Store) StaleMails(ctx context.Context) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) { return s.q.StaleUnknown(ctx, tx) })
}

// CloseSnapshot notes that a workflow has ended.
func (s *Store) CloseSnapshot(ctx context.Context, workflowID string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.CloseSnapshot(ctx, tx, workflowID) })
}

// WorkflowEnded says that a workflow has ended, whatever Temporal still knows of it.
func (s *Store) WorkflowEnded(ctx context.Context, workflowID string) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		ended, err := s.q.WorkflowEnded(ctx, tx, workflowID)
		return ended != nil && *ended, err
	})
}

// WorkflowGoesOn says that the database has something left to do for a workflow.
func (s *Store) WorkflowGoesOn(ctx context.Context, workflowID string) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) { return s.q.WorkflowGoesOn(ctx, tx, workflowID) })
}

// ApprovalStands says that the approval which a command speaks of is one that its payout takes now.
func (s *Store) ApprovalStands(ctx context.Context, outbox uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) { return s.q.ApprovalStands(ctx, tx, outbox) })
}

// PayoutState is where a payout stands; empty when there is none.
func (s *Store) PayoutState(ctx context.Context, id uuid.UUID) (rapport.PayoutState, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PayoutState, error) {
		state, err := s.q.PayoutState(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", nil
		}
		return rapport.PayoutState(state), err
	})
}

// NoteReversal keeps what somebody took back at the provider, and asks finance to look at it, once.
func (s *Store) NoteReversal(ctx context.Context, payout uuid.UUID, back rapport.TakenBack) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.InsertForeignReversal(ctx, tx, gen.InsertForeignReversalParams{
			ProviderID: back.ID, PayoutID: payout, Amount: back.Amount.Amount, Currency: back.Amount.Currency, TransferID: textOrNil(back.TransferID),
		})
		if err != nil || n == 0 {
			return err
		}
		return s.q.TaskForReversal(ctx, tx, gen.TaskForReversalParams{TaskID: newID(), PayoutID: payout})
	})
}

// ReversalExpects says that what came back is a reversal's of ours that has recorded it or still looks for it.
func (s *Store) ReversalExpects(ctx context.Context, payout uuid.UUID, back rapport.TakenBack) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		return s.q.ReversalExpects(ctx, tx, gen.ReversalExpectsParams{ID: back.ReversalID, PayoutID: payout, ProviderID: &back.ID})
	})
}
