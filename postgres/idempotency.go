package postgres

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// staleClaim is how long a claimed key may at least stay without an answer before another request takes it over.
const staleClaim = time.Minute

// Once runs act in one transaction with the key: its deed and its answer are kept together or not at all. The same key with
// the same body gets the kept answer and replayed = true; with another body key_reused; while the first still runs,
// conflict with the reason in_progress.
func (s *Store) Once(ctx context.Context, k rapport.IdempotencyKey, act func(ctx context.Context) (rapport.Answer, error)) (answer rapport.Answer, replayed bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.lockKey(ctx, tx, k); err != nil {
			return err
		}
		kept, found, err := s.keptAnswer(ctx, tx, k)
		if err != nil {
			return err
		}
		if found {
			answer, replayed = kept, true
			return nil
		}
		if answer, err = act(ctx); err != nil {
			return err
		}
		return s.saveAnswer(ctx, tx, k, answer)
	})
	return answer, replayed, err
}

// ClaimKey begins a command that must be committed before its answer is known. It answers a kept answer with found = true;
// otherwise the key is claimed until SaveAnswer or ReleaseKey. A claim that was left for as long as the request may run, and a minute at least, is taken over: the
// command reaches its workflow under the same id, so that it is not done twice.
func (s *Store) ClaimKey(ctx context.Context, k rapport.IdempotencyKey) (answer rapport.Answer, found bool, err error) {
	err = s.InTx(forgettable(ctx), func(ctx context.Context, tx pgx.Tx) error {
		claim := gen.FirstClaimParams{Principal: k.Principal, Operation: k.Operation, Key: k.Key, BodySha256: k.BodySHA256}
		// A new key, as nearly all are: whoever writes its row has it.
		claimed, err := s.q.FirstClaim(ctx, tx, claim)
		if err != nil || claimed > 0 {
			return err
		}
		if answer, found, err = s.keptAnswer(ctx, tx, k); err != nil || (found && answer.Status != http.StatusAccepted) {
			return err
		}
		found = false // what was only accepted may be asked again: by now its verdict is known
		claimed, err = s.q.TakeOverKey(ctx, tx, gen.TakeOverKeyParams{
			Principal: k.Principal, Operation: k.Operation, Key: k.Key, BodySha256: k.BodySHA256, StaleSeconds: max(staleClaim, k.Within).Seconds(),
		})
		if err == nil && claimed == 0 { // it was given back a moment ago
			claimed, err = s.q.FirstClaim(ctx, tx, claim)
		}
		if err == nil && claimed == 0 {
			err = inProgress()
		}
		return err
	})
	return answer, found, err
}

// SaveAnswer keeps the answer to a claimed key.
func (s *Store) SaveAnswer(ctx context.Context, k rapport.IdempotencyKey, answer rapport.Answer) error {
	return s.InTx(forgettable(ctx), func(ctx context.Context, tx pgx.Tx) error { return s.saveAnswer(ctx, tx, k, answer) })
}

// ReleaseKey gives a claimed key back: nothing was done under it.
func (s *Store) ReleaseKey(ctx context.Context, k rapport.IdempotencyKey) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.ReleaseKey(ctx, tx, gen.ReleaseKeyParams{Principal: k.Principal, Operation: k.Operation, Key: k.Key})
	})
}

func (s *Store) lockKey(ctx context.Context, tx pgx.Tx, k rapport.IdempotencyKey) error {
	got, err := s.q.TryLockKey(ctx, tx, k.Principal+"\x1f"+k.Operation+"\x1f"+k.Key)
	if err != nil {
		return err
	}
	if !got {
		return inProgress()
	}
	return nil
}

func (s *Store) keptAnswer(ctx context.Context, tx pgx.Tx, k rapport.IdempotencyKey) (rapport.Answer, bool, error) {
	r, err := s.q.GetAnswer(ctx, tx, gen.GetAnswerParams{StaleSeconds: max(staleClaim, k.Within).Seconds(), Principal: k.Principal, Operation: k.Operation, Key: k.Key})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return rapport.Answer{}, false, nil
	case err != nil:
		return rapport.Answer{}, false, err
	case !bytes.Equal(r.BodySha256, k.BodySHA256):
		return rapport.Answer{}, false, rapport.Errorf(rapport.CodeKeyReused, "This Idempotency-Key was used for another request. Use a new key for a new deed.")
	case r.Running:
		return rapport.Answer{}, false, inProgress()
	case r.Status == nil:
		return rapport.Answer{}, false, nil
	}
	return rapport.Answer{Status: int(*r.Status), ContentType: text(r.ContentType), Body: r.Answer}, true, nil
}

func (s *Store) saveAnswer(ctx context.Context, tx pgx.Tx, k rapport.IdempotencyKey, a rapport.Answer) error {
	return s.q.SaveAnswer(ctx, tx, gen.SaveAnswerParams{
		Principal: k.Principal, Operation: k.Operation, Key: k.Key, BodySha256: k.BodySHA256, Status: int32(a.Status), ContentType: a.ContentType, Answer: noNil(a.Body),
	})
}

func inProgress() error {
	return &rapport.Error{Code: rapport.CodeConflict, Message: "The first request with this Idempotency-Key is still running. Ask again in a moment.", Reason: "in_progress"}
}
