// Package media measures the files that people outside send: how large a picture is, how long a video, and whether it has sound.
//
// Every file is hostile. Of pictures only the headers are read. MP4, QuickTime, WebM and Matroska are read here, in bounded work;
// what that leaves unknown is asked of ffprobe, when it is installed, in a process that can do and reach little.
package media

import (
	"bytes"
	"context"
	"image"
	_ "image/gif"  // the formats that a picture may have
	_ "image/jpeg" // see above
	_ "image/png"  // see above
	"math"
	"os/exec"
	"slices"
	"strings"
	"time"

	_ "golang.org/x/image/webp" // see above

	"rapport"
)

// The problems of a rapport.Media.
const (
	problemNoTool   = "no_tool"   // nothing here can read it
	problemTimeout  = "timeout"   // it took too long
	problemBroken   = "broken"    // it is not what it seems, or ends too early
	problemTooLarge = "too_large" // more bytes or pixels than are looked at
)

const (
	patience  = 10 * time.Second
	maxBody   = 1 << 30
	maxSide   = 1 << 16 // of a picture, in pixels
	maxPixels = 1 << 28
	maxLength = 30 * 24 * time.Hour
)

// Prober measures files. It is safe for concurrent use.
type Prober struct {
	ffprobe, prlimit string // paths; empty when not installed
	patience         time.Duration
	slots            chan struct{} // how many processes run at a time
}

// New looks for ffprobe, and for prlimit, which bounds its memory: Go cannot limit a child before it starts.
func New() *Prober {
	p := &Prober{patience: patience, slots: make(chan struct{}, 2)}
	p.ffprobe, _ = exec.LookPath("ffprobe") // none is said in each answer that needed it
	p.prlimit, _ = exec.LookPath("prlimit")

	return p
}

// Probe measures a file. The bytes decide what it is; the content type only what was to be expected. A file that is neither
// picture, video nor sound gives the zero Media.
func (p *Prober) Probe(ctx context.Context, contentType string, body []byte) rapport.Media {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	family, _, _ := strings.Cut(kind, "/")

	config, format, err := image.DecodeConfig(bytes.NewReader(body))
	movie := container(body)

	switch {
	case len(body) > maxBody:
		return rapport.Media{Problem: problemTooLarge}
	case err == nil:
		m := rapport.Media{Width: config.Width, Height: config.Height}
		if format == "jpeg" && liesOnItsSide(body) {
			m.Width, m.Height = m.Height, m.Width
		}

		return judged(m)
	case movie != nil:
		m, verdict := movie(body)
		if verdict == unknown {
			return judged(p.complete(ctx, body, m))
		}

		if verdict == broken {
			m.Problem = problemBroken
		}

		return judged(m)
	case kind == "image/png" || kind == "image/jpeg" || kind == "image/gif" || kind == "image/webp":
		return rapport.Media{Problem: problemBroken}
	case family == "image":
		return rapport.Media{Problem: problemNoTool}
	case family == "video" || family == "audio":
		return judged(p.complete(ctx, body, rapport.Media{}))
	}

	return rapport.Media{}
}

// verdict says how far our own readers came.
type verdict int

const (
	measured verdict = iota
	unknown          // something is not said where it is cheap to read
	broken
)

// container gives the reader for what the first bytes say the file is; nil for none.
func container(body []byte) func([]byte) (rapport.Media, verdict) {
	if bytes.HasPrefix(body, []byte("\x1A\x45\xDF\xA3")) {
		return readMatroska
	}

	if len(body) >= 8 {
		switch string(body[4:8]) {
		case "ftyp":
			if len(body) >= 12 && slices.Contains([]string{"heic", "heix", "mif1", "msf1", "avif"}, string(body[8:12])) {
				return nil // pictures in the same boxes
			}

			return readMP4
		case "moov", "mdat", "wide", "free", "skip", "pnot":
			return readMP4
		}
	}

	return nil
}

// judged refuses figures that nobody films or paints: they come from files that are made to hurt whoever believes them.
func judged(m rapport.Media) rapport.Media {
	if math.IsNaN(m.Seconds) || m.Seconds < 0 || m.Seconds > maxLength.Seconds() {
		m.Seconds, m.Problem = 0, problemBroken
	}

	if m.Width < 0 || m.Height < 0 {
		m.Width, m.Height, m.Problem = 0, 0, problemBroken
	}

	if m.Width > maxSide || m.Height > maxSide || m.Width*m.Height > maxPixels {
		m.Width, m.Height, m.Problem = min(m.Width, maxSide), min(m.Height, maxSide), problemTooLarge
	}

	return m
}
