package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"

	"github.com/jackc/pgx/v5"

	"rapport/postgres"
)

func migrateCommand() command {
	return command{
		name:    "migrate",
		summary: "bring the database's schema up to date",
		details: `
Brings the schema of the database at DATABASE_URL, whose user owns it, up to date, and does nothing when it is. Two at once
wait for each other. Run it before new versions of serve and worker start.

Where RAPPORT_API_DATABASE_URL or RAPPORT_WORKER_DATABASE_URL carry a password, the roles rapport_api and rapport_worker get
it; otherwise their passwords stay as they are.

With --bootstrap it then writes the first brands and people from a JSON file, once, so that somebody can sign in:
  {"brands": [{"name": "…", "postal_address": "…", "mail_from_name": "…", "mail_from": "…@…",
               "second_pair_threshold": {"amount": 0, "currency": "usd"},
               "calendar": {"zone": "Europe/Berlin", "working_days": [1,2,3,4,5], "opens": "09:00", "closes": "17:00", "day_seconds": 86400}}],
   "users": [{"name": "…", "email": "…@…", "password": "…", "roles": {"name of a brand": ["admin"]}}]}
Roles: ops, approver, legal, finance_preparer, finance_releaser, auditor, admin, guest. Delete the file afterwards.`,
		prepare: func(flags *flag.FlagSet) func(context.Context, environment, []string) error {
			file := flags.String("bootstrap", "", "`file` with the first brands and people")

			return func(ctx context.Context, env environment, args []string) error {
				if err := noArguments(args); err != nil {
					return err
				}
				cfg, err := loadConfig(migrateNeeds, env.getenv)
				if err != nil {
					return err
				}
				var first firstPeople
				if *file != "" {
					if first, err = readFirstPeople(*file); err != nil {
						return err
					}
				}
				ctx, stop := untilSignal(ctx)
				defer stop()

				return migrate(ctx, cfg, first, env.stdout)
			}
		},
	}
}

func migrate(ctx context.Context, cfg Config, first firstPeople, out io.Writer) error {
	if err := postgres.Migrate(ctx, string(cfg.DatabaseURL)); err != nil {
		return err
	}
	for role, url := range map[string]Secret{"rapport_api": cfg.APIDatabaseURL, "rapport_worker": cfg.WorkerDatabaseURL} {
		if err := setRolePassword(ctx, cfg.DatabaseURL, role, url); err != nil {
			return err
		}
	}
	sum, err := postgres.MigrationsSum()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "The schema is up to date:", sum)
	if len(first.Users) == 0 {
		return nil
	}
	if err := bootstrap(ctx, cfg.DatabaseURL, cfg.Secret, first); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Wrote %d brands and %d people.\n", len(first.Brands), len(first.Users))

	return nil
}

// setRolePassword gives the role the password in the URL that it signs in with, if there is one.
func setRolePassword(ctx context.Context, owner Secret, role string, as Secret) error {
	u, err := url.Parse(string(as))
	if err != nil || u.User == nil {
		return nil
	}
	password, ok := u.User.Password()
	if !ok || u.User.Username() != role {
		return nil
	}
	conn, err := pgx.Connect(ctx, string(owner))
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	// ALTER ROLE takes no parameters, so the server quotes the text itself.
	var statement string
	if err := conn.QueryRow(ctx, "select format('alter role %I with login password %L', $1::text, $2::text)", role, password).Scan(&statement); err != nil {
		return fmt.Errorf("prepare the password of %s: %w", role, err)
	}
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("set the password of %s: %w", role, err)
	}

	return nil
}
