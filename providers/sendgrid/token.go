package sendgrid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/google/uuid"
)

const (
	replyPrefix    = "r+"
	replyMACLength = 10
	minReplyKey    = 32
)

// lowerBase32 survives servers that fold the case of local parts.
var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ReplyToken gives the 42 characters that bring a reply back to the mail id. The address is r+<token>@<reply domain>.
// The key has at least 32 bytes; with a shorter one every token is refused.
func ReplyToken(key []byte, id uuid.UUID) string {
	return lowerBase32.EncodeToString(append(id[:], replyMAC(key, id)...))
}

// ParseReplyToken reads the local part of a recipient (r+<token>, in any case, prefix optional) and tells whether its
// token is ours. It needs no database, so that a forged token costs none.
func ParseReplyToken(key []byte, local string) (uuid.UUID, bool) {
	if len(key) < minReplyKey {
		return uuid.Nil, false
	}

	token := strings.TrimPrefix(strings.ToLower(local), replyPrefix)

	raw, err := lowerBase32.DecodeString(token)
	if err != nil || len(raw) != len(uuid.Nil)+replyMACLength || lowerBase32.EncodeToString(raw) != token {
		return uuid.Nil, false
	}

	id := uuid.UUID(raw[:len(uuid.Nil)])
	if !hmac.Equal(raw[len(uuid.Nil):], replyMAC(key, id)) {
		return uuid.Nil, false
	}

	return id, true
}

func replyMAC(key []byte, id uuid.UUID) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(id[:])

	return mac.Sum(nil)[:replyMACLength]
}
