package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"

	"rapport/postgres"
	"rapport/worker"
)

// startPostgres runs the private server, unless one was given, and decides who signs in to the database how.
func (d *dev) startPostgres(ctx context.Context) error {
	owner := Secret(d.env.getenv("DATABASE_URL"))
	if owner != "" {
		d.rows = append(d.rows, service{"PostgreSQL", "DATABASE_URL", ""})
	} else {
		var err error
		if owner, err = d.startPrivatePostgres(ctx); err != nil {
			return err
		}
		d.rows = append(d.rows, service{"PostgreSQL", address(d.postgres), "postgres"})
	}
	d.set["DATABASE_URL"] = string(owner)
	for role, password := range map[string]string{"API": d.secrets.APIPassword, "WORKER": d.secrets.WorkerPassword} {
		url, err := withRole(owner, "rapport_"+strings.ToLower(role), password)
		if err != nil {
			return err
		}
		d.setDefault("RAPPORT_"+role+"_DATABASE_URL", string(url))
	}

	return nil
}

func (d *dev) startPrivatePostgres(ctx context.Context) (owner Secret, err error) {
	as, err := unprivileged()
	if err != nil {
		return "", err
	}
	place, err := placePostgres(ctx, d.dir, as, d.secrets.Installation, d.out)
	if err != nil {
		return "", err
	}
	server := &privatePostgres{port: d.postgres, as: as, out: d.out}
	if err := server.prepare(ctx, place, d.secrets.OwnerPassword); err != nil {
		return "", err
	}
	d.out.printf("Starting PostgreSQL ...")
	if err := d.sup.start(ctx, server.program(d.secrets.OwnerPassword)); err != nil {
		return "", err
	}
	if err := ensureDatabase(ctx, server.url(d.secrets.OwnerPassword, "postgres"), "rapport"); err != nil {
		return "", err
	}

	return server.url(d.secrets.OwnerPassword, "rapport"), nil
}

func (d *dev) migrate(ctx context.Context) error {
	d.out.printf("Migrating the database ...")
	if err := postgres.Migrate(ctx, d.set["DATABASE_URL"]); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	// A role whose URL was given has a password already, and others may use it.
	for role, url := range map[string]string{"rapport_api": "RAPPORT_API_DATABASE_URL", "rapport_worker": "RAPPORT_WORKER_DATABASE_URL"} {
		if d.given(url) {
			continue
		}
		if err := setRolePassword(ctx, Secret(d.set["DATABASE_URL"]), role, Secret(d.set[url])); err != nil {
			return err
		}
	}

	return nil
}

func (d *dev) startTemporal(ctx context.Context) error {
	if d.given("TEMPORAL_ADDRESS") {
		d.rows = append(d.rows, service{"Temporal", d.set["TEMPORAL_ADDRESS"], ""})

		return nil
	}
	d.out.printf("Starting Temporal ...")
	d.rows = append(d.rows, service{"Temporal UI", "http://" + address(d.temporalUI), "temporal"}, service{"Temporal", address(d.temporal), "temporal"})

	return d.sup.start(ctx, program{
		name: "temporal", path: d.tools["temporal-devserver"], env: d.childEnv(""),
		args: []string{
			"--dir", filepath.Join(d.dir, "temporal"), "--port", strconv.Itoa(d.temporal), "--ui-port", strconv.Itoa(d.temporalUI),
			"--namespace", d.set["TEMPORAL_NAMESPACE"],
		},
		stop: syscall.SIGTERM, kill: syscall.SIGKILL, grace: 30 * time.Second,
		ready: saysReady, warns: warnsJSON,
	})
}

func (d *dev) startServe(ctx context.Context) error {
	d.out.printf("Starting the API ...")
	url := "http://" + address(d.http)
	d.rows = append(d.rows, service{"Dashboard", d.set["RAPPORT_PUBLIC_URL"], "serve"}, service{"API", url + "/v1", "serve"})

	return d.sup.start(ctx, program{
		name: "serve", path: d.self, args: []string{"serve"}, env: d.childEnv("RAPPORT_API_DATABASE_URL"),
		stop: syscall.SIGTERM, kill: syscall.SIGKILL, grace: 40 * time.Second,
		ready: answers(url + "/readyz"), warns: warnsJSON,
	})
}

func (d *dev) startWorker(ctx context.Context) error {
	d.out.printf("Starting the worker ...")
	url := "http://" + address(d.metrics)
	d.rows = append(d.rows, service{"Worker", url + "/metrics", "worker"})

	return d.sup.start(ctx, program{
		name: "worker", path: d.self, args: []string{"worker"}, env: d.childEnv("RAPPORT_WORKER_DATABASE_URL"),
		stop: syscall.SIGTERM, kill: syscall.SIGKILL, grace: 75 * time.Second,
		ready: answers(url + "/readyz"), warns: warnsJSON,
	})
}

// saysReady waits for the line that our companions print once they serve.
func saysReady(_ context.Context, output func() []byte) error {
	if strings.Contains(string(output()), `"ready":true`) {
		return nil
	}

	return errors.New("it has not said so")
}

// answers waits for a good answer from the address.
func answers(url string) func(context.Context, func() []byte) error {
	return func(ctx context.Context, _ func() []byte) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return fmt.Errorf("make a request: %w", err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("ask for its health: %w", err)
		}
		_ = res.Body.Close() // only the status matters
		if res.StatusCode/100 != 2 {
			return fmt.Errorf("%s answers %s", url, res.Status)
		}

		return nil
	}
}

// warnsJSON finds the lines of a zap log from level warn on, and what is no log line at all, such as a panic.
func warnsJSON(line string) bool {
	if !strings.HasPrefix(line, "{") {
		return strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:")
	}
	for _, level := range []string{"warn", "error", "dpanic", "panic", "fatal"} {
		if strings.Contains(line, `"level":"`+level+`"`) {
			return true
		}
	}

	return false
}

// repair starts the workflows that a new Temporal database lacks, from their snapshots.
func (d *dev) repair(ctx context.Context) error {
	cfg, err := loadConfig(needsWorkerDatabase|needsTemporal, func(name string) string {
		if value, ok := d.set[name]; ok {
			return value
		}

		return d.env.getenv(name)
	})
	if err != nil {
		return err
	}
	result, err := sweep(ctx, cfg, zap.NewNop(), worker.Sweep{}, true) // what it finds is said in one line
	if err != nil {
		d.out.printf("Not every workflow could be looked at; the worker looks again every ten minutes: %v", err)
	}
	if len(result.Missing) > 0 {
		d.out.printf("Temporal lacked %d of %d workflows; they were started again from their snapshots.", len(result.Missing), result.Open)
	}

	return nil
}
