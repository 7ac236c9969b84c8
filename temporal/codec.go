package temporal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	sdktemporal "go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

const (
	codecKeySize = 32 // AES-256

	metadataKeyID     = "encryption-key-id"
	encodingEncrypted = "binary/encrypted"
)

// ErrUndecipherable is a payload that this process cannot decrypt: its key is not configured, or the
// payload was altered.
var ErrUndecipherable = errors.New("payload cannot be decrypted")

// NewDataConverter returns the JSON data converter, encrypting when key is not empty. Clients, workers
// and replayers of one namespace need the same keys. Keys are 32 bytes; payloads under an old key are
// still read, and payloads that are not encrypted are read as they are.
func NewDataConverter(key []byte, old ...[]byte) (converter.DataConverter, error) {
	dc := converter.GetDefaultDataConverter()
	if len(key) == 0 && len(old) == 0 {
		return dc, nil
	}
	codec, err := newCodec(key, old...)
	if err != nil {
		return nil, err
	}

	return converter.NewCodecDataConverter(dc, codec), nil
}

// NewFailureConverter returns the failure converter that goes with dc. When encrypted, messages and
// stack traces of failures pass through dc too; they are plain text otherwise.
func NewFailureConverter(dc converter.DataConverter, encrypted bool) converter.FailureConverter {
	return sdktemporal.NewDefaultFailureConverter(sdktemporal.DefaultFailureConverterOptions{
		DataConverter:          dc,
		EncodeCommonAttributes: encrypted,
	})
}

// codec encrypts payloads with AES-256-GCM. Nonces are random, which bounds a key to some four billion
// payloads; change the key before.
type codec struct {
	keyID string // empty: new payloads are not encrypted
	aeads map[string]cipher.AEAD
}

func newCodec(key []byte, old ...[]byte) (*codec, error) {
	c := &codec{aeads: make(map[string]cipher.AEAD, 1+len(old))}
	for i, k := range append([][]byte{key}, old...) {
		if i == 0 && len(k) == 0 {
			continue // encryption was turned off; old payloads stay readable
		}
		if len(k) != codecKeySize {
			return nil, fmt.Errorf("a codec key has %d bytes instead of %d", len(k), codecKeySize)
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, fmt.Errorf("use a codec key: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("use a codec key: %w", err)
		}
		id := keyID(k)
		c.aeads[id] = aead
		if i == 0 {
			c.keyID = id
		}
	}

	return c, nil
}

// keyID names a key without telling anything of use about it.
func keyID(key []byte) string {
	sum := sha256.Sum256(key)

	return hex.EncodeToString(sum[:4])
}

// Encode encrypts whole payloads, so that nothing of their metadata shows either.
func (c *codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	if c.keyID == "" {
		return payloads, nil
	}
	aead := c.aeads[c.keyID]
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("encode a payload: %w", err)
		}
		sealed := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
		if _, err := rand.Read(sealed); err != nil {
			return nil, fmt.Errorf("make a nonce: %w", err)
		}
		out[i] = &commonpb.Payload{
			Metadata: map[string][]byte{
				converter.MetadataEncoding: []byte(encodingEncrypted),
				metadataKeyID:              []byte(c.keyID),
			},
			Data: aead.Seal(sealed, sealed, plain, []byte(c.keyID)),
		}
	}

	return out, nil
}

// Decode leaves alone what is not encrypted.
func (c *codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encodingEncrypted {
			out[i] = p

			continue
		}
		id := string(p.GetMetadata()[metadataKeyID])
		aead, known := c.aeads[id]
		if !known {
			return nil, fmt.Errorf("%w: no key %q", ErrUndecipherable, id)
		}
		data := p.GetData()
		if len(data) < aead.NonceSize() {
			return nil, fmt.Errorf("%w: too short", ErrUndecipherable)
		}
		plain, err := aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], []byte(id))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUndecipherable, err)
		}
		out[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, out[i]); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUndecipherable, err)
		}
	}

	return out, nil
}
