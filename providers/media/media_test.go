package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/abema/go-mp4"
	"github.com/stretchr/testify/require"

	"rapport"
)

// bare is a prober without tools.
func bare() *Prober { return &Prober{patience: patience, slots: make(chan struct{}, 1)} }

func encoded(t *testing.T, format string, width, height int) []byte {
	t.Helper()

	var out bytes.Buffer

	picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})
	switch format {
	case "png":
		require.NoError(t, png.Encode(&out, picture))
	case "gif":
		require.NoError(t, gif.Encode(&out, picture, nil))
	case "jpeg":
		require.NoError(t, jpeg.Encode(&out, picture, nil))
	}

	return out.Bytes()
}

// webp is a picture of one pixel, made by hand since there is no encoder.
const webp = "524946461a000000574542505650384c0d0000002f00000010071011118888fe0700"

func TestPictures(t *testing.T) {
	t.Parallel()

	for _, format := range []string{"png", "gif", "jpeg"} {
		body := encoded(t, format, 30, 20)
		require.Equal(t, rapport.Media{Width: 30, Height: 20}, bare().Probe(t.Context(), "image/"+format, body), format)
		require.Equal(t, rapport.Media{Width: 30, Height: 20}, bare().Probe(t.Context(), "video/mp4", body), "the bytes decide")
		require.Equal(t, rapport.Media{Problem: problemBroken}, bare().Probe(t.Context(), "image/"+format+"; x=y", body[:8]), format)
	}

	raw, err := hex.DecodeString(webp)
	require.NoError(t, err)
	require.Equal(t, rapport.Media{Width: 1, Height: 1}, bare().Probe(t.Context(), "image/webp", raw))

	for kind, want := range map[string]string{
		"image/png": problemBroken, "image/webp": problemBroken, "image/heic": problemNoTool, "IMAGE/SVG+XML": problemNoTool,
		"video/mp4": problemNoTool, "audio/mpeg": problemNoTool, "application/pdf": "", "": "",
	} {
		for _, body := range []string{"", "\x00", "%PDF-1.7 and more", "....ftypheic....mif1"} {
			require.Equal(t, rapport.Media{Problem: want}, bare().Probe(t.Context(), kind, []byte(body)), kind)
		}
	}
}

func TestAPictureLikeABomb(t *testing.T) {
	t.Parallel()

	body := encoded(t, "png", 1, 1)
	header := body[12:29]
	binary.BigEndian.PutUint32(header[4:], 60_000)
	binary.BigEndian.PutUint32(header[8:], 60_000)
	binary.BigEndian.PutUint32(body[29:], crc32.ChecksumIEEE(header))
	require.Equal(t, rapport.Media{Width: 60_000, Height: 60_000, Problem: problemTooLarge}, bare().Probe(t.Context(), "image/png", body))
}

// oriented puts an orientation into a JPEG as cameras do.
func oriented(body []byte, order binary.AppendByteOrder, mark string, way uint16) []byte {
	exif := []byte("Exif\x00\x00" + mark)
	exif = order.AppendUint16(exif, 42)
	exif = order.AppendUint32(exif, 8)
	exif = order.AppendUint16(exif, 2)
	exif = append(exif, make([]byte, 12)...)
	exif = order.AppendUint16(exif, exifOrientation)
	exif = order.AppendUint16(exif, 3)
	exif = order.AppendUint32(exif, 1)
	exif = order.AppendUint16(exif, way)
	exif = append(exif, 0, 0)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(exif)+2))

	return slices.Concat(body[:2], segment, exif, body[2:])
}

func TestAPictureThatLiesOnItsSide(t *testing.T) {
	t.Parallel()

	upright, sideways := rapport.Media{Width: 30, Height: 20}, rapport.Media{Width: 20, Height: 30}
	body := encoded(t, "jpeg", 30, 20)

	for way := range uint16(10) {
		want := upright
		if way >= 5 && way <= 8 {
			want = sideways
		}

		require.Equal(t, want, bare().Probe(t.Context(), "image/jpeg", oriented(body, binary.BigEndian, "MM", way)), way)
		require.Equal(t, want, bare().Probe(t.Context(), "image/jpeg", oriented(body, binary.LittleEndian, "II", way)), way)
	}

	// A directory that leads nowhere, and one that is cut.
	whole := oriented(body, binary.BigEndian, "MM", 6)
	copy(whole[16:], "\xFF\xFF\xFF\xFF")
	require.Equal(t, upright, bare().Probe(t.Context(), "image/jpeg", whole))

	for n := range 40 {
		require.NotPanics(t, func() { liesOnItsSide(oriented(body, binary.BigEndian, "MM", 6)[:2+n]) })
	}

	require.False(t, turned([]byte("MM")))
}

