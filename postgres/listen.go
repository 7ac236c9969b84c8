package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Listen calls wake at every notification of the channel, until the context ends or the connection breaks. It takes a connection
// of its own from the pool for as long as it listens.
func (s *Store) Listen(ctx context.Context, channel string, wake func()) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return mapped(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return mapped(err)
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "unlisten *") }() // a broken connection has nothing to unlisten
	wake()
	for {
		if _, err := conn.Conn().WaitForNotification(ctx); err != nil {
			return fmt.Errorf("listen to %s: %w", channel, err)
		}
		wake()
	}
}
