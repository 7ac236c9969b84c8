package api

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"rapport"
	"rapport/api/gen"
)

// What authenticators everywhere do, and how many wrong codes are borne.
const (
	codePeriod    = 30 // seconds
	codeSkew      = 1  // half minutes that a clock may be off
	codeAttempts  = 5  // within signInWindow, a person
	secretSize    = 20 // bytes
	recoveryCodes = 10
	pictureSize   = 240 // pixels
)

// factorCipher encrypts what proves: whoever has the database without RAPPORT_SECRET proves nothing.
func factorCipher(installation []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, installation, nil, "second factors", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of second factors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare the key of second factors: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block) //nolint:wrapcheck // it does not fail for a block of AES
}

// SealSecondFactor makes a second factor of an authenticator's secret in base32, encrypted with the installation's key.
func SealSecondFactor(installation []byte, secret string) (rapport.SecondFactor, error) {
	if _, err := hotp.GenerateCode(secret, 0); err != nil {
		return rapport.SecondFactor{}, fmt.Errorf("the secret of a second factor is not base32: %w", err)
	}
	seal, err := factorCipher(installation)
	if err != nil {
		return rapport.SecondFactor{}, err
	}
	id := uuid.Must(uuid.NewV7())
	return rapport.SecondFactor{ID: id, Sealed: seal.Seal(nil, nil, []byte(secret), id[:])}, nil //nolint:gosec // the cipher makes the nonce itself
}

func (s *Server) openSecondFactor(f rapport.SecondFactor) (string, error) {
	seal, err := factorCipher(s.cfg.Secret)
	if err != nil {
		return "", err
	}
	secret, err := seal.Open(nil, nil, f.Sealed, f.ID[:])
	if err != nil {
		return "", fmt.Errorf("a second factor was sealed with another RAPPORT_SECRET: %w", err)
	}
	return string(secret), nil
}

// recoveryHash is how a recovery code is kept. It is keyed, because people type such codes and they are short for that.
func (s *Server) recoveryHash(code string) []byte {
	mac := hmac.New(sha256.New, s.cfg.Secret)
	_, _ = mac.Write([]byte("recovery code/" + code)) // a hash takes everything
	return mac.Sum(nil)
}

// bareCode is a code without what people type around it.
func bareCode(text string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(text))
}

func wrongCode() error {
	return rapport.Invalid(rapport.Field{Path: "code", Code: "wrong_code", Detail: "This code is wrong, or was used already. Type the one that the authenticator shows now."})
}

// readCode reads a code of a person's second factor; with confirmed false, of the one that is begun. A wrong one counts before it is looked
// at, so that codes at the same moment count too; the store forgets it once the proof is kept.
func (s *Server) readCode(ctx context.Context, user uuid.UUID, confirmed bool, text string) (rapport.Proof, error) {
	subject := s.subject("code", user.String())
	wait, err := s.cfg.Store.NoteSignIn(ctx, subject, codeAttempts, signInWindow)
	if err != nil {
		return rapport.Proof{}, err
	}
	if wait > 0 {
		return rapport.Proof{}, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many wrong codes. Wait %s and try again.", minutes(wait)), wait}
	}
	f, err := s.cfg.Store.SecondFactor(ctx, user, confirmed)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return rapport.Proof{}, noSecondFactor()
	}
	if err != nil {
		return rapport.Proof{}, err
	}
	proof, code := rapport.Proof{FactorID: f.ID, Subject: subject}, bareCode(text)
	if len(code) != otp.DigitsSix.Length() {
		if !confirmed {
			return rapport.Proof{}, wrongCode()
		}
		proof.Method, proof.CodeHash = rapport.ProofRecovery, s.recoveryHash(code)
		return proof, nil
	}
	secret, err := s.openSecondFactor(f)
	if err != nil {
		return rapport.Proof{}, err
	}
	proof.Method = rapport.ProofTOTP
	var right bool
	proof.Step, right = codeStep(secret, code, s.now())
	if !right {
		return rapport.Proof{}, wrongCode()
	}
	return proof, nil
}

// codeStep is the half minute that a code is for; false for a code of none that is near.
func codeStep(secret, code string, now time.Time) (int64, bool) {
	at := now.Unix() / codePeriod
	for step := at - codeSkew; step <= at+codeSkew; step++ {
		right, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && right {
			return step, true
		}
	}
	return 0, false
}

func noSecondFactor() error {
	return &rapport.Error{
		Code: rapport.CodeForbidden, Reason: "second_factor_missing",
		Message: "This needs a code of an authenticator, and you have set none up. Do so under Settings > Sign-in.",
	}
}

// checkProof refuses an act on money without a proof that is young enough. The database asks again when the approval is written.
func (s *Server) checkProof(me rapport.Principal) error {
	switch {
	case me.TokenID != nil:
		return &rapport.Error{
			Code: rapport.CodeForbidden, Reason: "person_required", Message: "Only a person who signed in and gave a code may do this, not an API token.",
		}
	case !me.SecondFactor:
		return noSecondFactor()
	case me.ProvedAt == nil || s.now().Sub(*me.ProvedAt) >= rapport.ProofLife:
		return &rapport.Error{
			Code: rapport.CodeForbidden, Reason: rapport.RefusedNoProof, Message: "Prove with a code that it is you. A proof holds for five minutes. Nothing was done yet.",
		}
	}
	return nil
}