// box makes a box of its children or fields.
func box(kind string, content ...[]byte) []byte {
	payload := slices.Concat(content...)

	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(payload)+8)), []byte(kind), payload)
}

// fields writes a box with the library that reads it.
func fields(t *testing.T, content mp4.IImmutableBox) []byte {
	t.Helper()

	var out bytes.Buffer

	_, err := mp4.Marshal(&out, content, mp4.Context{})
	require.NoError(t, err)

	return box(content.GetType().String(), out.Bytes())
}

func track(t *testing.T, handler string, width, height uint32, matrix [9]int32) []byte {
	t.Helper()

	head := &mp4.Tkhd{Matrix: matrix, Width: width << 16, Height: height << 16}
	kind := &mp4.Hdlr{HandlerType: [4]byte([]byte(handler)), Name: handler}

	return box("trak", fields(t, head), box("mdia", fields(t, kind), box("minf", []byte("not looked at"))))
}

var (
	straight = [9]int32{1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30}
	quarter  = [9]int32{0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30}
)

func clip(t *testing.T, head *mp4.Mvhd, tracks ...[]byte) []byte {
	t.Helper()

	return slices.Concat(
		box("ftyp", []byte("isom\x00\x00\x00\x00isom")), box("moov", append([][]byte{fields(t, head)}, tracks...)...), box("mdat", make([]byte, 100)))
}

func TestMP4(t *testing.T) {
	t.Parallel()

	picture, turned, sound := track(t, "vide", 1080, 1920, straight), track(t, "vide", 1920, 1080, quarter), track(t, "soun", 0, 0, straight)
	tenSeconds := &mp4.Mvhd{Timescale: 600, DurationV0: 6000}
	long := &mp4.Mvhd{FullBox: mp4.FullBox{Version: 1}, Timescale: 1000, DurationV1: 12_500}
	noLength := &mp4.Mvhd{Timescale: 1000, DurationV0: math.MaxUint32}
	fragments := box("mvex", fields(t, &mp4.Mehd{FragmentDurationV0: 4000}))
	whole := clip(t, tenSeconds, picture, sound)

	withLargeSize := slices.Concat(whole[:20], []byte("\x00\x00\x00\x01free\x00\x00\x00\x00\x00\x00\x00\x141234"), whole[20:])
	toTheEnd := slices.Concat(whole[:len(whole)-108], []byte("\x00\x00\x00\x00mdat"), make([]byte, 50))
	full := rapport.Media{Width: 1080, Height: 1920, Seconds: 10, HasAudio: true}

	cases := []struct {
		name string
		body []byte
		want rapport.Media
	}{
		{"picture and sound", whole, full},
		{"turned", clip(t, long, turned), rapport.Media{Width: 1080, Height: 1920, Seconds: 12.5}},
		{"the first picture counts", clip(t, tenSeconds, picture, turned), rapport.Media{Width: 1080, Height: 1920, Seconds: 10}},
		{"sound alone", clip(t, tenSeconds, sound), rapport.Media{Seconds: 10, HasAudio: true}},
		{"in fragments", clip(t, noLength, fragments, picture), rapport.Media{Width: 1080, Height: 1920, Seconds: 4}},
		{"QuickTime without a brand", whole[20:], full},
		{"a large size", withLargeSize, full},
		{"a last box to the end", toTheEnd, full},
		{"what is appended", slices.Concat(whole, []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09")), full},
		{"a length that nobody knows", clip(t, noLength, picture), rapport.Media{Width: 1080, Height: 1920, Problem: problemNoTool}},
		{"a picture without a size", clip(t, tenSeconds, track(t, "vide", 0, 0, straight)), rapport.Media{Seconds: 10, Problem: problemNoTool}},
		{"no tracks", clip(t, tenSeconds), rapport.Media{Seconds: 10, Problem: problemNoTool}},
		{"a length beyond belief", clip(t, &mp4.Mvhd{Timescale: 1, DurationV0: math.MaxUint32 - 1}, picture), rapport.Media{Width: 1080, Height: 1920, Problem: problemBroken}},
		{"no timescale", clip(t, &mp4.Mvhd{DurationV0: 5}, picture), rapport.Media{Width: 1080, Height: 1920, Problem: problemNoTool}},
		{"cut in its data", whole[:len(whole)-1], rapport.Media{Width: 1080, Height: 1920, Seconds: 10, HasAudio: true, Problem: problemBroken}},
		{"cut in its head", whole[:60], rapport.Media{Problem: problemBroken}},
		{"a brand alone", whole[:20], rapport.Media{Problem: problemBroken}},
		{"a box larger than its parent", slices.Concat(whole[:20], box("moov", []byte("\x00\x00\xFF\xFFtrak"))), rapport.Media{Problem: problemBroken}},
		{"a box smaller than its head", slices.Concat(whole[:20], []byte("\x00\x00\x00\x04moov")), rapport.Media{Problem: problemBroken}},
		{"a size that leads back", slices.Concat(whole[:20], []byte("\x00\x00\x00\x01free\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xEC")), rapport.Media{Problem: problemBroken}},
		{"a head without its fields", slices.Concat(whole[:20], box("moov", box("mvhd", []byte("\x00\x00")))), rapport.Media{Problem: problemBroken}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			require.Equal(t, tc.want, bare().Probe(t.Context(), "video/mp4", tc.body))
			require.Equal(t, tc.want, bare().Probe(t.Context(), "image/png", tc.body), "the bytes decide")
		})
	}
}

func TestHostileFilesAreReadInBoundedWork(t *testing.T) {
	t.Parallel()

	begun := time.Now()
	boxes := slices.Concat(box("ftyp"), box("moov", bytes.Repeat(box("trak", box("mdia", box("hdlr"))), 500_000)))
	require.Equal(t, rapport.Media{Problem: problemBroken}, bare().Probe(t.Context(), "video/mp4", boxes))

	brands := slices.Concat(box("ftyp", make([]byte, 10<<20)), box("moov"))
	require.Equal(t, rapport.Media{Problem: problemNoTool}, bare().Probe(t.Context(), "video/mp4", brands))

	elements := slices.Concat(webmHead, bytes.Repeat([]byte{0xEC, 0x80}, maxElements))
	require.Equal(t, rapport.Media{Problem: problemBroken}, bare().Probe(t.Context(), "video/webm", elements))
	require.Less(t, time.Since(begun), 10*time.Second)
}

// element makes an element of its children or data.
func element(id uint64, content ...[]byte) []byte {
	data := slices.Concat(content...)

	return slices.Concat(idBytes(id), binary.BigEndian.AppendUint64(nil, 1<<56|uint64(len(data))), data)
}

func idBytes(id uint64) []byte { return bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, id), "\x00") }

