//go:build bench

package bench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// looked is one page as Lighthouse is asked for it, and what each of its runs found.
type looked struct {
	Name   string `json:"name"`
	Path   string `json:"path,omitempty"`
	Cookie string `json:"cookie,omitempty"`
	Runs   []struct {
		Performance   float64  `json:"performance"`
		Accessibility float64  `json:"accessibility"`
		Address       string   `json:"address"`
		Below         []string `json:"below"`
	} `json:"runs,omitempty"`
}

// TestLighthouse measures the pages that a day begins with, on a desktop, on the real programs with the sample world. The figures are
// those of the worst page, each the median of five runs.
func TestLighthouse(t *testing.T) {
	if !full() {
		t.Skip("make bench-full runs a sample world")
	}
	chromium := cmp.Or(os.Getenv("CHROMIUM_PATH"), "/usr/bin/chromium")
	url := startDemo(t)
	ops := houseCookie(t, url, "ops")
	asked, err := json.Marshal(map[string]any{"url": url, "chromium": chromium, "times": 5, "pages": []looked{
		{Name: "sign-in", Path: "/sign-in"},
		{Name: "home", Path: "/", Cookie: ops},
		{Name: "partnerships", Path: "/partnerships", Cookie: ops},
		{Name: "one partnership", Path: "/partnerships/" + someActive(t, url, ops), Cookie: ops},
		{Name: "payouts", Path: "/payouts", Cookie: ops},
	}})
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), "node", "measure.mjs")
	run.Dir, run.Stdin, run.Stderr = "../tools/lighthouse", bytes.NewReader(asked), os.Stderr
	out, err := run.Output()
	require.NoError(t, err, "make bench-full installs Lighthouse")
	var pages []looked
	require.NoError(t, json.Unmarshal(out, &pages))
	require.Len(t, pages, 5)
	performance, accessibility := 100.0, 100.0
	for _, p := range pages {
		fast, open := []float64{}, []float64{}
		for _, r := range p.Runs {
			require.Equal(t, p.Name == "sign-in", strings.Contains(r.Address, "/sign-in"), "%s was measured at %s", p.Name, r.Address)
			fast, open = append(fast, r.Performance), append(open, r.Accessibility)
			t.Logf("%s: performance %.0f, accessibility %.0f; below: %s", p.Name, r.Performance, r.Accessibility, strings.Join(r.Below, ", "))
		}
		slices.Sort(fast)
		slices.Sort(open)
		t.Logf("%s: in the middle performance %.0f, accessibility %.0f", p.Name, fast[len(fast)/2], open[len(open)/2])
		performance, accessibility = min(performance, fast[len(fast)/2]), min(accessibility, open[len(open)/2])
	}
	f := readFigures(t)
	f.LighthousePerformance, f.LighthouseAccessibility = figure(performance, 0), figure(accessibility, 0)
	write(t, latest, f)
	require.GreaterOrEqual(t, performance, 95.0, "lighthouse_performance")
	require.GreaterOrEqual(t, accessibility, 100.0, "lighthouse_accessibility")
}

// startDemo runs the programs with the sample world, and answers their address once partnerships are active in it.
func startDemo(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rapport-lighthouse-") //nolint:usetesting // a name of the test would make the paths of sockets too long
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	// PostgreSQL runs as another user when root starts it, and must pass through.
	require.NoError(t, os.Chmod(dir, 0o711))
	program, err := filepath.Abs("../bin/rapport")
	require.NoError(t, err)
	flags := []string{"http", "metrics", "postgres", "temporal", "temporal-ui", "sandbox", "sandbox-control"}
	ports := freePorts(t, len(flags))
	args := append(make([]string, 0, 6+2*len(flags)), "dev", "--demo", "--day", "20s", "--dir", filepath.Join(dir, "state"))
	for i, flag := range flags {
		args = append(args, "--"+flag+"-port", ports[i])
	}
	log := &bytes.Buffer{}
	run := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	run.Env = append(os.Environ(), "RAPPORT_BROWSER=none") // pictures of posts are taken by a Chromium beside the one that is measured
	run.Stdout, run.Stderr = log, log
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Signal(os.Interrupt)
		_ = run.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	url := "http://127.0.0.1:" + ports[0]
	require.Eventually(t, func() bool { return get(t, url+"/readyz", "", nil) == http.StatusOK }, 5*time.Minute, time.Second)
	ops := houseCookie(t, url, "ops")
	require.Eventually(t, func() bool { return someActive(t, url, ops) != "" }, 5*time.Minute, time.Second)
	return url
}

// freePorts are held at the same time, so that no two are the same.
func freePorts(t *testing.T, n int) (ports []string) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		ports = append(ports, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return ports
}

// houseCookie signs in one of the people that the sample world has.
func houseCookie(t *testing.T, url, role string) string {
	t.Helper()
	body := `{"email":"` + role + `@northlight.example","password":"rapport-demo-` + role + `"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/session", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Len(t, res.Cookies(), 1)
	return res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
}

// someActive is a partnership that has most to show; empty while there is none.
func someActive(t *testing.T, url, cookie string) string {
	t.Helper()
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	get(t, url+"/v1/partnerships?stage=active&limit=1", cookie, &list)
	if len(list.Items) == 0 {
		return ""
	}
	return list.Items[0].ID
}

// get asks for an answer, and says its status; 0 when nobody answers yet.
func get(t *testing.T, url, cookie string, into any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Cookie", cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	if into != nil {
		_ = json.NewDecoder(res.Body).Decode(into)
	}
	return res.StatusCode
}
