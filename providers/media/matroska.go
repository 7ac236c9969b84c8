package media

import (
	"encoding/binary"
	"math"
	"math/bits"

	"rapport"
)

const maxElements = 5_000_000

// The elements of Matroska, of which WebM is a part, that are looked at: https://www.rfc-editor.org/rfc/rfc9559.
const (
	idSegment       = 0x18538067
	idInfo          = 0x1549A966
	idScale         = 0x2AD7B1
	idDuration      = 0x4489
	idTracks        = 0x1654AE6B
	idTrack         = 0xAE
	idTrackType     = 0x83
	idVideo         = 0xE0
	idPixelWidth    = 0xB0
	idPixelHeight   = 0xBA
	idDisplayWidth  = 0x54B0
	idDisplayHeight = 0x54BA
	idDisplayUnit   = 0x54B2
	idCluster       = 0x1F43B675
	idClusterTime   = 0xE7
	idSimpleBlock   = 0xA3
	idBlockGroup    = 0xA0
	idBlock         = 0xA1
)

// recording is what the elements have said so far.
type recording struct {
	rapport.Media

	scale           uint64 // nanoseconds of a tick
	duration        float64
	cluster, latest int64 // ticks
	shown           struct{ width, height, unit uint64 }
}

// readMatroska reads the elements one after another. An element's children follow its head, and an id means one thing wherever it
// stands, so nothing need be nested, and a live recording, whose elements do not know their size, reads like any other.
func readMatroska(body []byte) (rapport.Media, verdict) {
	r := &recording{scale: 1_000_000}
	rest := body

	for n := 0; len(rest) > 0; n++ {
		id, idLength := number(rest, 4, true)
		size, sizeLength := number(rest[idLength:], 8, false)
		head := idLength + sizeLength
		open := size == 1<<(7*sizeLength)-1 // it does not know its size

		if idLength == 0 || sizeLength == 0 || n == maxElements || (!open && size > uint64(len(rest)-head)) || (open && !r.holds(id, open)) {
			return r.Media, broken
		}

		rest = rest[head:]
		if !r.holds(id, open) {
			r.read(id, rest[:size])
			rest = rest[size:]
		}
	}

	return r.result()
}

// holds tells whether an element's children are looked at. Those of a cluster say only how long a recording is that does not say it.
func (r *recording) holds(id uint64, open bool) bool {
	switch id {
	case idSegment, idInfo, idTracks, idTrack, idVideo:
		return true
	case idCluster, idBlockGroup:
		return open || r.duration == 0
	}

	return false
}

func (r *recording) read(id uint64, data []byte) {
	switch id {
	case idScale:
		r.scale = unsigned(data)
	case idDuration:
		r.duration = float(data)
	case idTrackType:
		r.HasAudio = r.HasAudio || unsigned(data) == 2
	case idPixelWidth:
		r.Width = pixels(r.Width, unsigned(data))
	case idPixelHeight:
		r.Height = pixels(r.Height, unsigned(data))
	case idDisplayWidth:
		r.shown.width = unsigned(data)
	case idDisplayHeight:
		r.shown.height = unsigned(data)
	case idDisplayUnit:
		r.shown.unit = unsigned(data)
	case idClusterTime:
		r.cluster = int64(min(unsigned(data), math.MaxInt32*1000))
	case idSimpleBlock, idBlock:
		if _, n := number(data, 8, false); n > 0 && len(data) >= n+2 {
			r.latest = max(r.latest, r.cluster+int64(int16(binary.BigEndian.Uint16(data[n:]))))
		}
	}
}

func (r *recording) result() (rapport.Media, verdict) {
	if r.duration == 0 {
		r.duration = float64(r.latest)
	}

	r.Seconds = seconds(r.duration, r.scale)
	// A picture may be stored narrower than it is shown; other units than pixels say nothing of them.
	if r.shown.unit == 0 && r.shown.width > 0 && r.shown.height > 0 {
		r.Width, r.Height = pixels(0, r.shown.width), pixels(0, r.shown.height)
	}

	if r.Seconds == 0 || (r.Width == 0 && !r.HasAudio) {
		return r.Media, unknown
	}

	return r.Media, measured
}

// pixels keeps the first track's, and what is absurd small enough to be called so.
func pixels(known int, n uint64) int {
	if known > 0 {
		return known
	}

	return int(min(n, maxSide+1))
}

// number reads a number whose leading zeros say how many bytes it has; an id keeps the bit that ends them. No length means none.
func number(data []byte, most int, id bool) (uint64, int) {
	if len(data) == 0 {
		return 0, 0
	}

	length := bits.LeadingZeros8(data[0]) + 1
	if length > most || length > len(data) {
		return 0, 0
	}

	n := unsigned(data[:length])
	if !id {
		n &^= 1 << (7 * length)
	}

	return n, length
}

func unsigned(data []byte) uint64 {
	var n uint64
	for _, b := range data[:min(len(data), 8)] {
		n = n<<8 | uint64(b)
	}

	return n
}

func float(data []byte) float64 {
	switch len(data) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(data)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(data))
	}

	return 0
}