func open(id uint64, content ...[]byte) []byte {
	return slices.Concat(idBytes(id), []byte{0xFF}, slices.Concat(content...))
}

func plain(id uint64, n uint16) []byte { return element(id, binary.BigEndian.AppendUint16(nil, n)) }

var webmHead = element(0x1A45DFA3, element(0x4282, []byte("webm")))

func TestWebM(t *testing.T) {
	t.Parallel()

	length := func(ticks float64) []byte {
		return element(idInfo, element(idScale, []byte{0x0F, 0x42, 0x40}), element(idDuration, binary.BigEndian.AppendUint64(nil, math.Float64bits(ticks))))
	}
	short := element(idInfo, element(idDuration, binary.BigEndian.AppendUint32(nil, math.Float32bits(1500))))
	video := func(more ...[]byte) []byte {
		return element(idTrack, plain(idTrackType, 1), element(idVideo, plain(idPixelWidth, 720), plain(idPixelHeight, 1280), slices.Concat(more...)))
	}
	sound := element(idTrack, plain(idTrackType, 2))
	data := element(idCluster, plain(idClusterTime, 2000), element(idSimpleBlock, []byte("\x81\x01\xF4\x80xxxx")), element(idBlockGroup, element(idBlock, []byte("\x81\x00\x01\x80"))))
	film := func(content ...[]byte) []byte { return slices.Concat(webmHead, element(idSegment, content...)) }

	cases := []struct {
		name string
		body []byte
		want rapport.Media
	}{
		{"picture and sound", film(length(12_500), element(idTracks, video(), sound), data), rapport.Media{Width: 720, Height: 1280, Seconds: 12.5, HasAudio: true}},
		{"a short number", film(short, element(idTracks, video()), data), rapport.Media{Width: 720, Height: 1280, Seconds: 1.5}},
		{"shown wider", film(short, element(idTracks, video(plain(idDisplayWidth, 1440), plain(idDisplayHeight, 1280)))), rapport.Media{Width: 1440, Height: 1280, Seconds: 1.5}},
		{
			"shown in centimetres", film(short, element(idTracks, video(plain(idDisplayWidth, 10), plain(idDisplayHeight, 20), plain(idDisplayUnit, 1)))),
			rapport.Media{Width: 720, Height: 1280, Seconds: 1.5},
		},
		{
			"a live recording", slices.Concat(webmHead, open(idSegment, element(idTracks, video()), open(idCluster, data[12:]), open(idCluster, plain(idClusterTime, 100)))),
			rapport.Media{Width: 720, Height: 1280, Seconds: 2.5},
		},
		{"an open cluster of a known length", film(length(1000), element(idTracks, sound), open(idCluster, data[12:])), rapport.Media{Seconds: 1, HasAudio: true}},
		{"no tracks", film(short), rapport.Media{Seconds: 1.5, Problem: problemNoTool}},
		{"nothing", film(), rapport.Media{Problem: problemNoTool}},
		{"a length that is no number", film(length(math.NaN()), element(idTracks, sound)), rapport.Media{HasAudio: true, Problem: problemBroken}},
		{"a length without end", film(length(math.Inf(1)), element(idTracks, sound)), rapport.Media{HasAudio: true, Problem: problemBroken}},
		{"a picture beyond belief", film(short, element(idTrack, element(idVideo, element(idPixelWidth, []byte("12345678")), plain(idPixelHeight, 1)))), rapport.Media{
			Width: maxSide, Height: 1, Seconds: 1.5, Problem: problemTooLarge,
		}},
		{"cut", film(short, element(idTracks, video()), data)[:150], rapport.Media{Problem: problemBroken}},
		{"a head alone", []byte("\x1A\x45\xDF\xA3"), rapport.Media{Problem: problemBroken}},
		{"an id that is none", slices.Concat(webmHead, []byte("\x00\x00\x00")), rapport.Media{Problem: problemBroken}},
		{"an open element that holds nothing", slices.Concat(webmHead, open(idScale)), rapport.Media{Problem: problemBroken}},
		{"a block without its head", film(element(idTracks, sound), element(idCluster, element(idSimpleBlock, []byte("\x81")))), rapport.Media{HasAudio: true, Problem: problemNoTool}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			require.Equal(t, tc.want, bare().Probe(t.Context(), "video/webm", tc.body))
		})
	}
}

