// Package postgres remembers: migrations, queries and the Store, whose methods map rows to the domain's types.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"rapport"
	"rapport/postgres/gen"
)

// Store keeps everything in one database. It is safe for concurrent use. Its methods answer *rapport.Error for what a caller
// can act on: not_found, conflict, stale, invalid, unavailable; any other error is internal.
type Store struct {
	pool *pgxpool.Pool
	q    *gen.Queries
}

// minConns is how many connections a process may have where its URL does not say (pool_max_conns) and its processors are few.
const minConns = 16

// idleTransaction is how long a transaction may wait for its process: a machine that was paused in the middle of one must not hold the locks on a brand's
// money until somebody finds it. Nothing that a transaction of ours waits for, between two statements, takes as long.
const idleTransaction = "30s"

// Open connects to the database at url, whose user decides the rights: rapport_api, rapport_worker or the owner. It checks
// that the database answers.
func Open(ctx context.Context, url string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's URL: %w", err)
	}
	params := config.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	if params["idle_in_transaction_session_timeout"] == "" {
		params["idle_in_transaction_session_timeout"] = idleTransaction
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, minConns) // most of a transaction's time is waiting for the disk
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("prepare the connections: %w", err)
	}
	s := &Store{pool: pool, q: gen.New()}
	if err := s.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the connections after their work.
func (s *Store) Close() { s.pool.Close() }

// Pool is the pool of connections, for metrics and for listening to notifications.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping checks that the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return mapped(err)
	}
	return nil
}

// Clock is the database's time.
func (s *Store) Clock(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.pool.QueryRow(ctx, `select clock_timestamp()`).Scan(&now)
	return now, mapped(err)
}

type txKey struct{}

// running is the transaction that a context carries, with the scope it is set to, and whether it has posted to the ledger.
type running struct {
	tx     pgx.Tx
	brands []uuid.UUID
	posted *bool
}

// InTx runs f in a transaction whose row-level security lets the brands of the context through. Inside another InTx it joins
// that transaction, under the scope of its own context, so that a caller can make one deed of several methods: whoever
// began commits. An error of f, of a joined one too, must end the outer f with an error.
func (s *Store) InTx(ctx context.Context, f func(ctx context.Context, tx pgx.Tx) error) error {
	brands := rapport.BrandsFrom(ctx)
	if r, ok := ctx.Value(txKey{}).(*running); ok {
		return r.join(ctx, brands, f)
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return mapped(err)
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginning(ctx, brands)})
	if err != nil {
		return mapped(err)
	}
	posted := false
	if err := f(context.WithValue(ctx, txKey{}, &running{tx, brands, &posted}), tx); err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx))
		return mapped(err)
	}
	if posted {
		return mapped(commitPosted(ctx, conn.Conn().PgConn()))
	}
	return mapped(tx.Commit(ctx))
}

// LetGoEarly is said of the running transaction by what posts to the ledger: its commit lets go of its rows before the disk has it, and InTx waits
// for the disk behind it. It panics outside of InTx, where nobody would wait.
func LetGoEarly(ctx context.Context) {
	r, ok := ctx.Value(txKey{}).(*running)
	if !ok {
		panic("a posting outside of InTx")
	}
	*r.posted = true
}

// commitPosted commits a transaction that posted to the ledger, and waits until it is on the disk. The commit lets go of the accounts first, so
// that those who wait for them, and a brand's are wanted by all its payouts, go to the disk together; whoever read them meanwhile is written
// behind it. The second statement is a transaction whose commit waits for the disk, and by that for every commit before it; both are one
// round trip. An error leaves open what a failed commit leaves open.
func commitPosted(ctx context.Context, conn *pgconn.PgConn) error {
	done, err := conn.Exec(ctx, "commit; select pg_logical_emit_message(true, 'rapport', '')").ReadAll()
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if done[0].CommandTag.String() != "COMMIT" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// beginning is the statement that begins a transaction under a scope: one round trip. A UUID's text form cannot carry anything else.
func beginning(ctx context.Context, brands []uuid.UUID) string {
	begin := "begin"
	if ctx.Value(momentKey{}) != nil {
		begin += " read only, isolation level repeatable read"
	}
	begin += "; set local rapport.brands = '" + idsLiteral(brands) + "'"
	if ctx.Value(forgettableKey{}) != nil {
		begin += "; set local synchronous_commit = off"
	}
	return begin
}

type forgettableKey struct{}

// forgettable is for a transaction that a crash of the database may forget, within the last second, because it is done again and comes
// out the same: a lease, an acknowledgement, the claim and the answer of an idempotency key. Its commit does not wait for the disk. It must
// begin a transaction of its own; inside another one it changes nothing.
func forgettable(ctx context.Context) context.Context {
	return context.WithValue(ctx, forgettableKey{}, true)
}

// Atomically runs f in one transaction: every method of the Store that f calls with its context takes part in it.
func (s *Store) Atomically(ctx context.Context, f func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context, _ pgx.Tx) error { return f(ctx) })
}

type momentKey struct{}

// AtOneMoment lets all that f reads with its context be of the same moment. f writes nothing. Inside another transaction it joins that one,
// and sees what it sees.
func (s *Store) AtOneMoment(ctx context.Context, f func(ctx context.Context) error) error {
	return s.Atomically(context.WithValue(ctx, momentKey{}, true), f)
}

