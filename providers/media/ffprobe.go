package media

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"rapport"
)

const (
	maxOutput = 1 << 20
	maxMemory = 1 << 30
	// demuxers are those that ffprobe may use: containers of sound and pictures, and no playlist, which could name other files.
	demuxers = "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,wav,mp3,aac,flac"
)

var errOutput = errors.New("more output than is read")

// complete asks ffprobe for what our own readers left open.
func (p *Prober) complete(ctx context.Context, body []byte, known rapport.Media) rapport.Media {
	if p.ffprobe == "" {
		known.Problem = problemNoTool

		return known
	}

	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()

	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		known.Problem = problemTimeout

		return known
	}

	dir, err := os.MkdirTemp("", "rapport-media-") // for nobody else to enter
	if err != nil {
		known.Problem = problemNoTool

		return known
	}
	defer func() { _ = os.RemoveAll(dir) }()

	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		known.Problem = problemNoTool

		return known
	}

	m, problem := p.run(ctx, path)
	if problem != "" {
		known.Problem = problem

		return known
	}

	return m
}

func (p *Prober) run(ctx context.Context, path string) (rapport.Media, string) {
	args := []string{
		p.ffprobe, "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", demuxers, "-print_format", "json", "-show_format", "-show_streams",
		"-i", "file:" + path,
	}
	if p.prlimit != "" {
		args = append([]string{
			p.prlimit, "--as=" + strconv.Itoa(maxMemory), "--cpu=" + strconv.Itoa(int(math.Ceil(p.patience.Seconds()))), "--core=0",
		}, args...)
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()

	out := &capped{full: stop}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the programs are those that New found
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.Dir = filepath.Dir(path)
	cmd.Stdout = out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with its children
	cmd.WaitDelay = time.Second

	err := cmd.Run()

	switch {
	case out.over:
		return rapport.Media{}, problemTooLarge
	case ctx.Err() != nil || signal(err) == syscall.SIGXCPU || signal(err) == syscall.SIGKILL:
		return rapport.Media{}, problemTimeout
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission):
		return rapport.Media{}, problemNoTool
	case err != nil:
		return rapport.Media{}, problemBroken
	}

	return parse(out.kept)
}

// signal gives what ended the process; 0 when it ended itself.
func signal(err error) syscall.Signal {
	exit, ended := errors.AsType[*exec.ExitError](err)
	if !ended {
		return 0
	}

	if status, known := exit.Sys().(syscall.WaitStatus); known && status.Signaled() {
		return status.Signal()
	}

	return 0
}

// capped keeps the output up to a limit; more of it ends the process.
type capped struct {
	kept []byte
	full func()
	over bool
}

// Write keeps what fits.
func (c *capped) Write(b []byte) (int, error) {
	if len(c.kept)+len(b) > maxOutput {
		c.over = true
		c.full()

		return 0, errOutput
	}

	c.kept = append(c.kept, b...)

	return len(b), nil
}

// parse reads ffprobe's answer.
func parse(output []byte) (rapport.Media, string) {
	var answer struct {
		Format struct {
			Duration string `json:"duration"`
		} `json:"format"`
		Streams []struct {
			Kind        string `json:"codec_type"`
			Width       int    `json:"width"`
			Height      int    `json:"height"`
			Duration    string `json:"duration"`
			Disposition struct {
				Cover int `json:"attached_pic"`
			} `json:"disposition"`
			SideData []struct {
				Rotation float64 `json:"rotation"`
			} `json:"side_data_list"`
			Tags struct {
				Rotate string `json:"rotate"`
			} `json:"tags"`
		} `json:"streams"`
	}
	if json.Unmarshal(output, &answer) != nil {
		return rapport.Media{}, problemBroken
	}

	var m rapport.Media

	found := false

	for _, s := range answer.Streams {
		length, _ := strconv.ParseFloat(s.Duration, 64) // absent in some containers

		switch {
		case s.Kind == "audio":
			m.HasAudio = true
		case s.Kind == "video" && s.Disposition.Cover == 0 && m.Width == 0:
			m.Width, m.Height = s.Width, s.Height

			turn, _ := strconv.ParseFloat(s.Tags.Rotate, 64) // how old versions say it, and some say both
			for _, side := range s.SideData {
				if side.Rotation != 0 {
					turn = side.Rotation
				}
			}

			if math.Mod(math.Abs(math.Round(turn)), 180) == 90 {
				m.Width, m.Height = m.Height, m.Width
			}
		default:
			continue
		}

		found = true
		m.Seconds = max(m.Seconds, length)
	}

	if !found {
		return rapport.Media{}, problemBroken
	}

	if whole, err := strconv.ParseFloat(answer.Format.Duration, 64); err == nil {
		m.Seconds = whole
	}

	return m, ""
}