// script writes an ffprobe into a folder, while no other test starts one: a child would hold the file open, and it could not be run.
func script(t *testing.T, dir, text string) string {
	t.Helper()

	path := filepath.Join(dir, "ffprobe")

	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700))

	return path
}

func TestFFProbe(t *testing.T) {
	t.Parallel()

	good := `{"streams": [{"codec_type": "video", "width": 90, "height": 90, "disposition": {"attached_pic": 1}},
		{"codec_type": "video", "width": 1920, "height": 1080, "duration": "9.5", "disposition": {"attached_pic": 0}, "tags": {"rotate": "90"},
		"side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}]}, {"codec_type": "audio"}], "format": {"duration": "10.25"}}`
	loud := `while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done`

	cases := []struct {
		name, text string
		want       rapport.Media
	}{
		{"good", "cat <<'END'\n" + good + "\nEND", rapport.Media{Width: 1080, Height: 1920, Seconds: 10.25, HasAudio: true}},
		{"old", `echo '{"streams": [{"codec_type": "video", "width": 4, "height": 3, "duration": "1.5", "tags": {"rotate": "270"}}]}'`, rapport.Media{Width: 3, Height: 4, Seconds: 1.5}},
		{"no stream", `echo '{"streams": [{"codec_type": "data"}], "format": {}}'`, rapport.Media{Problem: problemBroken}},
		{"garbage", `echo 'not json'`, rapport.Media{Problem: problemBroken}},
		{"nothing", `true`, rapport.Media{Problem: problemBroken}},
		{"a failure", `echo '{}'; exit 1`, rapport.Media{Problem: problemBroken}},
		{"an end by force", `kill -XCPU $$`, rapport.Media{Problem: problemTimeout}},
		{"figures beyond belief", `echo '{"streams": [{"codec_type": "video", "width": -4, "height": 3}]}'`, rapport.Media{Problem: problemBroken}},
		{"too much output", loud, rapport.Media{Problem: problemTooLarge}},
		// What it may know and do: a private copy of the file, the path, and nothing else.
		{
			"little is given to it",
			`for last; do :; done; file="${last#file:}"
			[ "$(cat "$file")" = "the video" ] && [ "$(stat -c %a "$file" "${file%/*}" | tr '\n' ' ')" = "600 700 " ] && [ -z "$HOME" ] &&
				[ "$(env | grep -vc -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL=)" = 0 ] && echo '{"streams": [{"codec_type": "audio"}]}'`,
			rapport.Media{HasAudio: true},
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			p := New()
			p.ffprobe = script(t, t.TempDir(), tc.text)
			require.Equal(t, tc.want, p.Probe(t.Context(), "video/x-msvideo", []byte("the video")))

			p.prlimit = ""
			require.Equal(t, tc.want, p.Probe(t.Context(), "video/x-msvideo", []byte("the video")), "without limits")
		})
	}
}

