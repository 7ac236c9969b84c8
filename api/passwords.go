package api

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"rapport"
	"rapport/api/gen"
)

const (
	passwordLinks = 3 // that somebody asks for within signInWindow, an address
	// askTakes is how long the answer to a forgotten password takes, so that its time does not tell whether there is such a person.
	askTakes = 300 * time.Millisecond
)

// checkPassword names what is wrong with a password that somebody chose.
func checkPassword(path, password string) []rapport.Field {
	if utf8.RuneCountInString(password) < minPassword {
		return []rapport.Field{{Path: path, Code: "too_short", Detail: fmt.Sprintf("A password has at least %d characters.", minPassword)}}
	}
	return nil
}

// ChangePassword changes the caller's password. Who has taken a session over does not know the present one, and does not try many.
func (s *Server) ChangePassword(ctx context.Context, r gen.ChangePasswordRequestObject) (gen.ChangePasswordResponseObject, error) {
	if bad := checkPassword("new_password", r.Body.NewPassword); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	me := principalFrom(ctx)
	tries := s.subject("password", me.UserID.String())
	wait, err := s.cfg.Store.NoteSignIn(ctx, tries, signInAccount, signInWindow)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many wrong passwords. Wait %s and try again.", minutes(wait)), wait}
	}
	found, err := s.cfg.Store.CredentialsOf(ctx, me.Email)
	if err != nil {
		return nil, err
	}
	right, err := s.passwords.matches(ctx, r.Body.Password, found.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, rapport.Invalid(rapport.Field{Path: "password", Code: "wrong_password", Detail: "This is not your present password."})
	}
	hash, err := s.passwords.hash(ctx, r.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if err := s.cfg.Store.SignedIn(ctx, tries, tries); err != nil {
			return err
		}
		return s.cfg.Store.ChangePassword(ctx, me.UserID, hash, requestFrom(ctx).Session)
	})
	if err != nil {
		return nil, err
	}
	return gen.ChangePassword204Response{}, nil
}

// AskPasswordLink mails a link to whoever has the address. Nobody learns whether anybody has.
func (s *Server) AskPasswordLink(ctx context.Context, r gen.AskPasswordLinkRequestObject) (gen.AskPasswordLinkResponseObject, error) {
	taken := time.NewTimer(askTakes)
	defer taken.Stop()
	email := rapport.NormalEmail(r.Body.Email)
	for subject, limit := range map[string]int{s.subject("forgotten", email): passwordLinks, s.subject("forgotten_from", network(requestFrom(ctx).Address)): signInAddress} {
		wait, err := s.cfg.Store.NoteSignIn(ctx, subject, limit, signInWindow)
		if err != nil {
			return nil, err
		}
		if wait > 0 {
			return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many links were asked for. Look into your mail, or wait %s and try again.", minutes(wait)), wait}
		}
	}
	if err := s.cfg.Store.AskPasswordLink(ctx, email); err != nil && rapport.ErrorCode(err) != rapport.CodeNotFound {
		return nil, err
	}
	select {
	case <-taken.C:
	case <-ctx.Done():
	}
	return gen.AskPasswordLink204Response{}, nil
}

// passwordLink finds whose password a token chooses. Every link that does not work gets the same answer; who tries many from one address waits.
func (s *Server) passwordLink(ctx context.Context, token string) (rapport.PasswordLink, error) {
	address := s.subject("password_link", network(requestFrom(ctx).Address))
	wait, err := s.cfg.Store.NoteSignIn(ctx, address, portalAddress, portalWindow)
	if err != nil {
		return rapport.PasswordLink{}, err
	}
	if wait > 0 {
		return rapport.PasswordLink{}, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many links were tried from here. Wait %s and try again.", minutes(wait)), wait}
	}
	link, err := s.cfg.Store.PasswordLink(ctx, hashOf(token))
	if err != nil {
		return rapport.PasswordLink{}, deadPasswordLink(err)
	}
	return link, s.cfg.Store.SignedIn(ctx, s.subject("password_link", token), address)
}

func deadPasswordLink(err error) error {
	if rapport.ErrorCode(err) != rapport.CodeNotFound {
		return err
	}
	return &rapport.Error{Code: rapport.CodeUnauthorized, Reason: "link_ended", Message: "This link does not work, or works no longer. It works once. Ask for another one where you sign in."}
}

// GetPasswordLink says whose password a link chooses.
func (s *Server) GetPasswordLink(ctx context.Context, r gen.GetPasswordLinkRequestObject) (gen.GetPasswordLinkResponseObject, error) {
	link, err := s.passwordLink(ctx, r.Params.PasswordToken)
	if err != nil {
		return nil, err
	}
	return gen.GetPasswordLink200JSONResponse{Name: link.Name, Email: link.Email, Invitation: link.Invitation}, nil
}

// UsePasswordLink keeps the password that a person chose by a link. It starts no session: the sign-in asks for the second factor.
func (s *Server) UsePasswordLink(ctx context.Context, r gen.UsePasswordLinkRequestObject) (gen.UsePasswordLinkResponseObject, error) {
	link, err := s.passwordLink(ctx, r.Params.PasswordToken)
	if err != nil {
		return nil, err
	}
	if bad := checkPassword("password", r.Body.Password); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	hash, err := s.passwords.hash(ctx, r.Body.Password)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Store.UsePasswordLink(ctx, hashOf(r.Params.PasswordToken), hash); err != nil {
		return nil, deadPasswordLink(err)
	}
	account := s.subject("account", link.Email) // the wrong passwords before are forgotten
	if err := s.cfg.Store.SignedIn(ctx, account, account); err != nil {
		return nil, err
	}
	return gen.UsePasswordLink204Response{}, nil
}