func (r *running) join(ctx context.Context, brands []uuid.UUID, f func(ctx context.Context, tx pgx.Tx) error) error {
	if slices.Equal(brands, r.brands) {
		return mapped(f(ctx, r.tx))
	}
	if err := setScope(ctx, r.tx, brands); err != nil {
		return err
	}
	if err := f(context.WithValue(ctx, txKey{}, &running{r.tx, brands, r.posted}), r.tx); err != nil {
		return mapped(err) // the transaction is lost, and its scope with it
	}
	return setScope(ctx, r.tx, r.brands)
}

func setScope(ctx context.Context, tx pgx.Tx, brands []uuid.UUID) error {
	if _, err := tx.Exec(ctx, "select set_config('rapport.brands', $1, true)", idsLiteral(brands)); err != nil {
		return mapped(err)
	}
	return nil
}

func idsLiteral(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, b := range ids {
		texts[i] = b.String()
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// query runs f in a transaction and answers what f found.
func query[T any](ctx context.Context, s *Store, f func(ctx context.Context, tx pgx.Tx) (T, error)) (T, error) {
	var found T
	err := s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		found, err = f(ctx, tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return found, nil
}

// newID makes the id of a new row: UUIDv7, so that ids follow time.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// refusals names what our triggers refuse, where their code says more than "conflict".
var refusals = map[string]rapport.Code{
	"RA014": rapport.CodeForbidden, // approved the content
	"RA015": rapport.CodeForbidden, // changed the destination lately
	"RA016": rapport.CodeForbidden, // lacks the finance role
	"RA017": rapport.CodeForbidden, // is the same person twice
	"RA045": rapport.CodeInvalid,   // names what nobody took back
	"RA074": rapport.CodeForbidden, // released what they would record
	"RA086": rapport.CodeForbidden, // lacks the finance role
	"RA095": rapport.CodeForbidden, // may not override
	"RA050": rapport.CodeForbidden, // has not proved a second factor lately
}

// fieldsOf names the field behind a unique constraint, where one field explains the conflict.
var fieldsOf = map[string]string{
	"brands_name_key":                           "name",
	"users_email_key":                           "email",
	"campaigns_brand_id_name_key":               "name",
	"shipments_brand_id_reference_key":          "reference",
	"creator_accounts_handle":                   "accounts",
	"creator_accounts_platform_platform_id_key": "accounts",
	"contacts_creator_id_email_key":             "contacts",
	"creator_fields_name":                       "name",
	"contract_templates_brand_id_name_key":      "name",
	"saved_views_owner_id_page_name_key":        "name",
}

// mapped turns the driver's errors into the domain's, in this one place. Errors of the domain pass.
func mapped(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*rapport.Error](err); ok {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return &rapport.Error{Code: rapport.CodeNotFound, Message: "There is no such thing, or it lies outside your brands.", Err: err}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return mappedState(pg)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, cut := errors.AsType[net.Error](err)
	if refused || cut || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool") {
		return unavailable(err)
	}
	return err
}

func mappedState(pg *pgconn.PgError) error {
	switch {
	case strings.HasPrefix(pg.Code, "RA"):
		code, ok := refusals[pg.Code]
		if !ok {
			code = rapport.CodeConflict
		}
		return &rapport.Error{Code: code, Message: upperFirst(pg.Message) + ".", Reason: pg.Code, Err: pg}
	case pg.Code == "23505":
		if field, ok := fieldsOf[pg.ConstraintName]; ok {
			return &rapport.Error{
				Code: rapport.CodeConflict, Message: "This is taken already. Nothing was saved.", Reason: "taken", Err: pg,
				Fields: []rapport.Field{{Path: field, Code: "taken", Detail: "Something else has this value already."}},
			}
		}
		return &rapport.Error{Code: rapport.CodeConflict, Message: "This exists already. Nothing was saved.", Reason: "exists", Err: pg}
	case pg.Code == "23503":
		return &rapport.Error{Code: rapport.CodeInvalid, Message: "Something that this names does not exist. Nothing was saved.", Reason: "unknown_reference", Err: pg}
	case pg.Code == "23514", pg.Code == "22021", pg.Code == "22P05", pg.Code == "22003":
		return &rapport.Error{Code: rapport.CodeInvalid, Message: "A value is outside what can be kept. Nothing was saved.", Reason: "out_of_range", Err: pg}
	case pg.Code == "42501" && strings.Contains(pg.Message, "row-level security"):
		return &rapport.Error{Code: rapport.CodeNotFound, Message: "There is no such brand, or it lies outside your brands.", Err: pg}
	case pg.Code == "40001", pg.Code == "40P01", pg.Code == "55P03":
		return &rapport.Error{Code: rapport.CodeUnavailable, Message: "Somebody else changed the same thing at this moment. Nothing was saved; try again.", Err: pg}
	case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "57P"), pg.Code == "53300":
		return unavailable(pg)
	}
	return pg
}

func unavailable(err error) error {
	return &rapport.Error{Code: rapport.CodeUnavailable, Message: "The database is away. Nothing was saved; try again in a moment.", Err: err}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