func TestFFProbeIsLimited(t *testing.T) {
	t.Parallel()

	p := New()
	if p.prlimit == "" {
		t.Skip("prlimit is not installed")
	}

	p.ffprobe = script(t, t.TempDir(), `echo "{\"streams\": [{\"codec_type\": \"audio\"}], \"format\": {\"duration\": \"$(ulimit -t)\", \"x\": \"$(ulimit -v)\"}}"
		[ "$(ulimit -v)" = 1048576 ]`)
	require.Equal(t, rapport.Media{HasAudio: true, Seconds: 10}, p.Probe(t.Context(), "video/mp4", nil))
}

func TestASlowFFProbeIsEndedWithItsChildren(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	p := New()
	p.ffprobe = script(t, dir, "sleep 600 &\necho $! >"+dir+"/child\nwait")
	p.patience = time.Second

	begun := time.Now()
	require.Equal(t, rapport.Media{Problem: problemTimeout}, p.Probe(t.Context(), "video/avi", []byte("x")))
	require.Less(t, time.Since(begun), 30*time.Second)

	raw, err := os.ReadFile(filepath.Join(dir, "child"))
	require.NoError(t, err)

	child, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat")

		return err != nil || strings.Contains(string(state), ") Z ")
	}, 10*time.Second, 10*time.Millisecond)

	// Who calls may end it too, also while another one runs.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, rapport.Media{Problem: problemTimeout}, p.Probe(ctx, "video/avi", []byte("x")))

	p.slots = make(chan struct{})
	require.Equal(t, rapport.Media{Problem: problemTimeout}, p.Probe(ctx, "video/avi", []byte("x")))
}

func TestFFProbeCompletesWhatIsUnknown(t *testing.T) {
	t.Parallel()

	p := New()
	p.ffprobe = script(t, t.TempDir(), `echo '{"streams": [{"codec_type": "video", "width": 1, "height": 2, "duration": "3"}]}'`)
	unknown := clip(t, &mp4.Mvhd{Timescale: 1}, track(t, "vide", 9, 9, straight))
	require.Equal(t, rapport.Media{Width: 1, Height: 2, Seconds: 3}, p.Probe(t.Context(), "video/mp4", unknown))

	known := clip(t, &mp4.Mvhd{Timescale: 1, DurationV0: 7}, track(t, "vide", 9, 9, straight))
	require.Equal(t, rapport.Media{Width: 9, Height: 9, Seconds: 7}, p.Probe(t.Context(), "video/mp4", known), "no process is needed")

	// What is found is kept when the tool fails, or is gone since.
	p.ffprobe = script(t, t.TempDir(), `exit 1`)
	require.Equal(t, rapport.Media{Width: 9, Height: 9, Problem: problemBroken}, p.Probe(t.Context(), "video/mp4", unknown))

	p.ffprobe, p.prlimit = "/nowhere/ffprobe", ""
	require.Equal(t, rapport.Media{Width: 9, Height: 9, Problem: problemNoTool}, p.Probe(t.Context(), "video/mp4", unknown))
}

func TestNewLooksOnThePath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	require.Empty(t, New().ffprobe)
	require.Equal(t, rapport.Media{Problem: problemNoTool}, New().Probe(t.Context(), "video/avi", []byte("x")))

	path := script(t, dir, "")
	require.Equal(t, path, New().ffprobe)
}

func FuzzProbe(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x08moov"))
	f.Add(slices.Concat(webmHead, open(idSegment, open(idCluster, plain(idClusterTime, 1)))))
	f.Add([]byte("\xFF\xD8\xFF\xE1\x00\x10Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, body []byte) {
		m := bare().Probe(t.Context(), "video/mp4", body)
		require.False(t, math.IsNaN(m.Seconds) || math.IsInf(m.Seconds, 0) || m.Seconds < 0 || m.Width < 0 || m.Height < 0)
	})
}
