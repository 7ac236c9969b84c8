package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	serverlog "go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	minRetention  = time.Hour        // the server's own floor
	readyTimeout  = 30 * time.Second // from start to the first answered call
	readyInterval = 20 * time.Millisecond
	stopTimeout   = 15 * time.Second // after which the process ends all the same
)

// memoryCount tells the in-memory databases of one process apart.
var memoryCount atomic.Int64

// options say where to listen and what to keep.
type options struct {
	dir         string
	ip          string
	port        int
	uiPort      int
	metricsPort int
	namespace   string
	retention   time.Duration
	ephemeral   bool
	log         *zap.Logger
}

func (o options) validate() error {
	ip := net.ParseIP(o.ip)
	switch {
	case ip == nil || !ip.IsLoopback():
		return fmt.Errorf("--ip %q is no loopback address: this server has no authentication and stays on its machine", o.ip)
	case o.namespace == "":
		return errors.New("--namespace is empty")
	case o.retention < minRetention:
		return fmt.Errorf("--retention %s is under the server's minimum of %s", o.retention, minRetention)
	case o.dir == "" && !o.ephemeral:
		return errors.New("--dir is empty")
	}
	for _, p := range []claim{
		{flag: "--port", port: o.port}, {flag: "--ui-port", port: o.uiPort}, {flag: "--metrics-port", port: o.metricsPort},
	} {
		if p.port < 0 || p.port > 65535 {
			return fmt.Errorf("%s %d is no port", p.flag, p.port)
		}
	}

	return nil
}

// server is a running Temporal server with its UI.
type server struct {
	address    string // host:port of the gRPC frontend
	uiURL      string
	metricsURL string
	db         string // path of the file; empty in memory

	temporal temporal.Server
	ui       *uiserver.Server
	release  func() error
}

// start returns once the namespace, its retention and its search attributes are in place and calls
// are answered.
func start(ctx context.Context, opts options) (*server, error) {
	claims := []claim{
		{name: "gRPC frontend", flag: "--port", port: opts.port},
		{name: "history service"}, {name: "matching service"}, {name: "worker service"},
	}
	if opts.uiPort != 0 {
		// The UI ends the whole process when it cannot listen, so its port is tried first.
		claims = append(claims, claim{name: "Temporal UI", flag: "--ui-port", port: opts.uiPort})
	}
	if opts.metricsPort != 0 {
		claims = append(claims, claim{name: "metrics", flag: "--metrics-port", port: opts.metricsPort})
	}
	ports, err := reserve(ctx, opts.ip, claims)
	if err != nil {
		return nil, err
	}

	s := &server{address: hostPort(opts.ip, ports[0]), release: func() error { return nil }}
	db := memoryDatabase("rapport-" + strconv.FormatInt(memoryCount.Add(1), 10))
	if !opts.ephemeral {
		db, s.release, err = fileDatabase(opts.dir)
		if err != nil {
			return nil, err
		}
		s.db = db.DatabaseName
	}
	if err := s.startTemporal(opts, db, ports); err != nil {
		return nil, errors.Join(err, s.release())
	}
	if opts.uiPort != 0 {
		s.startUI(opts)
	}
	if opts.metricsPort != 0 {
		s.metricsURL = "http://" + hostPort(opts.ip, opts.metricsPort) + "/metrics"
	}
	if err := s.settle(ctx, opts); err != nil {
		return nil, errors.Join(err, s.stop())
	}

	return s, nil
}

func (s *server) startTemporal(opts options, db *config.SQL, ports []int) error {
	if err := createNamespace(db, opts.namespace, opts.retention); err != nil {
		return err
	}
	cfg := serverConfig(opts, db, ports)
	logger := serverlog.NewZapLogger(opts.log)
	authorizer, err := authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization)
	if err != nil {
		return fmt.Errorf("make the server's authorizer: %w", err)
	}
	claims, err := authorization.GetClaimMapperFromConfig(&cfg.Global.Authorization, logger)
	if err != nil {
		return fmt.Errorf("make the server's claim mapper: %w", err)
	}
	s.temporal, err = temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		// Fixed hosts instead of a gossip ring: the ring needs four more ports and seconds to settle.
		temporal.WithStaticHosts(map[primitives.ServiceName]static.Hosts{
			primitives.FrontendService: static.SingleLocalHost(hostPort(opts.ip, ports[0])),
			primitives.HistoryService:  static.SingleLocalHost(hostPort(opts.ip, ports[1])),
			primitives.MatchingService: static.SingleLocalHost(hostPort(opts.ip, ports[2])),
			primitives.WorkerService:   static.SingleLocalHost(hostPort(opts.ip, ports[3])),
		}),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
		temporal.WithDynamicConfigClient(dynamicConfig()),
	)
	if err != nil {
		return fmt.Errorf("make the server: %w", err)
	}
	if err := s.temporal.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}

	return nil
}