// StepUp proves for a while that it is still the person who signed in.
func (s *Server) StepUp(ctx context.Context, r gen.StepUpRequestObject) (gen.StepUpResponseObject, error) {
	me, session := principalFrom(ctx).UserID, requestFrom(ctx).Session
	proof, err := s.readCode(ctx, me, true, r.Body.Code)
	if err != nil {
		return nil, err
	}
	proof.Session = session
	if err := s.cfg.Store.Prove(ctx, me, proof); err != nil {
		return nil, err
	}
	p, err := s.cfg.Store.PrincipalOfSession(ctx, session, sessionIdle)
	if err != nil {
		return nil, err
	}
	return gen.StepUp200JSONResponse(toSession(p)), nil
}

// GetSecondFactor says whether the person has a second factor.
func (s *Server) GetSecondFactor(ctx context.Context, _ gen.GetSecondFactorRequestObject) (gen.GetSecondFactorResponseObject, error) {
	f, err := s.cfg.Store.SecondFactor(ctx, principalFrom(ctx).UserID, true)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return gen.GetSecondFactor200JSONResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	return gen.GetSecondFactor200JSONResponse{InUse: true, Since: f.ConfirmedAt, RecoveryCodesLeft: f.RecoveryCodesLeft}, nil
}

// BeginSecondFactor makes a secret and shows it. It proves nothing before a code of it was given.
func (s *Server) BeginSecondFactor(ctx context.Context, _ gen.BeginSecondFactorRequestObject) (gen.BeginSecondFactorResponseObject, error) {
	me := principalFrom(ctx)
	if me.SecondFactor {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "in_use", Message: "You have an authenticator. Remove it before you set up another one."}
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Rapport", AccountName: me.Email, SecretSize: secretSize, Period: codePeriod})
	if err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	f, err := SealSecondFactor(s.cfg.Secret, key.Secret())
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Store.BeginSecondFactor(ctx, me.UserID, f); err != nil {
		return nil, err
	}
	picture, err := pictureOf(key)
	if err != nil {
		return nil, err
	}
	return gen.BeginSecondFactor201JSONResponse{Secret: key.Secret(), Uri: key.URL(), Picture: picture}, nil
}

// pictureOf is the QR code that authenticators read, as a data address.
func pictureOf(key *otp.Key) (string, error) {
	picture, err := key.Image(pictureSize, pictureSize)
	if err != nil {
		return "", fmt.Errorf("draw the QR code: %w", err)
	}
	var text bytes.Buffer
	if err := png.Encode(&text, picture); err != nil {
		return "", fmt.Errorf("write the QR code: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(text.Bytes()), nil
}

// newRecoveryCodes makes codes as they are shown, and as they are kept.
func (s *Server) newRecoveryCodes() (shown []string, kept [][]byte) {
	for range recoveryCodes {
		code := strings.ToLower(rand.Text()[:16])
		shown = append(shown, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		kept = append(kept, s.recoveryHash(code))
	}
	return shown, kept
}

// ConfirmSecondFactor puts the authenticator to use.
func (s *Server) ConfirmSecondFactor(ctx context.Context, r gen.ConfirmSecondFactorRequestObject) (gen.ConfirmSecondFactorResponseObject, error) {
	me := principalFrom(ctx)
	proof, err := s.readCode(ctx, me.UserID, false, r.Body.Code)
	if err != nil {
		return nil, err
	}
	proof.Session = requestFrom(ctx).Session
	shown, kept := s.newRecoveryCodes()
	if err := s.cfg.Store.ConfirmSecondFactor(ctx, me.UserID, proof, kept); err != nil {
		return nil, err
	}
	return gen.ConfirmSecondFactor200JSONResponse{Codes: shown}, nil
}

// ReplaceRecoveryCodes makes new recovery codes; the earlier ones are worthless then.
func (s *Server) ReplaceRecoveryCodes(ctx context.Context, r gen.ReplaceRecoveryCodesRequestObject) (gen.ReplaceRecoveryCodesResponseObject, error) {
	me := principalFrom(ctx).UserID
	proof, err := s.readCode(ctx, me, true, r.Body.Code)
	if err != nil {
		return nil, err
	}
	shown, kept := s.newRecoveryCodes()
	if err := s.cfg.Store.ReplaceRecoveryCodes(ctx, me, proof, kept); err != nil {
		return nil, err
	}
	return gen.ReplaceRecoveryCodes200JSONResponse{Codes: shown}, nil
}

// RemoveSecondFactor takes the person's own second factor away.
func (s *Server) RemoveSecondFactor(ctx context.Context, r gen.RemoveSecondFactorRequestObject) (gen.RemoveSecondFactorResponseObject, error) {
	me := principalFrom(ctx).UserID
	proof, err := s.readCode(ctx, me, true, r.Body.Code)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Store.RemoveSecondFactor(ctx, me, proof); err != nil {
		return nil, err
	}
	return gen.RemoveSecondFactor204Response{}, nil
}

// ResetSecondFactor takes the second factor of somebody else away, who lost it. Who does so proves that it is them.
func (s *Server) ResetSecondFactor(ctx context.Context, r gen.ResetSecondFactorRequestObject) (gen.ResetSecondFactorResponseObject, error) {
	me := principalFrom(ctx)
	if r.Id == me.UserID {
		return nil, rapport.Errorf(rapport.CodeForbidden, "Nobody resets a second factor of their own. Remove it with a code, or ask another admin.")
	}
	if err := s.checkProof(me); err != nil {
		return nil, err
	}
	u, err := s.cfg.Store.ResetSecondFactor(ctx, r.Id, me.UserID)
	if err != nil {
		return nil, called("person", err)
	}
	return gen.ResetSecondFactor200JSONResponse(toUser(u)), nil
}
