package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"golang.org/x/crypto/argon2"

	"rapport"
	"rapport/api/gen"
)

// Cookies of sessions. The prefix makes browsers refuse them unless they are Secure, of this host and of the whole path.
const (
	sessionCookie = "__Host-rapport"
	portalCookie  = "__Host-portal"
)

// How long sessions live, and how many failed sign-ins are borne.
const (
	sessionIdle    = 12 * time.Hour
	sessionLife    = 7 * 24 * time.Hour
	signInWindow   = 15 * time.Minute
	signInAccount  = 5
	signInAddress  = 50
	minPassword    = 12
	sessionEntropy = 32 // bytes
)

// passwordCost is what OWASP asks of argon2id at least: 19 MiB, two passes, one lane.
const (
	passwordMemory  = 19 * 1024 // KiB
	passwordPasses  = 2
	passwordLanes   = 1
	passwordKeySize = 32
)

// HashPassword hashes a password with argon2id, in the usual form with its parameters.
func HashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	key := argon2.IDKey([]byte(password), salt, passwordPasses, passwordMemory, passwordLanes, passwordKeySize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, passwordMemory, passwordPasses, passwordLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// passwords checks passwords, a few at a time: each takes 19 MiB.
type passwords struct {
	slots chan struct{}
	// unknown is checked for accounts that do not exist, so that they take as long as others.
	unknown string
}

func newPasswords(atOnce int) *passwords {
	return &passwords{slots: make(chan struct{}, max(atOnce, 1)), unknown: HashPassword(rand.Text())}
}

func (p *passwords) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
}

// hash is HashPassword in its turn.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.acquire(ctx); err != nil {
		return "", err
	}
	defer func() { <-p.slots }()
	return HashPassword(password), nil
}

// matches says whether the password has the hash; a hash that cannot be read matches nothing.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := p.acquire(ctx); err != nil {
		return false, err
	}
	defer func() { <-p.slots }()
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, nil
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	_, errV := fmt.Sscanf(parts[2], "v=%d", &version)
	_, errP := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
	salt, errS := base64.RawStdEncoding.DecodeString(parts[4])
	key, errK := base64.RawStdEncoding.DecodeString(parts[5])
	if errV != nil || errP != nil || errS != nil || errK != nil || version != argon2.Version || memory > 1<<20 || passes > 16 || passes == 0 || lanes == 0 || len(key) < 16 {
		return false, nil
	}
	return subtle.ConstantTimeCompare(key, argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(key)))) == 1, nil
}

// SignIn checks address and password and starts a session. Nobody learns which of the two was wrong.
func (s *Server) SignIn(ctx context.Context, r gen.SignInRequestObject) (gen.SignInResponseObject, error) {
	email := rapport.NormalEmail(r.Body.Email)
	account, address := s.subject("account", email), s.subject("address", network(requestFrom(ctx).Address))
	for subject, limit := range map[string]int{address: signInAddress, account: signInAccount} {
		wait, err := s.cfg.Store.NoteSignIn(ctx, subject, limit, signInWindow)
		if err != nil {
			return nil, err
		}
		if wait > 0 {
			return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many attempts to sign in. Wait %s and try again.", minutes(wait)), wait}
		}
	}
	found, err := s.cfg.Store.CredentialsOf(ctx, email)
	known := err == nil && found.PasswordHash != "" // who was invited has none yet
	if !known {
		if err != nil && rapport.ErrorCode(err) != rapport.CodeNotFound {
			return nil, err
		}
		found.PasswordHash = s.passwords.unknown
	}
	right, err := s.passwords.matches(ctx, r.Body.Password, found.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !right || !known || found.Disabled {
		return nil, &rapport.Error{Code: rapport.CodeUnauthorized, Reason: "wrong_credentials", Message: "Address or password is wrong."}
	}
	if err := s.cfg.Store.SignedIn(ctx, account, address); err != nil {
		return nil, err
	}
	proof, err := s.signInProof(ctx, found.UserID, value(r.Body.Code))
	if err != nil {
		return nil, err
	}
	token := randomToken()
	if err := s.startSession(ctx, hashOf(token), found.UserID, proof); err != nil {
		return nil, err
	}
	p, err := s.cfg.Store.PrincipalOfSession(ctx, hashOf(token), sessionIdle)
	if err != nil {
		return nil, err
	}
	return signedInAnswer{session: toSession(p), cookie: cookie(sessionCookie, token, sessionLife)}, nil
}

// signInProof reads the code of whoever has a second factor; nil for whoever has none.
func (s *Server) signInProof(ctx context.Context, user uuid.UUID, code string) (*rapport.Proof, error) {
	_, err := s.cfg.Store.SecondFactor(ctx, user, true)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return nil, nil //nolint:nilnil // nothing to prove with is no error
	}
	if err != nil {
		return nil, err
	}
	if code == "" {
		return nil, &rapport.Error{Code: rapport.CodeUnauthorized, Reason: rapport.RefusedNoProof, Message: "Type the code that your authenticator shows now."}
	}
	proof, err := s.readCode(ctx, user, true, code)
	return &proof, err
}

