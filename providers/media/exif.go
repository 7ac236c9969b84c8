package media

import (
	"bytes"
	"encoding/binary"
)

const (
	exifOrientation = 0x0112
	maxEntries      = 1000
)

// liesOnItsSide tells whether a JPEG asks to be shown turned by a quarter, as phones write pictures that are taken upright.
func liesOnItsSide(jpeg []byte) bool {
	for rest := jpeg[2:]; len(rest) >= 4 && rest[0] == 0xFF; {
		size := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if rest[1] == 0xDA || size > len(rest) { // the picture itself begins
			return false
		}

		if tiff, ok := bytes.CutPrefix(rest[4:size], []byte("Exif\x00\x00")); ok && rest[1] == 0xE1 {
			return turned(tiff)
		}

		rest = rest[size:]
	}

	return false
}

// turned reads the orientation, 5 to 8 of which exchange the sides, in the first directory of a TIFF.
func turned(tiff []byte) bool {
	var order binary.ByteOrder

	switch {
	case len(tiff) < 8:
		return false
	case tiff[0] == 'M':
		order = binary.BigEndian
	default:
		order = binary.LittleEndian
	}

	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return false
	}

	entries := tiff[at+2:]
	for range min(order.Uint16(tiff[at:]), maxEntries) {
		if len(entries) < 12 {
			return false
		}

		if order.Uint16(entries) == exifOrientation {
			way := order.Uint16(entries[8:])

			return way >= 5 && way <= 8
		}

		entries = entries[12:]
	}

	return false
}
