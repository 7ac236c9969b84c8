package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// secrets of one installation of `rapport dev`, made at its first start and kept in its folder. All of them are random and
// worth nothing elsewhere.
type secrets struct {
	Installation   string `json:"installation"` // a name for what is kept outside of the folder
	OwnerPassword  string `json:"owner_password"`
	APIPassword    string `json:"api_password"`
	WorkerPassword string `json:"worker_password"`
	Secret         string `json:"secret"`
	CodecKey       string `json:"codec_key"`
	StripeKey      string `json:"stripe_key"`
	StripeAccount  string `json:"stripe_webhook_secret_account"`
	StripeConnect  string `json:"stripe_webhook_secret_connect"`
	SendGridKey    string `json:"sendgrid_key"`
	DocumensoToken string `json:"documenso_token"`
	DocumensoHook  string `json:"documenso_webhook_secret"`
}

// loadSecrets reads dir/secrets.json, or makes it. Only its owner can read it.
func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, "secrets.json")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecrets(dir, path)
	}
	if err != nil {
		return secrets{}, fmt.Errorf("read the secrets: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return secrets{}, fmt.Errorf("close the secrets to others: %w", err)
	}
	var s secrets
	if err := json.Unmarshal(text, &s); err != nil {
		return secrets{}, fmt.Errorf("%s is damaged: restore it, or delete %s to begin anew: %w", path, dir, err)
	}
	if s.Installation == "" || s.OwnerPassword == "" || s.CodecKey == "" {
		return secrets{}, fmt.Errorf("%s is incomplete: restore it, or delete %s to begin anew", path, dir)
	}
	if s.DocumensoToken == "" || s.DocumensoHook == "" { // made by a version that had no Documenso
		s.DocumensoToken, s.DocumensoHook = random(24), random(24)

		return s, s.write(path)
	}

	return s, nil
}

func makeSecrets(dir, path string) (secrets, error) {
	for _, state := range []string{"postgres", "temporal"} {
		if entries, err := os.ReadDir(filepath.Join(dir, state)); err == nil && len(entries) > 0 {
			return secrets{}, fmt.Errorf("%s is missing, without which %s cannot be read: restore it, or delete %s to begin anew",
				path, filepath.Join(dir, state), dir)
		}
	}
	s := secrets{
		Installation: random(8), OwnerPassword: random(24), APIPassword: random(24), WorkerPassword: random(24),
		Secret: random(32), CodecKey: random(codecKeySize),
		StripeKey: "sk_test_" + random(24), StripeAccount: "whsec_" + random(24), StripeConnect: "whsec_" + random(24),
		SendGridKey: "SG.sandbox." + random(24), DocumensoToken: random(24), DocumensoHook: random(24),
	}

	return s, s.write(path)
}

func (s secrets) write(path string) error {
	text, err := json.MarshalIndent(s, "", "  ") //nolint:gosec // the file is made for these secrets
	if err != nil {
		return fmt.Errorf("encode the secrets: %w", err)
	}
	draft := path + ".new"
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the secrets: %w", err)
	}
	if err := os.Rename(draft, path); err != nil {
		return fmt.Errorf("keep the secrets: %w", err)
	}

	return nil
}

// random gives n random bytes in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead

	return hex.EncodeToString(b)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))

	return hex.EncodeToString(sum[:])
}

// databaseURL builds a connection URL for a server on this machine.
func databaseURL(host, role, password, database string) Secret {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: host, Path: "/" + database, RawQuery: "sslmode=disable"}

	return Secret(u.String())
}

// withRole is the URL of the same database for another role.
func withRole(base Secret, role, password string) (Secret, error) {
	u, err := url.Parse(string(base))
	if err != nil {
		return "", errors.New("DATABASE_URL is not valid: set it to one such as postgres://owner:password@host:5432/rapport")
	}
	u.User = url.UserPassword(role, password)

	return Secret(u.String()), nil
}
