package browser

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// installed is a shooter with the browser of this machine.
func installed(t *testing.T) *Shooter {
	t.Helper()

	s, err := New(os.Getenv("CHROMIUM_PATH"))
	require.NoError(t, err)

	if !s.Enabled() {
		t.Skip("no Chromium is installed")
	}

	s.patience = time.Minute // the machine may be busy

	return s
}

// fake is a shooter with a script in the browser's place; $png is where its picture goes. It is written while no other test starts a
// program: a child would hold the file open, and it could not be run.
func fake(t *testing.T, text string) *Shooter {
	t.Helper()

	path := filepath.Join(t.TempDir(), "browser")
	find := `for a; do case "$a" in --screenshot=*) png="${a#*=}";; file://*) page="${a#file://}";; esac; done` + "\n"

	func() {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+find+text), 0o700))
	}()

	s, err := New(path)
	require.NoError(t, err)

	return s
}

// colour gives a pixel of a picture.
func colour(t *testing.T, picture []byte, x, y int) string {
	t.Helper()

	decoded, err := png.Decode(bytes.NewReader(picture))
	require.NoError(t, err)
	require.Equal(t, "1280x2000", fmt.Sprintf("%dx%d", decoded.Bounds().Dx(), decoded.Bounds().Dy()))

	r, g, b, _ := decoded.At(x, y).RGBA()

	return fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8)
}

func TestShootShowsThePage(t *testing.T) {
	dir, err := os.MkdirTemp("", "t") //nolint:usetesting // Chromium opens a socket inside, whose path must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	t.Setenv("TMPDIR", dir)

	s := installed(t)
	picture, err := s.Shoot(t.Context(), []byte(`<html><head><style>body{margin:0;background:#00ff00}</style></head><body>`+
		`<div style="height:100px;background:#0000ff">gr`+"\xfc"+`n</div><noscript><div style="height:100px;background:#ff00ff"></div></noscript>`+
		`<img width=100 height=100 src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="></body></html>`))
	require.NoError(t, err)
	require.Equal(t, "0000ff", colour(t, picture, 640, 50))
	require.Equal(t, "ff00ff", colour(t, picture, 640, 150), "what is meant for readers without scripts")
	require.Equal(t, "000000", colour(t, picture, 50, 250), "a picture of its own")
	require.Equal(t, "00ff00", colour(t, picture, 640, 1990))

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestTheBrowserFetchesNothing(t *testing.T) {
	t.Parallel()

	s := installed(t)

	var asked atomic.Int32

	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)

	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.html")
	require.NoError(t, os.WriteFile(secret, []byte(`<body style="background:#ff0000">`), 0o600))

	at := func(page string) string {
		return strings.ReplaceAll(strings.ReplaceAll(page, "URL", server.URL), "SECRET", "file://"+secret)
	}
	pages := []string{
		`<img src="URL/img"><img srcset="URL/srcset 2x"><picture><source srcset="URL/source"><img></picture><video poster="URL/poster" src="URL/video" autoplay></video>` +
			`<audio src="URL/audio" autoplay></audio><input type=image src="URL/input"><svg><image href="URL/svg"/><use href="URL/use#x"/></svg><body background="URL/body">` +
			`<script src="URL/script"></script><script>fetch("URL/fetch"); new Image().src = "URL/image"; location = "URL/location"</script>` +
			`<img src=x onerror="fetch('URL/onerror')"><svg onload="fetch('URL/onload')"></svg><body onload="location='SECRET'">` +
			`<iframe src="URL/iframe"></iframe><iframe srcdoc="<img src=URL/srcdoc>"></iframe><object data="URL/object"></object><embed src="URL/embed"><iframe src="SECRET"></iframe>`,
		`<frameset><frame src="URL/frame"></frameset>`,
		`<meta http-equiv="refresh" content="0;url=URL/refresh">`,
		`<meta http-equiv="refresh" content="0;url=SECRET">`,
		`<base href="URL/"><link rel=stylesheet href="style.css"><link rel=preload as=image href="preload"><link rel=prefetch href="prefetch">` +
			`<link rel=preconnect href="URL"><link rel=icon href="icon"><link rel=manifest href="manifest"><img src="relative">` +
			`<style>@import "URL/import"; @font-face { font-family: x; src: url("URL/font") } body { font-family: x; background: url("URL/background"); cursor: url("URL/cursor"), auto }` +
			`</style>text<p style="list-style: url('URL/list'); display: list-item">item`,
		// What our tokenizer and the browser might read differently.
		`<noscript><p title="</noscript><meta http-equiv=refresh content='0;url=URL/noscript'>"></noscript><textarea><script src="URL/textarea"></textarea></script>`,
		`<svg><style><meta http-equiv=refresh content="0;url=URL/svgstyle"></style></svg><math><mtext><table><mglyph><style><!--</style><img src="URL/mglyph">--></style>`,
		`"></iframe><img src="URL/outside"><meta http-equiv=refresh content="0;url=SECRET">` + "\x00<scr\x00ipt src=URL/nul></script>",
	}

	for _, page := range pages {
		picture, err := s.Shoot(t.Context(), []byte(at(page)))
		require.NoError(t, err, page)
		require.NotEqual(t, "ff0000", colour(t, picture, 640, 1900), page)
		require.Zero(t, asked.Load(), page)
	}

	// The frame's rights and policy alone hold the page, also if nothing were stripped ...
	holds := func(document string, flags ...string) {
		source := filepath.Join(dir, "page.html")
		require.NoError(t, os.WriteFile(source, []byte(document), 0o600))

		args := append(arguments(t.TempDir(), source, filepath.Join(dir, "page.png")), flags...)
		require.NoError(t, s.run(t.Context(), dir, args))
	}
	all := at(strings.Join(pages, ""))
	unstripped := strings.Replace(string(framed(nil)), `srcdoc=""`, `srcdoc="`+strings.ReplaceAll(strings.ReplaceAll(all, "&", "&amp;"), `"`, "&quot;")+`"`, 1)
	holds(unstripped)
	require.Zero(t, asked.Load())

	// ... and the browser's own flags, if there were no frame.
	holds(all)
	require.Zero(t, asked.Load())

	// Without any of it the server is asked: the test would see it.
	out, err := exec.CommandContext(t.Context(), s.path, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom",
		"file://"+filepath.Join(dir, "page.html")).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotZero(t, asked.Load())
}

