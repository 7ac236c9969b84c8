package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// asProgram makes the test binary behave as the program, so that a real process can be killed.
const asProgram = "RAPPORT_SANDBOX_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

const secret = "whsec_0123456789abcdef0123456789abcdef"

// start runs the program and waits for its ready line.
func start(t *testing.T, state string) (*exec.Cmd, ready) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "--addr", "127.0.0.1:0", "--control", "127.0.0.1:0", "--state", state,
		"--target", "http://127.0.0.1:1", "--stripe-account-secret", secret, "--stripe-connect-secret", secret)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // most have ended by then
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	var r ready
	require.NoError(t, json.Unmarshal(line, &r))
	require.True(t, r.Ready)
	return cmd, r
}

func call(t *testing.T, method, target, key string, form url.Values) (status int, body map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer sk_test_x")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &body), string(raw))
	return resp.StatusCode, body
}

func TestProgram_forgets_nothing_when_it_is_killed(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	cmd, r := start(t, state)
	topup := url.Values{"amount": {"7000"}, "currency": {"usd"}}
	status, first := call(t, http.MethodPost, r.URL+"/v1/topups", "tu_1", topup)
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())

	cmd, again := start(t, state)
	require.Equal(t, r.EventPublicKey, again.EventPublicKey)
	status, second := call(t, http.MethodPost, again.URL+"/v1/topups", "tu_1", topup)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, first["id"], second["id"])
	_, list := call(t, http.MethodGet, again.URL+"/v1/balance_transactions", "", nil)
	require.Len(t, list["data"], 1)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait())
	key, err := os.ReadFile(filepath.Join(state, "keys", "inbound.pub"))
	require.NoError(t, err)
	require.Equal(t, r.InboundPublicKey, strings.TrimSpace(string(key)))
}

func TestFlags_refuse_a_control_port_that_others_can_reach(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	for _, addr := range []string{"0.0.0.0:8071", ":8071", "192.0.2.1:8071", "rapport.example:8071", "8071"} {
		_, err := parse([]string{"--control", addr}, none)
		require.ErrorContains(t, err, "--control", addr)
	}
	for _, addr := range []string{"127.0.0.1:8071", "[::1]:8071", "localhost:0"} {
		s, err := parse([]string{"--control", addr, "--state", "x"}, none)
		require.NoError(t, err)
		require.Equal(t, filepath.Join("x", "keys"), s.sandbox.SendGridKeyDir)
	}
	_, err := parse([]string{"--state", ""}, none)
	require.ErrorContains(t, err, "--state")
	_, err = parse([]string{"--world", "http://127.0.0.1:1"}, none)
	require.ErrorContains(t, err, "--credentials")
	_, err = parse([]string{"stray"}, none)
	require.ErrorContains(t, err, "stray")
}

func TestFlags_take_their_defaults_from_the_environment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"STRIPE_WEBHOOK_SECRET_ACCOUNT": secret, "RAPPORT_MAIL_DOMAIN": "in.brand.example", "RAPPORT_SANDBOX_PACE": "2s",
		"RAPPORT_SANDBOX_TARGET": "http://127.0.0.1:9", "RAPPORT_SANDBOX_MUTE": "true",
	}
	s, err := parse(nil, func(name string) string { return env[name] })
	require.NoError(t, err)
	require.Equal(t, secret, s.sandbox.StripeAccountSecret)
	require.Equal(t, "in.brand.example", s.sandbox.InboundDomain)
	require.Equal(t, "2s", s.sandbox.Pace.String())
	require.True(t, s.sandbox.Mute)
}

func TestWorld_is_made_of_people_who_can_sign_in(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.json")
	s := settings{world: "http://127.0.0.1:1", credentials: path}
	_, err := s.people()
	require.ErrorContains(t, err, "read the credentials")
	require.NoError(t, os.WriteFile(path, []byte(`[{"brand":"B","role":"ops","name":"Kim","email":"ops@b.example","password":"x"}]`), 0o600))
	s.sandbox.People, err = s.people()
	require.NoError(t, err)
	_, err = s.sampleWorld(zap.NewNop())
	require.ErrorContains(t, err, "needs somebody with the role")
	none, err := settings{}.sampleWorld(zap.NewNop())
	require.NoError(t, err)
	require.Nil(t, none)
}
