// Command temporal-devserver runs a Temporal server on SQLite with the Temporal UI, for development
// and tests only. It listens on loopback, stores everything in one file (or in memory) and needs no
// other program.
//
// It prints one JSON line on standard output as soon as it serves, and logs to standard error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// defaultRetention is how long closed runs are kept. Ninety days instead of the server's one: every
// continue-as-new closes a run, and people look back further than a day.
const defaultRetention = 90 * 24 * time.Hour

// ready is the line printed once the server takes calls.
type ready struct {
	Ready   bool   `json:"ready"`
	Address string `json:"address"` // host:port of the gRPC frontend
	UI      string `json:"ui"`      // URL of the Temporal UI; empty without UI
	DB      string `json:"db"`      // path of the SQLite file; empty in memory
	Metrics string `json:"metrics"` // URL of the server's Prometheus metrics; empty when off
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "temporal-devserver:", err)
		os.Exit(1) //nolint:gocritic // stop() only detaches signal handlers, which end with the process
	}
}

// run serves until ctx ends. stdin is only read when --with-parent is given.
func run(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	opts, withParent, level, err := parse(args)
	if err != nil {
		return err
	}
	atomic := zap.NewAtomicLevelAt(level)
	opts.log = newLogger(atomic)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if withParent {
		go func() {
			// The parent holds the other end; it closes when the parent ends, however it ends.
			_, _ = io.Copy(io.Discard, stdin)
			cancel()
		}()
	}

	srv, err := start(ctx, opts)
	if err != nil {
		return err
	}
	line, err := json.Marshal(ready{Ready: true, Address: srv.address, UI: srv.uiURL, DB: srv.db, Metrics: srv.metricsURL})
	if err == nil {
		_, err = fmt.Fprintln(stdout, string(line))
	}
	if err == nil {
		<-ctx.Done()
	}
	// The server's parts complain about each other while they leave one by one; none of it is news.
	atomic.SetLevel(zapcore.FatalLevel)

	return errors.Join(err, srv.stop())
}

// parse reads the flags. It refuses whatever would make the server reachable from another machine.
func parse(args []string) (options, bool, zapcore.Level, error) {
	var (
		opts       options
		withParent bool
		level      zapcore.Level
		levelName  string
	)
	flags := flag.NewFlagSet("temporal-devserver", flag.ContinueOnError)
	flags.StringVar(&opts.dir, "dir", ".", "directory of the SQLite file; created when missing")
	flags.StringVar(&opts.ip, "ip", "127.0.0.1", "loopback address to listen on")
	flags.IntVar(&opts.port, "port", 7233, "port of the gRPC frontend; 0 picks a free one")
	flags.IntVar(&opts.uiPort, "ui-port", 8233, "port of the Temporal UI; 0 means no UI")
	flags.IntVar(&opts.metricsPort, "metrics-port", 0, "port of the server's Prometheus metrics; 0 means none")
	flags.StringVar(&opts.namespace, "namespace", "rapport", "namespace to create")
	flags.DurationVar(&opts.retention, "retention", defaultRetention, "how long closed runs are kept, at least 1h")
	flags.BoolVar(&opts.ephemeral, "ephemeral", false, "keep everything in memory; --dir is not used")
	flags.BoolVar(&withParent, "with-parent", false, "stop when standard input closes, so that a dead parent leaves nothing behind")
	flags.StringVar(&levelName, "log-level", "error", "debug, info, warn or error")
	if err := flags.Parse(args); err != nil {
		return opts, false, level, fmt.Errorf("read the flags: %w", err)
	}
	if flags.NArg() > 0 {
		return opts, false, level, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	level, err := zapcore.ParseLevel(levelName)
	if err != nil {
		return opts, false, level, fmt.Errorf("--log-level: %w", err)
	}

	return opts, withParent, level, opts.validate()
}

// newLogger writes JSON lines to standard error, which leaves standard output to the ready line.
func newLogger(level zap.AtomicLevel) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder

	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(os.Stderr), level))
}