func (s *server) startUI(opts options) {
	s.uiURL = "http://" + hostPort(opts.ip, opts.uiPort)
	s.ui = uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host:                opts.ip,
		Port:                opts.uiPort,
		TemporalGRPCAddress: s.address,
		EnableUI:            true,
		DefaultNamespace:    opts.namespace,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // plain HTTP on loopback
		DisableNewsFetch:    true,
		HideLogs:            true,
	}))
	go func() {
		if err := s.ui.Start(); err != nil {
			opts.log.Error("the Temporal UI stopped", zap.Error(err))
		}
	}()
}

// settle waits for the first answer and ensures what an existing database may lack: attributes added
// since it was made, and the retention asked for now.
func (s *server) settle(ctx context.Context, opts options) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()

	silent := sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c, err := client.NewLazyClient(client.Options{HostPort: s.address, Namespace: opts.namespace, Logger: silent})
	if err != nil {
		return fmt.Errorf("make a client: %w", err)
	}
	defer c.Close()

	if err := until(ctx, func() error {
		_, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: opts.namespace, SearchAttributes: searchAttributes(),
		})

		return err //nolint:wrapcheck // wrapped below
	}); err != nil {
		return fmt.Errorf("ensure search attributes: %w", err)
	}
	if _, err := c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: opts.namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(opts.retention)},
	}); err != nil {
		return fmt.Errorf("ensure the retention: %w", err)
	}
	if s.uiURL == "" {
		return nil
	}
	if err := until(ctx, func() error { return answers(ctx, s.uiURL+"/healthz") }); err != nil {
		return fmt.Errorf("wait for the Temporal UI: %w", err)
	}

	return nil
}

// stop ends the UI first, because it calls the server, and gives the server a bounded time.
func (s *server) stop() error {
	if s.ui != nil {
		s.ui.Stop()
	}
	done := make(chan error, 1)
	go func() { done <- s.temporal.Stop() }()

	var err error
	select {
	case err = <-done:
		if err != nil {
			err = fmt.Errorf("stop the server: %w", err)
		}
	case <-time.After(stopTimeout):
		err = fmt.Errorf("the server did not stop within %s", stopTimeout)
	}

	return errors.Join(err, s.release())
}

// until repeats try until it succeeds or ctx ends, and then returns the last failure.
func until(ctx context.Context, try func() error) error {
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("call the UI: %w", err)
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("close the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the UI answers %s", res.Status)
	}

	return nil
}

// searchAttributes repeats the list of the module that connects to this server; that module's tests
// compare the two.
func searchAttributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		"RapportBrand":    enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"RapportCreator":  enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"RapportCampaign": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}
}

// dynamicConfig tunes the server for one process on one machine. Numbers must be of type int.
func dynamicConfig() dynamicconfig.StaticClient {
	values := map[string]any{
		// New attributes are usable at once instead of after the cache's minute.
		"system.forceSearchAttributesCacheRefreshOnRead": true,
		// Timers fire up to a second late otherwise, which a calendar with days of seconds cannot bear.
		"history.timerProcessorMaxTimeShift": 20 * time.Millisecond,
		// Nothing is reported to anyone.
		"frontend.enableServerVersionCheck": false,
		// The limits protect a shared database; here they only slow a load test down.
		"frontend.persistenceMaxQPS":       10000,
		"history.persistenceMaxQPS":        45000,
		"frontend.namespaceRPS.visibility": 100,
		// A laptop's memory instead of a server's.
		"history.hostLevelCacheMaxSize": 8096,
		// Partitions spread a queue over hosts; there is one host, so more only add forwarding.
		"matching.numTaskqueueReadPartitions":  1,
		"matching.numTaskqueueWritePartitions": 1,
	}
	static := make(dynamicconfig.StaticClient, len(values))
	for key, value := range values {
		static[dynamicconfig.MakeKey(key)] = value
	}

	return static
}

// serverConfig describes a single-node cluster. ports are those of the frontend, history, matching and
// worker services.
func serverConfig(opts options, db *config.SQL, ports []int) *config.Config {
	const store = "sqlite"
	const off = "disabled"
	address := hostPort(opts.ip, ports[0])
	service := func(port int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: opts.ip}}
	}
	cfg := &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: readyTimeout, BroadcastAddress: opts.ip},
		},
		Persistence: config.Persistence{
			DefaultStore:     store,
			VisibilityStore:  store,
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{store: {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			"frontend": service(ports[0]),
			"history":  service(ports[1]),
			"matching": service(ports[2]),
			"worker":   service(ports[3]),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: off},
			Visibility: config.VisibilityArchival{State: off},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: off},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: off},
		}},
		PublicClient: config.PublicClient{HostPort: address},
	}
	if opts.metricsPort != 0 {
		cfg.Global.Metrics = &metrics.Config{Prometheus: &metrics.PrometheusConfig{
			ListenAddress: hostPort(opts.ip, opts.metricsPort), HandlerPath: "/metrics",
		}}
	}

	return cfg
}
