package temporal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
)

// Config says which server and namespace to use and how. The zero values of its optional fields mean
// off: no encryption, no TLS, no API key, no logs, no metrics.
type Config struct {
	// Address is the frontend's host:port. Required.
	Address string
	// Namespace is never guessed, because the server's default would work until it is somebody else's. Required.
	Namespace string
	// CodecKey is the 32-byte key that new payloads are encrypted with.
	CodecKey []byte
	// OldCodecKeys are former values of CodecKey; payloads stay readable while their key is listed here.
	OldCodecKeys [][]byte
	// TLS is used when it is enabled, and always with an API key.
	TLS TLS
	// APIKey is sent with each call.
	APIKey string
	// Logger receives the SDK's own lines and those of workflows and activities.
	Logger *zap.Logger
	// Metrics receives the SDK's metrics; see NewMetricsHandler.
	Metrics client.MetricsHandler
}

// TLS names the files of a TLS connection, all PEM.
type TLS struct {
	// Enabled turns TLS on, with the system's authorities unless CAFile is given.
	Enabled bool
	// CAFile holds the authorities to trust instead of the system's.
	CAFile string
	// CertFile and KeyFile identify this client; both or neither.
	CertFile string
	KeyFile  string
	// ServerName is expected in the server's certificate instead of the address's host.
	ServerName string
}

// Dial connects and checks that the server answers before ctx ends. The caller closes the client.
// It does not look whether the namespace exists; EnsureNamespace does.
func Dial(ctx context.Context, cfg Config) (client.Client, error) {
	opts, err := cfg.options()
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("connect to Temporal at %s: %w", cfg.Address, err)
	}

	return c, nil
}

func (cfg Config) options() (client.Options, error) {
	switch {
	case cfg.Address == "":
		return client.Options{}, errors.New("no address of a Temporal server given")
	case cfg.Namespace == "":
		return client.Options{}, errors.New("no Temporal namespace given")
	}
	dc, err := NewDataConverter(cfg.CodecKey, cfg.OldCodecKeys...)
	if err != nil {
		return client.Options{}, err
	}
	tlsConfig, err := cfg.TLS.config()
	if err != nil {
		return client.Options{}, err
	}
	logger := cfg.Logger
	if logger == nil {
		logger = zap.NewNop()
	}
	opts := client.Options{
		HostPort:          cfg.Address,
		Namespace:         cfg.Namespace,
		DataConverter:     dc,
		FailureConverter:  NewFailureConverter(dc, len(cfg.CodecKey) > 0),
		Logger:            NewLogger(logger),
		MetricsHandler:    cfg.Metrics,
		ConnectionOptions: client.ConnectionOptions{TLS: tlsConfig},
	}
	if cfg.APIKey != "" {
		opts.Credentials = client.NewAPIKeyStaticCredentials(cfg.APIKey)
	}

	return opts, nil
}

// config returns nil when TLS is off.
func (t TLS) config() (*tls.Config, error) {
	if !t.Enabled {
		if t != (TLS{}) {
			return nil, errors.New("TLS files or a server name are given, but TLS is not enabled")
		}

		return nil, nil //nolint:nilnil // the SDK's word for no TLS
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the authorities: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", t.CAFile)
		}
	}
	if t.CertFile != "" || t.KeyFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("load the client certificate: %w", err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}

	return cfg, nil
}
