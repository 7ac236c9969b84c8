// Package api listens: the HTTP API of openapi.yaml, the creator's portal, webhooks, and the dashboard's files.
package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"rapport"
	"rapport/api/gen"
)

// Config is what a Server needs. Fields without a comment about their zero value are required.
type Config struct {
	Store Store
	// Workflows takes commands to workflows at once; what it does not reach goes by the relay.
	Workflows Dispatcher
	Log       *zap.Logger
	// PublicURL is where people reach the server, such as https://rapport.example.com.
	PublicURL string
	// Secret keys what must not be guessed; at least 32 bytes.
	Secret []byte
	// Web holds the dashboard's files; nil serves none.
	Web fs.FS
	// Metrics takes the server's measurements and, when set, /metrics shows all that is registered there.
	Metrics *prometheus.Registry
	// Checks are what /readyz asks beside the database, by name.
	Checks map[string]func(ctx context.Context) error
	// FinanceDelay is between the confirmation of a finance role and its effect; zero means at once.
	FinanceDelay time.Duration
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none means that the peer is the client.
	TrustedProxies []*net.IPNet
	// PlatformCountry is where the account that pays is, in two letters; empty for unknown, which checks no offer against it.
	PlatformCountry string
	// Outside is what the providers' rooms do for the API.
	Outside Outside
	// Development adds warnings for people who write clients.
	Development bool
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Server answers the API. It is one type for all operations; each noun has a file.
type Server struct {
	cfg        Config
	echo       *echo.Echo
	operations map[string]operation
	passwords  *passwords
	metrics    *metrics
	changes    *hub // nil: nobody listens to what changes
}

// New makes a server. It fails when an operation of the contract has no row in the table of roles, or a row names none.
func New(cfg Config) (*Server, error) {
	if cfg.Store == nil || cfg.Workflows == nil || cfg.Log == nil || cfg.PublicURL == "" {
		return nil, errors.New("api: Store, Workflows, Log and PublicURL are required")
	}
	if len(cfg.Secret) < 32 {
		return nil, errors.New("api: the secret must have at least 32 bytes")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	spec, err := gen.GetSpec()
	if err != nil {
		return nil, fmt.Errorf("api: read the contract: %w", err)
	}
	operations, err := operationsOf(spec)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, operations: operations, passwords: newPasswords(runtime.GOMAXPROCS(0)), metrics: newMetrics(cfg.Metrics)}
	if s.echo, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler is the server as an http.Handler.
func (s *Server) Handler() http.Handler { return s.echo }

// Echo is the router, for what is mounted beside the contract: webhooks and links.
func (s *Server) Echo() *echo.Echo { return s.echo }

func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.answerError
	e.IPExtractor = ipExtractor(s.cfg.TrustedProxies)
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(s.cfg.PublicURL); err != nil {
		return nil, fmt.Errorf("api: the public URL is not an origin: %w", err)
	}
	e.Use(s.identify, s.record, s.recoverPanic, securityHeaders, sameOrigin(protection), compress(), bodyCap())
	if s.cfg.Web != nil {
		web, err := s.serveWeb()
		if err != nil {
			return nil, err
		}
		e.Use(web)
	}
	middlewares := map[string][]echo.MiddlewareFunc{}
	for id, op := range s.operations {
		middlewares[id] = []echo.MiddlewareFunc{s.authorize(op), limitBody(op), s.validate(op), s.idempotent(op)}
	}
	gen.RegisterHandlersWithOptions(e, gen.NewStrictHandler(s, nil), gen.RegisterHandlersOptions{OperationMiddlewares: middlewares})
	s.registerPublic(e)
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	if s.cfg.Metrics != nil {
		e.GET("/metrics", metricsHandler(s.cfg.Metrics))
	}
	return e, nil
}

func (s *Server) now() time.Time { return s.cfg.Now().UTC() }

// today is the day in UTC, as dates are kept.
func (s *Server) today() time.Time { return s.now().Truncate(rapport.Day) }
