// Command rapport is the whole product: the API with its dashboard, the Temporal worker, the schema, and everything together
// on one machine for trying it out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"go.uber.org/zap"
)

// version is set by the linker.
var version = "unversioned"

// Exit codes of every command.
const (
	exitOK        = 0
	exitFailed    = 1 // the command could not do its work
	exitUsage     = 2 // the command line or a setting is wrong; nothing was begun
	exitDifferent = 3 // verify did its work and found that something is wrong
)

// errDifferent ends a verification that found something wrong and has said what.
var errDifferent = errors.New("differences were found")

// usageError is a command line that cannot be meant.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{text: fmt.Sprintf(format, args...)} }

// command is one subcommand. Its help is made of summary, details and its flags.
type command struct {
	name, args, summary, details string
	// prepare declares the flags and gives what runs once they are read.
	prepare func(flags *flag.FlagSet) func(ctx context.Context, env environment, args []string) error
}

// environment is what a command sees of the world outside.
type environment struct {
	getenv         func(string) string
	stdout, stderr io.Writer
}

func commands() []command {
	return []command{serveCommand(), workerCommand(), migrateCommand(), devCommand(), verifyCommand()}
}

func main() {
	os.Exit(run(os.Args[1:], environment{getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr}))
}

// run picks the command and translates its error into an exit code.
func run(args []string, env environment) int {
	if len(args) == 0 {
		_, _ = io.WriteString(env.stderr, overview())

		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		_, _ = io.WriteString(env.stdout, overview())

		return exitOK
	case "version", "-version", "--version":
		_, _ = fmt.Fprintln(env.stdout, "rapport", version)

		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.execute(args[1:], env)
		}
	}
	_, _ = fmt.Fprintf(env.stderr, "rapport: there is no command %q\n\n%s", args[0], overview())

	return exitUsage
}

func (c command) execute(args []string, env environment) int {
	flags := flag.NewFlagSet("rapport "+c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	do := c.prepare(flags)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, _ = io.WriteString(env.stdout, c.help(flags))

		return exitOK
	} else if err != nil {
		_, _ = fmt.Fprintf(env.stderr, "rapport %s: %v\n\n%s", c.name, err, c.help(flags))

		return exitUsage
	}
	err := do(context.Background(), env, flags.Args())
	var usage *usageError
	var config *configError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errDifferent):
		return exitDifferent
	case errors.As(err, &usage):
		_, _ = fmt.Fprintf(env.stderr, "rapport %s: %v\n\n%s", c.name, err, c.help(flags))

		return exitUsage
	case errors.As(err, &config):
		_, _ = fmt.Fprintf(env.stderr, "rapport %s: %v\n", c.name, err)

		return exitUsage
	default:
		_, _ = fmt.Fprintf(env.stderr, "rapport %s: %v\n", c.name, err)

		return exitFailed
	}
}

func (c command) help(flags *flag.FlagSet) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: rapport %s", c.name)
	hasFlags := false
	flags.VisitAll(func(*flag.Flag) { hasFlags = true })
	if hasFlags {
		b.WriteString(" [flags]")
	}
	if c.args != "" {
		b.WriteString(" " + c.args)
	}
	b.WriteString("\n\n" + strings.TrimSpace(c.details) + "\n")
	if hasFlags {
		b.WriteString("\nFlags:\n")
		flags.SetOutput(&b)
		flags.PrintDefaults()
	}

	return b.String()
}

func overview() string {
	var b strings.Builder
	b.WriteString("Rapport runs brands' partnerships with creators, from the first mail to the payout.\n\nUsage: rapport COMMAND [flags]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s  %s\n", c.name, c.summary)
	}
	b.WriteString("  version   print the version\n\n`rapport COMMAND --help` says more. Settings come from the environment.\n" +
		"Exit codes: 0 done, 1 failed, 2 wrong command line or setting, 3 verify found differences.\n")

	return b.String()
}

// noArguments refuses what a command would ignore.
func noArguments(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}

	return nil
}

// untilStopped is a command that takes no arguments and runs until it is told to stop.
func untilStopped(needs part, run func(context.Context, Config, *zap.Logger) error) func(*flag.FlagSet) func(context.Context, environment, []string) error {
	return func(*flag.FlagSet) func(context.Context, environment, []string) error {
		return func(ctx context.Context, env environment, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			cfg, err := loadConfig(needs, env.getenv)
			if err != nil {
				return err
			}
			log, err := newLogger(cfg, env.stderr)
			if err != nil {
				return err
			}
			ctx, stop := untilSignal(ctx)
			defer stop()

			return run(ctx, cfg, log)
		}
	}
}

// untilSignal gives a context that ends at the first SIGINT or SIGTERM; the second one ends the process at once.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	return ctx, stop
}
