package temporal

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	sdktemporal "go.temporal.io/sdk/temporal"
)

type order struct {
	ID     string `json:"id"`
	Amount int64  `json:"amount"`
}

func testKey(b byte) []byte { return bytes.Repeat([]byte{b}, codecKeySize) }

func TestRawJSONArrivesAsStruct(t *testing.T) {
	t.Parallel()
	for name, key := range map[string][]byte{"plain": nil, "encrypted": testKey(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dc, err := NewDataConverter(key)
			require.NoError(t, err)
			payload, err := dc.ToPayload(json.RawMessage(`{"id": "a", "amount": 12}`))
			require.NoError(t, err)

			var got order
			require.NoError(t, dc.FromPayload(payload, &got))
			require.Equal(t, order{ID: "a", Amount: 12}, got)
			var raw json.RawMessage
			require.NoError(t, dc.FromPayload(payload, &raw))
			require.JSONEq(t, `{"id":"a","amount":12}`, string(raw))
			require.Equal(t, key == nil, bytes.Contains(payload.GetData(), []byte("amount")))
		})
	}
}

func TestEncryptionHidesMetadataAndNeverRepeats(t *testing.T) {
	t.Parallel()
	dc, err := NewDataConverter(testKey(1))
	require.NoError(t, err)
	one, err := dc.ToPayload("x")
	require.NoError(t, err)
	two, err := dc.ToPayload("x")
	require.NoError(t, err)
	require.NotEqual(t, one.GetData(), two.GetData())
	require.Len(t, one.GetMetadata(), 2)
	require.Equal(t, encodingEncrypted, string(one.GetMetadata()[converter.MetadataEncoding]))
	require.Equal(t, keyID(testKey(1)), string(one.GetMetadata()[metadataKeyID]))
}

func TestKeysCanChange(t *testing.T) {
	t.Parallel()
	before, err := NewDataConverter(testKey(1))
	require.NoError(t, err)
	payload, err := before.ToPayload("x")
	require.NoError(t, err)

	var got string
	after, err := NewDataConverter(testKey(2), testKey(1))
	require.NoError(t, err)
	require.NoError(t, after.FromPayload(payload, &got))
	require.Equal(t, "x", got)

	off, err := NewDataConverter(nil, testKey(1))
	require.NoError(t, err)
	require.NoError(t, off.FromPayload(payload, &got))
	plain, err := off.ToPayload("y")
	require.NoError(t, err)
	require.NoError(t, after.FromPayload(plain, &got), "what was written before encryption stays readable")
	require.Equal(t, "y", got)
}

func TestUndecipherable(t *testing.T) {
	t.Parallel()
	dc, err := NewDataConverter(testKey(1))
	require.NoError(t, err)
	other, err := NewDataConverter(testKey(2))
	require.NoError(t, err)
	payload, err := dc.ToPayload("x")
	require.NoError(t, err)

	var got string
	require.ErrorIs(t, other.FromPayload(payload, &got), ErrUndecipherable)
	payload.Data[len(payload.GetData())-1] ^= 1
	require.ErrorIs(t, dc.FromPayload(payload, &got), ErrUndecipherable)
	payload.Data = payload.GetData()[:3]
	require.ErrorIs(t, dc.FromPayload(payload, &got), ErrUndecipherable)
}

func TestKeysOfAnotherLength(t *testing.T) {
	t.Parallel()
	_, err := NewDataConverter([]byte("short"))
	require.ErrorContains(t, err, "5 bytes instead of 32")
	require.NotContains(t, err.Error(), "short")
	_, err = NewDataConverter(testKey(1), nil)
	require.ErrorContains(t, err, "0 bytes instead of 32")
}

func TestFailureTextIsEncrypted(t *testing.T) {
	t.Parallel()
	dc, err := NewDataConverter(testKey(1))
	require.NoError(t, err)
	fc := NewFailureConverter(dc, true)
	failure := fc.ErrorToFailure(sdktemporal.NewApplicationError("already decided", "already_decided", order{ID: "a"}))
	require.NotContains(t, failure.String(), "already decided")
	require.Equal(t, "already_decided", failure.GetApplicationFailureInfo().GetType(), "codes stay readable")

	var app *sdktemporal.ApplicationError
	require.ErrorAs(t, fc.FailureToError(failure), &app)
	require.Equal(t, "already decided", app.Message())
	var details order
	require.NoError(t, app.Details(&details))
	require.Equal(t, order{ID: "a"}, details)
}
