package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"rapport/api"
	"rapport/web"
	"rapport/worker"
)

// commandPatience is how long the API waits for the verdict of a workflow before it answers that the verdict is to come.
const commandPatience = 5 * time.Second

func serveCommand() command {
	return command{
		name:    "serve",
		summary: "answer the API and show the dashboard",
		details: `
Answers the API, the creators' portal and the providers' webhooks, and serves the dashboard, at RAPPORT_HTTP_ADDR. Several may run
beside each other. /metrics, /healthz and /readyz are at the same address: let a proxy in front keep /metrics inside. On
SIGTERM or SIGINT it takes no new requests and finishes those that run.

Needs RAPPORT_API_DATABASE_URL, TEMPORAL_ADDRESS, RAPPORT_CODEC_KEY, RAPPORT_SECRET, RAPPORT_PUBLIC_URL, STRIPE_API_KEY (for
links to the form with the bank account), and the secrets that webhooks are checked with; docs/configuration.md has the rest.`,
		prepare: untilStopped(serveNeeds, runServe),
	}
}

func runServe(ctx context.Context, cfg Config, log *zap.Logger) error {
	on, err := connect(ctx, cfg, cfg.APIDatabaseURL, log)
	if err != nil {
		return err
	}
	defer on.close()
	store, clock := on.store, on.clock

	beyond, err := outside(cfg)
	if err != nil {
		return err
	}
	dispatch := worker.NewDispatcher(on.temporal, store, commandPatience)
	dispatch.LeaveTaken = true
	server, err := api.New(api.Config{ //nolint:contextcheck // requests bring their own
		Store: store, Workflows: dispatch, Log: log, Now: clock.Now,
		PublicURL: cfg.PublicURL, Secret: []byte(cfg.Secret), Web: web.Dist(), Metrics: on.registry,
		Checks:       map[string]func(context.Context) error{"temporal": temporalAnswers(on.temporal, cfg.TemporalNamespace)},
		FinanceDelay: cfg.FinanceDelay, PlatformCountry: cfg.Stripe.Country, TrustedProxies: cfg.TrustedProxies, Outside: beyond,
		Development: strings.HasPrefix(cfg.PublicURL, "http://"), // which is on this machine only
	})
	if err != nil {
		return err
	}
	streaming, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	if err := server.ListenForChanges(streaming); err != nil {
		return err
	}
	pages, err := listen(ctx, cfg.HTTPAddr, endingStreams(streaming, server.Handler()), log)
	if err != nil {
		return err
	}
	log.Info("API listens", zap.String("address", cfg.HTTPAddr))

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-pages.errs:
	}
	log.Info("API stops; it finishes what it answers", zap.Duration("limit", cfg.ShutdownTimeout))
	endStreams()

	return errors.Join(failed, pages.shutdown(ctx, cfg.ShutdownTimeout))
}

// endingStreams ends the event streams with the context; they would otherwise outlast any shutdown. Their clients come back to the
// next process and miss nothing.
func endingStreams(streaming context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(streaming, cancel)()
			r = r.WithContext(ctx) //nolint:contextcheck // it is the request's, and ends with the streams too
		}
		next.ServeHTTP(w, r)
	})
}