// startSession starts a session, with the proof that came with the sign-in. A code that was used before starts none.
func (s *Server) startSession(ctx context.Context, hash []byte, user uuid.UUID, proof *rapport.Proof) error {
	return s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.cfg.Store.StartSession(ctx, hash, user, sessionLife, requestFrom(ctx).Session); err != nil {
			return err
		}
		if proof == nil {
			return nil
		}
		proof.Session = hash
		return s.cfg.Store.Prove(ctx, user, *proof)
	})
}

// subject is whose attempts are counted, without keeping the address itself.
func (s *Server) subject(kind, value string) string {
	mac := hmac.New(sha256.New, s.cfg.Secret)
	_, _ = mac.Write([]byte("signin/" + kind + "/" + value)) // a hash takes everything
	return kind + "/" + hex.EncodeToString(mac.Sum(nil)[:16])
}

// network is the address of a client, or its /64 where one client has that many.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

func minutes(d time.Duration) string {
	if d < time.Minute {
		return "a minute"
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}

func randomToken() string {
	token := make([]byte, sessionEntropy)
	_, _ = rand.Read(token) // it never fails
	return base64.RawURLEncoding.EncodeToString(token)
}

func cookie(name, value string, life time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(life / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

func cookieHash(c echo.Context, name string) []byte {
	found, err := c.Cookie(name)
	if err != nil || found.Value == "" {
		return nil
	}
	return hashOf(found.Value)
}

// signedInAnswer is a session with its cookie.
type signedInAnswer struct {
	session gen.Session
	cookie  *http.Cookie
}

// VisitSignInResponse writes cookie and session.
func (a signedInAnswer) VisitSignInResponse(w http.ResponseWriter) error {
	http.SetCookie(w, a.cookie)
	return gen.SignIn200JSONResponse(a.session).VisitSignInResponse(w)
}

// signedOutAnswer takes the cookie away.
type signedOutAnswer struct{}

// VisitSignOutResponse writes the answer.
func (signedOutAnswer) VisitSignOutResponse(w http.ResponseWriter) error {
	http.SetCookie(w, cookie(sessionCookie, "", 0))
	return gen.SignOut204Response{}.VisitSignOutResponse(w)
}

// GetSession says who is signed in.
func (s *Server) GetSession(ctx context.Context, _ gen.GetSessionRequestObject) (gen.GetSessionResponseObject, error) {
	shown := toSession(principalFrom(ctx))
	if s.changes != nil {
		after, err := s.changes.position(ctx)
		if err != nil {
			return nil, err
		}
		shown.StreamAfter = &after
	}
	return gen.GetSession200JSONResponse(shown), nil
}

// SignOut ends the session.
func (s *Server) SignOut(ctx context.Context, _ gen.SignOutRequestObject) (gen.SignOutResponseObject, error) {
	if hash := requestFrom(ctx).Session; hash != nil {
		if err := s.cfg.Store.EndSession(ctx, hash); err != nil {
			return nil, err
		}
	}
	return signedOutAnswer{}, nil
}

func toSession(p rapport.Principal) gen.Session {
	shown := gen.Session{UserId: p.UserID, Name: p.Name, Email: p.Email, Brands: toBrandRoles(p.Brands), ExpiresAt: p.ExpiresAt, ProvedAt: p.ProvedAt}
	if p.TokenID == nil {
		shown.SecondFactor = &p.SecondFactor
	}
	return shown
}
