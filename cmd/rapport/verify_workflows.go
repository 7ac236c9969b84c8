package main

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"rapport/worker"
)

// verifyWorkflows compares what should run with what Temporal runs; with repair it starts what is missing from its snapshot.
func verifyWorkflows(ctx context.Context, cfg Config, repair bool, env environment) error {
	log, err := newLogger(cfg, env.stderr)
	if err != nil {
		return err
	}
	result, err := sweep(ctx, cfg, log, worker.Sweep{Compare: true}, repair)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(env.stdout, "%d workflows should run.\n", result.Open)
	for _, id := range result.Missing {
		_, _ = fmt.Fprintf(env.stdout, "%s: is missing\n", id)
	}
	for _, a := range result.Ahead {
		ended := ""
		if a.Ended {
			ended = ", and has ended"
		}
		_, _ = fmt.Fprintf(env.stdout, "%s: is ahead, at %d where Postgres is at %d%s\n", a.WorkflowID, a.Theirs, a.Ours, ended)
	}
	if !repair {
		return verdict("workflows", len(result.Missing)+len(result.Ahead), env.stdout)
	}
	_, _ = fmt.Fprintf(env.stdout, "workflows: %d of %d missing ones were started from their snapshots, %d messages are sent again.\n",
		result.Repaired, len(result.Missing), result.Resent)
	if result.Repaired < len(result.Missing) || len(result.Ahead) > 0 {
		return errDifferent
	}

	return nil
}

// sweep looks once at every workflow that should run, as the worker's job does from time to time.
func sweep(ctx context.Context, cfg Config, log *zap.Logger, s worker.Sweep, repair bool) (worker.SweepResult, error) {
	store, err := openStore(ctx, log, cfg.WorkerDatabaseURL)
	if err != nil {
		return worker.SweepResult{}, err
	}
	defer store.Close()
	connection, metrics, err := dialTemporal(ctx, cfg, log, newRegistry())
	if err != nil {
		return worker.SweepResult{}, err
	}
	defer func() {
		connection.Close()
		_ = metrics.Close() // nobody reads them
	}()

	if repair {
		if err := worker.EnsureSchedules(ctx, connection); err != nil {
			return worker.SweepResult{}, err
		}
	}

	s.Client, s.Store, s.Log = connection, store, log

	return s.Run(ctx, repair)
}
