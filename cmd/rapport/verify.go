package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/jackc/pgx/v5"
)

// checks are read-only queries, one a file, each giving (subject, what is wrong with it). They share no code with what writes
// the rows, so that a mistake there is found here.
//
//go:embed checks
var checks embed.FS

func verifyCommand() command {
	return command{
		name:    "verify",
		args:    "ledger | contracts | workflows | pack FILE",
		summary: "check what is kept: the book, the contracts, the workflows, an exported pack",
		details: `
  ledger      the book's hash chain and invariants; with --pack FILE also exports the sealed book
  contracts   the hashes of the contracts and of what was signed
  workflows   open workflows against what the database knows; with --repair starts the missing ones from their snapshots
  pack FILE   an exported book or the audit pack of a partnership, without any database; names what was changed first

ledger and contracts read the database at RAPPORT_WORKER_DATABASE_URL; workflows also needs Temporal's settings. Exit code
0: all is well, 3: something is not, and each finding is a line.`,
		prepare: func(flags *flag.FlagSet) func(context.Context, environment, []string) error {
			export := flags.String("pack", "", "`file` to export the sealed book to (verify ledger)")
			repair := flags.Bool("repair", false, "start missing workflows from their snapshots (verify workflows)")

			return func(ctx context.Context, env environment, args []string) error {
				what, file, err := verifyArguments(flags, args)
				if err != nil {
					return err
				}
				ctx, stop := untilSignal(ctx)
				defer stop()
				if what == "pack" {
					return verifyPack(file, env.stdout)
				}
				needs := needsWorkerDatabase
				if what == "workflows" {
					needs |= needsTemporal
				}
				cfg, err := loadConfig(needs, env.getenv)
				if err != nil {
					return err
				}
				if what == "workflows" {
					return verifyWorkflows(ctx, cfg, *repair, env)
				}

				return verifyRows(ctx, cfg.WorkerDatabaseURL, what, *export, env.stdout)
			}
		},
	}
}

// verifyArguments accepts flags before and after the word that says what to verify.
func verifyArguments(flags *flag.FlagSet, args []string) (what, file string, err error) {
	if len(args) == 0 {
		return "", "", usagef("say what to verify: ledger, contracts, workflows or pack FILE")
	}
	what = args[0]
	if err := flags.Parse(args[1:]); err != nil {
		return "", "", usagef("%v", err)
	}
	rest := flags.Args()
	if what == "pack" && len(rest) == 1 {
		file, rest = rest[0], nil
	}
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	switch {
	case what != "ledger" && what != "contracts" && what != "workflows" && what != "pack":
		return "", "", usagef("%q cannot be verified: choose ledger, contracts, workflows or pack FILE", what)
	case what == "pack" && file == "":
		return "", "", usagef("name the pack's file")
	case len(rest) > 0:
		return "", "", usagef("unexpected argument %q", rest[0])
	case set["pack"] && what != "ledger":
		return "", "", usagef("--pack goes with verify ledger")
	case set["repair"] && what != "workflows":
		return "", "", usagef("--repair goes with verify workflows")
	}

	return what, file, nil
}

// verifyRows runs the checks of a folder on one snapshot of the database.
func verifyRows(ctx context.Context, url Secret, what, export string, out io.Writer) error {
	conn, err := pgx.Connect(ctx, string(url))
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it only reads

	folder := path.Join("checks", what)
	files, err := fs.ReadDir(checks, folder)
	if err != nil {
		return fmt.Errorf("list the checks: %w", err)
	}
	found := 0
	for _, file := range files {
		sql, err := fs.ReadFile(checks, path.Join(folder, file.Name()))
		if err != nil {
			return fmt.Errorf("read a check: %w", err)
		}
		n, err := runCheck(ctx, tx, string(sql), out)
		if err != nil {
			return fmt.Errorf("check %s: %w", file.Name(), err)
		}
		found += n
	}
	if what == "ledger" {
		if err := sayTail(ctx, tx, out); err != nil {
			return err
		}
	}
	if export != "" {
		if err := exportPack(ctx, tx, export, out); err != nil {
			return err
		}
	}

	return verdict(what, found, out)
}

func runCheck(ctx context.Context, tx pgx.Tx, sql string, out io.Writer) (found int, err error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return 0, fmt.Errorf("ask the database: %w", err)
	}
	var subject, problem string
	tag, err := pgx.ForEachRow(rows, []any{&subject, &problem}, func() error {
		_, err := fmt.Fprintf(out, "%s: %s\n", subject, problem)

		return err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", err)
	}

	return int(tag.RowsAffected()), nil
}

// sayTail says what of the book no hash covers yet.
func sayTail(ctx context.Context, tx pgx.Tx, out io.Writer) error {
	var (
		n      int
		oldest time.Time
	)
	if err := tx.QueryRow(ctx, `select n, oldest from ledger_tail`).Scan(&n, &oldest); err != nil {
		return fmt.Errorf("read what is not sealed: %w", err)
	}
	if n > 0 {
		_, _ = fmt.Fprintf(out, "ledger: %d transactions are not sealed yet, the oldest of %s.\n", n, oldest.UTC().Format(time.RFC3339))
	}

	return nil
}

func verdict(what string, found int, out io.Writer) error {
	if found > 0 {
		_, _ = fmt.Fprintf(out, "%s: %d findings.\n", what, found)

		return errDifferent
	}
	_, _ = fmt.Fprintf(out, "%s: all is well.\n", what)

	return nil
}
