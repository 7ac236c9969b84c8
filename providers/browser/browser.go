// Package browser takes a picture of a page that the guarded client has fetched already, as evidence of how it looked.
//
// The page is hostile, and the browser must fetch nothing: what it could reach, a stranger would have chosen. So the page is stripped
// of what loads and runs, and shown inside a frame without rights whose policy allows nothing but its own styles and pictures; and
// the browser finds no name and knows no way out but a port that nobody serves. Pictures from elsewhere are therefore missing.
package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	stdhtml "html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

const (
	patience = 20 * time.Second
	maxPage  = 4 << 20
	maxPNG   = 5 << 20
)

var (
	// ErrNoBrowser means that none is installed, or not where it was said to be.
	ErrNoBrowser = errors.New("browser: none is installed")
	// ErrTooLarge means that the page has more than 4 MiB or its picture more than 5 MiB.
	ErrTooLarge = errors.New("browser: too large")
	// ErrFailed means that there is no picture: it took more than 20 seconds, with the wait for those before it, or the browser ended without one.
	ErrFailed = errors.New("browser: no picture was taken")
)

// Shooter takes pictures, one at a time. It is safe for concurrent use; without a browser it answers ErrNoBrowser.
type Shooter struct {
	path     string
	patience time.Duration
	turn     chan struct{}
}

// None is the path that asks for no pictures.
const None = "none"

// New takes the browser at a path, or finds Chromium or Chrome on PATH. A path that leads to no program is ErrNoBrowser; finding
// none, and None, is no error but a Shooter that is not Enabled.
func New(path string) (*Shooter, error) {
	s := &Shooter{patience: patience, turn: make(chan struct{}, 1)}

	switch path {
	case "":
	case None:
		return s, nil
	default:
		found, err := exec.LookPath(path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoBrowser, err)
		}

		s.path = found

		return s, nil
	}

	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			s.path = found

			break
		}
	}

	return s, nil
}

// Enabled tells whether there is a browser.
func (s *Shooter) Enabled() bool { return s != nil && s.path != "" }

// Shoot gives a PNG of 1280 by 2000 pixels of a page, from its top. Errors are this package's, or the context's.
func (s *Shooter) Shoot(ctx context.Context, page []byte) ([]byte, error) {
	switch {
	case !s.Enabled():
		return nil, ErrNoBrowser
	case len(page) > maxPage:
		return nil, ErrTooLarge
	}

	ctx, cancel := context.WithTimeoutCause(ctx, s.patience, ErrFailed)
	defer cancel()

	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx) //nolint:wrapcheck // callers compare it
	}

	dir, err := os.MkdirTemp("", "rapport-shot-") // for nobody else to enter
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	defer remove(dir)

	source, target := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.png")
	if err := os.WriteFile(source, framed(page), 0o600); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}

	if err := s.run(ctx, dir, arguments(dir, source, target)); err != nil {
		return nil, err
	}

	return read(target)
}

// run starts the browser and ends it with its children.
func (s *Shooter) run(ctx context.Context, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, s.path, args...) //nolint:gosec // the program is the installation's, the arguments are ours
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "LANG=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second

	err := cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // helpers outlive the browser for a moment, and write
	}

	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx) //nolint:wrapcheck // callers compare it
	case err != nil:
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}

	return nil
}

func arguments(dir, source, target string) []string {
	args := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--disable-quic", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-extensions", "--disable-default-apps", "--disable-breakpad", "--disable-dev-shm-usage", "--no-pings",
		"--hide-scrollbars", "--window-size=1280,2000", "--user-data-dir=" + filepath.Join(dir, "profile"), "--screenshot=" + target,
		// A frame in a process of its own is sometimes painted after the picture is taken.
		"--disable-features=IsolateSandboxedIframes",
		// Nobody serves port 9, and without the second flag what is on this machine would be reached past the proxy.
		"--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--host-resolver-rules=MAP * ~NOTFOUND",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses its own sandbox to root
	}

	return append(args, "file://"+source)
}

// framed puts a page into a frame without rights: no script, no navigation, no origin. A frame's content obeys the policy of the page
// around it. It has the window's size from the start, which Chromium's own views have not. Scripts are off in there only; Chromium takes pictures by one of its own and would take none without.
func framed(page []byte) []byte {
	return []byte(`<!doctype html><meta charset="utf-8">` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
		`<style>html,body,iframe{display:block;margin:0;border:0;width:1280px;height:2000px;background:#fff}</style>` +
		`<iframe sandbox srcdoc="` + stdhtml.EscapeString(stripped(page)) + `"></iframe>`)
}

// stripped leaves out what runs, loads or leads elsewhere.
func stripped(page []byte) string {
	decoded, err := charset.NewReader(bytes.NewReader(page), "text/html")
	if err != nil {
		decoded = bytes.NewReader(page)
	}

	var out strings.Builder

	z := html.NewTokenizer(decoded)
	inside := false // an element whose text is left out too

	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if !inside {
				out.Write(z.Raw())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			raw := string(z.Raw()) // reading the name lower-cases it in place
			name, _ := z.TagName()
			tag := atom.Lookup(name)

			inside = kind == html.StartTagToken && (tag == atom.Script || tag == atom.Iframe)
			if !active(tag) {
				out.WriteString(raw)
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

func active(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Iframe, atom.Frame, atom.Frameset, atom.Object, atom.Embed, atom.Applet, atom.Base, atom.Link, atom.Meta,
		atom.Plaintext:
		return true
	default:
		return false
	}
}

func read(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	defer file.Close()

	png, err := io.ReadAll(io.LimitReader(file, maxPNG+1))

	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	case len(png) > maxPNG:
		return nil, ErrTooLarge
	case !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")):
		return nil, ErrFailed
	}

	return png, nil
}

// remove empties and removes the folder; a helper that is being killed may still write into it.
func remove(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}

		<-time.After(50 * time.Millisecond)
	}
}