func TestStripped(t *testing.T) {
	t.Parallel()

	require.Equal(t, "<P Class=x>a &amp; b</P>ü<b>c</b>", stripped([]byte(`<!doctype html><!-- x --><meta charset=iso-8859-1><P Class=x>a &amp; b</P>`+"\xfc"+
		`<script>"<p>"</script><SCRIPT src=x></SCRIPT><b>c</b><base href=x><link rel=x><object data=x><iframe src=x><p>d</p></iframe><embed></object><plaintext>`)))
	require.Empty(t, stripped(nil))
	require.Empty(t, stripped([]byte("<script>")))
}

func TestWithoutABrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())

	s, err := New("")
	require.NoError(t, err)
	require.False(t, s.Enabled())
	require.False(t, (*Shooter)(nil).Enabled())

	_, err = s.Shoot(t.Context(), []byte("<p>x"))
	require.ErrorIs(t, err, ErrNoBrowser)

	s, err = New(None)
	require.NoError(t, err)
	require.False(t, s.Enabled())

	_, err = New("/nowhere/chromium")
	require.ErrorIs(t, err, ErrNoBrowser)
}

func TestShootFails(t *testing.T) {
	t.Parallel()

	const head = `printf '\211PNG\r\n\032\n' >"$png"; `

	for name, tc := range map[string]struct {
		script string
		want   error
	}{
		"a good picture":       {head, nil},
		"no picture":           {`true`, ErrFailed},
		"something else":       {`echo text >"$png"`, ErrFailed},
		"a failure":            {head + `exit 1`, ErrFailed},
		"a crash":              {head + `kill -SEGV $$`, ErrFailed},
		"a picture too large":  {head + `head -c 6000000 /dev/zero >>"$png"`, ErrTooLarge},
		"little is given":      {`[ "$(stat -c %a "$page" "${page%/*}" | tr '\n' ' ')" = "600 700 " ] && [ "$HOME" = "${page%/*}" ] && [ -z "$USER" ] && ` + head, nil},
		"it leaves a daughter": {head + `sleep 600 >/dev/null 2>&1 &`, nil},
	} {
		_, err := fake(t, tc.script).Shoot(t.Context(), []byte("<p>x"))
		require.ErrorIs(t, err, tc.want, name)
	}

	_, err := fake(t, head).Shoot(t.Context(), make([]byte, maxPage+1))
	require.ErrorIs(t, err, ErrTooLarge)
}

// TestNobodyWaitsLongForATurn: whose post is checked gets no picture, and is checked all the same.
func TestNobodyWaitsLongForATurn(t *testing.T) {
	t.Parallel()

	s := fake(t, `true`)
	s.patience = 50 * time.Millisecond
	s.turn <- struct{}{}

	_, err := s.Shoot(t.Context(), []byte("<p>x"))
	require.ErrorIs(t, err, ErrFailed)
}

func TestASlowBrowserIsEndedWithItsChildren(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	s := fake(t, "sleep 600 &\necho $! >"+dir+"/child.new\nmv "+dir+"/child.new "+dir+"/child\nwait")
	s.patience = time.Second

	_, err := s.Shoot(t.Context(), []byte("<p>x"))
	require.ErrorIs(t, err, ErrFailed)
	requireGone(t, filepath.Join(dir, "child"))
	require.NoError(t, os.Remove(filepath.Join(dir, "child")))

	// Who calls may end it too; another caller waits for its turn, or gives up.
	s.patience = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)

	go func() {
		_, err := s.Shoot(ctx, []byte("<p>x"))
		done <- err
	}()
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(dir, "child"))

		return err == nil
	}, 10*time.Second, 10*time.Millisecond)

	impatient, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()

	_, err = s.Shoot(impatient, []byte("<p>x"))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	requireGone(t, filepath.Join(dir, "child"))
}

// requireGone waits until the process whose id is in a file has ended.
func requireGone(t *testing.T, file string) {
	t.Helper()

	raw, err := os.ReadFile(file)
	require.NoError(t, err)

	child, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat")

		return err != nil || strings.Contains(string(state), ") Z ")
	}, 10*time.Second, 10*time.Millisecond)
}
