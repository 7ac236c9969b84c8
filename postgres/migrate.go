package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that goose migrates through
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema of the database at ownerURL up to date. The owner may create roles; the API and the worker sign
// in under their own. Two migrations at once wait for each other.
func Migrate(ctx context.Context, ownerURL string) error {
	db, err := sql.Open("pgx", ownerURL)
	if err != nil {
		return fmt.Errorf("open the database to migrate: %w", err)
	}
	defer db.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	// goose's own lock is skipped: it polls once a second, and a lock taken here costs nothing when nobody else migrates.
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach the database to migrate: %w", mapped(err))
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock(7210031)"); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock(7210031)") // closing the connection unlocks it too
	}()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return fmt.Errorf("prepare the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// MigrationsSum identifies the state of the schema that Migrate reaches: a short digest of the migrations' text.
func MigrationsSum() (string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", fmt.Errorf("list the migrations: %w", err)
	}
	digest := sha256.New()
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read a migration: %w", err)
		}
		_, _ = fmt.Fprintf(digest, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(digest.Sum(nil)[:8]), nil
}
