package media

import (
	"bytes"
	"math"
	"time"

	"github.com/abema/go-mp4"

	"rapport"
)

const (
	maxBoxes  = 100_000
	maxFields = 1024 // bytes of a box whose fields are read; none of them needs more than 112 and a name
)

// film is what the boxes of an MP4 or QuickTime file have said so far.
type film struct {
	rapport.Media

	boxes            int
	timescale        uint32
	length           uint64
	moov, bad        bool
	side             bool // the track that is being read is turned by a quarter
	across, down     int  // its size
	picture          bool // the track that is being read is a picture's
	lacksPictureSize bool
}

// readMP4 reads the few boxes that have what is asked for, and the headers of those around them. The library's own walk would read
// others on the way and follow sizes that lead back; here a box ends where its parent ends, and there are only so many of them.
func readMP4(body []byte) (rapport.Media, verdict) {
	f := &film{}
	f.walk(body, f.root)

	if f.timescale > 0 {
		f.Seconds = float64(f.length) / float64(f.timescale)
	}

	switch {
	case f.bad || !f.moov:
		return f.Media, broken
	case f.Seconds == 0 || f.lacksPictureSize || (f.Width == 0 && !f.HasAudio):
		return f.Media, unknown
	}

	return f.Media, measured
}

// walk gives each box of a sequence to visit.
func (f *film) walk(list []byte, visit func(mp4.BoxType, []byte)) {
	r := bytes.NewReader(list)

	for r.Len() >= mp4.SmallHeaderSize && !f.bad {
		box, err := mp4.ReadBoxInfo(r)

		f.boxes++
		if err != nil || f.boxes > maxBoxes || box.Size < box.HeaderSize || box.Size > uint64(len(list))-box.Offset {
			// What some programs append is no box and does no harm.
			f.bad = err != nil || f.boxes > maxBoxes || printable(box.Type) || !f.moov

			return
		}

		visit(box.Type, list[box.Offset+box.HeaderSize:box.Offset+box.Size])

		if _, err := box.SeekToEnd(r); err != nil {
			f.bad = true
		}
	}
}

func printable(kind mp4.BoxType) bool {
	for _, c := range kind {
		if c < ' ' || c > '~' {
			return false
		}
	}

	return true
}

func (f *film) root(kind mp4.BoxType, payload []byte) {
	if kind == mp4.BoxTypeMoov() && !f.moov {
		f.moov = true
		f.walk(payload, f.movie)
	}
}

func (f *film) movie(kind mp4.BoxType, payload []byte) {
	switch kind {
	case mp4.BoxTypeMvhd():
		var head mp4.Mvhd
		if f.read(payload, &head) {
			f.timescale = head.Timescale
			f.last(head.GetDuration(), head.GetVersion())
		}
	case mp4.BoxTypeMvex():
		f.walk(payload, func(kind mp4.BoxType, payload []byte) {
			var head mp4.Mehd
			if kind == mp4.BoxTypeMehd() && f.read(payload, &head) {
				f.last(head.GetFragmentDuration(), head.GetVersion())
			}
		})
	case mp4.BoxTypeTrak():
		f.side, f.across, f.down, f.picture = false, 0, 0, false
		f.walk(payload, f.track)

		if f.picture && f.Width == 0 {
			f.Width, f.Height = f.across, f.down
			if f.side {
				f.Width, f.Height = f.down, f.across
			}

			f.lacksPictureSize = f.Width == 0 || f.Height == 0
		}
	}
}

// last takes a length, in which all ones mean that the writer did not know.
func (f *film) last(length uint64, version uint8) {
	if length != math.MaxUint64 && (version != 0 || length != math.MaxUint32) {
		f.length = max(f.length, length)
	}
}

func (f *film) track(kind mp4.BoxType, payload []byte) {
	switch kind {
	case mp4.BoxTypeTkhd():
		var head mp4.Tkhd
		if f.read(payload, &head) {
			f.across, f.down = int(head.Width>>16), int(head.Height>>16)
			// A quarter turn maps each axis on the other one.
			f.side = head.Matrix[0] == 0 && head.Matrix[4] == 0 && head.Matrix[1] != 0 && head.Matrix[3] != 0
		}
	case mp4.BoxTypeMdia():
		f.walk(payload, func(kind mp4.BoxType, payload []byte) {
			var head mp4.Hdlr
			if kind != mp4.BoxTypeHdlr() || !f.read(payload, &head) {
				return
			}

			switch string(head.HandlerType[:]) {
			case "vide":
				f.picture = true
			case "soun":
				f.HasAudio = true
			}
		})
	}
}

func (f *film) read(payload []byte, into mp4.IBox) bool {
	payload = payload[:min(len(payload), maxFields)]
	if _, err := mp4.Unmarshal(bytes.NewReader(payload), uint64(len(payload)), into, mp4.Context{}); err != nil {
		f.bad = true
	}

	return !f.bad
}

// seconds is a length in the unit of a container that counts nanoseconds.
func seconds(ticks float64, scale uint64) float64 {
	return ticks * float64(scale) / float64(time.Second)
}
